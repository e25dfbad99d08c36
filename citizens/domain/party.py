"""A party: who comes together, and for what. It is chosen before a time, because it decides how long they stay.

As text it stands in addresses and on holds: people are parted by ",", the cases of a person by "~", and a case
is "service.case" in the words of its own address: "ktp.hilang~ikd.aktivasi,kia.baru-anak".
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.core.cache import caches

from citizens.enums import Attendance
from citizens.models import Appointment, Service, ServiceCase, VisitorService

# From 15 people on it is a group visit, which a supervisor plans.
MOST_PEOPLE = 8
MOST_SERVICES = 4  # of one person
KEPT = 10  # seconds: as long as the page of a case is kept
CASE = re.compile(r"([a-z][a-z0-9-]{0,30})\.([a-zA-Z0-9_-]{1,30})")


class UnknownParty(ValueError):
    """The text names no party: a case that does not exist, too many people, or two cases of one group."""


@dataclass(frozen=True, slots=True)
class Part:
    """The time that a party needs of one service group."""

    group_id: int
    minutes: int


@dataclass(frozen=True)
class Party:
    """The cases of each person, with service and group read. Make it with of() or parse()."""

    people: tuple[tuple[ServiceCase, ...], ...]

    @cached_property
    def text(self) -> str:
        return ",".join("~".join(_name(case) for case in person) for person in self.people)

    @cached_property
    def cases(self) -> tuple[ServiceCase, ...]:
        """Every case once, in the order in which they were chosen."""
        return tuple({case.pk: case for person in self.people for case in person}.values())

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the visit takes of each service group, in the order in which the groups are visited."""
        minutes: dict[tuple[int, int], int] = {}
        for person in self.people:
            for case in person:
                group = case.service.group
                key = (group.sort_order, group.pk)
                minutes[key] = minutes.get(key, 0) + case.minutes
        return tuple(Part(group, minutes[order, group]) for order, group in sorted(minutes))

    @property
    def minutes(self) -> int:
        """Minutes at the counters, all together."""
        return sum(part.minutes for part in self.parts)

    @property
    def is_single(self) -> bool:
        """One person with one case: what an address of the catalogue names."""
        return len(self.people) == 1 and len(self.people[0]) == 1

    @property
    def lead(self) -> ServiceCase:
        """The case that the party began with."""
        return self.people[0][0]

    @property
    def has_child_service(self) -> bool:
        """Whether a parent or guardian must come."""
        return any(case.attendance == Attendance.PARENT for case in self.cases)


def of(case: ServiceCase) -> Party:
    """One person with one case."""
    return Party(((case,),))


def parse(text: str) -> Party:
    """The party of a text, of active cases only. One query. Raises UnknownParty."""
    people = [[_codes(case) for case in person.split("~")] for person in text.split(",")]
    if len(people) > MOST_PEOPLE or any(len(person) > MOST_SERVICES for person in people):
        raise UnknownParty
    wanted = {codes for person in people for codes in person}
    found = {
        (case.service.code, case.code): case
        for case in ServiceCase.objects.select_related("service__group").filter(
            service__code__in={service for service, _case in wanted},
            code__in={case for _service, case in wanted},
            service__active=True,
            active=True,
        )
    }
    if not wanted <= found.keys():
        raise UnknownParty
    party = Party(tuple(tuple(found[codes] for codes in person) for person in people))
    if any(_clashes(person) for person in party.people):
        raise UnknownParty
    return party


def kept(text: str) -> Party:
    """The same as parse(), read anew only every KEPT seconds: for what was parsed a moment ago. Raises UnknownParty."""
    key = f"party-{hashlib.sha256(text.encode()).hexdigest()}"
    found: Party | None = caches["local"].get(key)
    if found is None:
        found = parse(text)
        caches["local"].set(key, found, KEPT)
    return found


def of_appointment(appointment: Appointment) -> Party:
    """The party of an appointment, whether its cases are still offered or not. One query."""
    people: dict[int, list[ServiceCase]] = {}
    booked = VisitorService.objects.filter(visitor__appointment=appointment)
    for service in booked.select_related("visitor", "case__service__group").order_by(
        "visitor__position", "pk"
    ):
        people.setdefault(service.visitor.position, []).append(service.case)
    return Party(tuple(tuple(cases) for cases in people.values()))


def _codes(text: str) -> tuple[str, str]:
    if not (found := CASE.fullmatch(text)):
        raise UnknownParty
    return Service.code_of(found[1]), found[2]


def _name(case: ServiceCase) -> str:
    return f"{case.service.slug}.{case.code}"


def _clashes(cases: Iterable[ServiceCase]) -> bool:
    """Whether two cases are of one group: a person has one active appointment in a group."""
    groups = [case.service.group_id for case in cases]
    return len(set(groups)) < len(groups)
