"""People whom a change of the plan left behind: the call sheet, and how each of them is settled.

While an appointment needs attention, nothing counts against its people: a day that passes ends it as not served by
the office, never as a no-show.
"""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from citizens.enums import AttentionEnd, AttentionReason, CallResult
from citizens.models import Appointment, Attention, AttentionCall, Proposal, User

# After one of these the person knows.
TOLD = (CallResult.REACHED, CallResult.THROUGH_OTHERS)


def open_all(
    wanted: Iterable[tuple[int, AttentionReason]], *, proposal: Proposal, at: datetime.datetime
) -> int:
    """Notes appointments (ids) that need attention; returns how many. One that needs it already is noted anew."""
    rows = [
        Attention(appointment_id=appointment, reason=reason, proposal=proposal, opened_at=at)
        for appointment, reason in wanted
    ]
    old = Attention.objects.open().filter(appointment__in=[row.appointment_id for row in rows])
    old.update(ended_at=at, end=AttentionEnd.PLACED)
    Attention.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def settle_all(appointments: Iterable[int], *, end: AttentionEnd, at: datetime.datetime) -> None:
    """Ends what appointments (ids) needed, now that the office itself has found them a time."""
    waiting = Attention.objects.open().filter(appointment__in=list(appointments))
    waiting.update(ended_at=at, end=end)


def settle(*, appointment: Appointment, end: AttentionEnd, at: datetime.datetime) -> bool:
    """Ends what an appointment needs; returns whether it needed anything. One statement."""
    waiting = Attention.objects.open().filter(appointment=appointment)
    return bool(waiting.update(ended_at=at, end=end))


def is_needed(*, appointment: Appointment) -> bool:
    """Whether somebody must look after an appointment."""
    return Attention.objects.open().filter(appointment=appointment).exists()


@transaction.atomic
def note_call(
    *, attention: Attention, result: CallResult, note: str, staff: User, at: datetime.datetime
) -> None:
    """Writes down a call. Whoever only had to be told is settled once they know."""
    AttentionCall.objects.create(
        attention=attention, result=result, note=note, called_at=at, called_by=staff
    )
    if result in TOLD and attention.reason == AttentionReason.NOT_TOLD:
        Attention.objects.open().filter(pk=attention.pk).update(ended_at=at, end=AttentionEnd.TOLD)


def call_sheet(*, offices: Iterable[int] | None = None) -> QuerySet[Attention]:
    """Whom to call, the earliest visit first: of some offices (ids), or of all."""
    waiting = Attention.objects.open().select_related("appointment__office", "proposal")
    if offices is not None:
        waiting = waiting.filter(appointment__office__in=list(offices))
    return waiting.prefetch_related("calls__called_by", "appointment__visitors").order_by(
        "appointment__starts_at", "pk"
    )
