"""What citizens tells us: rows are written in the same transaction, the doorbell rings after it."""

import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from citizens import signals
from citizens.models import Appointment, VisitorService
from outreach import tasks
from outreach.domain import appointment_messages
from outreach.enums import Reason


@receiver(signals.appointment_booked, dispatch_uid="outreach.appointment_booked")
def confirm_booking(
    appointment: Appointment,
    services: list[VisitorService],
    at: datetime.datetime,
    **kwargs: Any,
) -> None:
    """Plans the confirmation and the reminder."""
    if appointment_messages.queue_booking(appointment=appointment, services=services, at=at):
        transaction.on_commit(tasks.ring, robust=True)


@receiver(signals.appointment_cancelled, dispatch_uid="outreach.appointment_cancelled")
def confirm_cancellation(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Drops what is pending and plans the note of the cancellation."""
    if appointment_messages.queue_cancellation(appointment=appointment, at=at):
        transaction.on_commit(tasks.ring, robust=True)


@receiver(signals.appointment_ended, dispatch_uid="outreach.appointment_ended")
def drop_pending(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Nobody is reminded of a visit that has begun."""
    appointment_messages.drop_pending(
        appointment=appointment, at=at, reason=Reason.APPOINTMENT_ENDED
    )
