"""What a supervisor may choose from when planning a group: days, starts, and what each takes from citizens."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from citizens.domain import blocks
from citizens.domain.group_visits import minutes_needed
from citizens.domain.office_time import local_date, local_midnight
from citizens.models import ClosedDay, GroupVisit, Slot

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fit:
    """A block that fits: when it ends, and how many places it takes that were meant for citizens."""

    ends_at: datetime.datetime
    online: int


@dataclass(frozen=True, slots=True)
class Start:
    """A time at which the group may begin: with internal places alone, or with online ones, or `short` of minutes.

    Not short and no block: a later start serves the group as well.
    """

    start: datetime.datetime
    internal: Fit | None
    online: Fit | None
    short: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day: free places of each kind, and its starts; `closed` is the name of a closed day."""

    date: datetime.date
    wished: bool
    closed: str
    internal: int
    unreleased: int
    released: int
    starts: tuple[Start, ...]

    @property
    def fits_internal(self) -> bool:
        return any(start.internal for start in self.starts)

    @property
    def fits(self) -> bool:
        return any(start.internal or start.online for start in self.starts)


def planned_until(*, at: datetime.datetime) -> datetime.date:
    """The last day whose counters are planned when it is `at`; later days have no slots yet."""
    return local_date(at) + datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS + 1)


def days(*, group_visit: GroupVisit, at: datetime.datetime) -> list[Day]:
    """Tomorrow and every later day that has slots of the service, and every wished day. Four queries."""
    tomorrow = local_date(at) + ONE_DAY
    slots = list(
        Slot.objects.filter(
            office=group_visit.office,
            group=group_visit.case.service.group,
            start__gte=local_midnight(tomorrow),
        )
    )
    of_day: dict[datetime.date, list[blocks.Supply]] = defaultdict(list)
    for supply in blocks.supplies(slots, at=at):
        of_day[local_date(supply.slot.start)].append(supply)
    wish = (group_visit.wished_until - group_visit.wished_from).days + 1
    wished = {group_visit.wished_from + ONE_DAY * number for number in range(wish)}
    listed = sorted({*of_day, *(day for day in wished if day >= tomorrow)})
    closed = dict(
        ClosedDay.objects.closing(office=group_visit.office)
        .filter(date__in=listed)
        .values_list("date", "name")
    )
    minutes = minutes_needed(group_visit)
    return [
        _day(date, date in wished, closed.get(date, ""), of_day[date], minutes) for date in listed
    ]


def _day(
    date: datetime.date, wished: bool, closed: str, there: Sequence[blocks.Supply], minutes: int
) -> Day:
    there = [] if closed else there
    return Day(
        date=date,
        wished=wished,
        closed=closed,
        internal=sum(supply.internal for supply in there),
        unreleased=sum(supply.unreleased for supply in there),
        released=sum(supply.released for supply in there),
        starts=tuple(_start(supply, there, minutes) for supply in there if supply.places),
    )


def _start(first: blocks.Supply, there: Sequence[blocks.Supply], minutes: int) -> Start:
    start = first.slot.start
    internal, _short = _fit(there, start, minutes, use_online=False)
    online, short = _fit(there, start, minutes, use_online=True)
    return Start(start, internal, online, short)


def _fit(
    there: Sequence[blocks.Supply], start: datetime.datetime, minutes: int, *, use_online: bool
) -> tuple[Fit | None, int]:
    """The block from `start` on, or how many minutes it lacks."""
    try:
        pieces = blocks.block(there, start=start, minutes=minutes, use_online=use_online)
    except blocks.NoSuchTime:
        return None, 0
    except blocks.NotEnoughPlaces as error:
        return None, error.short
    ends_at = max(piece.slot.ends_at for piece in pieces)
    return Fit(ends_at, sum(piece.online for piece in pieces)), 0
