"""What citizens tells us: rows are written in the same transaction, the doorbell rings after it."""

import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from citizens import signals
from citizens.models import (
    Appointment,
    ContactCode,
    GroupVisit,
    Ticket,
    VisitorService,
    WaitlistOffer,
)
from outreach import tasks
from outreach.domain import (
    appointment_messages,
    code_messages,
    group_messages,
    offer_messages,
    turn_messages,
)
from outreach.enums import Reason


@receiver(signals.appointment_booked, dispatch_uid="outreach.appointment_booked")
def confirm_booking(
    appointment: Appointment,
    services: list[VisitorService],
    at: datetime.datetime,
    **kwargs: Any,
) -> None:
    """Plans the confirmation and the reminders."""
    _ring_for(appointment_messages.queue_booking(appointment=appointment, services=services, at=at))


@receiver(signals.appointment_moved, dispatch_uid="outreach.appointment_moved")
def tell_move(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Drops what tells the old time, plans the note of the change and new reminders."""
    _ring_for(appointment_messages.queue_move(appointment=appointment, at=at))


@receiver(signals.appointment_needs_attention, dispatch_uid="outreach.needs_attention")
def ask_for_another_time(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Drops what tells a time that the office cannot keep, and asks the person to choose another one."""
    _ring_for(appointment_messages.queue_no_place(appointment=appointment, at=at))


@receiver(signals.appointment_cancelled, dispatch_uid="outreach.appointment_cancelled")
def confirm_cancellation(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Drops what is pending and plans the note of the cancellation."""
    _ring_for(appointment_messages.queue_cancellation(appointment=appointment, at=at))


@receiver(signals.appointment_ended, dispatch_uid="outreach.appointment_ended")
def drop_pending(appointment: Appointment, at: datetime.datetime, **kwargs: Any) -> None:
    """Nobody is reminded of a visit that has begun."""
    appointment_messages.drop_pending(
        appointment=appointment, at=at, reason=Reason.APPOINTMENT_ENDED
    )


@receiver(signals.place_offered, dispatch_uid="outreach.place_offered")
def tell_offer(offer: WaitlistOffer, at: datetime.datetime, **kwargs: Any) -> None:
    """Tells somebody of the waiting list which place is kept, and until when."""
    _ring_for(offer_messages.queue(offer=offer, at=at))


@receiver(signals.contact_code_made, dispatch_uid="outreach.contact_code_made")
def send_code(contact_code: ContactCode, digits: str, at: datetime.datetime, **kwargs: Any) -> None:
    """Sends a one-time code to the contact that it proves."""
    _ring_for(code_messages.queue(contact_code=contact_code, digits=digits, at=at))


@receiver(signals.group_visit_decided, dispatch_uid="outreach.group_visit_decided")
def tell_decision(group_visit: GroupVisit, at: datetime.datetime, **kwargs: Any) -> None:
    """Tells a group what became of its request."""
    _ring_for(group_messages.queue(group_visit=group_visit, at=at))


@receiver(signals.turn_came_near, dispatch_uid="outreach.turn_came_near")
def tell_turn(ticket: Ticket, at: datetime.datetime, **kwargs: Any) -> None:
    """Tells somebody who left a phone that the number is called soon."""
    _ring_for(turn_messages.queue(ticket=ticket, at=at))


def _ring_for(planned: int) -> None:
    """Rings the doorbell after the commit, when there is something to send."""
    if planned:
        transaction.on_commit(tasks.ring, robust=True)
