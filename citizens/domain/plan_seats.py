"""Slots as a planner holds them: numbers that may be changed in memory, beside what they were when they were read."""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from citizens.enums import PlaceShare


@dataclass(slots=True, eq=False)
class Seats:
    """One slot. `pk` is None while nobody has stored it; `held` are places that somebody holds at the moment."""

    pk: int | None
    office: int
    group: int
    start: datetime.datetime
    minutes: int
    capacity: int
    online: int
    released: int = 0
    taken: int = 0
    internal: int = 0
    overbooked: int = 0
    held: int = 0
    was: tuple[int, ...] = field(default=(), repr=False)

    @property
    def numbers(self) -> tuple[int, ...]:
        """What a changed slot writes back, in the order of `citizens.domain.plan_writing.UPDATE`."""
        return (
            self.minutes,
            self.capacity,
            self.online,
            self.released,
            self.taken,
            self.internal,
            self.overbooked,
        )

    @property
    def is_changed(self) -> bool:
        return self.pk is None or self.numbers != self.was

    @property
    def sold(self) -> int:
        """Places given within the capacity: online and internal."""
        return self.taken + self.internal

    @property
    def free(self) -> int:
        """Places that nobody has and nobody holds, released or not."""
        return self.capacity - self.taken - self.internal - self.held

    def resize(self, *, capacity: int, online: int) -> None:
        """Gives the slot new numbers, never less than what is sold of each share."""
        self.capacity = max(capacity, self.sold)
        self.online = min(max(online, self.taken), self.capacity - self.internal)
        self.released = min(self.released, self.online)

    def take(self) -> PlaceShare | None:
        """Gives one place to somebody whom the office moves here, or None when there is none.

        The internal share goes first, then what citizens may book, then what is not released yet.
        """
        if self.internal < self.capacity - self.online:
            self.internal += 1
            return PlaceShare.INTERNAL
        if self.taken + self.held >= self.online:
            return None
        self.taken += 1
        self.released = max(self.released, self.taken + self.held)
        return PlaceShare.ONLINE

    def leave(self, share: PlaceShare) -> None:
        """Frees a place of a share."""
        column = COLUMN_OF[share]
        setattr(self, column, getattr(self, column) - 1)

    def come_back(self, share: PlaceShare) -> PlaceShare:
        """Gives the place back to somebody who could go nowhere else: beyond the capacity if need be."""
        if share == PlaceShare.INTERNAL and self.internal < self.capacity - self.online:
            self.internal += 1
            return share
        if share == PlaceShare.ONLINE and self.taken < self.online:
            self.taken += 1
            self.released = max(self.released, self.taken)
            return share
        self.overbooked += 1
        return PlaceShare.OVERBOOKED


COLUMN_OF = {
    PlaceShare.ONLINE: "taken",
    PlaceShare.INTERNAL: "internal",
    PlaceShare.OVERBOOKED: "overbooked",
}

READ = """
    SELECT slot.id, slot.office_id, slot.group_id, slot.start, slot.minutes, slot.capacity, slot.online,
        slot.released, slot.taken, slot.internal_taken, slot.overbooked
    FROM citizens_slot slot
    WHERE slot.office_id = ANY(%(offices)s) AND slot.start > %(first)s AND slot.start < %(until)s
    ORDER BY slot.id
"""
HELD = """
    SELECT place.slot_id, count(*)
    FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
    WHERE hold.expires_at > %(at)s
    GROUP BY place.slot_id
"""
LOCK = "SELECT id FROM citizens_slot WHERE id = ANY(%(slots)s) ORDER BY id FOR UPDATE"


def read(
    *,
    offices: Collection[int],
    first: datetime.datetime,
    until: datetime.datetime,
    at: datetime.datetime,
) -> Iterator[Seats]:
    """The slots of offices that begin after `first` and before `until`. Two queries."""
    parameters: dict[str, Any] = {
        "offices": list(offices),
        "first": first,
        "until": until,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(HELD, parameters)
        held = dict(cursor.fetchall())
        cursor.execute(READ, parameters)
        rows = cursor.fetchall()
    for row in rows:
        one = Seats(*row)
        one.held = held.get(one.pk, 0)
        one.was = one.numbers
        yield one


def lock(slots: Collection[int]) -> None:
    """Locks slots in the order of their ids (docs/adr/0003)."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"slots": sorted(slots)})
