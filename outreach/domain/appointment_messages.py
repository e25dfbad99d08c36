"""What an appointment makes us say: rows written in the transaction of the fact, sent later."""

import datetime
from collections.abc import Iterator, Sequence
from functools import cache

from citizens.enums import AppointmentState
from citizens.models import Appointment, AppointmentEvent, VisitorService
from outreach.domain import composition, plans, reminders
from outreach.domain.plans import Occasion, Person
from outreach.enums import Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Message

CANCELLATION_ENDS = datetime.timedelta(
    hours=1
)  # at the least; else when the visit would have begun

# What is said of a visit to come is never sent once it is not to come, or at another time or place.
NEEDS_BOOKED = (Purpose.CONFIRMATION, Purpose.REMINDER, Purpose.MOVED, Purpose.NO_PLACE)


def queue_booking(
    *,
    appointment: Appointment,
    at: datetime.datetime,
    services: Sequence[VisitorService] | None = None,
) -> int:
    """Plans the confirmation and the reminders of a booking; returns how many rows.

    Two statements, whatever the number of people, channels and reminders, and one more when `services` is not
    given. Call it in the booking's transaction.
    """
    if appointment.starts_at <= at or not _person(appointment).addresses:
        return 0
    facts = composition.facts_of(appointment, services=services)
    return _plan(facts, _visit_to_come(appointment, Purpose.CONFIRMATION, at=at), at=at)


def queue_move(*, appointment: Appointment, at: datetime.datetime) -> int:
    """Drops what tells the old time or place, and plans the note of the change and new reminders.

    Call it in the transaction of the move, after its event was written. Five statements.
    """
    drop_pending(appointment=appointment, at=at, reason=Reason.APPOINTMENT_MOVED)
    if appointment.starts_at <= at or not _person(appointment).addresses:
        return 0
    facts = composition.facts_of(appointment, change=_last_event(appointment))
    return _plan(facts, _visit_to_come(appointment, Purpose.MOVED, at=at), at=at)


def queue_no_place(*, appointment: Appointment, at: datetime.datetime) -> int:
    """Drops the reminders of a time that the office cannot keep, and plans the note that asks for another one."""
    drop_pending(appointment=appointment, at=at, reason=Reason.APPOINTMENT_MOVED)
    if appointment.starts_at <= at or not _person(appointment).addresses:
        return 0
    key = f"{_key(appointment, 'no-place')}:{at.astimezone(datetime.UTC):%Y%m%dT%H%M%S}"
    occasion = Occasion(Purpose.NO_PLACE, key, at, appointment.starts_at)
    return _plan(composition.Facts(appointment), [(occasion, False)], at=at)


def queue_cancellation(*, appointment: Appointment, at: datetime.datetime) -> int:
    """Drops what is still planned and plans the note that the appointment is cancelled."""
    drop_pending(appointment=appointment, at=at, reason=Reason.APPOINTMENT_CANCELLED)
    if not _person(appointment).addresses:
        return 0
    facts = composition.Facts(appointment, change=_last_event(appointment))
    until = max(appointment.starts_at, at + CANCELLATION_ENDS)
    occasion = Occasion(Purpose.CANCELLATION, _key(appointment, "cancellation"), at, until)
    return _plan(facts, [(occasion, False)], at=at)


def drop_pending(*, appointment: Appointment, at: datetime.datetime, reason: Reason) -> int:
    """Ends what is planned for an appointment; what a sender has already claimed still leaves."""
    return appointment.messages.filter(purpose__in=NEEDS_BOOKED).move(
        MessageState.CANCELLED, expected=[MessageState.PLANNED], at=at, reason=reason
    )


def why_not(message: Message) -> Reason | None:
    """Why a message about an appointment must not leave now, judged by the appointment as it stands."""
    appointment = message.appointment
    if appointment is None or message.purpose not in NEEDS_BOOKED:
        return None
    if appointment.state == AppointmentState.CANCELLED:
        return Reason.APPOINTMENT_CANCELLED
    if appointment.state != AppointmentState.BOOKED:
        return Reason.APPOINTMENT_ENDED
    now = (appointment.starts_at, appointment.office_id)
    # Rows from before these columns tell no time; they were dropped when the visit was moved.
    if message.starts_at and (message.starts_at, message.office_id) != now:
        return Reason.APPOINTMENT_MOVED
    return None


def _visit_to_come(
    appointment: Appointment, purpose: Purpose, *, at: datetime.datetime
) -> Iterator[tuple[Occasion, bool]]:
    """What is said now, and the reminders; each with whether it asks if the people will come."""
    key = _key(appointment, purpose.value)
    yield Occasion(purpose, key, at, appointment.starts_at), False
    for one in reminders.to_come(appointment=appointment, at=at):
        key = _key(appointment, f"reminder-{one.kind}")
        occasion = Occasion(Purpose.REMINDER, key, one.due, one.until, Urgency.REMINDER)
        yield occasion, one.asks


def _plan(
    facts: composition.Facts,
    occasions: Iterator[tuple[Occasion, bool]] | Sequence[tuple[Occasion, bool]],
    *,
    at: datetime.datetime,
) -> int:
    """The rows of every occasion on every channel; reminders that say the same are worded once."""
    appointment = facts.appointment

    @cache
    def text(purpose: Purpose, channel: Channel, asks: bool) -> composition.Text:
        return composition.of_appointment(facts=facts, purpose=purpose, channel=channel, asks=asks)

    person = _person(appointment)
    return plans.plan(
        plans.row(
            occasion,
            text(occasion.purpose, channel, asks),
            person=person,
            channel=channel,
            address=address,
            at=at,
            appointment=appointment,
            starts_at=appointment.starts_at,
            office=appointment.office,
        )
        for occasion, asks in occasions
        for channel, address in person.addresses
    )


def _person(appointment: Appointment) -> Person:
    return Person(appointment.phone, appointment.email, appointment.language)


def _key(appointment: Appointment, what: str) -> str:
    """Names an occasion. Start and sequence are part of it: moved, and moved back, it is all told anew."""
    start = appointment.starts_at.astimezone(datetime.UTC)
    return f"appointment:{appointment.pk}:{what}:{start:%Y%m%dT%H%MZ}:{appointment.sequence}"


def _last_event(appointment: Appointment) -> AppointmentEvent | None:
    """What was just done to the appointment."""
    return appointment.events.select_related("from_office").order_by("pk").last()
