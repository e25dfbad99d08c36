"""Moving an appointment to another time or place, in one step: the new places are taken before the old are freed."""

import datetime
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from citizens import signals
from citizens.domain import appointments, attention, booking, obstacles
from citizens.domain import party as parties
from citizens.domain.appointments import TooLate
from citizens.domain.office_time import local_date
from citizens.enums import Actor, AppointmentState, AttentionEnd, PlaceShare
from citizens.models import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    Hold,
    Slot,
    User,
)


def reschedule(
    *,
    appointment: Appointment,
    office: str,
    start: datetime.datetime,
    at: datetime.datetime,
    actor: Actor,
    staff: User | None = None,
    reason: str = "",
    office_caused: bool = False,
    overbook: str = "",
    hold: Hold | None = None,
) -> None:
    """Moves the visit to `start` at an office (its code). A failed move changes nothing.

    Staff use the internal share first, and with a reason in `overbook` go beyond the capacity. `hold` is one
    that keeps the new places for this appointment (an offer of the waiting list). Moving to where it already
    is does nothing, so that a form may be sent twice.
    Raises booking.SlotFull, TooLate after the citizen's deadline (for staff: once the visit has begun),
    appointments.StaleAppointment when it is not booked any more or somebody else just moved it,
    booking.HouseholdBooked when the family has a visit on that day, obstacles.NotServed.
    """
    if appointment.starts_at == start and appointment.office.code == office:
        return
    by_staff = actor != Actor.CITIZEN
    if at >= (appointment.starts_at if by_staff else appointment.reschedule_deadline):
        raise TooLate
    event = AppointmentEvent(
        appointment=appointment,
        from_state=AppointmentState.BOOKED,
        to_state=AppointmentState.BOOKED,
        at=at,
        actor=actor,
        staff=staff,
        reason=reason,
        office_caused=office_caused,
        from_starts_at=appointment.starts_at,
        from_office=appointment.office,
        to_starts_at=start,
    )
    before = (appointment.starts_at, appointment.ends_at, appointment.office)
    try:
        with transaction.atomic():
            _move(appointment, event, office=office, overbook=overbook, hold=hold)
    except IntegrityError as error:
        appointment.starts_at, appointment.ends_at, appointment.office = before
        if booking.ONE_A_HOUSEHOLD in str(error):
            raise booking.HouseholdBooked from error
        raise


def _move(
    appointment: Appointment,
    event: AppointmentEvent,
    *,
    office: str,
    overbook: str,
    hold: Hold | None,
) -> None:
    at, start = event.at, event.to_starts_at
    assert start is not None  # noqa: S101 - reschedule() says where to
    party = parties.of_appointment(appointment)
    known = set(appointment.places.values_list("slot", flat=True))
    by_staff = event.actor != Actor.CITIZEN
    slots, ends_at = booking.lock(
        party=party, office=office, start=start, at=at, also=known, by_staff=by_staff
    )
    places = appointments.lock_row(appointment, known)
    obstacles.check(party=party, office=office, start=start, at=at, own=appointment)
    wanted = [slot for slot in slots if slot.pk not in known]
    if event.staff:
        shares = booking.shares_for_staff(wanted, at=at, overbook=overbook)
    else:
        shares = [PlaceShare.ONLINE] * len(wanted)
        if any(free <= 0 for free in booking.free_places(wanted, at=at, own=hold).values()):
            raise booking.SlotFull
    _take(appointment, wanted, shares, staff=event.staff, overbook=overbook, at=at)
    staying = {slot.pk for slot in slots}
    left = [place for place in places if place.slot_id not in staying]
    AppointmentPlace.objects.filter(pk__in=[place.pk for place in left]).delete()
    appointments.free_places(left, at=at)
    _rewrite(appointment, slots[0], start, ends_at, at)
    event.to_office = appointment.office
    event.save()
    attention.settle(appointment=appointment, end=AttentionEnd.MOVED, at=at)
    signals.appointment_moved.send(
        sender=Appointment, appointment=appointment, at=at, office_caused=event.office_caused
    )


def _take(
    appointment: Appointment,
    slots: Sequence[Slot],
    shares: Sequence[PlaceShare],
    *,
    staff: User | None,
    overbook: str,
    at: datetime.datetime,
) -> None:
    for slot, share in zip(slots, shares, strict=True):
        beyond = share == PlaceShare.OVERBOOKED
        AppointmentPlace.objects.create(
            appointment=appointment,
            slot=slot,
            share=share,
            overbooked_by=staff if beyond else None,
            overbooked_at=at if beyond else None,
            overbooked_why=overbook if beyond else "",
        )
        column = appointments.TAKEN_OF[share]
        setattr(slot, column, getattr(slot, column) + 1)
        slot.save(update_fields=[column])


def _rewrite(
    appointment: Appointment,
    slot: Slot,
    start: datetime.datetime,
    ends_at: datetime.datetime,
    at: datetime.datetime,
) -> None:
    """The new time and place; who said to come does so anew."""
    appointment.office = slot.office
    appointment.starts_at = start
    appointment.ends_at = ends_at
    appointment.sequence += 1
    appointment.changed_at = at
    appointment.reconfirmed_at = None
    appointment.save(
        update_fields=["office", "starts_at", "ends_at", "sequence", "changed_at", "reconfirmed_at"]
    )
    appointment.household_visits.update(date=local_date(start))
