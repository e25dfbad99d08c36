"""What "Hari ini" shows: the counter's own person, the waiting list in its real order, and counts."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from citizens.admin import day_words
from citizens.domain import contact, order, queue, visits, wording
from citizens.domain import counter as counters
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import AT_THE_COUNTER, AppointmentState, TicketState
from citizens.models import (
    Appointment,
    Counter,
    DeskSession,
    OfferReason,
    Office,
    QueueDay,
    Requirement,
    ServiceCase,
    ServiceGroup,
    Ticket,
    TicketEvent,
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
    is_due: bool

    @property
    def service(self) -> str:
        return case_name(self.ticket.case)

    @property
    def due(self) -> str:
        return wording.clock(self.ticket.due_at) if self.ticket.due_at else ""


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
    absent: int
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
class Card:
    """The person at the counter."""

    ticket: Ticket
    people: Sequence[Visitor | None]
    services: list[VisitorService]
    cases: list[ServiceCase]
    requirements: list[Requirement]
    events: list[TicketEvent]
    reasons: list[OfferReason] = field(default_factory=list)

    @property
    def is_called(self) -> bool:
        return self.ticket.state == TicketState.CALLED

    @property
    def is_serving(self) -> bool:
        return self.ticket.state == TicketState.SERVING

    @property
    def calls_left(self) -> int:
        return max(0, counters.CALLS - self.ticket.calls)

    @property
    def first(self) -> Visitor | None:
        return self.people[0] if self.people else None

    @property
    def others(self) -> int:
        return len(self.people) - 1

    @property
    def is_group(self) -> bool:
        return len(self.people) > 1

    @property
    def unproved(self) -> list[str]:
        """Which contacts nobody has proved: a call or a message may not reach the person."""
        appointment = self.ticket.appointment
        return day_words.unproved(contact.unproved(appointment)) if appointment else []

    @property
    def service_lines(self) -> list[str]:
        """What each person came for."""
        if not self.services:
            return [case_name(self.ticket.case)]
        return [
            f"{row.visitor.full_name}: {case_name(row.case)}"
            if self.is_group
            else case_name(row.case)
            for row in self.services
        ]

    @property
    def due(self) -> str:
        return wording.clock(self.ticket.due_at) if self.ticket.due_at else ""

    @property
    def papers(self) -> list[str]:
        return [requirement.local("text") for requirement in self.requirements]

    @property
    def history(self) -> list[str]:
        """Each state until now, with the time."""
        return [
            f"{wording.clock(event.at)} {event.get_to_state_display()}" for event in self.events
        ]

    @property
    def offers_digital_id(self) -> bool:
        return any(case.service.offers_digital_id for case in self.cases)


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


def card(ticket: Ticket, *, at: datetime.datetime) -> Card:
    """The person at the counter, with papers and, while being served, the reasons against the digital ID."""
    cases = visits.cases(ticket)
    papers = Requirement.objects.in_force(on=local_date(at)).filter(case__in=cases)
    booked = VisitorService.objects.filter(visitor__appointment=ticket.appointment_id)
    return Card(
        ticket=ticket,
        people=visits.people(ticket),
        services=list(
            booked.select_related("visitor", "case__service").order_by("visitor__position", "pk")
        )
        if ticket.appointment_id
        else [],
        cases=cases,
        requirements=list(papers.order_by("case", "sort_order", "pk")),
        events=list(TicketEvent.objects.filter(ticket=ticket).order_by("pk")),
        reasons=list(OfferReason.objects.filter(active=True).order_by("sort_order", "pk"))
        if ticket.state == TicketState.SERVING
        else [],
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

    Without a counter each service group has its own order.
    """
    groups = {group.pk: group for group in ServiceGroup.objects.order_by("sort_order", "pk")}
    day = QueueDay.objects.filter(office=office, date=local_date(at)).first()
    expected = _expected(office, at=at)
    if day is None:
        return Line([], 0, 0, 0, 0, expected, None)
    mine = set() if counter is None else set(counter.groups.values_list("pk", flat=True))
    waiting = queue.line(day, groups=groups)
    orders = _orders(day, waiting, list(groups), mine, at=at)
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
    states = Ticket.objects.filter(queue_day=day).aggregate(
        at_counters=Count("pk", filter=Q(state__in=AT_THE_COUNTER)),
        finished=Count("pk", filter=Q(state=TicketState.FINISHED)),
        absent=Count("pk", filter=Q(state=TicketState.ABSENT)),
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
    at: datetime.datetime,
) -> list[tuple[set[int], list[order.Waiting], int]]:
    """Parts of the list as (groups, people in order, how many are shown). Empty parts only for `mine`."""
    if mine:
        rule = queue.rule(day, groups=mine)
        own = order.sequence(waiting, rule=rule, at=at, groups=mine)
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
        is_due=waiting.is_due(at=at),
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
