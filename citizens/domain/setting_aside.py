"""Where a person at a counter goes who does not finish there: put back, given up, set aside, transferred.

Whoever comes back goes first once the service has had so many calls (Ticket.recall_after, citizens.domain.order).
"""

import datetime

from django.db import transaction

from citizens.domain import queue
from citizens.domain.counter import CALLS
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import AT_THE_COUNTER, ParkReason, TicketState
from citizens.models import Counter, DeskSession, ServiceGroup, Ticket, User

# Whoever did not come is called again after so many more numbers of the service (as Tuban does).
NUMBERS_BETWEEN = 5


class CallAgainFirst(Exception):
    """Nobody is given up before the third call."""


class NotServedThere(Exception):
    """No open counter, or not this one, serves what the person is transferred for."""


@transaction.atomic
def put_back(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """Nobody came: the number is called again after NUMBERS_BETWEEN more of its service. Raises queue.StaleTicket."""
    ticket = queue.relock(ticket)
    queue.move(
        ticket=ticket,
        to=TicketState.WAITING,
        expected=TicketState.CALLED,
        at=at,
        staff=staff,
        recall_after=_calls_of(ticket) + NUMBERS_BETWEEN,
    )
    return ticket


@transaction.atomic
def give_up(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """Nobody came after three calls. Absent is said at the end of the day alone: whoever turns up may still wait.

    Raises CallAgainFirst or queue.StaleTicket.
    """
    ticket = queue.relock(ticket)
    if ticket.state == TicketState.CALLED and ticket.calls < CALLS:
        raise CallAgainFirst
    queue.move(
        ticket=ticket, to=TicketState.MISSED, expected=TicketState.CALLED, at=at, staff=staff
    )
    return ticket


@transaction.atomic
def turned_up(*, ticket: Ticket, at: datetime.datetime, staff: User) -> Ticket:
    """Somebody who missed the calls is here after all: called after NUMBERS_BETWEEN more. Raises queue.StaleTicket."""
    ticket = queue.relock(ticket)
    queue.move(
        ticket=ticket,
        to=TicketState.WAITING,
        expected=TicketState.MISSED,
        at=at,
        staff=staff,
        recall_after=_calls_of(ticket) + NUMBERS_BETWEEN,
    )
    return ticket


@transaction.atomic
def park(
    *, ticket: Ticket, reason: ParkReason, note: str = "", at: datetime.datetime, staff: User
) -> Ticket:
    """Sets the person at the counter aside, so that the next one can be called. Raises queue.StaleTicket."""
    ticket = queue.relock(ticket)
    queue.move(
        ticket=ticket,
        to=TicketState.PARKED,
        expected=_at_the_counter(ticket),
        at=at,
        staff=staff,
        reason=f"{reason}: {note}"[:120] if note else reason.value,
    )
    return ticket


@transaction.atomic
def transfer(
    *,
    ticket: Ticket,
    group: ServiceGroup | None = None,
    to_counter: Counter | None = None,
    at: datetime.datetime,
    staff: User,
    reason: str = "",
) -> Ticket:
    """Sends the person at the counter to another service group or counter, with the same number, first in turn there.

    With a group, every counter that serves it may call; with an open counter, that one alone, until it closes. Raises NotServedThere when
    nobody could, or queue.StaleTicket.
    """
    ticket = queue.relock(ticket)
    target = group.pk if group else ticket.group_id
    desks = Counter.objects.filter(office=ticket.queue_day.office_id, active=True, groups=target)
    if to_counter is not None:
        today = local_midnight(local_date(at))
        open_now = DeskSession.objects.open().filter(counter=to_counter, opened_at__gte=today)
        desks = desks.filter(pk=to_counter.pk, pk__in=open_now.values("counter"))
    if not desks.exists():
        raise NotServedThere
    calls = queue.group_calls(ticket.queue_day).get(target, 0)
    queue.move(
        ticket=ticket,
        to=TicketState.WAITING,
        expected=_at_the_counter(ticket),
        at=at,
        staff=staff,
        reason=reason,
        group_id=target,
        for_counter=to_counter,
        recall_after=calls,
    )
    return ticket


def _at_the_counter(ticket: Ticket) -> TicketState:
    """Called or being served. Raises queue.StaleTicket for any other state."""
    state = TicketState(ticket.state)
    if state not in AT_THE_COUNTER:
        raise queue.StaleTicket
    return state


def _calls_of(ticket: Ticket) -> int:
    return queue.group_calls(ticket.queue_day).get(ticket.group_id, 0)
