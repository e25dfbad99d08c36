"""The queue of one office and day: its numbers, its waiting people, and the one function that changes a ticket.

Numbers are given and people are called under the lock of the queue-day row. Locks are taken in the order
queue day, slot, appointment, ticket.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from citizens import tokens
from citizens.domain import order
from citizens.domain.office_time import local_date
from citizens.enums import (
    TICKET_MOVES,
    Actor,
    PriorityGroup,
    TicketOrigin,
    TicketState,
)
from citizens.models import (
    Appointment,
    Counter,
    Office,
    QueueDay,
    ServiceCase,
    Ticket,
    TicketEvent,
    User,
)

# What a day takes over from its office when it begins.
RULE = ("booked_per_walk_in", "calls_per_priority", "ageing_minutes", "late_minutes")
# Numbers that are printed in advance, for the hours in which the system is down.
PAPER_NUMBERS = range(900, 1000)


class StaleTicket(Exception):
    """The ticket is not in the state that was expected: somebody was quicker."""


def lock_day(*, office: Office, at: datetime.datetime) -> QueueDay:
    """The queue day of `office` at `at`, locked until the transaction ends; made when it is missing."""
    date = local_date(at)
    locked = QueueDay.objects.select_for_update(of=("self",))
    found = locked.filter(office=office, date=date).first()
    if found is None:
        settings = Office.objects.filter(pk=office.pk).values(*RULE)[0]
        day = QueueDay(office=office, date=date, **settings)
        QueueDay.objects.bulk_create([day], ignore_conflicts=True)
        found = locked.get(office=office, date=date)
    return found


def relock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, with its queue day locked until the transaction ends."""
    QueueDay.objects.select_for_update(of=("self",)).get(pk=ticket.queue_day_id)
    return Ticket.objects.select_related("queue_day", "appointment", "case__service").get(
        pk=ticket.pk
    )


def move(
    *,
    ticket: Ticket,
    to: TicketState,
    expected: TicketState,
    at: datetime.datetime,
    staff: User | None,
    counter: Counter | None = None,
    reason: str = "",
    **columns: Any,
) -> TicketEvent:
    """Changes the state from `expected` to `to` and writes who and when. Call it inside a transaction.

    `counter` is who calls; without it the ticket keeps the counter it has. Calling again counts a call and
    keeps the time of the first one. `columns` are written with the state. Without `staff` it is the end of the
    day that does it. Raises StaleTicket when the row is in another state.
    """
    if to not in TICKET_MOVES[expected]:
        raise ValueError(f"A ticket does not move from {expected} to {to}.")
    changes = _columns(ticket, to, at=at, staff=staff) | columns
    if counter is not None:
        changes["counter"] = counter
    if not Ticket.objects.filter(pk=ticket.pk, state=expected).update(state=to, **changes):
        raise StaleTicket
    ticket.refresh_from_db(fields=["state", *changes])
    return log(ticket, from_state=expected, at=at, staff=staff, reason=reason)


def take_back(
    *,
    ticket: Ticket,
    event: TicketEvent,
    before: Mapping[str, Any],
    at: datetime.datetime,
    staff: User,
) -> TicketEvent:
    """Writes the columns that the ticket had `before` its last `event`, and that this was taken back.

    Whose turn it was by first come, first served passed with a call that was none: it comes back too.
    Raises StaleTicket when the row is not as the event left it.
    """
    rows = Ticket.objects.filter(pk=ticket.pk, state=event.to_state)
    if not rows.update(**before):
        raise StaleTicket
    if event.to_state == TicketState.CALLED and before["called_at"] is None:
        passed = Ticket.objects.filter(queue_day=ticket.queue_day_id, turn_at=event.at)
        served = Counter.groups.through.objects.filter(counter=event.counter_id)
        mine = passed.filter(group__in=served.values("servicegroup"))
        last = mine.order_by("-arrived_at", "-number").values("pk")
        Ticket.objects.filter(pk__in=last[:1]).update(turn_at=None)
    ticket.refresh_from_db()
    return log(ticket, from_state=event.to_state, at=at, staff=staff, undoes=event)


def free_for_any(*, counter: Counter, at: datetime.datetime, staff: User | None) -> None:
    """Whoever was transferred to `counter` alone may go to any: it closes. The caller holds the lock of the day."""
    kept = Ticket.objects.filter(
        queue_day__office=counter.office_id, for_counter=counter, state=TicketState.WAITING
    )
    for ticket in kept.order_by("pk"):
        move(
            ticket=ticket,
            to=TicketState.WAITING,
            expected=TicketState.WAITING,
            at=at,
            staff=staff,
            for_counter=None,
        )


def line(day: QueueDay, *, groups: Collection[int]) -> list[order.Waiting]:
    """Everybody who waits for one of `groups`, in no order: citizens.domain.order gives them one. Two queries."""
    calls = group_calls(day)
    rows = Ticket.objects.filter(queue_day=day, group__in=groups, state=TicketState.WAITING)
    return [waiting(ticket, day=day, calls=calls) for ticket in rows]


def waiting(ticket: Ticket, *, day: QueueDay, calls: Mapping[int, int]) -> order.Waiting:
    """A ticket as the order sees it; `calls` are those of each group until now."""
    behind = ticket.recall_after
    return order.Waiting(
        number=ticket.number,
        group=ticket.group_id,
        priority=bool(ticket.priority_group),
        arrived_at=ticket.arrived_at,
        due_at=None if is_late(day, ticket.due_at, ticket.arrived_at) else ticket.due_at,
        turn_at=ticket.turn_at,
        behind=None if behind is None else max(0, behind - calls.get(ticket.group_id, 0)),
        for_counter=ticket.for_counter_id,
    )


def group_calls(day: QueueDay) -> dict[int, int]:
    """How many people of each service group were called on the day. One query.

    A transfer takes its call along to the other group: whoever waits there for five more numbers waits for four,
    and where it left for six. The events know better, and cost every call a join.
    """
    called = Ticket.objects.filter(queue_day=day, called_at__isnull=False).order_by()
    return dict(called.values_list("group").annotate(Count("pk")))


def is_late(day: QueueDay, due_at: datetime.datetime | None, arrived_at: datetime.datetime) -> bool:
    """Whether a booked person came so late that the turn is that of a walk-in."""
    if due_at is None:
        return False
    return arrived_at > due_at + datetime.timedelta(minutes=day.late_minutes)


def rule(day: QueueDay, *, groups: Collection[int]) -> order.Rule:
    """The day's rule for a counter that serves `groups`, with the latest calls for those groups in mind.

    The memory is that of the groups: a desk for family cards does not use up the turn of a walk-in for KTP.
    """
    fresh = _fresh_rule(day)
    latest = _calls(day, groups).values_list(*CALL)[: fresh.memory]
    return fresh.remembering(_called(day, *call) for call in reversed(latest))


def rules(day: QueueDay, *, groups: Collection[int]) -> dict[int, order.Rule]:
    """The rule of each of `groups` as if it had counters of its own. One query for all of them."""
    fresh = _fresh_rule(day)
    nth = Window(RowNumber(), partition_by="group", order_by=["-called_at", "-pk"])
    latest: dict[int, list[order.Called]] = {group: [] for group in groups}
    calls = _calls(day, groups).annotate(nth=nth).filter(nth__lte=fresh.memory)
    for group, *call in calls.values_list("group_id", *CALL):
        latest[group].insert(0, _called(day, *call))
    return {group: fresh.remembering(calls) for group, calls in latest.items()}


CALL = ("due_at", "arrived_at", "priority_group")


@dataclass(frozen=True, slots=True)
class Made:
    """The calls of a day until now: `counts` of each group, and the `latest` as (group, call), newest first."""

    fresh: order.Rule
    counts: dict[int, int]
    latest: list[tuple[int, order.Called]]

    def rule(self, groups: Collection[int]) -> order.Rule:
        """What rule() says for a counter that serves `groups`."""
        calls = [call for group, call in self.latest if group in groups][: self.fresh.memory]
        return self.fresh.remembering(reversed(calls))


def made(day: QueueDay) -> Made:
    """What the rules of any counters and the places of people who come back need. One query for all of them."""
    fresh = _fresh_rule(day)
    newest = ["-called_at", "-pk"]
    called = Ticket.objects.filter(queue_day=day, called_at__isnull=False).annotate(
        nth=Window(RowNumber(), partition_by="group", order_by=newest),
        count=Window(Count("pk"), partition_by="group"),
    )
    latest = called.filter(nth__lte=fresh.memory).order_by(*newest)
    rows = list(latest.values_list("group_id", "count", *CALL))
    return Made(
        fresh=fresh,
        counts={group: count for group, count, *_call in rows},
        latest=[(group, _called(day, *call)) for group, _count, *call in rows],
    )


def _fresh_rule(day: QueueDay) -> order.Rule:
    return order.Rule(
        booked_per_walk_in=day.booked_per_walk_in,
        calls_per_priority=day.calls_per_priority,
        ageing=datetime.timedelta(minutes=day.ageing_minutes),
    )


def _calls(day: QueueDay, groups: Collection[int]) -> QuerySet[Ticket]:
    """The calls of the day for `groups`, the latest first."""
    called = Ticket.objects.filter(queue_day=day, group__in=groups, called_at__isnull=False)
    return called.order_by("-called_at", "-pk")


def _called(
    day: QueueDay,
    due_at: datetime.datetime | None,
    arrived_at: datetime.datetime,
    priority_group: str,
) -> order.Called:
    booked = due_at is not None and not is_late(day, due_at, arrived_at)
    return order.Called(booked=booked, priority=bool(priority_group))


def issue(
    day: QueueDay,
    *,
    case: ServiceCase,
    prefix: str,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User | None,
    actor: Actor | None = None,
    number: int | None = None,
    **columns: Any,
) -> Ticket:
    """Writes a ticket with the next number, or with one of PAPER_NUMBERS. The caller holds the lock of `day`."""
    if number is None:
        number = _next_number(day)
    appointment: Appointment | None = columns.get("appointment")
    ticket = Ticket.objects.create(
        queue_day=day,
        number=number,
        prefix=prefix,
        token=tokens.new(),
        origin=TicketOrigin.WALK_IN if appointment is None else TicketOrigin.BOOKED,
        case=case,
        group_id=case.service.group_id,
        priority_group=priority_group or "",
        due_at=None if appointment is None else appointment.starts_at,
        **{"arrived_at": at} | columns,
    )
    log(ticket, from_state="", at=at, staff=staff, actor=actor)
    return ticket


def _next_number(day: QueueDay) -> int:
    """One more than the last, past those that are printed for a failure of the system."""
    number = day.last_number + 1
    if number in PAPER_NUMBERS:
        number = PAPER_NUMBERS.stop
    QueueDay.objects.filter(pk=day.pk).update(last_number=number)
    day.last_number = number
    return number


def _columns(
    ticket: Ticket, to: TicketState, *, at: datetime.datetime, staff: User | None
) -> dict[str, object]:
    """What changes with the state. Backwards moves say the rest themselves."""
    match to:
        case TicketState.CALLED:
            again: dict[str, object] = {
                "calls": F("calls") + 1,
                "recall_after": None,
                "for_counter": None,
            }
            if ticket.called_at is not None:
                return again
            return again | {"called_at": at, "called_by": staff}
        case TicketState.SERVING:
            return {"started_at": at, "started_by": staff}
        case TicketState.PARKED:
            return {"parked_at": at, "parked_by": staff}
        case TicketState.WAITING:
            return {"counter": None, "started_at": None, "started_by": None}
        case TicketState.MISSED:
            return {}
        case _:
            return {"ended_at": at, "ended_by": staff}


def log(
    ticket: Ticket,
    *,
    from_state: str,
    at: datetime.datetime,
    staff: User | None,
    actor: Actor | None = None,
    reason: str = "",
    undoes: TicketEvent | None = None,
) -> TicketEvent:
    """Writes the ticket as it is now into its history."""
    return TicketEvent.objects.create(
        ticket=ticket,
        from_state=from_state,
        to_state=ticket.state,
        at=at,
        actor=actor or (Actor.STAFF if staff else Actor.SYSTEM),
        staff=staff,
        group_id=ticket.group_id,
        counter_id=ticket.counter_id,
        calls=ticket.calls,
        recall_after=ticket.recall_after,
        for_counter_id=ticket.for_counter_id,
        reason=reason,
        undoes=undoes,
    )
