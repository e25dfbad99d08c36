"""The rota of an office, week by week: who sits where, who is away, which counter stays empty, and what that costs."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from citizens.domain import calendar_plan
from citizens.domain.calendar_plan import Calendar
from citizens.enums import AbsenceKind
from citizens.models import Absence, Counter, Office, PresenceOrder, ServiceGroup, Shift, User

ONE_DAY = datetime.timedelta(days=1)
WEEK = 7 * ONE_DAY
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody whose shift it is, and why the person is not there (None: is there)."""

    staff: User
    away: AbsenceKind | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A counter on a day. `is_empty`: the rota wanted somebody, and nobody is there; `loses` is what loses a desk."""

    seats: tuple[Seat, ...]
    is_empty: bool
    loses: ServiceGroup | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the office: whether it is open (`why` not), and how many of the people of its shifts are there."""

    date: datetime.date
    is_open: bool
    why: str
    present: int
    planned: int
    ordered: bool
    losses: tuple[tuple[ServiceGroup, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A counter and its days."""

    counter: Counter
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The days that are shown, the counters, who is away on them, and the orders that hold on them."""

    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    absences: tuple[Absence, ...]
    orders: tuple[PresenceOrder, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """Shifts of one person at one counter over the same days: the weekdays are together."""

    shifts: tuple[Shift, ...]

    @property
    def first(self) -> Shift:
        return self.shifts[0]

    @property
    def weekdays(self) -> list[int]:
        return sorted(shift.weekday for shift in self.shifts)


def monday(day: datetime.date) -> datetime.date:
    """The Monday of the week of a day."""
    return day - datetime.timedelta(days=day.weekday())


def read(*, office: Office, first: datetime.date) -> Week:
    """The week that begins on the Monday `first`. Closed days at its end on which nobody works are left out.

    The number of queries is constant.
    """
    until = first + WEEK
    calendar = calendar_plan.read(offices=[office.pk], first=first, until=until)
    groups = ServiceGroup.objects.in_bulk()
    counters = list(
        Counter.objects.filter(office=office, active=True)
        .prefetch_related("groups")
        .order_by("number")
    )
    people = User.objects.in_bulk({duty.staff for duty in calendar.rota.duties})
    cells = {
        day: _cells(calendar, office, day, counters, people, groups)
        for day in (first + offset * ONE_DAY for offset in range(7))
    }
    days = [_day(calendar, office, day, found) for day, found in cells.items()]
    shown = [day for day in days if day.is_open or day.planned or day.date.weekday() < SATURDAY]
    return Week(
        days=tuple(shown),
        rows=tuple(
            Row(counter, tuple(cells[day.date][counter.pk] for day in shown))
            for counter in counters
        ),
        absences=tuple(_absences(office, people).filter(first_day__lt=until, until__gt=first)),
        orders=tuple(orders(office).filter(first_day__lt=until, until__gt=first)),
    )


def posts(*, office: Office, day: datetime.date) -> list[Post]:
    """The shifts at an office that are not over on a day, those of a person at a counter together. One query."""
    rows = (
        Shift.objects.filter(counter__office=office)
        .exclude(valid_until__lte=day)
        .select_related("staff", "counter__office")
        .order_by("counter__number", "valid_from", "staff__full_name", "weekday")
    )
    found: dict[tuple[int, int, datetime.date, datetime.date | None], list[Shift]] = {}
    for row in rows:
        key = (row.counter_id, row.staff_id, row.valid_from, row.valid_until)
        found.setdefault(key, []).append(row)
    return [Post(tuple(shifts)) for shifts in found.values()]


def absences(*, office: Office, day: datetime.date) -> list[Absence]:
    """Absences of the people of an office that are not over on a day."""
    shifts = Shift.objects.filter(counter__office=office).exclude(valid_until__lte=day)
    people = set(shifts.values_list("staff", flat=True))
    return list(_absences(office, people).filter(until__gt=day))


def orders(office: Office) -> "QuerySet[PresenceOrder]":
    """Orders that everybody of an office is present, those of every office among them."""
    rows = PresenceOrder.objects.filter(Q(office=office) | Q(office=None))
    return rows.select_related("office", "entered_by").order_by("first_day", "pk")


def _absences(office: Office, people: Iterable[int]) -> "QuerySet[Absence]":
    """Of whoever has a shift here, and of whoever belongs here without one."""
    rows = Absence.objects.filter(Q(staff__in=people) | Q(staff__office=office))
    return rows.select_related("staff").order_by("first_day", "staff__full_name", "pk")


def _cells(
    calendar: Calendar,
    office: Office,
    day: datetime.date,
    counters: Sequence[Counter],
    people: Mapping[int, User],
    groups: Mapping[int, ServiceGroup],
) -> dict[int, Cell]:
    """By counter. What was decided for the day alone stands over the rota: then nothing is lost."""
    seats: dict[int, list[Seat]] = {counter.pk: [] for counter in counters}
    for duty in calendar.rota.worked(office=office.pk, day=day):
        away = calendar.rota.why_away(staff=duty.staff, office=office.pk, day=day)
        seats.setdefault(duty.counter, []).append(Seat(people[duty.staff], away))
    losing = calendar.losing(office=office.pk, day=day)
    cells = {}
    for counter, found in seats.items():
        group = losing.get(counter)
        lost = group is not None and (office.pk, day, group) not in calendar.desks
        cells[counter] = Cell(
            tuple(found), counter in losing, groups[group] if group is not None and lost else None
        )
    return cells


def _day(calendar: Calendar, office: Office, day: datetime.date, cells: Mapping[int, Cell]) -> Day:
    plan = calendar.of_day(office=office.pk, day=day)
    seats = [seat for cell in cells.values() for seat in cell.seats]
    lost: dict[ServiceGroup, int] = {}
    for cell in cells.values():
        if cell.loses:
            lost[cell.loses] = lost.get(cell.loses, 0) + 1
    return Day(
        date=day,
        is_open=bool(plan.hours),
        why="" if plan.hours else plan.why,
        present=sum(seat.away is None for seat in seats),
        planned=len(seats),
        ordered=calendar.rota.is_ordered(office=office.pk, day=day),
        losses=tuple(sorted(lost.items(), key=lambda item: item[0].sort_order)),
    )
