"""How long people wait: the real order replayed with the desks open now over measured service times.

A range reaches from a replay in which every visit takes the 25th percentile to one in which it takes the 75th
(citizens.domain.service_minutes). A visit that was not measured often enough takes no time in the first and holds
its counter for good in the second: where the second never comes to somebody there is no range, and it is said so.
People booked for later today are called before others when they are due, so they are part of it, as many as the
measured share of booked people that come. Nobody else is: more walk-ins come behind.
"""

import datetime
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise
from typing import Any

from django.db.models import Q

from citizens.domain import expected, hall, opening_hours, order, queue, replay, service_minutes
from citizens.domain.expected import Expected
from citizens.domain.office_time import local_date
from citizens.domain.service_minutes import Measured, Measures
from citizens.enums import AT_THE_COUNTER, TicketState
from citizens.models import Office, QueueDay, Ticket

MINUTE = datetime.timedelta(minutes=1)
STEP = 5  # minutes: nobody knows a wait better


class Unknown(Enum):
    """Why there is no range."""

    NO_COUNTER = "no_counter"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The wait of one person: people called before, and a range in minutes or the reason why there is none."""

    ahead: int
    low: int | None = None
    high: int | None = None
    unknown: Unknown | None = None

    @property
    def is_known(self) -> bool:
        return self.unknown is None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The rest of an office's day as seen at `at`, if nothing changes.

    `tickets` are the waiting ones by number, in the order of being called; whom no open counter serves comes last.
    `newcomers` tells by service group what a walk-in would be told. `finish_low` to `finish_high` is when the last
    person is through. `unserved` are numbers that are not called before `closes_at`, by the medians.
    `is_measured` is False where planned minutes had to stand in for a median.
    """

    at: datetime.datetime
    tickets: dict[int, Estimate] = field(default_factory=dict)
    newcomers: dict[int, Estimate] = field(default_factory=dict)
    closes_at: datetime.datetime | None = None
    finish_low: datetime.datetime | None = None
    finish_high: datetime.datetime | None = None
    unserved: list[int] = field(default_factory=list)
    is_measured: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """What a number comes for, and how long that is planned to take, in minutes."""

    group: int
    case: int | None
    planned: float


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A counter that calls people now; `visit` is whoever is at it, served for `minutes` already."""

    counter: int
    groups: frozenset[int]
    visit: Visit | None = None
    minutes: float = 0


@dataclass(frozen=True, slots=True)
class Day:
    """Everything an estimate rests on, as plain values. `situation` has the rules of every group alone too."""

    situation: replay.Situation
    desks: Sequence[OpenDesk]
    visits: Mapping[int, Visit]
    measures: Measures
    closes_at: datetime.datetime | None = None


def forecast(*, office: Office, at: datetime.datetime, read: hall.Facts | None = None) -> Forecast:
    """Everybody's wait at an office, for the board, the phones and the supervisors.

    A constant number of queries; `read` spares one of them.
    """
    day = _read(office, at=at, read=read or hall.facts_of(office, at=at))
    return Forecast(at=at) if day is None else foretell(day)


def of_ticket(*, ticket: Ticket, at: datetime.datetime) -> Estimate | None:
    """One person's wait; None when the ticket does not wait. Costs what forecast() costs."""
    if ticket.state != TicketState.WAITING:
        return None
    return forecast(office=ticket.queue_day.office, at=at).tickets.get(ticket.number)


def foretell(day: Day) -> Forecast:
    """Replays a day three times: by the 25th percentile, the median and the 75th percentile."""
    low = _play(day, lambda measured, _planned: measured.low if measured else 0)
    likely = _play(day, lambda measured, planned: measured.median if measured else planned)
    high = _play(day, lambda measured, _planned: measured.high if measured else None)
    ahead, closed_at = _ahead(day, likely.values()), day.closes_at
    told = {
        number: _estimate(day, ahead[number], low.get(number), high.get(number), number in likely)
        for number in ahead
    }
    asking = {one.number: one.group for one in day.situation.asking}
    tickets = {number: one for number, one in told.items() if number not in asking}
    played = [numbers.values() for numbers in (low, high)]
    ends = [_finish(day, calls) for calls in played] if tickets.keys() <= high.keys() else []
    return Forecast(
        at=day.situation.at,
        tickets=tickets,
        newcomers={group: told[number] for number, group in asking.items()},
        closes_at=closed_at,
        finish_low=min(ends, default=None),
        finish_high=max(ends, default=None),
        unserved=[
            number
            for number in tickets
            if number not in likely or (closed_at is not None and likely[number].at >= closed_at)
        ],
        is_measured=all(_measured(day, visit) for visit in _visits(day)),
    )


def _play(
    day: Day, minutes: Callable[[Measured | None, float], float | None]
) -> dict[int, replay.Call]:
    """One replay: the calls by number, in order. `minutes` is how long a visit takes; None for nobody knows."""
    lengths = {
        visit: minutes(_measured(day, visit), visit.planned)
        for visit in (*set(day.visits.values()), *(desk.visit for desk in day.desks if desk.visit))
    }

    def lasts(number: int) -> datetime.timedelta | None:
        length = lengths[day.visits[number]]
        return None if length is None else length * MINUTE

    desks = []
    for desk in day.desks:
        length = lengths[desk.visit] if desk.visit else 0
        if length is not None:
            rest = _rest(day, desk, length) if desk.visit else 0
            free_at = day.situation.at + rest * MINUTE
            desks.append(replay.Desk(desk.counter, desk.groups, free_at))
    calls = replay.calls(day.situation, desks=desks, lasts=lasts)
    return {call.number: call for call in calls}


def _rest(day: Day, desk: OpenDesk, length: float) -> float:
    """Minutes until the person at a desk leaves; whoever stays longer than that takes a 25th percentile more.

    The shortest visit is over now, then.
    """
    assert desk.visit is not None  # noqa: S101 - asked for a desk with a person
    measured = _measured(day, desk.visit)
    more = measured.low if measured and length > measured.low else 0
    return max(length - desk.minutes, more)


def _measured(day: Day, visit: Visit) -> Measured | None:
    return day.measures.of(group=visit.group, case=visit.case)


def _visits(day: Day) -> Iterable[Visit]:
    """Of the people who are here."""
    yield from (day.visits[one.number] for one in day.situation.waiting)
    yield from (desk.visit for desk in day.desks if desk.visit)


def _ahead(day: Day, calls: Iterable[replay.Call]) -> dict[int, int]:
    """By number, in the order of being called: how many people here are called before by counters of its service."""
    people = {one.number: one for one in (*day.situation.waiting, *day.situation.asking)}
    here = {one.number for one in day.situation.waiting}
    before: Tally[int] = Tally()
    found: dict[int, int] = {}
    for call in calls:
        if call.number in people:
            found[call.number] = before[people[call.number].group]
        if call.number in here:
            before.update(call.groups)
    left: dict[int, list[order.Waiting]] = {}
    for one in people.values():
        if one.number not in found:
            left.setdefault(one.group, []).append(one)
    for group, rest in left.items():
        rule = day.situation.rules[frozenset({group})]
        for one in order.sequence(rest, rule=rule, at=day.situation.at):
            found[one.number] = before[group]
            before[group] += one.number in here
    return found


def _estimate(
    day: Day, ahead: int, low: replay.Call | None, high: replay.Call | None, served: bool
) -> Estimate:
    if not served:
        return Estimate(ahead=ahead, unknown=Unknown.NO_COUNTER)
    if low is None or high is None:
        return Estimate(ahead=ahead, unknown=Unknown.NOT_MEASURED)
    # Another pace may bring another order: booked people are due at another moment of it.
    shortest, longest = sorted((call.at - day.situation.at) / MINUTE for call in (low, high))
    least = int(shortest // STEP) * STEP
    return Estimate(ahead=ahead, low=least, high=max(-int(-longest // STEP) * STEP, least + STEP))


def _finish(day: Day, calls: Iterable[replay.Call]) -> datetime.datetime:
    here = {one.number for one in day.situation.waiting}
    ends = (call.until for call in calls if call.number in here and call.until is not None)
    return max(ends, default=day.situation.at)


def _read(office: Office, *, at: datetime.datetime, read: hall.Facts) -> Day | None:
    """The day as values; None before anybody has come. Three queries, beside what is kept for some minutes."""
    if read.day is None:
        return None
    queue_day = QueueDay(**read.day)
    made = queue.made(queue_day)
    rows = list(_tickets(queue_day))
    people = [_waiting(row, queue_day, made) for row in rows if row.state == TicketState.WAITING]
    visits = {row.number: _visit(row) for row in rows}
    first_free = max(visits, default=0) + 1
    groups = [group.pk for group in read.groups]
    asking = [
        order.Waiting(number=first_free + nth, group=group, priority=False, arrived_at=at)
        for nth, group in enumerate(groups)
    ]
    coming = _coming(office, at=at, day=queue_day, number=first_free + len(asking))
    periods = opening_hours.of_day(office=office, date=local_date(at))
    desks = _desks(read.desks, rows, at=at)
    rules = {frozenset({group}) for group in groups} | {desk.groups for desk in desks}
    return Day(
        situation=replay.Situation(
            at=at,
            waiting=people,
            rules={served: made.rule(served) for served in rules},
            coming=[person for person, _visit in coming],
            asking=asking,
            passed=_passed(rows),
            breaks=[
                (before.closes, after.opens)
                for before, after in pairwise(periods)
                if at < before.closes
            ],
        ),
        desks=desks,
        visits=visits | {person.number: visit for person, visit in coming},
        measures=service_minutes.measured(office=office, at=at),
        closes_at=periods[-1].closes if periods else None,
    )


def _tickets(day: QueueDay) -> Iterable[Any]:
    """Who waits, who is at a counter, and whose first-come turn is still to come."""
    asked = Q(state__in=(TicketState.WAITING, *AT_THE_COUNTER)) | Q(turn_at=None)
    return Ticket.objects.filter(asked, queue_day=day).select_related("case")


def _waiting(row: Ticket, day: QueueDay, made: queue.Made) -> order.Waiting:
    return queue.waiting(row, day=day, calls=made.counts)


def _visit(row: Ticket) -> Visit:
    return Visit(group=row.group_id, case=row.case_id, planned=row.case.minutes)


def _passed(rows: Iterable[Ticket]) -> dict[int, list[replay.Place]]:
    passed: dict[int, list[replay.Place]] = {}
    for row in rows:
        if row.turn_at is None and row.state != TicketState.WAITING:
            passed.setdefault(row.group_id, []).append((row.arrived_at, row.number))
    return passed


def _desks(
    desks: Iterable[hall.Desk], rows: Iterable[Ticket], *, at: datetime.datetime
) -> list[OpenDesk]:
    there = {row.counter_id: row for row in rows if row.state in AT_THE_COUNTER}
    found = []
    for desk in desks:
        if desk.paused or not desk.groups:
            continue
        plain = OpenDesk(counter=desk.pk, groups=desk.groups)
        if row := there.get(desk.pk):
            began = row.started_at if row.state == TicketState.SERVING else None
            spent = max(0.0, (at - (began or at)) / MINUTE)
            plain = replace(plain, visit=_visit(row), minutes=spent)
        found.append(plain)
    return found


def _coming(
    office: Office, *, at: datetime.datetime, day: QueueDay, number: int
) -> list[tuple[order.Waiting, Visit]]:
    """As many of the booked people still to come as the show rate says, spread evenly over them."""
    rows = expected.still_to_come(office=office, at=at, late_minutes=day.late_minutes)
    share = expected.show_rate(office=office, at=at).share
    shown = [row for nth, row in enumerate(rows) if int((nth + 1) * share) > int(nth * share)]
    return [
        (_person(row, number=number + nth, at=at), Visit(row.group, row.case, row.minutes))
        for nth, row in enumerate(shown)
    ]


def _person(row: Expected, *, number: int, at: datetime.datetime) -> order.Waiting:
    return order.Waiting(
        number=number,
        group=row.group,
        priority=row.priority,
        arrived_at=max(at, row.due_at),
        due_at=row.due_at,
    )
