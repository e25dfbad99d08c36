"""What became of a day, read back from its rows: was everybody called in the order that the rule wants, and once."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from citizens.domain import order, queue
from citizens.enums import TicketState
from citizens.models import Counter, QueueDay, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who got a number."""

    person: order.Waiting


@dataclass(frozen=True, slots=True)
class Call:
    """A call at `at` for a counter that serves `groups`."""

    number: int
    at: datetime.datetime
    groups: frozenset[int]


def out_of_order(steps: Iterable[Came | Call], *, fresh: order.Rule) -> int:
    """How many calls were not for whom the order would have chosen, with the same people and the same memory.

    `fresh` is the rule at the start; `steps` come in the order in which they were written.
    """
    here: dict[int, order.Waiting] = {}
    turns: dict[int, datetime.datetime] = {}
    groups: dict[int, int] = {}  # of everybody who has come
    called: list[tuple[datetime.datetime, int, order.Waiting]] = []
    wrong = 0
    for step in steps:
        if isinstance(step, Came):
            here[step.person.number] = step.person
            groups[step.person.number] = step.person.group
            continue
        line = [replace(one, turn_at=turns.get(one.number)) for one in here.values()]
        rule = fresh.remembering(_latest(called, step.groups)[-fresh.memory :])
        chosen = order.next_ticket(line, rule=rule, at=step.at, groups=step.groups)
        person = here.pop(step.number, None)
        if person is None or chosen is None or chosen.number != step.number:
            wrong += 1
        if person is not None:
            called.append((step.at, step.number, person))
        first = (number for number in groups if number not in turns)
        passed = min((number for number in first if groups[number] in step.groups), default=None)
        if passed is not None:
            turns[passed] = step.at
    return wrong


def _latest(
    called: list[tuple[datetime.datetime, int, order.Waiting]], groups: frozenset[int]
) -> list[order.Called]:
    """The calls for these groups, the latest last."""
    mine = sorted(one for one in called if one[2].group in groups)
    return [order.Called(person.booked, person.priority) for _at, _number, person in mine]


def steps(day: QueueDay) -> list[Came | Call]:
    """The day as its log tells it: nothing was taken back, set aside or transferred."""
    served = {
        counter.pk: frozenset(group.pk for group in counter.groups.all())
        for counter in Counter.objects.filter(office=day.office_id).prefetch_related("groups")
    }
    events = TicketEvent.objects.filter(
        ticket__queue_day=day, to_state__in=(TicketState.WAITING, TicketState.CALLED)
    )
    return [
        Call(event.ticket.number, event.at, served[event.counter_id])
        if event.counter_id
        else Came(replace(queue.waiting(event.ticket, day=day, calls={}), turn_at=None))
        for event in events.select_related("ticket").order_by("pk")
    ]


def calls_by_two(day: QueueDay) -> int:
    """How many tickets more than one counter called."""
    found: dict[int, set[int | None]] = {}
    calls = TicketEvent.objects.filter(ticket__queue_day=day, to_state=TicketState.CALLED)
    for ticket, counter in calls.values_list("ticket", "counter"):
        found.setdefault(ticket, set()).add(counter)
    return sum(len(counters) > 1 for counters in found.values())


def rule(day: QueueDay) -> order.Rule:
    """The day's rule before the first call."""
    return order.Rule(
        booked_per_walk_in=day.booked_per_walk_in,
        calls_per_priority=day.calls_per_priority,
        ageing=datetime.timedelta(minutes=day.ageing_minutes),
    )


def finished(day: QueueDay) -> set[int]:
    """The numbers of the visits that have ended."""
    rows = Ticket.objects.filter(queue_day=day, state=TicketState.FINISHED)
    return set(rows.values_list("number", flat=True))
