"""Propose, then apply (docs/adr/0017-propose-then-apply.md).

A proposal performs its edits in a transaction that is undone, counts what they do, and keeps the count. Applying does
the same again behind locks, and only when it does exactly what was shown; otherwise nothing is changed, and a new
proposal takes the place of the old one.
"""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from citizens.domain import (
    announcing,
    booking,
    calendar_plan,
    plan_edits,
    plan_effect,
    plan_people,
    plan_seats,
    plan_writing,
)
from citizens.domain.office_time import local_date
from citizens.domain.plan_edits import Edit
from citizens.domain.plan_effect import Effect, Scope
from citizens.enums import PROPOSAL_MOVES, Fate, ProposalState
from citizens.models import Office, Proposal, ProposalLine, User

LONGEST = 400  # days that one proposal may touch
TOLD_AT_ONCE = 100  # people, while the supervisor waits


class OutOfReach(ValueError):
    """The days have passed, are none, or are more than LONGEST."""


class Stale(Exception):
    """Something has changed since: `fresh` is the proposal as it is now. Nothing was applied."""

    def __init__(self, fresh: Proposal) -> None:
        super().__init__(fresh.pk)
        self.fresh = fresh


class NotOpen(Exception):
    """The proposal was applied, withdrawn or replaced by somebody: `proposal` says how it stands now."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(proposal.state)
        self.proposal = proposal


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to change: edits, and the days (half-open) and offices (ids; none: every one) they touch."""

    title: str
    edits: tuple[Edit, ...]
    first_day: datetime.date
    until: datetime.date
    offices: tuple[int, ...] = ()


def propose(*, wish: Wish, staff: User, at: datetime.datetime) -> Proposal:
    """Counts what a wish would do and keeps it as a proposal. Raises OutOfReach and plan_edits.Refused."""
    first = max(wish.first_day, local_date(at))
    if not first < wish.until <= first + datetime.timedelta(days=LONGEST):
        raise OutOfReach
    with transaction.atomic():
        with transaction.atomic():
            effect = _performed(wish, staff=staff, at=at)
            transaction.set_rollback(True)
        return _keep(wish, effect, staff=staff, at=at)


def apply(*, proposal: Proposal, staff: User, at: datetime.datetime) -> Effect:
    """Does what the proposal has shown, in one transaction.

    Raises Stale when it would do something else by now (nothing is applied then), NotOpen when it was decided,
    OutOfReach when its days have passed, and plan_edits.Refused when the calendar does not take its edits any more.
    """
    try:
        effect = _apply(proposal, wish_of(proposal), staff=staff, at=at)
    except IntegrityError as error:
        if booking.ONE_A_HOUSEHOLD not in str(error):
            raise
        effect = None  # somebody of a family has booked the day that another one was to move to
    if effect is None:
        raise Stale(renew(proposal=Proposal.objects.get(pk=proposal.pk), staff=staff, at=at))
    # The others are told by the task of citizens.domain.announcing, within a minute.
    announcing.tell_all(at=at, proposal=proposal, most=TOLD_AT_ONCE)
    return effect


def _apply(proposal: Proposal, wish: Wish, *, staff: User, at: datetime.datetime) -> Effect | None:
    """Writes what was shown; None, and nothing is written, when it would be something else."""
    with transaction.atomic():
        _lock(proposal)
        if wish.until <= local_date(at):
            raise OutOfReach
        effect = _performed(wish, staff=staff, at=at)
        slots = plan_writing.touched(effect)
        people = {line.person.pk for line in effect.lines}
        plan_seats.lock(slots)
        plan_people.lock(people)
        # Counted again behind the locks: somebody may have booked while we waited for them. What this count touches
        # and the first did not is not locked.
        effect = _count(wish, at=at)
        locked = plan_writing.touched(effect) <= slots and all(
            line.person.pk in people for line in effect.lines
        )
        if not locked or _fingerprint(effect) != proposal.fingerprint:
            transaction.set_rollback(True)
            return None
        plan_writing.write(effect, proposal=proposal, staff=staff, at=at)
        _decide(proposal, ProposalState.APPLIED, staff=staff, at=at)
        return effect


def withdraw(*, proposal: Proposal, staff: User, at: datetime.datetime) -> None:
    """Nobody applies it any more. Raises NotOpen."""
    with transaction.atomic():
        _lock(proposal)
        _decide(proposal, ProposalState.WITHDRAWN, staff=staff, at=at)


@transaction.atomic
def renew(*, proposal: Proposal, staff: User, at: datetime.datetime) -> Proposal:
    """Counts a proposal anew, as another row that takes its place. Raises as propose() does, and NotOpen."""
    _lock(proposal)
    fresh = propose(wish=wish_of(proposal), staff=staff, at=at)
    _decide(proposal, ProposalState.OUTDATED, staff=staff, at=at)
    proposal.successor = fresh
    proposal.save(update_fields=["successor"])
    return fresh


def wish_of(proposal: Proposal) -> Wish:
    """What a stored proposal wants."""
    return Wish(
        title=proposal.title,
        edits=tuple(proposal.edits),
        first_day=proposal.first_day,
        until=proposal.until,
        offices=tuple(proposal.effect["offices"]),
    )


def _performed(wish: Wish, *, staff: User, at: datetime.datetime) -> Effect:
    """Edits the calendar in the caller's transaction and counts what follows."""
    plan_edits.perform(wish.edits, staff=staff, at=at)
    return _count(wish, at=at)


def _count(wish: Wish, *, at: datetime.datetime) -> Effect:
    offices = wish.offices or tuple(
        Office.objects.filter(active=True).order_by("pk").values_list("pk", flat=True)
    )
    scope = Scope(
        offices=offices,
        first=max(wish.first_day, local_date(at)),
        until=wish.until,
        at=at,
        outages=plan_edits.outages_of(wish.edits),
    )
    calendar = calendar_plan.read(offices=offices, first=scope.first, until=scope.until)
    try:
        return plan_effect.compute(calendar=calendar, scope=scope)
    except plan_effect.GroupInTheWay as error:
        words = _("A group visit stands in the way (%(codes)s). Give it another time first.")
        raise plan_edits.Refused(words % {"codes": ", ".join(error.codes)}) from error


def _lock(proposal: Proposal) -> None:
    """One planner at a time, then the proposal's own row. Raises NotOpen."""
    # Whoever books at an office needs its row to be there, no more: they are not kept waiting.
    offices = Office.objects.select_for_update(no_key=True)
    list(offices.order_by("pk").values_list("pk"))
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state != ProposalState.PROPOSED:
        raise NotOpen(row)


def _decide(proposal: Proposal, to: ProposalState, *, staff: User, at: datetime.datetime) -> None:
    """The one function that changes the state of a proposal; its row is locked."""
    if to not in PROPOSAL_MOVES[ProposalState(proposal.state)]:
        raise NotOpen(proposal)
    proposal.state = to
    proposal.decided_at = at
    proposal.decided_by = staff
    proposal.save(update_fields=["state", "decided_at", "decided_by"])


def _keep(wish: Wish, effect: Effect, *, staff: User, at: datetime.datetime) -> Proposal:
    made = Proposal.objects.create(
        title=wish.title,
        edits=list(wish.edits),
        first_day=wish.first_day,
        until=wish.until,
        effect=_summary(effect) | {"offices": list(wish.offices)},
        fingerprint=_fingerprint(effect),
        made_at=at,
        made_by=staff,
    )
    ProposalLine.objects.bulk_create(
        [
            ProposalLine(
                proposal=made,
                appointment_id=line.person.pk,
                fate=line.fate,
                from_starts_at=line.person.starts_at,
                to_starts_at=line.starts_at,
                to_office_id=line.person.office if line.fate == Fate.MOVED else None,
                has_contact=line.person.has_contact,
            )
            for line in effect.moves
        ],
    )
    return made


def _summary(effect: Effect) -> dict[str, Any]:
    """What is shown: people and slots in numbers, and places by office, day and group where they change."""
    changed = effect.changed
    return {
        "kept": effect.kept,
        "moved": effect.count(Fate.MOVED),
        "orphaned": effect.count(Fate.ORPHANED),
        "unreachable": effect.unreachable,
        "new_slots": sum(one.pk is None for one in changed),
        "changed_slots": sum(one.pk is not None for one in changed),
        "sums": [
            [office, day.isoformat(), group, row.before, row.after, row.sold]
            for (office, day, group), row in sorted(effect.sums.items())
        ],
    }


def _fingerprint(effect: Effect) -> str:
    """Of everything that would be different afterwards; a booking that stays where it is changes nothing of it."""
    slots: Sequence[Any] = sorted(
        (one.office, one.group, one.start.isoformat(), *one.was[:2], one.minutes, one.capacity)
        for one in effect.changed
    )
    lines: Sequence[Any] = sorted(
        (
            line.person.pk,
            line.person.starts_at.isoformat(),
            line.fate.value,
            line.starts_at.isoformat() if line.starts_at else "",
        )
        for line in effect.lines
    )
    return hashlib.sha256(json.dumps([slots, lines]).encode()).hexdigest()
