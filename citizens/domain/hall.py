"""Who waits in the hall and in which order: one reading of an office's day for the board and for every phone.

The order is that of citizens.domain.order with the memory that call next has, line by line. A line is what counters
with the same services call from. A reading belongs to a version, and the version costs one query: while it stays
the same nobody needs a new reading.
"""

import datetime
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Max, OuterRef, Subquery
from django.db.models.functions import JSONObject

from citizens.domain import order, queue
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import TicketState
from citizens.models import (
    ClosedService,
    Counter,
    DeskPause,
    DeskSession,
    Office,
    QueueDay,
    ServiceGroup,
    Ticket,
    TicketEvent,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter that somebody has open; one that pauses calls nobody."""

    pk: int
    number: int
    paused: bool
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class Line:
    """Who is called for `groups`, first come first; `counters` are the numbers of the open counters that call."""

    groups: frozenset[int]
    counters: tuple[int, ...]
    people: tuple[order.Waiting, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a version is made of: the last change of a ticket, the counters, the closed services, the rule."""

    day: dict[str, Any] | None  # None before anybody has come
    groups: tuple[ServiceGroup, ...]
    desks: tuple[Desk, ...]
    closed: frozenset[int]
    version: str


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall at `at`. `numbers` gives each waiting number its letter, for `label`."""

    at: datetime.datetime
    facts: Facts
    lines: tuple[Line, ...] = ()
    prefixes: Mapping[int, str] = field(default_factory=dict)

    def label(self, person: order.Waiting) -> str:
        """What is printed and called, such as B-017."""
        return f"{self.prefixes[person.number]}-{person.number:03d}"

    def before(self, number: int) -> int | None:
        """How many people are called before this number, by the counter that comes to it first; None: not waiting."""
        places = [
            place
            for line in self.lines
            for place, person in enumerate(line.people)
            if person.number == number
        ]
        return min(places, default=None)

    def line_of(self, number: int) -> Line | None:
        """The line in which this number has the fewest people before it."""
        found = [
            (place, nth, line)
            for nth, line in enumerate(self.lines)
            for place, person in enumerate(line.people)
            if person.number == number
        ]
        return min(found)[2] if found else None


def annotations(*, office: str, at: datetime.datetime) -> dict[str, Any]:
    """What to annotate rows with, `office` being the path from a row to its office: then facts() reads one row."""
    here, date = OuterRef(office), local_date(at)
    days = QueueDay.objects.filter(office=here, date=date)
    changes = TicketEvent.objects.filter(
        ticket__queue_day__office=here, ticket__queue_day__date=date
    )
    served = Counter.groups.through.objects.filter(counter=OuterRef("counter")).order_by("pk")
    pauses = DeskPause.objects.filter(session=OuterRef("pk"), ended_at=None)
    desks = DeskSession.objects.open().filter(
        counter__office=here, opened_at__gte=local_midnight(date)
    )
    return {
        "hall_day": Subquery(
            days.values(
                found=JSONObject(
                    pk="pk",
                    late_minutes="late_minutes",
                    booked_per_walk_in="booked_per_walk_in",
                    calls_per_priority="calls_per_priority",
                    ageing_minutes="ageing_minutes",
                )
            )
        ),
        "hall_changed": Subquery(
            changes.order_by().values("ticket__queue_day").values(last=Max("pk"))
        ),
        "hall_groups": ArraySubquery(
            ServiceGroup.objects.order_by("sort_order", "pk").values(
                found=JSONObject(pk="pk", name="name", name_en="name_en")
            )
        ),
        "hall_desks": ArraySubquery(
            desks.order_by("counter__number").values(
                found=JSONObject(
                    pk="counter",
                    number="counter__number",
                    paused=Exists(pauses),
                    groups=ArraySubquery(served.values("servicegroup")),
                )
            )
        ),
        "hall_closed": ArraySubquery(
            ClosedService.objects.filter(
                queue_day__office=here, queue_day__date=date, opened_at=None
            ).values("group")
        ),
    }


def facts(row: Any, *, at: datetime.datetime) -> Facts:
    """Reads annotations() from a row. The version changes each minute too: who is due now was early before."""
    told = (row.hall_day, row.hall_changed, row.hall_groups, row.hall_desks, row.hall_closed)
    named = f"{at:%Y-%m-%dT%H:%M} {told}"
    return Facts(
        day=row.hall_day,
        groups=tuple(ServiceGroup(**group) for group in row.hall_groups),
        desks=tuple(
            Desk(**desk | {"groups": frozenset(desk["groups"])}) for desk in row.hall_desks
        ),
        closed=frozenset(row.hall_closed),
        version=hashlib.sha256(named.encode()).hexdigest()[:32],
    )


def facts_of(office: Office, *, at: datetime.datetime) -> Facts:
    """The facts of an office. One query."""
    found = Office.objects.filter(pk=office.pk).annotate(**annotations(office="pk", at=at))
    return facts(found[0], at=at)


def read(told: Facts, *, at: datetime.datetime) -> Hall:
    """Everybody who waits, in the order of being called. Two queries, none before the first number of the day."""
    if told.day is None:
        return Hall(at=at, facts=told)
    day = QueueDay(**told.day)
    made = queue.made(day)
    rows = list(Ticket.objects.filter(queue_day=day, state=TicketState.WAITING))
    people = [queue.waiting(ticket, day=day, calls=made.counts) for ticket in rows]
    return Hall(
        at=at,
        facts=told,
        lines=tuple(_lines(people, told, made, at=at)),
        prefixes={ticket.number: ticket.prefix for ticket in rows},
    )


def _lines(
    people: Collection[order.Waiting], told: Facts, made: queue.Made, *, at: datetime.datetime
) -> Iterator[Line]:
    """One line for counters that would call the same people; then the services for which no counter is open."""
    expected = {person.for_counter for person in people}
    alike: dict[tuple[frozenset[int], int | None], list[Desk]] = {}
    for desk in told.desks:
        own = desk.pk if desk.pk in expected else None
        alike.setdefault((desk.groups, own), []).append(desk)
    for (groups, _own), desks in alike.items():
        yield Line(
            groups=groups,
            counters=tuple(desk.number for desk in desks if not desk.paused),
            people=_ordered(people, groups, made, at=at, counter=desks[0].pk),
        )
    served = frozenset().union(*(desk.groups for desk in told.desks))
    for group in told.groups:
        if group.pk not in served:
            alone = frozenset({group.pk})
            yield Line(groups=alone, counters=(), people=_ordered(people, alone, made, at=at))


def _ordered(
    people: Iterable[order.Waiting],
    groups: frozenset[int],
    made: queue.Made,
    *,
    at: datetime.datetime,
    counter: int | None = None,
) -> tuple[order.Waiting, ...]:
    rule = made.rule(groups)
    return tuple(order.sequence(people, rule=rule, at=at, groups=groups, counter=counter))
