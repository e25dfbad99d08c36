"""The queue of one office and day: arriving, waiting in order, and the one function that changes a ticket.

Numbers are given and people are called under the lock of the queue-day row. Locks are taken in the order
queue day, slot, appointment, ticket.
"""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from citizens import tokens
from citizens.domain import appointments, order
from citizens.domain.office_time import local_date
from citizens.enums import (
    TICKET_MOVES,
    Actor,
    AppointmentState,
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
    VisitorService,
)

WALK_IN_PREFIX = "A"
BOOKED_PREFIX = "B"
PRIORITY_PREFIX = "P"


class StaleTicket(Exception):
    """The ticket is not in the state that was expected: somebody was quicker."""


class CheckInRefused(Exception):
    """The appointment cannot join today's queue here; the subclass says why."""


class NotFound(CheckInRefused):
    """No appointment has this code, or the text is no code at all."""


class NotExpected(CheckInRefused):
    """There is such an `appointment`, but not for here and now."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(appointment.code)
        self.appointment = appointment


class OtherOffice(NotExpected):
    """The appointment is at another office."""


class OtherDay(NotExpected):
    """The appointment is on another day."""


class AppointmentOver(NotExpected):
    """The appointment was cancelled or has ended; its state says which."""


class AlreadyCheckedIn(CheckInRefused):
    """The person has `ticket` already: a scanner that sends twice ends here, with the same number."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket.label)
        self.ticket = ticket


def lock_day(*, office: Office, at: datetime.datetime) -> QueueDay:
    """The queue day of `office` at `at`, locked until the transaction ends; made when it is missing."""
    date = local_date(at)
    locked = QueueDay.objects.select_for_update(of=("self",))
    found = locked.filter(office=office, date=date).first()
    if found is None:
        QueueDay.objects.bulk_create([QueueDay(office=office, date=date)], ignore_conflicts=True)
        found = locked.get(office=office, date=date)
    return found


def relock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, with its queue day locked until the transaction ends."""
    QueueDay.objects.select_for_update(of=("self",)).get(pk=ticket.queue_day_id)
    return Ticket.objects.select_related("appointment", "case__service").get(pk=ticket.pk)


def move(
    *,
    ticket: Ticket,
    to: TicketState,
    expected: TicketState,
    at: datetime.datetime,
    staff: User,
    counter: Counter | None = None,
    reason: str = "",
) -> None:
    """Changes the state from `expected` to `to` and writes who and when. Call it inside a transaction.

    `counter` is who calls; without it the ticket keeps the counter it has. Calling again counts a call and
    keeps the time of the first one. Raises StaleTicket when the row is in another state.
    """
    if to not in TICKET_MOVES[expected]:
        raise ValueError(f"A ticket does not move from {expected} to {to}.")
    changes = _columns(expected, to, at=at, staff=staff)
    if counter is not None:
        changes["counter"] = counter
    if not Ticket.objects.filter(pk=ticket.pk, state=expected).update(state=to, **changes):
        raise StaleTicket
    ticket.refresh_from_db(fields=["state", *changes])
    _log(ticket, from_state=expected, at=at, staff=staff, reason=reason)


def expected(*, office: Office, code: str, at: datetime.datetime) -> Appointment:
    """The appointment that may join today's queue here, to compare its people with their cards.

    `code` is what was typed or scanned. Raises NotFound, AlreadyCheckedIn, AppointmentOver, OtherDay or
    OtherOffice.
    """
    return _find(Appointment.objects.all(), code, office=office, date=local_date(at))


def check_in(*, office: Office, code: str, at: datetime.datetime, staff: User) -> Ticket:
    """Gives a booked person who has arrived a ticket. Raises what `expected` raises."""
    with transaction.atomic():
        day = lock_day(office=office, at=at)
        locked = Appointment.objects.select_for_update(of=("self",))
        appointment = _find(locked, code, office=office, date=day.date)
        appointments.move(
            appointment=appointment,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.BOOKED,
            at=at,
            actor=Actor.STAFF,
            staff=staff,
        )
        booked = VisitorService.objects.filter(visitor__appointment=appointment)
        first = booked.select_related("case__service").order_by("visitor__position", "pk")[0]
        priority = PriorityGroup(appointment.priority_group) if appointment.priority_group else None
        return _issue(
            day,
            case=first.case,
            prefix=PRIORITY_PREFIX if priority else BOOKED_PREFIX,
            priority_group=priority,
            at=at,
            staff=staff,
            appointment=appointment,
        )


@transaction.atomic
def issue_walk_in(
    *,
    office: Office,
    case: ServiceCase,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User,
    submission_key: str,
) -> Ticket:
    """Gives somebody without an appointment a ticket.

    `submission_key` names the form that was filled in: sent twice, it gives the same ticket.
    """
    day = lock_day(office=office, at=at)
    made = Ticket.objects.filter(submission_key=submission_key).first()
    asked = (day.pk, case.pk, priority_group or "")
    if made is not None and (made.queue_day_id, made.case_id, made.priority_group) == asked:
        return made
    return _issue(
        day,
        case=case,
        prefix=PRIORITY_PREFIX if priority_group else WALK_IN_PREFIX,
        priority_group=priority_group,
        at=at,
        staff=staff,
        # The back button and the next person: another wish under an old key is another ticket.
        submission_key=None if made else submission_key,
    )


def line(day: QueueDay, *, groups: Collection[int]) -> list[order.Waiting]:
    """Everybody who waits for one of `groups`, in no order: citizens.domain.order gives them one."""
    rows = Ticket.objects.filter(
        queue_day=day, group__in=groups, state=TicketState.WAITING
    ).values_list("number", "group_id", "priority_group", "arrived_at", "due_at", "turn_at")
    return [
        order.Waiting(number, group, bool(priority_group), arrived_at, due_at, turn_at)
        for number, group, priority_group, arrived_at, due_at, turn_at in rows
    ]


def rule(day: QueueDay, *, groups: Collection[int]) -> order.Rule:
    """The day's rule for a counter that serves `groups`, with the latest calls for those groups in mind.

    The memory is that of the groups: a desk for family cards does not use up the turn of a walk-in for KTP.
    """
    fresh = _fresh_rule(day)
    latest = _calls(day, groups).values_list("origin", "priority_group")[: fresh.memory]
    return fresh.remembering(_called(*call) for call in reversed(latest))


def rules(day: QueueDay, *, groups: Collection[int]) -> dict[int, order.Rule]:
    """The rule of each of `groups` as if it had counters of its own. One query for all of them."""
    fresh = _fresh_rule(day)
    nth = Window(RowNumber(), partition_by="group", order_by=["-called_at", "-pk"])
    latest: dict[int, list[order.Called]] = {group: [] for group in groups}
    calls = _calls(day, groups).annotate(nth=nth).filter(nth__lte=fresh.memory)
    for group, *call in calls.values_list("group_id", "origin", "priority_group"):
        latest[group].insert(0, _called(*call))
    return {group: fresh.remembering(calls) for group, calls in latest.items()}


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


def _called(origin: str, priority_group: str) -> order.Called:
    return order.Called(booked=origin == TicketOrigin.BOOKED, priority=bool(priority_group))


def _find(
    rows: QuerySet[Appointment], code: str, *, office: Office, date: datetime.date
) -> Appointment:
    try:
        code = tokens.clean_code(code)
    except tokens.InvalidCode as error:
        raise NotFound from error
    appointment = rows.select_related("office").filter(code=code).first()
    if appointment is None:
        raise NotFound
    today = Ticket.objects.filter(queue_day__office=office, queue_day__date=date)
    if ticket := today.filter(appointment=appointment).first():
        raise AlreadyCheckedIn(ticket)
    if appointment.state != AppointmentState.BOOKED:
        raise AppointmentOver(appointment)
    if local_date(appointment.starts_at) != date:
        raise OtherDay(appointment)
    if appointment.office_id != office.pk:
        raise OtherOffice(appointment)
    return appointment


def _issue(
    day: QueueDay,
    *,
    case: ServiceCase,
    prefix: str,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User,
    appointment: Appointment | None = None,
    submission_key: str | None = None,
) -> Ticket:
    """Writes a ticket with the next number. The caller holds the lock of `day`."""
    QueueDay.objects.filter(pk=day.pk).update(last_number=F("last_number") + 1)
    day.refresh_from_db(fields=["last_number"])
    ticket = Ticket.objects.create(
        queue_day=day,
        number=day.last_number,
        prefix=prefix,
        token=tokens.new(),
        submission_key=submission_key,
        origin=TicketOrigin.WALK_IN if appointment is None else TicketOrigin.BOOKED,
        appointment=appointment,
        case=case,
        group_id=case.service.group_id,
        priority_group=priority_group or "",
        arrived_at=at,
        due_at=None if appointment is None else appointment.starts_at,
    )
    _log(ticket, from_state="", at=at, staff=staff)
    return ticket


def _columns(
    expected: TicketState, to: TicketState, *, at: datetime.datetime, staff: User
) -> dict[str, object]:
    if to == TicketState.CALLED:
        calls: dict[str, object] = {"calls": F("calls") + 1}
        first = expected == TicketState.WAITING
        return calls | ({"called_at": at, "called_by": staff} if first else {})
    if to == TicketState.SERVING:
        return {"started_at": at, "started_by": staff}
    return {"ended_at": at, "ended_by": staff}


def _log(
    ticket: Ticket, *, from_state: str, at: datetime.datetime, staff: User, reason: str = ""
) -> None:
    TicketEvent.objects.create(
        ticket=ticket,
        from_state=from_state,
        to_state=ticket.state,
        at=at,
        staff=staff,
        counter_id=ticket.counter_id,
        reason=reason,
    )
