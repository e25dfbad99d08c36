"""A counter takes its last action back, once and within a minute. Both stay in the history."""

import datetime
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.db.models import Q

from citizens.domain import appointments, counter, queue, ticket_log
from citizens.enums import (
    AT_THE_COUNTER,
    ActivationSource,
    Actor,
    AppointmentState,
    TicketState,
)
from citizens.models import (
    Appointment,
    DeskSession,
    DigitalIdActivation,
    Ticket,
    TicketEvent,
    Visit,
    VisitorService,
)

WITHIN = datetime.timedelta(minutes=1)
# The end of the day says these of many people at once: no counter takes one of them back.
FINAL = (TicketState.ABSENT, TicketState.UNSERVED)
# A counter that closed let its people go to any counter: giving them back to it would strand them.
RELEASED = Q(from_state=TicketState.WAITING, to_state=TicketState.WAITING)


class NothingToUndo(Exception):
    """The last action is longer ago, was taken back already, or somebody has gone on since."""


def last_action(*, session: DeskSession, at: datetime.datetime) -> TicketEvent | None:
    """What this counter would take back at `at`, with its ticket; None when there is nothing. One or two queries."""
    mine = TicketEvent.objects.filter(
        staff=session.staff_id,
        at__gte=max(at - WITHIN, session.opened_at),
        ticket__queue_day__office=session.counter.office_id,
    ).exclude(Q(from_state="") | Q(to_state__in=FINAL) | RELEASED)
    event = mine.select_related("ticket__queue_day").order_by("-pk").first()
    if event is None or event.undoes_id:
        return None
    newer = TicketEvent.objects.filter(ticket=event.ticket_id, pk__gt=event.pk)
    return None if newer.exists() else event


@transaction.atomic
def undo(*, session: DeskSession, at: datetime.datetime) -> Ticket:
    """Takes the last action of this counter back; the ticket is again what its history told before.

    Raises NothingToUndo, counter.CounterClosed, or counter.AlreadyServing when somebody else is at the counter now.
    """
    queue.lock_day(office=session.counter.office, at=at)
    counter.refuse_if_closed(session, at=at)
    event = last_action(session=session, at=at)
    if event is None:
        raise NothingToUndo
    ticket = queue.relock(event.ticket)
    events = list(TicketEvent.objects.filter(ticket=ticket).order_by("pk"))
    before = ticket_log.replay(events[:-1])
    if before.state in AT_THE_COUNTER and ticket.state not in AT_THE_COUNTER:
        if before.counter_id != session.counter_id:
            raise NothingToUndo
        counter.refuse_if_occupied(session.counter)
    if ticket.state == TicketState.FINISHED:
        _forget_visit(ticket, at=at, session=session)
    queue.take_back(ticket=ticket, event=event, before=asdict(before), at=at, staff=session.staff)
    return ticket


def _forget_visit(ticket: Ticket, *, at: datetime.datetime, session: DeskSession) -> None:
    """What was recorded of the end of the visit was not so; an activation that only it told goes with it."""
    appointment = ticket.appointment
    if appointment is not None and appointment.state == AppointmentState.SERVED:
        appointments.move(
            appointment=appointment,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.SERVED,
            at=at,
            actor=Actor.STAFF,
            staff=session.staff,
        )
        _count_again(appointment)
    told_here = DigitalIdActivation.objects.filter(offer__visit__ticket=ticket)
    told_here.filter(source=ActivationSource.DESK).delete()
    told_here.update(offer=None)  # imported, or of an event: known before this visit
    Visit.objects.filter(ticket=ticket).delete()


def _count_again(appointment: Appointment) -> None:
    """The visit goes on, so it is again the one its people may have, unless they booked another one meanwhile."""
    for rows in (
        VisitorService.objects.filter(visitor__appointment=appointment),
        appointment.household_visits.all(),
    ):
        try:
            with transaction.atomic():
                rows.update(active=True)
        except IntegrityError:  # booked within this minute: that booking is the one that counts
            continue
