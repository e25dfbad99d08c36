"""The forecast beside what is planned: how many visits the desks of each coming day can serve, and how many are too many.

A day that has slots is taken as it is in the slots; a day that nobody has planned yet as the calendar wants it
(citizens.domain.calendar_plan): the nightly top-up will make its slots so.

    visits that can be served = desk minutes / minutes of a visit,

the minutes being the measured median of the last working days where there are enough visits
(citizens.domain.service_minutes), else the length of a slot. The time between two visits is in neither.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from citizens.domain import calendar_plan, forecast, service_minutes
from citizens.domain.calendar_plan import Calendar, DayPlan
from citizens.domain.forecast import Forecast, History
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.service_minutes import Measures
from citizens.models import Office, Slot

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a visit takes: the median of `measured` visits, or, with none, the length of a slot."""

    each: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class GroupDay:
    """One service group on one day. `forecast` is None where too little is known."""

    group: int
    forecast: float | None
    desks: int
    places: int
    online: int
    desk_minutes: int
    minutes: Minutes

    @property
    def capacity(self) -> float:
        """Visits that the planned desks can serve."""
        return self.desk_minutes / self.minutes.each

    @property
    def short(self) -> float:
        """Visits too many for the desks."""
        return max(0.0, (self.forecast or 0) - self.capacity)


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """One office on one day. On a closed one there is no forecast and no group, and `plan.why` may say why.

    `has_slots`: the day is open for booking as the slots say; else it is as the calendar wants it.
    """

    day: datetime.date
    plan: DayPlan
    forecast: Forecast | None
    groups: tuple[GroupDay, ...]
    has_slots: bool

    @property
    def is_known(self) -> bool:
        return self.forecast is not None and self.forecast.is_enough

    @property
    def expected(self) -> float:
        return sum(one.forecast or 0 for one in self.groups)

    @property
    def capacity(self) -> float:
        return sum(one.capacity for one in self.groups)

    @property
    def short(self) -> float:
        """Visits too many: a desk that has time for one service does not help another."""
        return sum(one.short for one in self.groups)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming days of one office, with what they were made of."""

    office: Office
    days: tuple[OfficeDay, ...]
    history: History
    measures: Measures
    calendar: Calendar


@dataclass(slots=True)
class _Sum:
    desks: int = 0
    places: int = 0
    online: int = 0
    desk_minutes: int = 0
    slot_minutes: int = 0

    def add(self, minutes: int, capacity: int, online: int) -> None:
        self.desks = max(self.desks, capacity)
        self.places += capacity
        self.online += online
        self.desk_minutes += capacity * minutes
        self.slot_minutes = minutes


def outlook(
    *, office: Office, first: datetime.date, until: datetime.date, at: datetime.datetime
) -> Outlook:
    """The days from `first` until `until` (half-open). The number of queries does not grow with days or visits."""
    history = forecast.read(offices=[office.pk], at=at)[office.pk]
    measures = service_minutes.measured(office=office, at=at)
    calendar = calendar_plan.read(offices=[office.pk], first=first, until=until)
    planned = _from_slots(office, first, until)
    days = []
    for number in range((until - first).days):
        day = first + number * ONE_DAY
        plan = calendar.of_day(office=office.pk, day=day)
        groups = planned.get(day) or _from_calendar(calendar, office, day)
        known = history.forecast(day, before=min(day, local_date(at))) if plan.hours else None
        days.append(
            OfficeDay(
                day=day,
                plan=plan,
                forecast=known,
                groups=_groups(groups, known, plan, measures) if known else (),
                has_slots=day in planned,
            )
        )
    return Outlook(office, tuple(days), history, measures, calendar)


def minutes_of(measures: Measures, *, group: int, slot_minutes: int) -> Minutes:
    """What a visit of a group takes, and how that is known."""
    found = measures.of(group=group)
    # A group that has neither desks nor slots serves nobody: any length will do.
    return Minutes(found.median, found.count) if found else Minutes(float(max(slot_minutes, 1)))


def _groups(
    planned: Mapping[int, _Sum], known: Forecast, plan: DayPlan, measures: Measures
) -> tuple[GroupDay, ...]:
    lengths = {group: capacity.minutes for group, capacity in plan.capacities}
    visits = known.visits
    rows = []
    for group in dict.fromkeys([*lengths, *planned, *known.means]):
        row = planned.get(group, _Sum())
        rows.append(
            GroupDay(
                group=group,
                forecast=visits.get(group, 0.0) if known.is_enough else None,
                desks=row.desks,
                places=row.places,
                online=row.online,
                desk_minutes=row.desk_minutes,
                minutes=minutes_of(
                    measures, group=group, slot_minutes=row.slot_minutes or lengths.get(group, 0)
                ),
            )
        )
    return tuple(rows)


def _from_slots(
    office: Office, first: datetime.date, until: datetime.date
) -> dict[datetime.date, dict[int, _Sum]]:
    """What stands in the slots of each day that has any."""
    found: dict[datetime.date, dict[int, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    rows = Slot.objects.filter(
        office=office, start__gte=local_midnight(first), start__lt=local_midnight(until)
    )
    for group, start, minutes, capacity, online in rows.values_list(
        "group", "start", "minutes", "capacity", "online"
    ):
        found[local_date(start)][group].add(minutes, capacity, online)
    return found


def _from_calendar(calendar: Calendar, office: Office, day: datetime.date) -> dict[int, _Sum]:
    """What the calendar wants of a day."""
    found: dict[int, _Sum] = defaultdict(_Sum)
    for group, slots in calendar.slots(office=office.pk, day=day).items():
        for slot in slots:
            found[group].add(slot.minutes, slot.capacity, slot.online)
    return found
