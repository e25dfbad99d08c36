"""Visits of groups: asked for online, planned by a supervisor as a block of places, declined or withdrawn.

Planning locks the slots first and reads anew, as booking does (docs/adr/0003); the order of locks is slots, then
the group visit.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from citizens import signals, tokens
from citizens.domain import blocks, obstacles
from citizens.domain import party as parties
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import GROUP_VISIT_MOVES, GroupVisitState
from citizens.models import (
    ClosedDay,
    GroupPlace,
    GroupVisit,
    Office,
    OpeningCapacity,
    ServiceCase,
    Slot,
    User,
)

# Days from today: planning and telling a group takes three; nobody knows the calendar beyond sixty.
SOONEST_DAYS = 3
LATEST_DAYS = 60
MOST_PEOPLE = 500
CODE_ATTEMPTS = 3


class OutsideWindow(ValueError):
    """A wished day is too soon, too far ahead, or the last one is before the first."""


class StaleGroupVisit(Exception):
    """The group visit is not in the state that was expected: somebody was quicker."""


class TooLate(Exception):
    """The visit has begun, or the time that was chosen is over."""


class Closed(Exception):
    """The office is closed on that day."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a group asks for. Phone in E.164; phone or e-mail may be empty, not both."""

    organiser: str
    organiser_name: str
    contact_name: str
    phone: str
    email: str
    language: str
    case: ServiceCase
    people: int
    office: Office
    wished_from: datetime.date
    wished_until: datetime.date
    note: str = ""


def wish_window(*, at: datetime.datetime) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that a group may wish for when it is `at`."""
    today = local_date(at)
    return (
        today + datetime.timedelta(days=SOONEST_DAYS),
        today + datetime.timedelta(days=LATEST_DAYS),
    )


def serving_offices() -> dict[int, set[int]]:
    """By the id of a service group, the ids of the offices that have counters for it. One query."""
    served: dict[int, set[int]] = defaultdict(set)
    rows = OpeningCapacity.objects.filter(template__office__active=True)
    for group, office in rows.values_list("group", "template__office").distinct():
        served[group].add(office)
    return served


def request(*, wish: Wish, submission_key: str, at: datetime.datetime) -> GroupVisit:
    """Writes a request; the same `submission_key` twice gives the same one. Raises OutsideWindow."""
    first, last = wish_window(at=at)
    if not first <= wish.wished_from <= wish.wished_until <= last:
        raise OutsideWindow
    for attempt in range(CODE_ATTEMPTS):
        if sent := GroupVisit.objects.filter(submission_key=submission_key).first():
            return sent
        try:
            with transaction.atomic():
                return GroupVisit.objects.create(
                    token=tokens.new(),
                    code=tokens.new_code(),
                    submission_key=submission_key,
                    requested_at=at,
                    state_at=at,
                    **_columns(wish),
                )
        except IntegrityError:  # sent twice at once, or a code that somebody has
            if attempt == CODE_ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _columns(wish: Wish) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in wish.__dataclass_fields__}


def move(
    *,
    group_visit: GroupVisit,
    to: GroupVisitState,
    expected: GroupVisitState,
    at: datetime.datetime,
    staff: User | None = None,
    **columns: Any,
) -> None:
    """Changes the state from `expected` to `to` and writes who and when; `columns` come with it.

    Call it inside a transaction. Raises StaleGroupVisit when the row is in another state.
    """
    if to not in GROUP_VISIT_MOVES[expected]:
        raise ValueError(f"A group visit does not move from {expected} to {to}.")
    columns |= {"state": to, "state_at": at}
    if staff is not None:
        columns |= {"decided_by": staff, "decided_at": at}
    rows = GroupVisit.objects.filter(pk=group_visit.pk, state=expected)
    if not rows.update(**columns):
        raise StaleGroupVisit
    for name, value in columns.items():
        setattr(group_visit, name, value)


@transaction.atomic
def plan(
    *,
    group_visit: GroupVisit,
    start: datetime.datetime,
    staff: User,
    at: datetime.datetime,
    use_online: bool = False,
) -> list[GroupPlace]:
    """Gives a requested visit a block of places from `start` on; returns the block, slot by slot.

    Takes free internal places first; with `use_online`, then online places that are not released yet, then free
    released ones, and makes them internal. Raises TooLate, Closed, obstacles.NotServed, blocks.NoSuchTime,
    blocks.NotEnoughPlaces (with what lacks) or StaleGroupVisit; then nothing has changed.
    """
    slots = _open_slots(group_visit, start=start, at=at)
    pieces = blocks.block(
        blocks.supplies(slots, at=at),
        start=start,
        minutes=minutes_needed(group_visit),
        use_online=use_online,
    )
    ends_at = max(piece.slot.ends_at for piece in pieces)
    obstacles.check(
        party=parties.of(group_visit.case),
        office=group_visit.office.code,
        start=start,
        ends=ends_at,
        times=group_visit.people,
        at=at,
    )
    move(
        group_visit=group_visit,
        to=GroupVisitState.PLANNED,
        expected=GroupVisitState.REQUESTED,
        at=at,
        staff=staff,
        starts_at=start,
        ends_at=ends_at,
    )
    for piece in pieces:
        _take(piece)
    taken = GroupPlace.objects.bulk_create(
        GroupPlace(group_visit=group_visit, slot=piece.slot, places=piece.places)
        for piece in pieces
    )
    signals.group_visit_decided.send(sender=GroupVisit, group_visit=group_visit, at=at)
    return taken


def _open_slots(
    group_visit: GroupVisit, *, start: datetime.datetime, at: datetime.datetime
) -> list[Slot]:
    """Locks the slots of the service from `start` to the end of the day. Raises TooLate or Closed."""
    if start <= at:
        raise TooLate
    day = local_date(start)
    here = Slot.objects.filter(office=group_visit.office, group=group_visit.case.service.group)
    slots = _locked(
        here.filter(start__gte=start, start__lt=local_midnight(day + datetime.timedelta(days=1)))
    )
    if ClosedDay.objects.closing(office=group_visit.office).filter(date=day).exists():
        raise Closed
    return slots


def minutes_needed(group_visit: GroupVisit) -> int:
    """How many desk minutes the group needs."""
    return group_visit.people * group_visit.case.minutes


@transaction.atomic
def decline(*, group_visit: GroupVisit, reason: str, staff: User, at: datetime.datetime) -> None:
    """Says no, with a `reason` that the group reads; the places of a planned visit go back.

    Raises ValueError without a reason, TooLate once the visit has begun, StaleGroupVisit.
    """
    if not reason.strip():
        raise ValueError("A group is not declined without a reason.")
    _end(group_visit, GroupVisitState.DECLINED, at=at, staff=staff, reason=reason.strip())


@transaction.atomic
def withdraw(*, group_visit: GroupVisit, at: datetime.datetime) -> None:
    """The group takes its request back, planned or not. Raises TooLate once it has begun, StaleGroupVisit."""
    _end(group_visit, GroupVisitState.WITHDRAWN, at=at)


def _end(
    group_visit: GroupVisit, to: GroupVisitState, *, at: datetime.datetime, **columns: Any
) -> None:
    """Ends a visit, gives its places back (they stay internal) and tells the group."""
    if not group_visit.may_be_ended(at=at):
        raise TooLate if group_visit.state == GroupVisitState.PLANNED else StaleGroupVisit
    _locked(Slot.objects.filter(group_places__group_visit=group_visit))
    move(
        group_visit=group_visit,
        to=to,
        expected=GroupVisitState(group_visit.state),
        at=at,
        **columns,
    )
    for place in group_visit.places.all():
        Slot.objects.filter(pk=place.slot_id).update(
            internal_taken=F("internal_taken") - place.places
        )
    group_visit.places.all().delete()
    signals.group_visit_decided.send(sender=GroupVisit, group_visit=group_visit, at=at)


def _locked(slots: QuerySet[Slot]) -> list[Slot]:
    return list(slots.select_for_update(of=("self",)).order_by("pk"))


def _take(piece: blocks.Piece) -> None:
    """Writes one piece of a block; what it takes of the online share is internal from now on."""
    Slot.objects.filter(pk=piece.slot.pk).update(
        online=F("online") - piece.online,
        released=F("released") - piece.released,
        internal_taken=F("internal_taken") + piece.places,
    )
    if piece.unreleased:
        _forget_releases(piece)


def _forget_releases(piece: blocks.Piece) -> None:
    """Takes away releases, the latest first, until the slot again has as many as it has places unreleased."""
    slot = piece.slot
    rows = list(slot.releases.order_by("returned", "-due_at", "-pk"))
    left = slot.online - slot.released - piece.unreleased
    beyond = sum(row.places for row in rows) - left
    for row in rows:
        if beyond <= 0:
            return
        gone = min(row.places, beyond)
        beyond -= gone
        row.places -= gone
        if row.places:
            row.save(update_fields=["places"])
        else:
            row.delete()
