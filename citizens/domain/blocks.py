"""Blocks of places for groups: what consecutive slots can give, and which of it a group takes.

The one rule that the page of choices and the commit both follow; the commit locks the slots first.
"""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from citizens.models import HeldPlace, Release, Slot


class NoSuchTime(Exception):
    """No slot begins then, or the group takes nothing of it: it may begin later."""


class NotEnoughPlaces(Exception):
    """The slots in a row from then on carry less than the group needs; `short` is what lacks, in desk minutes."""

    def __init__(self, short: int) -> None:
        super().__init__(f"{short} minutes short")
        self.short = short


@dataclass(frozen=True, slots=True)
class Supply:
    """What one slot could still give a group, in places."""

    slot: Slot
    internal: int
    # Online places that no citizen sees yet. What came back from a cancellation is promised to the waiting list.
    unreleased: int
    # Online places that citizens see, and that nobody has taken or holds.
    released: int

    @property
    def places(self) -> int:
        return self.internal + self.unreleased + self.released


@dataclass(slots=True)
class Piece:
    """What a block takes of one slot, in places of each kind."""

    slot: Slot
    internal: int = 0
    unreleased: int = 0
    released: int = 0

    @property
    def places(self) -> int:
        return self.internal + self.online

    @property
    def online(self) -> int:
        """How many of the places were meant for citizens."""
        return self.unreleased + self.released


# The order in which places are taken: what citizens can see goes last.
INTERNAL_ONLY = ("internal",)
WITH_ONLINE = ("internal", "unreleased", "released")


def supplies(slots: Sequence[Slot], *, at: datetime.datetime) -> list[Supply]:
    """What each of the slots can give when it is `at`, in order of time. Live holds count as taken. Two queries."""
    held = dict(
        HeldPlace.objects.filter(slot__in=slots, hold__expires_at__gt=at)
        .values_list("slot")
        .annotate(places=Count("pk"))
    )
    returned = dict(
        Release.objects.filter(slot__in=slots, returned=True)
        .values_list("slot")
        .annotate(places=Sum("places"))
    )
    return [
        Supply(
            slot=slot,
            internal=slot.capacity - slot.online - slot.internal_taken,
            unreleased=max(0, slot.online - slot.released - returned.get(slot.pk, 0)),
            released=max(0, slot.released - slot.taken - held.get(slot.pk, 0)),
        )
        for slot in sorted(slots, key=lambda slot: slot.start)
    ]


def block(
    there: Sequence[Supply], *, start: datetime.datetime, minutes: int, use_online: bool
) -> list[Piece]:
    """The places that a group of `minutes` desk minutes takes from `start` on, in order of time.

    A slot of m minutes with k places carries k*m minutes. All internal places in a row go first, so that as few
    as possible are taken from citizens; the row ends at the first gap, such as the lunch break.
    Raises NoSuchTime or NotEnoughPlaces.
    """
    row = _row(there, start)
    kinds = WITH_ONLINE if use_online else INTERNAL_ONLY
    pieces = {supply.slot.pk: Piece(supply.slot) for supply in row}
    left = minutes
    for kind in kinds:
        for supply in row:
            if left <= 0:
                break
            places = min(getattr(supply, kind), math.ceil(left / supply.slot.minutes))
            setattr(pieces[supply.slot.pk], kind, places)
            left -= places * supply.slot.minutes
    taken = [piece for piece in pieces.values() if piece.places]
    if not taken or taken[0].slot.start != start:
        raise NoSuchTime
    if left > 0:
        raise NotEnoughPlaces(left)
    return taken


def _row(there: Sequence[Supply], start: datetime.datetime) -> list[Supply]:
    """The slots that follow each other without a gap from `start` on."""
    row: list[Supply] = []
    due = start
    for supply in there:
        if supply.slot.start < start:
            continue
        if supply.slot.start != due:
            break
        row.append(supply)
        due = supply.slot.ends_at
    return row
