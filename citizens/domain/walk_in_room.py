"""How many walk-ins an office can still serve today, with the parts of the sum so that one sees why.

Desk minutes until closing, less the minutes of the people who are here and of the booked people to come (times the
measured show rate), divided by the minutes of a walk-in. Services that share counters are one sum.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Avg

from citizens.domain import expected, hall, opening_hours, service_minutes
from citizens.domain.expected import ShowRate
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.opening_hours import Period
from citizens.domain.service_minutes import Measures
from citizens.enums import AT_THE_COUNTER, TicketOrigin, TicketState
from citizens.models import Counter, Office, QueueDay, ServiceCase, Slot, Ticket

MINUTE = datetime.timedelta(minutes=1)
# So long after opening, counters are still being opened: until then the plan counts where it has more.
SETTLING = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Part:
    """One sum: services (ServiceGroup keys) that share counters. `planned`: the plan had more than is open.

    `measured` are those of the services whose visits were measured often enough; the planned minutes stand in for the
    others.
    """

    groups: frozenset[int]
    measured: frozenset[int]
    desks: int
    planned: bool
    desk_minutes: int
    waiting: int
    waiting_minutes: int
    expected: int
    expected_minutes: int
    minutes_each: float

    @property
    def room(self) -> int:
        """Walk-in numbers that can still be given."""
        left = self.desk_minutes - self.waiting_minutes - self.expected_minutes
        return max(0, int(left / self.minutes_each))


@dataclass(frozen=True, slots=True)
class Room:
    """The sums of all counters. `given` walk-in numbers were given today; `limit` is the supervisor's, or None."""

    parts: Sequence[Part]
    closes_at: datetime.datetime | None
    show_rate: ShowRate
    limit: int | None
    given: int

    @property
    def total(self) -> int | None:
        """Walk-in numbers that can still be given; None where neither hours nor a limit are known."""
        known = [] if self.closes_at is None else [sum(part.room for part in self.parts)]
        if self.limit is not None:
            known.append(max(0, self.limit - self.given))
        return min(known, default=None)

    def of_group(self, group: int) -> int | None:
        """As `total`, for one service; none can be given where no counter of the office serves it."""
        if self.closes_at is None or self.total is None:
            return self.total
        room = next((part.room for part in self.parts if group in part.groups), 0)
        return min(room, self.total)

    def measured_of_group(self, group: int) -> int | None:
        """As `of_group`, but None as well where visits for the service were measured too seldom: nothing is guessed."""
        measured = any(group in part.measured for part in self.parts)
        return self.of_group(group) if measured else None


def remaining(*, office: Office, at: datetime.datetime) -> Room:
    """The walk-in numbers that can still be given at `at`. A constant number of queries."""
    day = QueueDay.objects.filter(office=office, date=local_date(at)).first()
    periods = opening_hours.of_day(office=office, date=local_date(at))
    rate = expected.show_rate(office=office, at=at)
    here = _here(day, at=at)
    return Room(
        parts=_parts(office, day, periods, here, rate, at=at),
        closes_at=periods[-1].closes if periods else None,
        show_rate=rate,
        limit=None if day is None else day.walk_in_limit,
        given=0 if day is None else _given(day),
    )


def _given(day: QueueDay) -> int:
    return Ticket.objects.filter(queue_day=day, origin=TicketOrigin.WALK_IN).count()


def _here(day: QueueDay | None, *, at: datetime.datetime) -> list[tuple[int, int, int, float]]:
    """Who waits or is at a counter: (group, case, planned minutes, minutes of it that are over)."""
    rows = Ticket.objects.filter(queue_day=day, state__in=(TicketState.WAITING, *AT_THE_COUNTER))
    serving = TicketState.SERVING
    return [
        (group, case, minutes, (at - began) / MINUTE if state == serving and began else 0)
        for group, case, minutes, state, began in rows.values_list(
            "group", "case", "case__minutes", "state", "started_at"
        )
    ]


def _parts(
    office: Office,
    day: QueueDay | None,
    periods: Sequence[Period],
    here: Iterable[tuple[int, int, int, float]],
    rate: ShowRate,
    *,
    at: datetime.datetime,
) -> list[Part]:
    measures = service_minutes.measured(office=office, at=at)
    late_minutes = office.late_minutes if day is None else day.late_minutes
    coming = expected.still_to_come(office=office, at=at, late_minutes=late_minutes)
    desks = [desk.groups for desk in hall.facts_of(office, at=at).desks]
    plan = _planned(office, at=at) if _is_settling(periods, at=at) else {}
    each = _minutes_each(measures)
    left = opening_hours.minutes_left(periods, at=at)
    waiting = [
        (group, max(0.0, _minutes(measures, group, case, planned) - spent))
        for group, case, planned, spent in here
    ]
    booked = [
        (row.group, _minutes(measures, row.group, row.case, row.minutes) * rate.share)
        for row in coming
    ]

    def part(groups: frozenset[int]) -> Part:
        minutes = left * sum(not served.isdisjoint(groups) for served in desks)
        planned = sum(plan.get(group, 0) for group in groups)
        people = [length for group, length in waiting if group in groups]
        to_come = [length for group, length in booked if group in groups]
        return Part(
            groups=groups,
            measured=groups & measures.groups.keys(),
            desks=round(max(planned, minutes) / left) if left else 0,
            planned=planned > minutes,
            desk_minutes=max(planned, minutes),
            waiting=len(people),
            waiting_minutes=round(sum(people)),
            expected=len(to_come),
            expected_minutes=round(sum(to_come)),
            minutes_each=_mixed(groups, measures, each),
        )

    return [part(groups) for groups in _sharing(office)]


def _minutes(measures: Measures, group: int, case: int, planned: float) -> float:
    measured = measures.of(group=group, case=case)
    return measured.median if measured else planned


def _minutes_each(measures: Measures) -> dict[int, float]:
    """By group, what a visit takes: the measured median, or the mean of the minutes planned for its cases."""
    planned = ServiceCase.objects.filter(active=True, service__active=True).order_by()
    means = dict(planned.values_list("service__group").annotate(Avg("minutes")))
    return means | {group: one.median for group, one in measures.groups.items()}


def _mixed(groups: frozenset[int], measures: Measures, each: Mapping[int, float]) -> float:
    """What a walk-in of these services takes, weighted by how often each was asked for."""
    counts = {
        group: measures.groups[group].count if group in measures.groups else 1
        for group in groups
        if group in each
    }
    total = sum(each[group] * count for group, count in counts.items())
    # Without a case nobody comes for these services: any length will do.
    return max(1.0, total / sum(counts.values())) if counts else 1.0


def _is_settling(periods: Sequence[Period], *, at: datetime.datetime) -> bool:
    """Whether the counters that are open now say little: before opening, in a break, and shortly after both."""
    return not any(period.opens + SETTLING <= at < period.closes for period in periods)


def _planned(office: Office, *, at: datetime.datetime) -> dict[int, int]:
    """Desk minutes of each group that the slots of the rest of the day have."""
    end = local_midnight(local_date(at) + datetime.timedelta(days=1))
    rows = Slot.objects.filter(office=office, start__gte=local_midnight(local_date(at)))
    minutes: dict[int, int] = {}
    for slot in rows.filter(start__lt=end):
        left = max(slot.ends_at - max(slot.start, at), datetime.timedelta())
        minutes[slot.group_id] = minutes.get(slot.group_id, 0) + slot.capacity * (left // MINUTE)
    return minutes


def _sharing(office: Office) -> list[frozenset[int]]:
    """The services of the office's counters, those together that share one, directly or through others."""
    served: dict[int, set[int]] = {}
    rows = Counter.groups.through.objects.filter(counter__office=office, counter__active=True)
    for counter, group in rows.values_list("counter", "servicegroup").order_by("pk"):
        served.setdefault(counter, set()).add(group)
    parts: list[set[int]] = []
    for groups in served.values():
        shared = [part for part in parts if part & groups]
        parts = [part for part in parts if part not in shared]
        parts.append(groups.union(*shared))
    return sorted((frozenset(part) for part in parts), key=min)
