"""A counter takes its last action back, once and within a minute. Both stay in the history."""

import datetime
from dataclasses import asdict

from django.db import transaction

from citizens.domain import appointments, counter, queue, ticket_log
from citizens.enums import AT_THE_COUNTER, TICKET_MOVES, Actor, AppointmentState, TicketState
from citizens.models import DeskSession, DigitalIdActivation, Ticket, TicketEvent, Visit

WITHIN = datetime.timedelta(minutes=1)


class NothingToUndo(Exception):
    """The last action is longer ago, was taken back already, or somebody has gone on since."""


def last_action(*, session: DeskSession, at: datetime.datetime) -> TicketEvent | None:
    """What this counter would take back at `at`, with its ticket; None when there is nothing. One or two queries."""
    mine = TicketEvent.objects.filter(
        staff=session.staff_id,
        at__gte=max(at - WITHIN, session.opened_at),
        ticket__queue_day__office=session.counter.office_id,
    ).exclude(from_state="")
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
    if before.state in AT_THE_COUNTER:
        counter.refuse_if_occupied(session.counter)
    if ticket.state == TicketState.FINISHED:
        _forget_visit(ticket, at=at, session=session)
    if before.state not in TICKET_MOVES[TicketState(ticket.state)] and before.state != ticket.state:
        raise NothingToUndo
    Ticket.objects.filter(pk=ticket.pk).update(**asdict(before))
    ticket.refresh_from_db()
    queue.log(ticket, from_state=event.to_state, at=at, staff=session.staff, undoes=event)
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
    DigitalIdActivation.objects.filter(offer__visit__ticket=ticket).delete()
    Visit.objects.filter(ticket=ticket).delete()
