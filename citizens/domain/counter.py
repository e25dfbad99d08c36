"""What a counter does: open, call the next, call again, start, absent, finish, close."""

import datetime
from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q

from citizens import signals
from citizens.domain import appointments, order, queue, visits
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import Actor, AppointmentState, Outcome, TicketState
from citizens.models import Counter, DeskSession, QueueDay, Requirement, Ticket, User, Visit

CALLS = 3  # a person is called three times before "absent" may be said
AT_THE_COUNTER = (TicketState.CALLED, TicketState.SERVING)


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


class CalledEnough(Exception):
    """The person was called three times."""


class CallAgainFirst(Exception):
    """Nobody is absent before the third call."""


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
    """Closes the counter; closing it twice is fine. Raises AlreadyServing while somebody is there."""
    queue.lock_day(office=session.counter.office, at=at)
    _refuse_if_occupied(session.counter)
    DeskSession.objects.open().filter(pk=session.pk).update(closed_at=at)


@transaction.atomic
def call_next(*, session: DeskSession, at: datetime.datetime) -> Ticket:
    """Calls whoever is next for this counter. Two counters at once get two people, in strict order.

    Raises CounterClosed, AlreadyServing or NobodyWaiting.
    """
    day = queue.lock_day(office=session.counter.office, at=at)
    today = DeskSession.objects.open().filter(opened_at__gte=local_midnight(day.date))
    if not today.filter(pk=session.pk).exists():
        raise CounterClosed
    _refuse_if_occupied(session.counter)
    groups = set(session.counter.groups.values_list("pk", flat=True))
    chosen = order.next_ticket(
        queue.line(day, groups=groups), rule=queue.rule(day, groups=groups), at=at
    )
    if chosen is None:
        raise NobodyWaiting
    ticket = Ticket.objects.get(queue_day=day, number=chosen.number)
    queue.move(
        ticket=ticket,
        to=TicketState.CALLED,
        expected=TicketState.WAITING,
        at=at,
        staff=session.staff,
        counter=session.counter,
    )
    _pass_first_come_turn(day, groups, at=at)
    signals.ticket_called.send(sender=Ticket, ticket=ticket, at=at)
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
def mark_absent(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """Nobody came to the counter after three calls; an appointment ends as not attended.

    Raises CallAgainFirst or queue.StaleTicket.
    """
    ticket = queue.relock(ticket)
    if ticket.state == TicketState.CALLED and ticket.calls < CALLS:
        raise CallAgainFirst
    _end(ticket, TicketState.ABSENT, expected=TicketState.CALLED, at=at, staff=staff)
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
    _end(ticket, TicketState.FINISHED, expected=TicketState.SERVING, at=at, staff=staff)
    return visits.record(
        ticket=ticket,
        outcome=outcome,
        missing_papers=missing_papers,
        offers=offers,
        at=at,
        staff=staff,
    )


def _end(
    ticket: Ticket,
    to: TicketState,
    *,
    expected: TicketState,
    at: datetime.datetime,
    staff: User,
) -> None:
    if ticket.state != expected:
        raise queue.StaleTicket
    # A visit left open overnight: its appointment ended with the day, its ticket ends here.
    open_still = ticket.appointment is not None and ticket.appointment.is_active
    if ticket.appointment is not None and open_still:  # before the ticket: the order of locks
        served = to == TicketState.FINISHED
        appointments.move(
            appointment=ticket.appointment,
            to=AppointmentState.SERVED if served else AppointmentState.NO_SHOW,
            expected=AppointmentState.CHECKED_IN,
            at=at,
            actor=Actor.STAFF,
            staff=staff,
        )
    queue.move(ticket=ticket, to=to, expected=expected, at=at, staff=staff)


def _refuse_if_occupied(counter: Counter) -> None:
    there = Ticket.objects.filter(counter=counter, state__in=AT_THE_COUNTER).first()
    if there is not None:
        raise AlreadyServing(there)


def _pass_first_come_turn(day: QueueDay, groups: Collection[int], *, at: datetime.datetime) -> None:
    """Notes whose turn this call would have been if the order were first come, first served."""
    arrived = Ticket.objects.filter(queue_day=day, group__in=groups, turn_at=None)
    first = arrived.order_by("number").values("pk")[:1]
    Ticket.objects.filter(pk__in=first).update(turn_at=at)


def _end_with_its_day(session: DeskSession) -> None:
    next_day = local_date(session.opened_at) + datetime.timedelta(days=1)
    session.closed_at = local_midnight(next_day)
    session.save(update_fields=["closed_at"])
