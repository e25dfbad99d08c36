"""Telling people what an applied proposal did to their appointments: after it stands, in small transactions.

The rows of the proposal are the work list: a line that is not told yet is told by the next run, whatever was killed.
Texts for hundreds of people take seconds, and meanwhile nobody waits for a lock of a slot.
"""

import datetime
import logging

from django.db import transaction

from citizens import signals
from citizens.enums import AppointmentState, Fate, ProposalState
from citizens.models import Appointment, Proposal, ProposalLine

logger = logging.getLogger(__name__)

BATCH = 50  # lines of one transaction


def tell_all(*, at: datetime.datetime, proposal: Proposal | None = None, most: int = 5000) -> int:
    """Tells lines that nobody was told of, of one proposal or of any; returns how many, at most `most`."""
    told = 0
    failed: set[int] = set()
    while told < most:
        seen, done = _tell_some(at=at, proposal=proposal, failed=failed)
        told += done
        if seen < BATCH:
            break
    return told


def waiting(proposal: Proposal) -> int:
    """How many people of an applied proposal are still to be told."""
    return proposal.lines.filter(told_at=None).count()


@transaction.atomic
def _tell_some(
    *, at: datetime.datetime, proposal: Proposal | None, failed: set[int]
) -> tuple[int, int]:
    """How many lines were looked at, and how many told. One that fails joins `failed`: a later run tries it again."""
    lines = ProposalLine.objects.select_for_update(of=("self",), skip_locked=True).filter(
        proposal__state=ProposalState.APPLIED, told_at=None
    )
    lines = lines.exclude(pk__in=failed)
    if proposal is not None:
        lines = lines.filter(proposal=proposal)
    found = list(lines.select_related("appointment__office").order_by("proposal", "pk")[:BATCH])
    done = [line.pk for line in found if _is_told(line, at=at)]
    failed.update(line.pk for line in found if line.pk not in done)
    ProposalLine.objects.filter(pk__in=done).update(told_at=at)
    return len(found), len(done)


def _is_told(line: ProposalLine, *, at: datetime.datetime) -> bool:
    """Whether telling went well: one line that cannot be told keeps nobody else waiting, and is logged."""
    try:
        with transaction.atomic():
            _tell(line, at=at)
    except Exception:
        logger.exception("A change of the plan was not told", extra={"line": line.pk})
        return False
    return True


def _tell(line: ProposalLine, *, at: datetime.datetime) -> None:
    """Says what holds now: whoever has moved or cancelled meanwhile was told by that."""
    appointment = line.appointment
    if appointment.state != AppointmentState.BOOKED:
        return
    if line.fate == Fate.ORPHANED:
        if appointment.starts_at == line.from_starts_at:
            signals.appointment_needs_attention.send(
                sender=Appointment, appointment=appointment, at=at
            )
    elif appointment.starts_at == line.to_starts_at:
        signals.appointment_moved.send(
            sender=Appointment, appointment=appointment, at=at, office_caused=True
        )
