"""What "Hari ini" shows of the whole queue: the waiting list in its real order, who arrives, and counts."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from citizens.domain import order, queue, wording
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import AT_THE_COUNTER, AppointmentState, TicketState
from citizens.models import (
    Appointment,
    Counter,
    DeskSession,
    Office,
    QueueDay,
    ServiceCase,
    ServiceGroup,
    Ticket,
    User,
    Visitor,
    VisitorService,
)

ROWS_OF_MINE = 15  # what one looks at before calling; the rest is a number
ROWS_OF_OTHERS = 6
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the waiting list. `waited` is in whole minutes."""

    ticket: Ticket
    name: str
    waited: int
    waiting: order.Waiting
    at: datetime.datetime

    @property
    def service(self) -> str:
        return case_name(self.ticket.case)

    @property
    def due(self) -> str:
        return wording.clock(self.ticket.due_at) if self.ticket.due_at else ""

    @property
    def is_early(self) -> bool:
        return not self.waiting.is_due(at=self.at)

    @property
    def is_late(self) -> bool:
        return self.ticket.due_at is not None and not self.waiting.booked

    @property
    def is_back(self) -> bool:
        """Put back, transferred, or turned up late: first in turn once its calls have passed."""
        return self.waiting.behind is not None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the list in the order of being called; `more` people come after the rows."""

    title: str
    rows: list[Row]
    more: int
    mine: bool = False

    @property
    def count(self) -> int:
        return len(self.rows) + self.more


@dataclass(frozen=True, slots=True)
class Line:
    """The part of the page that refreshes."""

    sections: list[Section]
    waiting: int
    at_counters: int
    finished: int
    aside: int
    expected: int
    longest: int | None  # minutes

    @property
    def shown(self) -> list[Section]:
        return [section for section in self.sections if section.rows or section.mine]

    @property
    def elsewhere(self) -> list[Section]:
        """Services that one's own counter does not serve: counts only."""
        return [section for section in self.sections if not section.rows and not section.mine]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody whose code was read: who is booked, to be compared with the cards, before the number."""

    appointment: Appointment
    people: list[Visitor]
    services: list[str]

    @property
    def due(self) -> str:
        return wording.clock(self.appointment.starts_at)


def case_name(case: ServiceCase) -> str:
    """Service and case in the language of the page; the row's service must be loaded."""
    return f"{case.service.local('name')}: {case.local('name')}"


def own_session(user: User, *, at: datetime.datetime) -> DeskSession | None:
    """The counter that the person has open today, or since an earlier day with somebody still at it."""
    session = (
        DeskSession.objects.open()
        .filter(staff=user)
        .select_related("counter__office", "staff")
        .first()
    )
    if session is None or local_date(session.opened_at) == local_date(at):
        return session
    return session if at_counter(session.counter).exists() else None


def at_counter(counter: Counter) -> QuerySet[Ticket]:
    """The ticket that is called or served at `counter`: none or one."""
    return Ticket.objects.filter(counter=counter, state__in=AT_THE_COUNTER).select_related(
        "queue_day", "appointment__subdistrict", "case__service", "group"
    )


def free_counters(office: Office, *, at: datetime.datetime) -> QuerySet[Counter]:
    """Counters of the office that nobody has open today."""
    today = DeskSession.objects.open().filter(opened_at__gte=local_midnight(local_date(at)))
    found = Counter.objects.filter(office=office, active=True)
    return found.exclude(pk__in=today.values("counter")).order_by("number")


def walk_in_cases() -> list[ServiceCase]:
    """What somebody may come for, service by service, in the order of the front page."""
    found = ServiceCase.objects.filter(active=True, service__active=True).select_related("service")
    return list(
        found.order_by(
            "service__group__sort_order", "service__sort_order", "service", "sort_order", "pk"
        )
    )


def arrival(appointment: Appointment) -> Arrived:
    """Who is booked in the appointment, and for what. Two queries."""
    booked = (
        VisitorService.objects.filter(visitor__appointment=appointment)
        .select_related("case__service")
        .order_by("visitor__position", "pk")
    )
    return Arrived(
        appointment=appointment,
        people=list(appointment.visitors.order_by("position")),
        services=list(dict.fromkeys(case_name(row.case) for row in booked)),
    )


def line(office: Office, counter: Counter | None, *, at: datetime.datetime) -> Line:
    """The waiting list of the office today: what `counter` would call, then the other services.

    Without a counter each service group has its own order. Who was transferred to another counter is a count.
    """
    groups = {group.pk: group for group in ServiceGroup.objects.order_by("sort_order", "pk")}
    day = QueueDay.objects.filter(office=office, date=local_date(at)).first()
    expected = _expected(office, at=at)
    if day is None:
        return Line([], 0, 0, 0, 0, expected, None)
    mine = set() if counter is None else set(counter.groups.values_list("pk", flat=True))
    waiting = queue.line(day, groups=groups)
    orders = _orders(day, waiting, list(groups), mine, counter=counter, at=at)
    tickets = _tickets(day, [one.number for _, people, limit in orders for one in people[:limit]])
    sections = [
        Section(
            title=" · ".join(groups[pk].local("name") for pk in groups if pk in served),
            rows=[_row(tickets[one.number], one, at=at) for one in people[:limit]],
            more=max(0, len(people) - limit),
            mine=served == mine,
        )
        for served, people, limit in orders
    ]
    if counter is not None:
        sections += _for_others(waiting, mine, counter)
    states = Ticket.objects.filter(queue_day=day).aggregate(
        at_counters=Count("pk", filter=Q(state__in=AT_THE_COUNTER)),
        finished=Count("pk", filter=Q(state=TicketState.FINISHED)),
        aside=Count("pk", filter=Q(state__in=(TicketState.PARKED, TicketState.MISSED))),
    )
    return Line(
        sections=sections,
        waiting=len(waiting),
        expected=expected,
        longest=max((_minutes(one, at=at) for one in waiting), default=None),
        **states,
    )


def new_ticket(office: Office, number: str, *, at: datetime.datetime) -> Ticket | None:
    """The ticket of today with this number, for the banner after it was given."""
    if not (number.isascii() and number.isdigit() and len(number) <= 5):
        return None
    found = Ticket.objects.filter(
        queue_day__office=office, queue_day__date=local_date(at), number=int(number)
    )
    return (
        found.select_related("case__service", "appointment")
        .prefetch_related("appointment__visitors")
        .first()
    )


def _orders(
    day: QueueDay,
    waiting: list[order.Waiting],
    groups: list[int],
    mine: set[int],
    *,
    counter: Counter | None,
    at: datetime.datetime,
) -> list[tuple[set[int], list[order.Waiting], int]]:
    """Parts of the list as (groups, people in order, how many are shown). Empty parts only for `mine`."""
    if mine and counter is not None:
        rule = queue.rule(day, groups=mine)
        own = order.sequence(waiting, rule=rule, at=at, groups=mine, counter=counter.pk)
        others = [
            ({pk}, [one for one in waiting if one.group == pk], 0)
            for pk in groups
            if pk not in mine
        ]
        return [(mine, own, ROWS_OF_MINE), *(part for part in others if part[1])]
    rules = queue.rules(day, groups=groups)
    parts = [
        ({pk}, order.sequence(waiting, rule=rules[pk], at=at, groups={pk}), ROWS_OF_OTHERS)
        for pk in groups
    ]
    return [part for part in parts if part[1]]


def _for_others(waiting: list[order.Waiting], mine: set[int], counter: Counter) -> list[Section]:
    """Who waits for a service of this counter, but for another counter alone."""
    others = sum(one.group in mine and one.for_counter not in (None, counter.pk) for one in waiting)
    return [Section(title=_("Sent to another counter"), rows=[], more=others)] if others else []


def _tickets(day: QueueDay, numbers: Collection[int]) -> dict[int, Ticket]:
    first = Visitor.objects.filter(appointment=OuterRef("appointment")).order_by("position")
    found = Ticket.objects.filter(queue_day=day, number__in=numbers)
    found = found.select_related("case__service")
    named = found.annotate(visitor_name=Subquery(first.values("full_name")[:1]))
    return {ticket.number: ticket for ticket in named}


def _row(ticket: Ticket, waiting: order.Waiting, *, at: datetime.datetime) -> Row:
    return Row(
        ticket=ticket,
        name=getattr(ticket, "visitor_name", "") or "",
        waited=_minutes(waiting, at=at),
        waiting=waiting,
        at=at,
    )


def _minutes(waiting: order.Waiting, *, at: datetime.datetime) -> int:
    return max(0, int((at - waiting.arrived_at).total_seconds()) // 60)


def _expected(office: Office, *, at: datetime.datetime) -> int:
    """Booked for today and not here yet."""
    start = local_midnight(local_date(at))
    return Appointment.objects.filter(
        office=office,
        state=AppointmentState.BOOKED,
        starts_at__gte=start,
        starts_at__lt=local_midnight(local_date(at) + ONE_DAY),
    ).count()
