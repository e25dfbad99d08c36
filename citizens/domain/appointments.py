"""The life of an appointment after it was booked: the one function that changes its state, and cancelling."""

import datetime
from contextlib import suppress

from django.db import transaction
from django.db.models import F

from citizens import signals
from citizens.domain.slots import local_date, local_midnight
from citizens.enums import (
    ACTIVE_APPOINTMENT_STATES,
    APPOINTMENT_MOVES,
    Actor,
    AppointmentState,
)
from citizens.models import Appointment, AppointmentEvent, Slot, User, VisitorService


class StaleAppointment(Exception):
    """The appointment is not in the state that was expected: somebody was quicker."""


class TooLate(Exception):
    """The visit has begun; nothing can be cancelled any more."""


def move(
    *,
    appointment: Appointment,
    to: AppointmentState,
    expected: AppointmentState,
    at: datetime.datetime,
    actor: Actor,
    staff: User | None = None,
    reason: str = "",
) -> None:
    """Changes the state from `expected` to `to` and writes who and when. Call it inside a transaction.

    Frees the person for another appointment when this one is no longer active.
    Raises StaleAppointment when the row is in another state.
    """
    if to not in APPOINTMENT_MOVES[expected]:
        raise ValueError(f"An appointment does not move from {expected} to {to}.")
    changed = Appointment.objects.filter(pk=appointment.pk, state=expected).update(state=to)
    if not changed:
        raise StaleAppointment
    appointment.state = to
    if to not in ACTIVE_APPOINTMENT_STATES:
        VisitorService.objects.filter(visitor__appointment=appointment).update(active=False)
    AppointmentEvent.objects.create(
        appointment=appointment,
        from_state=expected,
        to_state=to,
        at=at,
        actor=actor,
        staff=staff,
        reason=reason,
    )
    if to != AppointmentState.CANCELLED:
        signals.appointment_ended.send(sender=Appointment, appointment=appointment, at=at)


@transaction.atomic
def cancel(
    *,
    appointment: Appointment,
    at: datetime.datetime,
    actor: Actor,
    staff: User | None = None,
    reason: str = "",
) -> None:
    """Cancels an appointment and gives its places back.

    Raises TooLate once the visit has begun, StaleAppointment when it is not booked any more (cancelled twice,
    checked in meanwhile).
    """
    if at >= appointment.starts_at:
        raise TooLate
    slots = Slot.objects.select_for_update(of=("self",)).filter(places__appointment=appointment)
    locked = [slot.pk for slot in slots.order_by("pk")]
    move(
        appointment=appointment,
        to=AppointmentState.CANCELLED,
        expected=AppointmentState.BOOKED,
        at=at,
        actor=actor,
        staff=staff,
        reason=reason,
    )
    Slot.objects.filter(pk__in=locked).update(taken=F("taken") - 1)
    signals.appointment_cancelled.send(sender=Appointment, appointment=appointment, at=at)


# How an appointment ends that nobody ended: who was checked in did come, whatever went wrong then.
LEFT_OVER = {
    AppointmentState.BOOKED: AppointmentState.NO_SHOW,
    AppointmentState.CHECKED_IN: AppointmentState.UNSERVED,
}


def close_past_days(*, at: datetime.datetime) -> int:
    """Ends what past days left open, so that its people can book again; returns how many.

    A person is never a no-show before the day is over.
    """
    left = Appointment.objects.active().filter(starts_at__lt=local_midnight(local_date(at)))
    closed = 0
    for appointment in left.order_by("pk"):
        state = AppointmentState(appointment.state)
        with suppress(StaleAppointment), transaction.atomic():
            move(
                appointment=appointment,
                to=LEFT_OVER[state],
                expected=state,
                at=at,
                actor=Actor.SYSTEM,
            )
            closed += 1
    return closed
