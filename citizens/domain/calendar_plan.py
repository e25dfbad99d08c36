"""What the calendar wants: the slots of an office on a day, out of every table that has a say.

In this order: a closed day of the office; a special day of the office; a closed day of every office; the week of
Ramadan; the ordinary week. Counters that stay empty by the rota take desks away, and what was decided for the day alone
(DayDesks) replaces the numbers of its group. The online share of a day never goes beyond its rule (docs/adr/0013).
"""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from citizens.domain import online_share, rota
from citizens.domain.online_share import Desks
from citizens.models import (
    ClosedDay,
    Counter,
    DayDesks,
    OpeningTemplate,
    ServiceGroup,
    SpecialDay,
)


@dataclass(frozen=True, slots=True)
class Hours:
    """From opening to closing on some day, local time."""

    opens: datetime.time
    closes: datetime.time


@dataclass(frozen=True, slots=True)
class Capacity:
    """Counters of a group, how many places of a slot are online, and how long a slot is."""

    counters: int
    online: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot as the calendar wants it."""

    start: datetime.datetime
    minutes: int
    capacity: int
    online: int


@dataclass(frozen=True, slots=True)
class Run:
    """`times` slots of one group that follow each other without a gap."""

    group: int
    first: datetime.datetime
    times: int
    minutes: int
    capacity: int
    online: int


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Hours and capacities of an office's day; none when it is closed, and then `why`."""

    hours: tuple[Hours, ...] = ()
    capacities: tuple[tuple[int, Capacity], ...] = ()
    why: str = ""


CLOSED = DayPlan()


@dataclass(slots=True)
class _Week:
    kind: int
    first: datetime.date
    until: datetime.date | None
    hours: dict[int, list[Hours]]
    capacities: dict[int, Capacity]


class Calendar:
    """The calendar of some offices over some days. Make it with read()."""

    def __init__(self, *, offices: Collection[int], first: datetime.date, until: datetime.date):
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.rank = list(
            ServiceGroup.objects.order_by("sort_order", "pk").values_list("pk", flat=True)
        )
        self.rota = rota.read(offices=offices, first=first, until=until)
        days = {"date__gte": first, "date__lt": until}
        self.closed: dict[tuple[int | None, datetime.date], str] = {
            (office, date): name
            for office, date, name in ClosedDay.objects.filter(**days).values_list(
                "office", "date", "name"
            )
        }
        self.special = _special_days(offices, days)
        self.weeks = _weeks(offices)
        self.desks = {
            (office, date, group): (counters, online)
            for office, date, group, counters, online in DayDesks.objects.filter(
                office__in=offices, **days
            ).values_list("office", "date", "group", "counters", "online")
        }
        self.served = _served(offices)

    def of_day(self, *, office: int, day: datetime.date) -> DayPlan:
        """Hours and capacities on a day, with every rule applied but the online share."""
        found = self._base(office, day)
        if not found.hours:
            return found
        capacities = dict(found.capacities)
        for group in self.losing(office=office, day=day).values():
            if group is not None:
                was = capacities[group]
                left = was.counters - 1
                capacities[group] = Capacity(left, min(was.online, left), was.minutes)
        for group, was in capacities.items():
            if decided := self.desks.get((office, day, group)):
                capacities[group] = Capacity(*decided, was.minutes)
        return DayPlan(hours=found.hours, capacities=tuple(capacities.items()), why=found.why)

    def losing(self, *, office: int, day: datetime.date) -> dict[int, int | None]:
        """The counters that stay empty on a day, each with the group that loses a desk thereby."""
        empty = self.rota.empty_counters(office=office, day=day)
        if not empty:
            return {}
        desks = {group: row.counters for group, row in self._base(office, day).capacities}
        lost = [self.served.get(counter, ()) for counter in empty]
        return dict(zip(empty, rota.losers(desks, lost=lost, order=self.rank), strict=True))

    def slots(self, *, office: int, day: datetime.date) -> dict[int, list[Wanted]]:
        """The slots of each group on a day, in order of time; a group without a counter has none."""
        slots: dict[int, list[Wanted]] = defaultdict(list)
        for run in self.runs(office=office, day=day):
            length = datetime.timedelta(minutes=run.minutes)
            slots[run.group] += [
                Wanted(run.first + number * length, run.minutes, run.capacity, run.online)
                for number in range(run.times)
            ]
        return dict(slots)

    def runs(self, *, office: int, day: datetime.date) -> list[Run]:
        """The same slots as slots(), told by their first ones: each group and period of the day in order."""
        plan = self.of_day(office=office, day=day)
        open_groups = {group: capacity for group, capacity in plan.capacities if capacity.counters}
        times = {
            group: [_fit(period, capacity.minutes) for period in plan.hours]
            for group, capacity in open_groups.items()
        }
        share = {
            group: Desks(capacity.minutes * sum(times[group]), capacity.counters, capacity.online)
            for group, capacity in open_groups.items()
        }
        fitting = online_share.capped(share, percent=settings.ONLINE_SHARE_PERCENT)
        return [
            Run(
                group=group,
                first=datetime.datetime.combine(day, period.opens, self.zone),
                times=number,
                minutes=capacity.minutes,
                capacity=capacity.counters,
                online=fitting[group].online,
            )
            for group, capacity in open_groups.items()
            for period, number in zip(plan.hours, times[group], strict=True)
            if number
        ]

    def _base(self, office: int, day: datetime.date) -> DayPlan:
        if name := self.closed.get((office, day)):
            return DayPlan(why=name)
        week = self._week(office, day)
        if special := self.special.get((office, day)):
            name, hours, own = special
            capacities = own or (week.capacities if week else {})
            return DayPlan(tuple(hours), tuple(capacities.items()), name)
        if name := self.closed.get((None, day)):
            return DayPlan(why=name)
        if week is None:
            return CLOSED
        hours = week.hours.get(day.weekday(), [])
        return DayPlan(tuple(hours), tuple(week.capacities.items()) if hours else ())

    def _week(self, office: int, day: datetime.date) -> _Week | None:
        """The template in force, that of Ramadan over the ordinary one."""
        found = [
            week
            for week in self.weeks.get(office, [])
            if week.first <= day and (week.until is None or day < week.until)
        ]
        return max(found, key=lambda week: week.kind, default=None)


def read(*, offices: Collection[int], first: datetime.date, until: datetime.date) -> Calendar:
    """The calendar of offices (ids) for the days from `first` until `until` (half-open).

    The number of queries does not grow with offices or days.
    """
    return Calendar(offices=offices, first=first, until=until)


def _fit(period: Hours, minutes: int) -> int:
    """How many slots of a length fit wholly between opening and closing."""
    opens, closes = (
        datetime.timedelta(hours=time.hour, minutes=time.minute, seconds=time.second)
        for time in (period.opens, period.closes)
    )
    return max((closes - opens) // datetime.timedelta(minutes=minutes), 0)


def _weeks(offices: Collection[int]) -> dict[int, list[_Week]]:
    weeks: dict[int, list[_Week]] = defaultdict(list)
    templates = OpeningTemplate.objects.filter(office__in=offices)
    for template in templates.prefetch_related("periods", "capacities"):
        hours: dict[int, list[Hours]] = defaultdict(list)
        for period in sorted(template.periods.all(), key=lambda row: row.opens):
            hours[period.weekday].append(Hours(period.opens, period.closes))
        weeks[template.office_id].append(
            _Week(
                kind=template.kind,
                first=template.valid_from,
                until=template.valid_until,
                hours=hours,
                capacities={
                    row.group_id: Capacity(row.counters, row.online, row.slot_minutes)
                    for row in sorted(template.capacities.all(), key=lambda row: row.pk)
                },
            )
        )
    return weeks


def _special_days(
    offices: Collection[int], days: dict[str, datetime.date]
) -> dict[tuple[int, datetime.date], tuple[str, list[Hours], dict[int, Capacity]]]:
    rows = SpecialDay.objects.filter(office__in=offices, **days)
    return {
        (row.office_id, row.date): (
            row.name,
            [
                Hours(period.opens, period.closes)
                for period in sorted(row.periods.all(), key=lambda period: period.opens)
            ],
            {
                own.group_id: Capacity(own.counters, own.online, own.slot_minutes)
                for own in sorted(row.capacities.all(), key=lambda own: own.pk)
            },
        )
        for row in rows.prefetch_related("periods", "capacities")
    }


def _served(offices: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The groups that each counter serves, by ids."""
    served: dict[int, list[int]] = defaultdict(list)
    pairs = Counter.groups.through.objects.filter(counter__office__in=offices)
    for counter, group in pairs.order_by("pk").values_list("counter", "servicegroup"):
        served[counter].append(group)
    return {counter: tuple(groups) for counter, groups in served.items()}
