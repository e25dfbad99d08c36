"""Whose turn is near is told once, in the transaction of the call that brought it near."""

import datetime
from collections.abc import Collection
from itertools import islice

from django.db.models import Exists, OuterRef, Q

from citizens import signals
from citizens.domain import order
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import TicketState
from citizens.models import Counter, DeskPause, DeskSession, QueueDay, Ticket

# Numbers before the turn for each counter that calls from the line: with five of them three would pass in a moment.
NUMBERS = 3


def tell(
    day: QueueDay,
    rest: Collection[order.Waiting],
    *,
    rule: order.Rule,
    session: DeskSession,
    at: datetime.datetime,
) -> int:
    """Tells those of `rest`, the people left in the line of a counter, who are near; returns how many.

    `rule` is that after the call. One query when nobody with a phone is left to be told; else three or more.
    """
    groups = {one.group for one in rest}
    untold = _untold(day, groups) if groups else {}
    if not untold:
        return 0
    counter = session.counter
    ordered = order.sequence(rest, rule=rule, at=at, counter=counter.pk)
    reach = NUMBERS * _counters(counter, at=at)
    near = [untold[one.number] for one in islice(ordered, reach) if one.number in untold]
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in near]).update(near_told_at=at)
    for ticket in near:
        ticket.near_told_at = at
        signals.turn_came_near.send(sender=Ticket, ticket=ticket, at=at)
    return len(near)


def _untold(day: QueueDay, groups: Collection[int]) -> dict[int, Ticket]:
    """By number, who waits for one of `groups`, has a phone and was not told."""
    found = Ticket.objects.filter(
        ~Q(phone="") | Q(appointment__isnull=False) & ~Q(appointment__phone=""),
        queue_day=day,
        state=TicketState.WAITING,
        group__in=groups,
        near_told_at=None,
    )
    rows = found.select_related("queue_day__office", "appointment")
    return {ticket.number: ticket for ticket in rows}


def _counters(counter: Counter, *, at: datetime.datetime) -> int:
    """How many counters call from this line now."""
    pauses = DeskPause.objects.filter(session=OuterRef("pk"), ended_at=None)
    shared = Counter.groups.through.objects.filter(
        counter=OuterRef("counter"), servicegroup__in=counter.groups.all()
    )
    open_now = DeskSession.objects.open().filter(
        Exists(shared),
        ~Exists(pauses),
        counter__office=counter.office_id,
        opened_at__gte=local_midnight(local_date(at)),
    )
    return open_now.count()
