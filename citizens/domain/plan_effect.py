"""What a calendar does to the slots and the people that are there: counted first, written by plan_writing.

1. Every slot that has not begun gets the numbers that the calendar wants, never less than what is sold of it.
2. Where fewer places remain than are sold, those who booked last leave, and so does whoever an outage touches.
3. Each of them gets another time at the same office: on the same day the nearest, then on the following days the one
   nearest to the old hour, as far as citizens may book. A family keeps one visit a group and day, and no outage
   touches the new time.
4. Whoever finds nothing stays where they are, marked: beyond the capacity (`overbooked`), and needing attention.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from citizens.domain import availability, fitting, plan_people, plan_seats
from citizens.domain.calendar_plan import Calendar, Wanted
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.plan_people import Person, Stop
from citizens.domain.plan_seats import Seats
from citizens.enums import Fate, PlaceShare
from citizens.models import Appointment

ONE_DAY = datetime.timedelta(days=1)
Key = tuple[int, int, datetime.datetime]  # office, group, start
DayKey = tuple[int, datetime.date]


class GroupInTheWay(Exception):
    """Planned group visits have places that would go: `codes`. They are given another time first."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which offices (ids) and days (half-open) a change concerns, when, and which outages it moves people out of."""

    offices: tuple[int, ...]
    first: datetime.date
    until: datetime.date
    at: datetime.datetime
    outages: tuple[int, ...] = ()


@dataclass(slots=True, eq=False)
class Line:
    """One person who cannot stay: with new places, or with the marked old ones."""

    person: Person
    fate: Fate
    starts_at: datetime.datetime | None = None
    ends_at: datetime.datetime | None = None
    places: list[tuple[Seats, PlaceShare]] = field(default_factory=list)

    @property
    def stays(self) -> bool:
        """Whether the time is the old one after all: in other places, and nothing to tell."""
        return (self.starts_at, self.ends_at) == (self.person.starts_at, self.person.ends_at)


@dataclass(slots=True)
class Sum:
    """Places of one group on an office's day: before, after, and sold."""

    before: int = 0
    after: int = 0
    sold: int = 0


@dataclass(slots=True)
class Effect:
    """The whole result: slots with their new numbers, lines, and sums by office, day and group where they change."""

    scope: Scope
    seats: dict[Key, Seats]
    lines: list[Line]
    sums: dict[tuple[int, datetime.date, int], Sum]
    kept: int

    @property
    def moves(self) -> list[Line]:
        """The lines of those for whom anything is different."""
        return [line for line in self.lines if not line.stays]

    @property
    def changed(self) -> list[Seats]:
        return [seats for seats in self.seats.values() if seats.is_changed]

    def count(self, fate: Fate) -> int:
        return sum(line.fate == fate for line in self.moves)

    @property
    def unreachable(self) -> int:
        """People who must move and left neither a phone number nor an email address."""
        return sum(not line.person.has_contact for line in self.moves)


def compute(*, calendar: Calendar, scope: Scope) -> Effect:
    """What `calendar`, read for the days of the scope, does. Reads; changes nothing.

    The number of queries does not depend on how many slots or people there are.
    """
    seats = _read(scope)
    shrunk = _resize_all(seats, calendar, scope)
    stops = plan_people.stops(at=scope.at)
    leaving = _leaving(shrunk, stops, scope) | _coming_back(seats, scope)
    people = plan_people.read(leaving) if leaving else []
    by_pk = {one.pk: one for one in seats.values() if one.pk is not None}
    for person in people:
        for slot, share in person.places:
            if slot in by_pk:
                by_pk[slot].leave(share)
    for row in shrunk:
        row.one.resize(capacity=row.capacity, online=row.online)
    _refuse_groups(shrunk)
    lines = _Finder(seats, people, stops, scope).lines(by_pk)
    effect = Effect(scope=scope, seats=seats, lines=lines, sums=_sums(seats, scope), kept=0)
    effect.kept = _active(scope) - len(effect.moves)
    return effect


def _read(scope: Scope) -> dict[Key, Seats]:
    """Every slot from now to the end of the scope, or to where citizens may book if that is later."""
    last = max(local_midnight(scope.until), availability.window(at=scope.at)[1])
    found = plan_seats.read(offices=scope.offices, first=scope.at, until=last, at=scope.at)
    return {(one.office, one.group, one.start): one for one in found}


@dataclass(frozen=True, slots=True)
class _Shrunk:
    """A slot that is to have less than is sold of it: `room` for so many of its people."""

    one: Seats
    capacity: int
    online: int
    room: int


def _resize_all(seats: dict[Key, Seats], calendar: Calendar, scope: Scope) -> list[_Shrunk]:
    """Gives slots what the calendar wants and adds those that are missing; returns those that cannot have it yet."""
    unseen = {
        key: one for key, one in seats.items() if scope.first <= local_date(one.start) < scope.until
    }
    planned = {(one.office, local_date(one.start)) for one in unseen.values()}
    shrunk: list[_Shrunk] = []
    for office, group, slot in _wanted(calendar, scope, planned):
        key = (office, group, slot.start)
        one = unseen.pop(key, None)
        if one is None:
            seats[key] = Seats(
                None, office, group, slot.start, slot.minutes, slot.capacity, slot.online
            )
        else:
            shrunk += _resize(one, slot.minutes, slot.capacity, slot.online)
    for one in unseen.values():
        shrunk += _resize(one, one.minutes, 0, 0)
    return shrunk


def _wanted(
    calendar: Calendar, scope: Scope, planned: Collection[DayKey]
) -> Iterator[tuple[int, int, Wanted]]:
    """The slots of the scope that have not begun. Days that nobody has planned yet come with the nightly top-up."""
    reach = local_date(scope.at) + (settings.BOOKING_HORIZON_DAYS + 2) * ONE_DAY
    for office in scope.offices:
        for number in range((scope.until - scope.first).days):
            day = scope.first + number * ONE_DAY
            if day < reach or (office, day) in planned:
                for group, slots in calendar.slots(office=office, day=day).items():
                    for slot in slots:
                        if slot.start > scope.at:
                            yield office, group, slot


def _resize(one: Seats, minutes: int, capacity: int, online: int) -> Iterator[_Shrunk]:
    """Changes a slot at once where nobody is in the way."""
    shorter = minutes < one.minutes
    one.minutes = minutes
    if one.sold > capacity or (shorter and one.sold) or (one.overbooked and not capacity):
        # Whoever has a shorter slot than before is fitted anew: at the same time, if that can be.
        yield _Shrunk(one, capacity, online, room=0 if shorter else capacity)
    elif (one.capacity, one.online) != (capacity, online):
        one.resize(capacity=capacity, online=online)


def _leaving(shrunk: Iterable[_Shrunk], stops: Sequence[Stop], scope: Scope) -> set[int]:
    """The appointments that lose their place: of each slot those who booked last, and whom an outage touches."""
    of_slot: dict[int, list[tuple[datetime.datetime, int]]] = defaultdict(list)
    if slots := [row.one.pk for row in shrunk if row.one.pk is not None]:
        withdrawn = [row.one.pk for row in shrunk if row.one.pk is not None and not row.capacity]
        for appointment, slot, booked_at in plan_people.in_slots(
            slots, withdrawn=withdrawn, at=scope.at
        ):
            of_slot[slot].append((booked_at, appointment))
    leaving: set[int] = set()
    for row in sorted(shrunk, key=lambda row: row.one.start):
        booked = sorted(of_slot[row.one.pk or 0])
        surplus = len(booked) if not row.capacity else row.one.sold - row.room
        # Who leaves by an earlier slot of a long visit makes room in this one as well.
        staying = [person for _at, person in booked if person not in leaving]
        surplus -= len(booked) - len(staying)
        if surplus > 0:
            leaving.update(staying[max(len(staying) - surplus, 0) :])
    first = max(scope.at, local_midnight(scope.first))
    for stop in stops:
        if stop.pk in scope.outages:
            leaving.update(
                plan_people.touched_by(
                    stop, offices=scope.offices, after=first, until=local_midnight(scope.until)
                )
            )
    return leaving


def _coming_back(seats: dict[Key, Seats], scope: Scope) -> set[int]:
    """Who once found no other time, and whose own slot has room again: they are the first to have it."""
    grown = [
        one.pk
        for one in seats.values()
        if one.pk is not None and one.overbooked and one.capacity > one.was[1]
    ]
    return plan_people.forsaken_in(grown, at=scope.at) if grown else set()


def _refuse_groups(shrunk: Sequence[_Shrunk]) -> None:
    """Raises GroupInTheWay where a slot has less than the group needs that has a block of it."""
    short = [row.one.pk for row in shrunk if row.one.pk is not None and row.one.sold > row.room]
    if short and (codes := plan_people.groups_in(short)):
        raise GroupInTheWay(codes)


class _Finder:
    """Finds other times for people, one after the other, in numbers that change with each of them."""

    def __init__(
        self,
        seats: dict[Key, Seats],
        people: Sequence[Person],
        stops: Sequence[Stop],
        scope: Scope,
    ) -> None:
        self.people = people
        self.stops = stops
        self.first, self.last = availability.window(at=scope.at)
        self.of_day: dict[DayKey, dict[int, list[Seats]]] = defaultdict(lambda: defaultdict(list))
        if people:
            for one in seats.values():
                if one.capacity:
                    self.of_day[one.office, local_date(one.start)][one.group].append(one)
            for groups in self.of_day.values():
                for rows in groups.values():
                    rows.sort(key=lambda one: one.start)
        self.days: dict[int, list[datetime.date]] = defaultdict(list)
        for office, day in sorted(self.of_day):
            self.days[office].append(day)
        families = {person.household for person in people if person.household}
        self.family_days = plan_people.household_days(families) if families else {}

    def lines(self, by_pk: dict[int, Seats]) -> list[Line]:
        """A line for each person, in order."""
        return [self._move(person) or self._stay(person, by_pk) for person in self.people]

    def _move(self, person: Person) -> Line | None:
        old_day = local_date(person.starts_at)
        for day in self.days[person.office]:
            if day < old_day or not self._family_may(person, day):
                continue
            if found := self._on(person, day):
                seats, ends_at = found
                places = [(one, share) for one in seats if (share := one.take()) is not None]
                self._move_family(person, day)
                return Line(person, Fate.MOVED, seats[0].start, ends_at, places)
        return None

    def _on(
        self, person: Person, day: datetime.date
    ) -> tuple[list[Seats], datetime.datetime] | None:
        """The time of a day nearest to the old hour at which the whole visit fits."""
        groups = self.of_day[person.office, day]
        hour = person.starts_at + (day - local_date(person.starts_at))
        open_starts = [
            one.start
            for one in groups.get(person.parts[0].group_id, ())
            if one.free > 0 and self.first <= one.start < self.last
        ]
        for start in sorted(open_starts, key=lambda start: (abs(start - hour), start)):
            found = fitting.fit(person.parts, start=start, slots=groups)
            if found is None or any(one.free <= 0 for one in found[0]):
                continue
            if not any(
                stop.touches(
                    office=person.office, services=person.services, start=start, end=found[1]
                )
                for stop in self.stops
            ):
                return found
        return None

    def _stay(self, person: Person, by_pk: dict[int, Seats]) -> Line:
        places = [
            (by_pk[slot], by_pk[slot].come_back(share))
            for slot, share in person.places
            if slot in by_pk
        ]
        return Line(person, Fate.ORPHANED, places=places)

    def _family_may(self, person: Person, day: datetime.date) -> bool:
        """Whether the family has no other visit of these groups on a day."""
        if not person.household:
            return True
        return all(
            self.family_days.get((person.household, part.group_id, day), person.pk) == person.pk
            for part in person.parts
        )

    def _move_family(self, person: Person, day: datetime.date) -> None:
        if person.household:
            for part in person.parts:
                old = (person.household, part.group_id, local_date(person.starts_at))
                self.family_days.pop(old, None)
                self.family_days[person.household, part.group_id, day] = person.pk


def _sums(seats: dict[Key, Seats], scope: Scope) -> dict[tuple[int, datetime.date, int], Sum]:
    """Places of each group and day before and after, where anything is different."""
    sums: dict[tuple[int, datetime.date, int], Sum] = defaultdict(Sum)
    for one in seats.values():
        day = local_date(one.start)
        if scope.first <= day < scope.until:
            row = sums[one.office, day, one.group]
            row.before += one.was[1] if one.was else 0
            row.after += one.capacity
            row.sold += one.sold + one.overbooked
    return {key: row for key, row in sums.items() if row.before != row.after}


def _active(scope: Scope) -> int:
    """How many appointments stand in the scope. One query."""
    return (
        Appointment.objects.active()
        .filter(
            office__in=scope.offices,
            starts_at__gt=scope.at,
            starts_at__gte=local_midnight(scope.first),
            starts_at__lt=local_midnight(scope.until),
        )
        .count()
    )
