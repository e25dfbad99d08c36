"""Places that came back and are not open to everybody yet: what the waiting list may have."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import F

from citizens.domain import availability, fitting
from citizens.domain.booking import SlotFull
from citizens.domain.party import Party
from citizens.models import Office, Release, Slot

# Slots of the days and offices on which something came back: what is free for everybody, and what came back.
ROOM = f"""
    WITH {availability.HELD}, back AS (
        SELECT release.slot_id, sum(release.places) AS places
        FROM citizens_release release WHERE release.returned GROUP BY release.slot_id
    ), days AS (
        SELECT DISTINCT slot.office_id, slot.start::date AS day
        FROM back JOIN citizens_slot slot ON slot.id = back.slot_id
        WHERE slot.start >= %(first)s AND slot.start < %(last)s
    )
    SELECT slot.id, slot.office_id, slot.group_id, slot.start, slot.minutes,
        slot.released - slot.taken - coalesce(held.places, 0), coalesce(back.places, 0)
    FROM citizens_slot slot
    JOIN days ON days.office_id = slot.office_id AND days.day = slot.start::date
    LEFT JOIN held ON held.slot_id = slot.id LEFT JOIN back ON back.slot_id = slot.id
    WHERE slot.start >= %(first)s AND slot.start < %(last)s
    ORDER BY slot.start
"""  # noqa: S608 - composed of constants only


@dataclass(slots=True)
class Row:
    """A slot with its places: `free` for everybody (never below 0), `back` for the waiting list alone."""

    start: datetime.datetime
    minutes: int
    free: int
    back: int


@dataclass(slots=True)
class Room:
    """What came back, by office and service group. Taking from it keeps one sweep from offering a place twice."""

    offices: dict[int, Office] = field(default_factory=dict)
    slots: dict[int, dict[int, list[Row]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def starts(self, office: int, party: Party) -> Iterator[datetime.datetime]:
        """When a party could come by using a place that came back."""
        if office not in self.offices:
            return
        for row in self.slots[office].get(party.parts[0].group_id, ()):
            used = self._used(office, party, row.start)
            possible = used and all(one.free + one.back > 0 for one in used)
            if possible and any(one.back > 0 for one in used):
                yield row.start

    def take(self, office: int, party: Party, start: datetime.datetime) -> None:
        """Counts a place of each slot as given."""
        for row in self._used(office, party, start):
            if row.free > 0:
                row.free -= 1
            else:
                row.back -= 1

    def _used(self, office: int, party: Party, start: datetime.datetime) -> list[Row]:
        found = fitting.fit(party.parts, start=start, slots=self.slots[office])
        return found[0] if found else []


def read(*, first: datetime.datetime, last: datetime.datetime, at: datetime.datetime) -> Room:
    """Everything that came back for visits between two moments. Two queries."""
    room = Room()
    with connection.cursor() as cursor:
        cursor.execute(ROOM, {"first": first, "last": last, "at": at})
        for _pk, office, group, start, minutes, free, back in cursor.fetchall():
            room.slots[office][group].append(Row(start, minutes, max(free, 0), back))
    room.offices = Office.objects.filter(active=True).in_bulk(room.slots.keys())
    return room


def open_one(slot_id: int) -> None:
    """Opens one returned place of a slot that the caller has locked. Raises SlotFull when none is left."""
    row = Release.objects.filter(slot=slot_id, returned=True).order_by("due_at", "pk").first()
    if row is None:
        raise SlotFull
    if row.places > 1:
        Release.objects.filter(pk=row.pk).update(places=F("places") - 1)
    else:
        row.delete()
    Slot.objects.filter(pk=slot_id).update(released=F("released") + 1)
