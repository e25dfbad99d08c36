"""Opening places to citizens in shares: part of a day two weeks ahead, part two days ahead, part the same morning.

Each place opens at a moment of its own, drawn at random within the hours of its share, so that there is no minute
at which to be quick. Citizens are told the day and the hours, never the minute. A place that comes back from a
cancellation opens again at another random moment; the waiting list is asked first (citizens.domain.waitlist).
"""

import datetime
import random
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from citizens.domain.office_time import local_date
from citizens.models import Release, Slot

LARGEST_BATCH = 3  # places that open in one moment
SLOTS_A_RUN = 500

# A returned place opens between half an hour after it came back and the end of the next day's hours,
# always early enough for somebody to take it.
SOONEST_RETURN = datetime.timedelta(minutes=30)
# Of a visit that is near: the waiting list, which is asked every minute, still comes first.
HURRIED_RETURN = (datetime.timedelta(minutes=3), datetime.timedelta(minutes=10))

secret = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` of the online places of a day open `days_ahead` of it, between two times of the office's day."""

    percent: int
    days_ahead: int
    opens: datetime.time
    closes: datetime.time

    def window(self, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
        """When the places of the day `day` open by this share."""
        return _window(day - datetime.timedelta(days=self.days_ahead), self.opens, self.closes)


def shares() -> tuple[Share, ...]:
    """The shares of settings.RELEASE_SHARES, the earliest first; their percentages add up to 100."""
    return tuple(Share(*values) for values in settings.RELEASE_SHARES)


@dataclass(slots=True)
class Fresh:
    """A stored slot of which `online` places are to be shared out, beyond those that are `released` already."""

    pk: int
    office_id: int
    group_id: int
    start: datetime.datetime
    online: int
    released: int = 0


def plan(
    slots: Iterable[Fresh | Slot], *, at: datetime.datetime, draw: random.Random = secret
) -> None:
    """Shares out the online places of stored slots: some open now, the rest later.

    Writes `released` of the slots and their Release rows. Call it in the transaction that made the slots.
    `draw` is where chance comes from: secret, but for a demo that must come out the same again.
    """
    days: dict[tuple[int, int, datetime.date], list[Fresh | Slot]] = defaultdict(list)
    for slot in slots:
        days[slot.office_id, slot.group_id, local_date(slot.start)].append(slot)
    later: list[tuple[int, datetime.datetime]] = []
    for (_office, _group, day), of_day in days.items():
        for slot, due in _draw(of_day, day, at, draw):
            if due <= at:
                slot.released += 1
            else:
                later.append((slot.pk, due))
    opened = [slot for of_day in days.values() for slot in of_day if slot.released]
    with connection.cursor() as cursor:
        if later:
            # A year has as many rows of these as slots.
            with cursor.copy(COPY) as copy:
                for slot_id, due in later:
                    copy.write_row((slot_id, 1, due, False))
        cursor.execute(OPEN, [[slot.pk for slot in opened], [slot.released for slot in opened]])


COPY = "COPY citizens_release (slot_id, places, due_at, returned) FROM STDIN"


OPEN = """
    UPDATE citizens_slot slot SET released = given.released
    FROM unnest(%s::bigint[], %s::smallint[]) AS given (id, released) WHERE slot.id = given.id
"""


def _draw(
    slots: Sequence[Fresh | Slot], day: datetime.date, at: datetime.datetime, draw: random.Random
) -> list[tuple[Fresh | Slot, datetime.datetime]]:
    """Every online place of one day with the moment at which it opens."""
    places = [slot for slot in slots for _ in range(slot.online)]
    draw.shuffle(places)
    drawn: list[tuple[Fresh | Slot, datetime.datetime]] = []
    percent = 0
    for share in shares():
        first = len(places) * percent // 100
        percent += share.percent
        window = share.window(day)
        due = at
        for number, slot in enumerate(places[first : len(places) * percent // 100]):
            if number % draw.randint(1, LARGEST_BATCH) == 0:
                due = _between(*window, not_before=at, draw=draw)
            drawn.append((slot, due))
    return drawn


@transaction.atomic
def release_due(*, at: datetime.datetime) -> int:
    """Opens the places whose moment has come; returns how many. Safe to run twice at once, or late."""
    due = Release.objects.filter(due_at__lte=at).order_by("due_at").values_list("slot", flat=True)
    wanted = list(due[:SLOTS_A_RUN])
    if not wanted:
        return 0
    slots = Slot.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
    locked = [slot.pk for slot in slots.order_by("pk")]
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"slots": locked, "at": at})
        [opened] = cursor.fetchone()
    return int(opened)


# Read anew under the lock: another run may have opened them meanwhile.
RELEASE = """
    WITH due AS (
        DELETE FROM citizens_release WHERE slot_id = ANY(%(slots)s) AND due_at <= %(at)s
        RETURNING slot_id, places
    ), sums AS (
        SELECT slot_id, sum(places) AS places FROM due GROUP BY slot_id
    ), opened AS (
        UPDATE citizens_slot slot SET released = released + sums.places
        FROM sums WHERE slot.id = sums.slot_id
    )
    SELECT coalesce(sum(places), 0) FROM sums
"""


def take_back(surplus: Mapping[int, int]) -> dict[int, int]:
    """Takes places out of what is not released yet, the latest to open first; `surplus` is how many by slot (id).

    The slots are locked by the caller, who changes their `online`. Returns how many each still has too many.
    """
    left = dict(surplus)
    smaller: list[Release] = []
    gone: list[int] = []
    for row in Release.objects.filter(slot__in=surplus).order_by("-due_at", "-pk"):
        taken = min(row.places, left[row.slot_id])
        left[row.slot_id] -= taken
        row.places -= taken
        if not row.places:
            gone.append(row.pk)
        elif taken:
            smaller.append(row)
    Release.objects.filter(pk__in=gone).delete()
    Release.objects.bulk_update(smaller, ["places"])
    return left


def give_back(slots: Sequence[Slot], *, at: datetime.datetime) -> None:
    """Takes one taken online place of each slot out of sight until a random moment.

    The slots are locked by the caller. The place is neither taken nor released any more: the waiting list may
    have it, and everybody once its moment comes.
    """
    Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(
        taken=F("taken") - 1, released=F("released") - 1
    )
    hide(slots, at=at)


def hide(slots: Sequence[Slot], *, at: datetime.datetime) -> None:
    """Writes that a place of each slot opens again, all at one random moment: a long visit opens whole."""
    if not slots:
        return
    due = return_moment(start=min(slot.start for slot in slots), at=at)
    Release.objects.bulk_create(
        [Release(slot=slot, places=1, due_at=due, returned=True) for slot in slots]
    )


def return_moment(*, start: datetime.datetime, at: datetime.datetime) -> datetime.datetime:
    """When a place that came back at `at` opens, for a visit at `start`: random, and never announced."""
    hours = shares()[0]
    tomorrow = local_date(at) + datetime.timedelta(days=1)
    latest = min(
        _window(tomorrow, hours.opens, hours.closes)[1],
        start - datetime.timedelta(minutes=2 * settings.BOOKING_LEAD_MINUTES),
    )
    soonest = at + SOONEST_RETURN
    if latest <= soonest:
        # The visit is near: whoever can still come must be able to see it.
        return _between(at + HURRIED_RETURN[0], at + HURRIED_RETURN[1], not_before=at)
    return _between(soonest, latest, not_before=soonest)


def window_of(due: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """The day and hours to announce for a place that opens at `due`: the hours of its share, never the minute."""
    local = due.astimezone(ZoneInfo(settings.TIME_ZONE))
    for share in shares():
        if share.opens <= local.time() <= share.closes:
            return _window(local.date(), share.opens, share.closes)
    return _window(local.date(), datetime.time(), datetime.time(23, 59))


def _window(
    day: datetime.date, opens: datetime.time, closes: datetime.time
) -> tuple[datetime.datetime, datetime.datetime]:
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.datetime.combine(day, opens, zone), datetime.datetime.combine(day, closes, zone)


def _between(
    first: datetime.datetime,
    last: datetime.datetime,
    *,
    not_before: datetime.datetime,
    draw: random.Random = secret,
) -> datetime.datetime:
    """A random moment of a window; `not_before` when the window is over."""
    first = max(first, not_before)
    if last <= first:
        return not_before
    return first + (last - first) * draw.random()
