"""Which times staff may give: out of the internal share first, then of what is released, else beyond the capacity.

The same rules as booking.shares_for_staff, which the commit follows behind its locks.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from citizens.domain import availability, fitting
from citizens.domain.availability import OfficeDays, Reason
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.party import Party
from citizens.enums import PlaceShare
from citizens.models import Appointment, HeldPlace, Slot

ONE_DAY = datetime.timedelta(days=1)
# For these the day has no time that even staff could give.
NOTHING_TO_GIVE = (Reason.HOLIDAY, Reason.CLOSED, Reason.OUTAGE, Reason.NO_CARDS)


@dataclass(frozen=True, slots=True)
class StaffTime:
    """A time at which the visit may begin; `free` counts the places left, none where it is overbooked."""

    start: datetime.datetime
    share: PlaceShare
    free: int


@dataclass(frozen=True, slots=True)
class StaffDay:
    """How many times of each share a day has for a visit; with none there is a `reason` and its note."""

    date: datetime.date
    internal: int = 0
    online: int = 0
    full: int = 0
    reason: Reason | None = None
    note: str = ""

    @property
    def has_times(self) -> bool:
        return bool(self.internal or self.online or self.full)


def offices(*, party: Party, at: datetime.datetime) -> list[OfficeDays]:
    """Every office that serves the party. One query; two for several groups."""
    return availability.days(party=party, at=at)


def days(
    *, party: Party, office: OfficeDays, at: datetime.datetime, own: Appointment | None = None
) -> list[StaffDay]:
    """Each day of the horizon at an office, as found by offices(). Two queries.

    `own` is the appointment that is to be moved: its own places count as free.
    """
    first, last = at, availability.window(at=at)[1]
    of_day: dict[datetime.date, Counter[PlaceShare]] = defaultdict(Counter)
    for time in _times(party, office.code, first, last, at=at, own=own):
        of_day[local_date(time.start)][time.share] += 1
    return [_day(day, of_day[day.date]) for day in office.days]


def times(
    *,
    party: Party,
    office: str,
    day: datetime.date,
    at: datetime.datetime,
    own: Appointment | None = None,
) -> list[StaffTime]:
    """The times of one day at an office (its code), in order. Two queries."""
    first = max(at, local_midnight(day))
    last = min(availability.window(at=at)[1], local_midnight(day + ONE_DAY))
    return _times(party, office, first, last, at=at, own=own)


@dataclass(frozen=True, slots=True)
class _Slot:
    start: datetime.datetime
    minutes: int
    internal: int
    online: int


def _times(
    party: Party,
    office: str,
    first: datetime.datetime,
    last: datetime.datetime,
    *,
    at: datetime.datetime,
    own: Appointment | None,
) -> list[StaffTime]:
    slots = _slots(party, office, first, last, at=at, own=own)
    starts = [slot.start for slot in slots.get(party.parts[0].group_id, ()) if slot.start > at]
    fitted = ((start, fitting.fit(party.parts, start=start, slots=slots)) for start in starts)
    return [_time(start, found[0]) for start, found in fitted if found]


def _slots(
    party: Party,
    office: str,
    first: datetime.datetime,
    last: datetime.datetime,
    *,
    at: datetime.datetime,
    own: Appointment | None,
) -> dict[int, list[_Slot]]:
    held = (
        HeldPlace.objects.filter(slot=OuterRef("pk"), hold__expires_at__gt=at)
        .order_by()
        .values("slot")
        .annotate(places=Count("pk"))
    )
    rows = (
        Slot.objects.filter(
            office__code=office,
            group_id__in=[part.group_id for part in party.parts],
            start__gte=first,
            start__lt=last,
            capacity__gt=0,
        )
        .annotate(held=Coalesce(Subquery(held.values("places")), 0))
        .order_by("start")
    )
    kept = set(own.places.values_list("slot", flat=True)) if own else set()
    of_group: dict[int, list[_Slot]] = defaultdict(list)
    for row in rows:
        internal = row.capacity - row.online - row.internal_taken + (row.pk in kept)
        online = max(0, row.released - row.taken - row.held)
        of_group[row.group_id].append(_Slot(row.start, row.minutes, internal, online))
    return of_group


def _time(start: datetime.datetime, slots: Sequence[_Slot]) -> StaffTime:
    free = min(slot.internal + slot.online for slot in slots)
    if free <= 0:
        return StaffTime(start, PlaceShare.OVERBOOKED, 0)
    internal = all(slot.internal > 0 for slot in slots)
    return StaffTime(start, PlaceShare.INTERNAL if internal else PlaceShare.ONLINE, free)


def _day(day: availability.Day, counts: "Counter[PlaceShare]") -> StaffDay:
    if day.reason in NOTHING_TO_GIVE:
        return StaffDay(day.date, reason=day.reason, note=day.note)
    found = StaffDay(
        day.date,
        internal=counts[PlaceShare.INTERNAL],
        online=counts[PlaceShare.ONLINE],
        full=counts[PlaceShare.OVERBOOKED],
    )
    return found if found.has_times else replace(found, reason=Reason.CLOSED)
