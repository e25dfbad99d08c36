"""What an appointment makes us say: rows written in the transaction of the fact, sent later."""

import datetime
from collections.abc import Iterable, Sequence

from django.utils import timezone

from citizens.enums import AppointmentState
from citizens.models import Appointment, VisitorService
from outreach.domain import composition
from outreach.enums import Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Message

REMINDER_HOUR = 9  # of the day before, on the office's clock
REMINDER_ENDS = datetime.timedelta(hours=1)  # before the visit, a reminder no longer helps
CANCELLATION_ENDS = datetime.timedelta(
    hours=1
)  # at the least; else when the visit would have begun

# A confirmation or a reminder of a visit that is not to come is never sent.
NEEDS_BOOKED = (Purpose.CONFIRMATION, Purpose.REMINDER)


def queue_booking(
    *,
    appointment: Appointment,
    at: datetime.datetime,
    services: Sequence[VisitorService] | None = None,
) -> int:
    """Plans the confirmation and the reminder of a booking; returns how many rows.

    Two statements, whatever the number of people and channels, and one more when `services` is not given.
    Call it in the booking's transaction.
    """
    start = appointment.starts_at
    occasions = [(Purpose.CONFIRMATION, Urgency.TRANSACTION, at, start)]
    remind = reminder_due(start=start)
    if remind > at:
        occasions.append((Purpose.REMINDER, Urgency.REMINDER, remind, start - REMINDER_ENDS))
    if start <= at:
        return 0
    facts = composition.facts_of(appointment, services=services)
    return _plan(
        _row(facts, purpose, channel, address, at=at, urgency=urgency, due=due, until=until)
        for purpose, urgency, due, until in occasions
        for channel, address in _addresses(appointment)
    )


def queue_cancellation(*, appointment: Appointment, at: datetime.datetime) -> int:
    """Drops what is still planned and plans the note that the appointment is cancelled."""
    drop_pending(appointment=appointment, at=at, reason=Reason.APPOINTMENT_CANCELLED)
    facts = composition.Facts(appointment)
    return _plan(
        _row(
            facts,
            Purpose.CANCELLATION,
            channel,
            address,
            at=at,
            urgency=Urgency.TRANSACTION,
            due=at,
            until=max(appointment.starts_at, at + CANCELLATION_ENDS),
        )
        for channel, address in _addresses(appointment)
    )


def drop_pending(*, appointment: Appointment, at: datetime.datetime, reason: Reason) -> int:
    """Ends what is planned for an appointment; what a sender has already claimed still leaves."""
    return appointment.messages.filter(purpose__in=NEEDS_BOOKED).move(
        MessageState.CANCELLED, expected=[MessageState.PLANNED], at=at, reason=reason
    )


def reminder_due(*, start: datetime.datetime) -> datetime.datetime:
    """Nine o'clock of the day before the visit, on the office's clock."""
    day = timezone.localdate(start, timezone.get_default_timezone()) - datetime.timedelta(days=1)
    return datetime.datetime.combine(
        day, datetime.time(REMINDER_HOUR), timezone.get_default_timezone()
    )


def why_not(*, purpose: str, appointment_state: str | None) -> Reason | None:
    """Why a message must not leave now, judged by the appointment as it stands; None when it may."""
    if purpose not in NEEDS_BOOKED or appointment_state in (None, AppointmentState.BOOKED):
        return None
    if appointment_state == AppointmentState.CANCELLED:
        return Reason.APPOINTMENT_CANCELLED
    return Reason.APPOINTMENT_ENDED


def _addresses(appointment: Appointment) -> list[tuple[Channel, str]]:
    found = [(Channel.SMS, appointment.phone), (Channel.EMAIL, appointment.email)]
    return [(channel, address) for channel, address in found if address]


def _plan(rows: Iterable[Message]) -> int:
    """One INSERT; what is already planned under the same key stays as it is."""
    return len(Message.objects.bulk_create(rows, ignore_conflicts=True))


def _row(
    facts: composition.Facts,
    purpose: Purpose,
    channel: Channel,
    address: str,
    *,
    at: datetime.datetime,
    urgency: Urgency,
    due: datetime.datetime,
    until: datetime.datetime,
) -> Message:
    appointment = facts.appointment
    text = composition.compose(facts=facts, purpose=purpose, channel=channel)
    start = appointment.starts_at.astimezone(datetime.UTC)
    return Message(
        appointment=appointment,
        channel=channel,
        purpose=purpose,
        address=address,
        language=appointment.language,
        subject=text.subject,
        body=text.body,
        # The start is part of it: a moved appointment is confirmed and reminded anew.
        unique_key=f"appointment:{appointment.pk}:{purpose}:{channel}:{start:%Y%m%dT%H%MZ}",
        urgency=urgency,
        due_at=due,
        valid_until=until,
        state_at=at,
        created_at=at,
    )
