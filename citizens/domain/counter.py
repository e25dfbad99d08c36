"""What a counter does: open, pause, call the next, call again, start, finish, close."""

import datetime
from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q

from citizens import signals
from citizens.domain import appointments, near_turns, order, queue, visits
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import AT_THE_COUNTER, Actor, AppointmentState, Outcome, TicketState
from citizens.models import (
    Counter,
    DeskPause,
    DeskSession,
    QueueDay,
    Requirement,
    Ticket,
    User,
    Visit,
)

CALLS = 3  # a person is called three times before the number is given up


# How the appointment ends with its ticket.
ENDS = {
    TicketState.FINISHED: AppointmentState.SERVED,
    TicketState.ABSENT: AppointmentState.NO_SHOW,
    TicketState.UNSERVED: AppointmentState.UNSERVED,
}


class CounterTaken(Exception):
    """A colleague has this counter open; `session` is theirs."""

    def __init__(self, session: DeskSession | None = None) -> None:
        super().__init__()
        self.session = session


class ElsewhereOpen(Exception):
    """This person has another counter open; `session` is that one."""

    def __init__(self, session: DeskSession) -> None:
        super().__init__()
        self.session = session


class CounterClosed(Exception):
    """The counter was closed meanwhile, in another tab or by the end of its day."""


class AlreadyServing(Exception):
    """Somebody is still at the counter: `ticket`."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket.label)
        self.ticket = ticket


class NobodyWaiting(Exception):
    """Nobody waits for what this counter serves."""


class OnPause(Exception):
    """The counter pauses: nobody is called."""


class NotServedHere(Exception):
    """The counter serves other services, and did not set this person aside."""


class CalledEnough(Exception):
    """The person was called three times."""


@transaction.atomic
def open_counter(*, counter: Counter, at: datetime.datetime, staff: User) -> DeskSession:
    """Opens `counter` for `staff`; opening it twice gives the same session.

    A session that was left open on an earlier day is ended with that day. Raises CounterTaken or ElsewhereOpen.
    """
    Counter.objects.select_for_update(of=("self",), no_key=True).get(pk=counter.pk)
    sessions = DeskSession.objects.open().filter(Q(counter=counter) | Q(staff=staff))
    for session in sessions.select_related("counter", "staff").order_by("pk"):
        if local_date(session.opened_at) < local_date(at):
            _end_with_its_day(session)
        elif session.counter_id == counter.pk and session.staff_id == staff.pk:
            return session
        elif session.counter_id == counter.pk:
            raise CounterTaken(session)
        else:
            raise ElsewhereOpen(session)
    try:
        with transaction.atomic():
            return DeskSession.objects.create(counter=counter, staff=staff, opened_at=at)
    except IntegrityError as error:  # the same person, at this moment, at another counter
        raise CounterTaken from error


@transaction.atomic
def close_counter(*, session: DeskSession, at: datetime.datetime) -> None:
    """Closes the counter, and with it a pause; closing it twice is fine. Raises AlreadyServing while somebody is there.

    Whoever was transferred to this counter alone may be called by any.
    """
    queue.lock_day(office=session.counter.office, at=at)
    if not DeskSession.objects.open().filter(pk=session.pk).exists():
        return
    refuse_if_occupied(session.counter)
    queue.free_for_any(counter=session.counter, at=at, staff=session.staff)
    DeskPause.objects.filter(session=session, ended_at=None).update(ended_at=at)
    DeskSession.objects.open().filter(pk=session.pk).update(closed_at=at)


@transaction.atomic
def pause(*, session: DeskSession, at: datetime.datetime) -> DeskPause:
    """Nobody is called until the counter goes on; pausing twice is one pause. Raises CounterClosed, AlreadyServing."""
    queue.lock_day(office=session.counter.office, at=at)
    refuse_if_closed(session, at=at)
    refuse_if_occupied(session.counter)
    running = DeskPause.objects.filter(session=session, ended_at=None).first()
    return running or DeskPause.objects.create(session=session, began_at=at)


@transaction.atomic
def go_on(*, session: DeskSession, at: datetime.datetime) -> None:
    """Ends the pause; a counter that does not pause goes on as it is. Raises CounterClosed."""
    queue.lock_day(office=session.counter.office, at=at)
    refuse_if_closed(session, at=at)
    DeskPause.objects.filter(session=session, ended_at=None).update(ended_at=at)


@transaction.atomic
def call_next(*, session: DeskSession, at: datetime.datetime) -> Ticket:
    """Calls whoever is next for this counter. Two counters at once get two people, in strict order.

    Raises CounterClosed, OnPause, AlreadyServing or NobodyWaiting.
    """
    day = queue.lock_day(office=session.counter.office, at=at)
    _refuse_unless_free(session, at=at)
    groups = set(session.counter.groups.values_list("pk", flat=True))
    line, rule = queue.line(day, groups=groups), queue.rule(day, groups=groups)
    chosen = order.next_ticket(line, rule=rule, at=at, groups=groups, counter=session.counter_id)
    if chosen is None:
        raise NobodyWaiting
    ticket = Ticket.objects.get(queue_day=day, number=chosen.number)
    _call(ticket, expected=TicketState.WAITING, session=session, at=at)
    if chosen.behind is None:
        _pass_first_come_turn(day, groups, at=at)
    rest = [one for one in line if one.number != chosen.number]
    near_turns.tell(day, rest, rule=order.after(chosen, rule=rule), session=session, at=at)
    return ticket


@transaction.atomic
def call_back(*, ticket: Ticket, session: DeskSession, at: datetime.datetime) -> Ticket:
    """Calls somebody who was set aside, or who missed the call, to this counter.

    Raises what call_next() raises, queue.StaleTicket, and NotServedHere.
    """
    ticket = queue.relock(ticket)
    _refuse_unless_free(session, at=at)
    expected = TicketState(ticket.state)
    if expected not in (TicketState.PARKED, TicketState.MISSED):
        raise queue.StaleTicket
    own = ticket.counter_id == session.counter_id
    if not own and not session.counter.groups.filter(pk=ticket.group_id).exists():
        raise NotServedHere
    _call(ticket, expected=expected, session=session, at=at)
    return ticket


@transaction.atomic
def call_again(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """Calls the same person once more. Raises CalledEnough after three calls, queue.StaleTicket."""
    ticket = queue.relock(ticket)
    if ticket.state == TicketState.CALLED and ticket.calls >= CALLS:
        raise CalledEnough
    queue.move(
        ticket=ticket, to=TicketState.CALLED, expected=TicketState.CALLED, at=at, staff=staff
    )
    signals.ticket_called.send(sender=Ticket, ticket=ticket, at=at)
    return ticket


@transaction.atomic
def start(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """The person is at the counter and is being served. Raises queue.StaleTicket."""
    ticket = queue.relock(ticket)
    queue.move(
        ticket=ticket, to=TicketState.SERVING, expected=TicketState.CALLED, at=at, staff=staff
    )
    return ticket


@transaction.atomic
def finish(
    *,
    ticket: Ticket,
    outcome: Outcome,
    missing_papers: Collection[Requirement],
    offers: Iterable[visits.Offer],
    at: datetime.datetime,
    staff: User,
) -> Visit:
    """Ends the visit and records what came of it. Never conditional on the digital-ID offer.

    Raises queue.StaleTicket (finished twice, say) or visits.ReasonNeeded; then nothing is recorded.
    """
    ticket = queue.relock(ticket)
    end(ticket, TicketState.FINISHED, expected=TicketState.SERVING, at=at, staff=staff)
    return visits.record(
        ticket=ticket,
        outcome=outcome,
        missing_papers=missing_papers,
        offers=offers,
        at=at,
        staff=staff,
    )


def end(
    ticket: Ticket,
    to: TicketState,
    *,
    expected: TicketState,
    at: datetime.datetime,
    staff: User | None,
) -> None:
    """Ends a ticket, and its appointment with it, in the caller's transaction. Raises queue.StaleTicket."""
    if ticket.state != expected:
        raise queue.StaleTicket
    # A visit left open overnight: its appointment ended with the day, its ticket ends here.
    open_still = ticket.appointment is not None and ticket.appointment.is_active
    if ticket.appointment is not None and open_still:  # before the ticket: the order of locks
        appointments.move(
            appointment=ticket.appointment,
            to=ENDS[to],
            expected=AppointmentState.CHECKED_IN,
            at=at,
            actor=Actor.STAFF if staff else Actor.SYSTEM,
            staff=staff,
        )
    queue.move(ticket=ticket, to=to, expected=expected, at=at, staff=staff)


def _call(
    ticket: Ticket, *, expected: TicketState, session: DeskSession, at: datetime.datetime
) -> None:
    queue.move(
        ticket=ticket,
        to=TicketState.CALLED,
        expected=expected,
        at=at,
        staff=session.staff,
        counter=session.counter,
    )
    signals.ticket_called.send(sender=Ticket, ticket=ticket, at=at)


def _refuse_unless_free(session: DeskSession, *, at: datetime.datetime) -> None:
    """Whether this counter may call somebody now."""
    refuse_if_closed(session, at=at)
    if DeskPause.objects.filter(session=session, ended_at=None).exists():
        raise OnPause
    refuse_if_occupied(session.counter)


def refuse_if_closed(session: DeskSession, *, at: datetime.datetime) -> None:
    """Raises CounterClosed unless the session is open today."""
    today = DeskSession.objects.open().filter(opened_at__gte=local_midnight(local_date(at)))
    if not today.filter(pk=session.pk).exists():
        raise CounterClosed


def refuse_if_occupied(counter: Counter) -> None:
    """Raises AlreadyServing while somebody is called to the counter or served at it."""
    there = Ticket.objects.filter(counter=counter, state__in=AT_THE_COUNTER).first()
    if there is not None:
        raise AlreadyServing(there)


def _pass_first_come_turn(day: QueueDay, groups: Collection[int], *, at: datetime.datetime) -> None:
    """Notes whose turn this call would have been if the order were first come, first served."""
    arrived = Ticket.objects.filter(queue_day=day, group__in=groups, turn_at=None)
    first = arrived.order_by("arrived_at", "number").values("pk")[:1]
    Ticket.objects.filter(pk__in=first).update(turn_at=at)


def _end_with_its_day(session: DeskSession) -> None:
    next_day = local_date(session.opened_at) + datetime.timedelta(days=1)
    session.closed_at = local_midnight(next_day)
    DeskPause.objects.filter(session=session, ended_at=None).update(ended_at=session.closed_at)
    session.save(update_fields=["closed_at"])
