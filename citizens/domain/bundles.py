"""Services that are usually done on one visit: what to suggest to a party.

The bundles are those of the office's published service standards (citizens/data/services): with the birth
certificate a new family card and the child's card ("3 in 1"), with the death certificate a new family card
("2 in 1"). The digital ID is recommended with the KTP-el and never more than that.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from citizens.domain.party import MOST_PEOPLE, MOST_SERVICES, Party
from citizens.enums import Attendance
from citizens.models import ServiceCase


@dataclass(frozen=True, slots=True)
class Bundle:
    """With a case of the service `begins`: cases for the same person, and one for an adult of the family.

    Cases are named "SERVICE.case". An adult is another person of the party: the family card is changed by
    whoever is on it, not by the newborn.
    """

    begins: str
    same: tuple[str, ...] = ()
    adult: str = ""
    recommended: bool = False


BUNDLES = (
    Bundle("AKTA_LAHIR", same=("KIA.baru-balita",), adult="KK.ubah"),
    Bundle("AKTA_MATI", adult="KK.ubah"),
    Bundle("KTP", same=("IKD.aktivasi",), recommended=True),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be added to a party, and the text of the party with it."""

    cases: tuple[ServiceCase, ...]
    party: str
    recommended: bool


def suggestions(party: Party, *, catalogue: Iterable[ServiceCase]) -> list[Suggestion]:
    """What may be added to the party out of the active cases, once for each person it concerns."""
    known = {f"{case.service.code}.{case.code}": case for case in catalogue}
    found = []
    for number, person in enumerate(party.people):
        for bundle in BUNDLES:
            if any(case.service.code == bundle.begins for case in person):
                same = [known[name] for name in bundle.same if name in known]
                adult = [known[bundle.adult]] if bundle.adult in known else []
                text, added = _with(party, number, same=same, adult=adult)
                if added:
                    found.append(Suggestion(tuple(added), text, bundle.recommended))
    return found


def _with(
    party: Party, number: int, *, same: list[ServiceCase], adult: list[ServiceCase]
) -> tuple[str, list[ServiceCase]]:
    """The text of the party with the cases for person `number` and for an adult, and what it really adds."""
    people = [list(cases) for cases in party.people]
    added = _add(people[number], same)
    if _new_to(party.cases, adult):
        at = next(
            (one for one in range(len(people)) if one != number and _grown(people[one])), None
        )
        if at is not None:
            added += _add(people[at], adult)
        elif len(people) < MOST_PEOPLE:
            people.append(adult)
            added += adult
    return Party(tuple(tuple(cases) for cases in people)).text, added


def _add(person: list[ServiceCase], cases: list[ServiceCase]) -> list[ServiceCase]:
    """Adds to a person what is new and fits; returns it."""
    added = _new_to(person, cases)[: MOST_SERVICES - len(person)]
    person += added
    return added


def _new_to(chosen: Iterable[ServiceCase], cases: list[ServiceCase]) -> list[ServiceCase]:
    """Those of `cases` whose service group is not among the chosen ones yet."""
    groups = {case.service.group_id for case in chosen}
    return [case for case in cases if case.service.group_id not in groups]


def _grown(person: list[ServiceCase]) -> bool:
    """Whether nothing of this person is what a parent does for a child."""
    return all(case.attendance != Attendance.PARENT for case in person)
