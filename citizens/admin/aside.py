"""Who was set aside, and whose number was called in vain: the part of "Hari ini" from which they are called back."""

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from citizens.admin import day_words
from citizens.admin.day_page import case_name
from citizens.domain import wording
from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.models import Office, Ticket, TicketEvent, Visitor


@dataclass(frozen=True, slots=True)
class Aside:
    """One person who is neither waiting nor at a counter; `name` is empty for a walk-in."""

    ticket: Ticket
    name: str
    since: str
    reason: str

    @property
    def is_missed(self) -> bool:
        return self.ticket.state == TicketState.MISSED

    @property
    def service(self) -> str:
        return case_name(self.ticket.case)


def aside(office: Office, *, at: datetime.datetime) -> list[Aside]:
    """Everybody set aside or missed today, the longest first. One query."""
    last = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-pk")
    first = Visitor.objects.filter(appointment=OuterRef("appointment")).order_by("position")
    found = Ticket.objects.filter(
        queue_day__office=office,
        queue_day__date=local_date(at),
        state__in=(TicketState.PARKED, TicketState.MISSED),
    ).annotate(
        since=Subquery(last.values("at")[:1]),
        why=Subquery(last.values("reason")[:1]),
        visitor_name=Subquery(first.values("full_name")[:1]),
    )
    return [
        Aside(
            ticket=row,
            name=row.visitor_name or "",
            since=wording.clock(row.since) if row.since else "",
            reason=day_words.reason(row.why or ""),
        )
        for row in found.select_related("case__service").order_by("since", "number")
    ]
