"""The card of the person at the counter: who, for what, with which papers, what happened until now and before."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch

from citizens.admin import day_words
from citizens.admin.day_page import case_name
from citizens.domain import contact, counter, visits, wording
from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.models import (
    OfferReason,
    Requirement,
    ServiceCase,
    Ticket,
    TicketEvent,
    Visit,
    Visitor,
    VisitorService,
)

EARLIER_VISITS = 5


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """How a visit of one of these people ended, on another day or earlier today."""

    date: datetime.date
    services: list[str]
    outcome: str
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Card:
    """The person at the counter."""

    ticket: Ticket
    people: Sequence[Visitor | None]
    services: list[VisitorService]
    cases: list[ServiceCase]
    requirements: list[Requirement]
    events: list[TicketEvent]
    earlier: list[EarlierVisit]
    reasons: list[OfferReason] = field(default_factory=list)

    @property
    def is_called(self) -> bool:
        return self.ticket.state == TicketState.CALLED

    @property
    def is_serving(self) -> bool:
        return self.ticket.state == TicketState.SERVING

    @property
    def calls_left(self) -> int:
        return max(0, counter.CALLS - self.ticket.calls)

    @property
    def may_call_again(self) -> bool:
        return self.is_called and self.calls_left > 0

    @property
    def may_give_up(self) -> bool:
        return self.is_called and self.calls_left == 0

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
        """Each state until now, with the time and the reason that was given."""
        return [f"{wording.clock(event.at)} {day_words.happened(event)}" for event in self.events]

    @property
    def offers_digital_id(self) -> bool:
        return any(case.service.offers_digital_id for case in self.cases)


def card(ticket: Ticket, *, at: datetime.datetime) -> Card:
    """The person at the counter, with papers and, while being served, the reasons against the digital ID."""
    cases, people = visits.cases(ticket), visits.people(ticket)
    papers = Requirement.objects.in_force(on=local_date(at)).filter(case__in=cases)
    booked = VisitorService.objects.filter(visitor__appointment=ticket.appointment_id)
    return Card(
        ticket=ticket,
        people=people,
        services=list(
            booked.select_related("visitor", "case__service").order_by("visitor__position", "pk")
        )
        if ticket.appointment_id
        else [],
        cases=cases,
        requirements=list(papers.order_by("case", "sort_order", "pk")),
        events=list(TicketEvent.objects.filter(ticket=ticket).order_by("pk")),
        earlier=_earlier(ticket, keys=[person.person_key for person in people if person]),
        reasons=list(OfferReason.objects.filter(active=True).order_by("sort_order", "pk"))
        if ticket.state == TicketState.SERVING
        else [],
    )


def _earlier(ticket: Ticket, *, keys: Collection[str]) -> list[EarlierVisit]:
    """The latest visits of the same people, newest first. Three queries; none for a walk-in without a name."""
    if not keys:
        return []
    theirs = VisitorService.objects.filter(person_key__in=keys).select_related("case__service")
    found = (
        Visit.objects.filter(
            ticket__appointment__in=Visitor.objects.filter(person_key__in=keys).values(
                "appointment"
            )
        )
        .exclude(ticket=ticket)
        .select_related("ticket__queue_day", "ticket__appointment")
        .prefetch_related(
            Prefetch(
                "ticket__appointment__visitors",
                Visitor.objects.filter(person_key__in=keys).prefetch_related(
                    Prefetch("services", theirs.order_by("pk"))
                ),
            ),
            "missing_papers__requirement",
        )
        .order_by("-recorded_at", "-pk")[:EARLIER_VISITS]
    )
    return [_told(visit) for visit in found]


def _told(visit: Visit) -> EarlierVisit:
    appointment = visit.ticket.appointment
    people = appointment.visitors.all() if appointment else []
    names = [case_name(row.case) for person in people for row in person.services.all()]
    return EarlierVisit(
        date=visit.ticket.queue_day.date,
        services=list(dict.fromkeys(names)),
        outcome=visit.get_outcome_display(),
        missing=[row.requirement.local("text") for row in visit.missing_papers.all()],
    )
