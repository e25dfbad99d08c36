"""The life of an appointment after it was booked: the one function that changes its state, and cancelling."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from django.db import transaction
from django.db.models import F

from citizens import signals
from citizens.domain import attention, release
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import (
    ACTIVE_APPOINTMENT_STATES,
    APPOINTMENT_MOVES,
    Actor,
    AppointmentState,
    AttentionEnd,
    PlaceShare,
)
from citizens.models import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    Attention,
    Slot,
    User,
    VisitorService,
)

# The count of a slot that a place of each share stands in.
TAKEN_OF = {
    PlaceShare.ONLINE: "taken",
    PlaceShare.INTERNAL: "internal_taken",
    PlaceShare.OVERBOOKED: "overbooked",
}


class StaleAppointment(Exception):
    """The appointment is not in the state that was expected: somebody was quicker."""


class TooLate(Exception):
    """The deadline has passed, or the visit has begun; nothing can be changed any more."""


def move(
    *,
    appointment: Appointment,
    to: AppointmentState,
    expected: AppointmentState,
    at: datetime.datetime,
    actor: Actor,
    staff: User | None = None,
    reason: str = "",
    office_caused: bool = False,
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
        appointment.household_visits.update(active=False)
    AppointmentEvent.objects.create(
        appointment=appointment,
        from_state=expected,
        to_state=to,
        at=at,
        actor=actor,
        staff=staff,
        reason=reason,
        office_caused=office_caused,
    )
    cancelled = to == AppointmentState.CANCELLED
    attention.settle(
        appointment=appointment,
        end=AttentionEnd.CANCELLED if cancelled else AttentionEnd.OVER,
        at=at,
    )
    if not cancelled:
        signals.appointment_ended.send(sender=Appointment, appointment=appointment, at=at)


@transaction.atomic
def cancel(
    *,
    appointment: Appointment,
    at: datetime.datetime,
    actor: Actor,
    staff: User | None = None,
    reason: str = "",
    office_caused: bool = False,
) -> None:
    """Cancels an appointment and gives its places back: first to the waiting list, later to everybody.

    Raises TooLate after the citizen's deadline (for staff: once the visit has begun), StaleAppointment when
    it is not booked any more (cancelled twice, checked in meanwhile) or was moved meanwhile.
    """
    if at >= (appointment.cancel_deadline if actor == Actor.CITIZEN else appointment.starts_at):
        raise TooLate
    places = _lock_places(appointment)
    appointment.sequence += 1
    appointment.changed_at = at
    move(
        appointment=appointment,
        to=AppointmentState.CANCELLED,
        expected=AppointmentState.BOOKED,
        at=at,
        actor=actor,
        staff=staff,
        reason=reason,
        office_caused=office_caused,
    )
    appointment.save(update_fields=["sequence", "changed_at"])
    free_places(places, at=at)
    signals.appointment_cancelled.send(sender=Appointment, appointment=appointment, at=at)


def _lock_places(appointment: Appointment) -> list[AppointmentPlace]:
    """Locks the slots of an appointment, then its row; returns its places with their slots.

    Raises StaleAppointment when it was moved to other slots while we waited.
    """
    known = set(appointment.places.values_list("slot", flat=True))
    list(Slot.objects.select_for_update(of=("self",)).filter(pk__in=known).order_by("pk"))
    return lock_row(appointment, known)


def lock_row(appointment: Appointment, known: set[int]) -> list[AppointmentPlace]:
    """Locks the row of an appointment whose slots (`known`) are locked; returns its places."""
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if row.state != AppointmentState.BOOKED:
        raise StaleAppointment
    places = list(appointment.places.select_related("slot"))
    if {place.slot_id for place in places} != known:
        raise StaleAppointment
    for field in ("state", "starts_at", "ends_at", "office_id", "sequence"):
        setattr(appointment, field, getattr(row, field))
    return places


def free_places(places: Iterable[AppointmentPlace], *, at: datetime.datetime) -> None:
    """Gives places back to the share that each was given out of. Their slots are locked."""
    of_share: dict[str, list[Slot]] = defaultdict(list)
    for place in places:
        of_share[place.share].append(place.slot)
    if online := of_share.pop(PlaceShare.ONLINE, []):
        release.give_back(online, at=at)
    for share, slots in of_share.items():
        column = TAKEN_OF[PlaceShare(share)]
        Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(**{column: F(column) - 1})


# How an appointment ends that nobody ended: who was checked in did come, whatever went wrong then.
LEFT_OVER = {
    AppointmentState.BOOKED: AppointmentState.NO_SHOW,
    AppointmentState.CHECKED_IN: AppointmentState.UNSERVED,
}


def close_past_days(*, at: datetime.datetime) -> int:
    """Ends the appointments that past days left open, so that their people can book again; returns how many.

    A person is never a no-show before the day is over. Whoever came and was not served is so by the office's doing,
    and so is whoever the office left without a time that it could keep, or without a word of the new one.
    """
    left = Appointment.objects.active().filter(starts_at__lt=local_midnight(local_date(at)))
    forsaken = set(
        Attention.objects.open().filter(appointment__in=left).values_list("appointment", flat=True)
    )
    closed = 0
    for appointment in left.order_by("pk"):
        state = AppointmentState(appointment.state)
        to = AppointmentState.UNSERVED if appointment.pk in forsaken else LEFT_OVER[state]
        with suppress(StaleAppointment), transaction.atomic():
            move(
                appointment=appointment,
                to=to,
                expected=state,
                at=at,
                actor=Actor.SYSTEM,
                office_caused=to == AppointmentState.UNSERVED,
            )
            closed += 1
    return closed
