"""Writes what citizens.domain.plan_effect has counted: slots, places, moves, and who needs attention.

Everything is written in bulk, in the caller's transaction, behind the locks of every slot that it touches.
"""

import datetime
from collections.abc import Iterable, Sequence

from django.db import connection

from citizens.domain import attention, release
from citizens.domain.office_time import local_date
from citizens.domain.plan_effect import Effect, Line
from citizens.domain.plan_seats import Seats
from citizens.enums import (
    Actor,
    AppointmentState,
    AttentionEnd,
    AttentionReason,
    Fate,
    PlaceShare,
)
from citizens.models import (
    AppointmentEvent,
    AppointmentPlace,
    Proposal,
    Slot,
    User,
)

REASON_LENGTH = 120

UPDATE = """
    UPDATE citizens_slot slot SET minutes = given.minutes, capacity = given.capacity, online = given.online,
        released = given.released, taken = given.taken, internal_taken = given.internal,
        overbooked = given.overbooked
    FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
        AS given (id, minutes, capacity, online, released, taken, internal, overbooked)
    WHERE slot.id = given.id
"""
MOVE = """
    UPDATE citizens_appointment appointment SET starts_at = given.starts_at, ends_at = given.ends_at,
        sequence = appointment.sequence + 1, changed_at = %s, reconfirmed_at = NULL
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS given (id, starts_at, ends_at)
    WHERE appointment.id = given.id
"""
MOVE_FAMILY = """
    UPDATE citizens_householdvisit visit SET date = given.date
    FROM unnest(%s::bigint[], %s::date[]) AS given (appointment_id, date)
    WHERE visit.appointment_id = given.appointment_id AND visit.active AND visit.date <> given.date
"""


def write(effect: Effect, *, proposal: Proposal, staff: User, at: datetime.datetime) -> None:
    """Writes an effect. The slots of touched() and the appointments are locked by the caller."""
    changed = effect.changed
    _write_places_away(effect.lines)
    _write_slots([one for one in changed if one.pk is not None])
    _make([one for one in changed if one.pk is None], at=at)
    _share_out(changed, at=at)
    _write_places(effect.lines, proposal, staff, at)
    moved = [line for line in effect.moves if line.fate == Fate.MOVED]
    _move(moved, proposal, staff, at)
    _delete_empty(changed)
    attention.settle_all((line.person.pk for line in moved), end=AttentionEnd.MOVED, at=at)
    staying = (line.person.pk for line in effect.lines if line.stays)
    attention.settle_all(staying, end=AttentionEnd.PLACED, at=at)
    attention.open_all(
        ((line.person.pk, reason) for line in effect.moves if (reason := _needs(line)) is not None),
        proposal=proposal,
        at=at,
    )


def touched(effect: Effect) -> set[int]:
    """The ids of every slot that write() changes."""
    return {one.pk for one in effect.changed if one.pk is not None}


def _stored(one: Seats) -> int:
    """The id of a slot that _make() has stored if nobody had."""
    assert one.pk is not None  # noqa: S101 - see above
    return one.pk


def _needs(line: Line) -> AttentionReason | None:
    if line.fate == Fate.ORPHANED:
        return AttentionReason.NO_PLACE
    return None if line.person.has_contact else AttentionReason.NOT_TOLD


def _write_places_away(lines: Sequence[Line]) -> None:
    AppointmentPlace.objects.filter(appointment__in=[line.person.pk for line in lines]).delete()


def _write_slots(changed: Sequence[Seats]) -> None:
    if not changed:
        return
    columns = [[one.pk for one in changed]]
    columns += [list(column) for column in zip(*(one.numbers for one in changed), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, columns)


def _make(new: Sequence[Seats], *, at: datetime.datetime) -> None:
    made = Slot.objects.bulk_create(
        [
            Slot(
                office_id=one.office,
                group_id=one.group,
                start=one.start,
                minutes=one.minutes,
                capacity=one.capacity,
                online=one.online,
                released=one.released,
                taken=one.taken,
                internal_taken=one.internal,
            )
            for one in new
        ],
        batch_size=2000,
    )
    for one, slot in zip(new, made, strict=True):
        one.pk = slot.pk


def _share_out(changed: Sequence[Seats], *, at: datetime.datetime) -> None:
    """Keeps the rows of what is not released equal to the numbers: fewer, the latest go; more, they are drawn."""
    more: list[release.Fresh] = []
    surplus: dict[int, int] = {}
    for one in changed:
        was = one.was[2] - one.was[3] if one.was else 0
        difference = one.online - one.released - was
        if difference > 0:
            # release.plan shares out the places of what it is given: here the new ones alone.
            more.append(
                release.Fresh(
                    _stored(one), one.office, one.group, one.start, difference, one.released
                )
            )
        elif difference < 0:
            surplus[_stored(one)] = -difference
    release.take_back(surplus)
    release.plan(more, at=at)


def _write_places(
    lines: Sequence[Line], proposal: Proposal, staff: User, at: datetime.datetime
) -> None:
    AppointmentPlace.objects.bulk_create(
        [
            AppointmentPlace(
                appointment_id=line.person.pk,
                slot_id=_stored(one),
                share=share,
                overbooked_by=staff if share == PlaceShare.OVERBOOKED else None,
                overbooked_at=at if share == PlaceShare.OVERBOOKED else None,
                overbooked_why=(
                    proposal.title[:REASON_LENGTH] if share == PlaceShare.OVERBOOKED else ""
                ),
            )
            for line in lines
            for one, share in line.places
        ],
        batch_size=2000,
    )


def _move(moved: Sequence[Line], proposal: Proposal, staff: User, at: datetime.datetime) -> None:
    if not moved:
        return
    ids = [line.person.pk for line in moved]
    starts = [line.starts_at for line in moved if line.starts_at]
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [at, ids, starts, [line.ends_at for line in moved]])
        cursor.execute(MOVE_FAMILY, [ids, [local_date(start) for start in starts]])
    AppointmentEvent.objects.bulk_create(
        [
            AppointmentEvent(
                appointment_id=line.person.pk,
                from_state=AppointmentState.BOOKED,
                to_state=AppointmentState.BOOKED,
                at=at,
                actor=Actor.STAFF,
                staff=staff,
                reason=proposal.title[:REASON_LENGTH],
                office_caused=True,
                from_starts_at=line.person.starts_at,
                from_office_id=line.person.office,
                to_starts_at=line.starts_at,
                to_office_id=line.person.office,
            )
            for line in moved
        ],
        batch_size=2000,
    )


def _delete_empty(changed: Iterable[Seats]) -> None:
    """Slots that the calendar does not want and where nobody is any more."""
    empty = [
        _stored(one) for one in changed if not one.capacity and not one.sold and not one.overbooked
    ]
    Slot.objects.filter(pk__in=empty, places=None, group_places=None, held_places=None).delete()
