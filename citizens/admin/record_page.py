"""What the record of an appointment shows: everything, person by person, masked. A constant number of queries."""

import datetime
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from citizens import masking, tokens
from citizens.admin import appointment_words, day_page
from citizens.domain import wording
from citizens.enums import BookedFor, Revealed
from citizens.models import (
    AccessLog,
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    Ticket,
    TicketEvent,
    User,
    Visitor,
)


@dataclass(frozen=True, slots=True)
class Person:
    """One visitor, with what they come for."""

    visitor: Visitor
    services: list[str]


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach the citizen, masked; `proved` says whether a code sent there came back."""

    field: Revealed
    masked: str
    proved: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history."""

    at: datetime.datetime
    what: str
    who: str
    reason: str
    office_caused: bool = False

    @property
    def when(self) -> str:
        return f"{wording.local(self.at):%d-%m-%Y %H.%M}"


@dataclass(frozen=True, slots=True)
class Record:
    """An appointment as staff see it."""

    appointment: Appointment
    people: list[Person]
    contacts: list[Contact]
    places: list[AppointmentPlace]
    history: list[Happening]
    ticket: Ticket | None
    accesses: list[AccessLog] = field(default_factory=list)
    messages_url: str = ""

    @property
    def code(self) -> str:
        return code(self.appointment)

    @property
    def spelled(self) -> str:
        return appointment_words.spelled(self.appointment.code)

    @property
    def when(self) -> str:
        return wording.when(self.appointment.starts_at)

    @property
    def ends(self) -> str:
        return wording.clock(self.appointment.ends_at)

    @property
    def kind(self) -> str:
        return appointment_words.TAG_KINDS[self.appointment.state]

    @property
    def is_for_another(self) -> bool:
        return self.appointment.booked_for != BookedFor.SELF

    @property
    def place_rows(self) -> list[dict[str, object]]:
        """Each place with its time, share and, beyond the capacity, who gave it and why."""
        return [
            {
                "time": wording.clock(place.slot.start),
                "group": place.slot.group.local("name"),
                "share": place.get_share_display(),
                "kind": appointment_words.SHARE_KINDS[place.share],
                "by": place.overbooked_by,
                "why": place.overbooked_why,
            }
            for place in self.places
        ]


def found(pk: int) -> Appointment | None:
    """The appointment with all that stands in its own row. One query."""
    rows = Appointment.objects.select_related("office", "subdistrict__district", "booked_by_staff")
    return rows.filter(pk=pk).first()


def code(appointment: Appointment) -> str:
    """The code as it is printed."""
    return tokens.display_code(appointment.code)


def record(appointment: Appointment, *, staff: User) -> Record:
    """Everything of an appointment that `staff` may see. Eight queries at most."""
    visitors = appointment.visitors.order_by("position")
    ticket = Ticket.objects.filter(appointment=appointment).select_related("queue_day").first()
    places = appointment.places.select_related("slot__group", "overbooked_by")
    return Record(
        appointment=appointment,
        people=[
            Person(visitor, [day_page.case_name(row.case) for row in visitor.services.all()])
            for visitor in visitors.prefetch_related("services__case__service")
        ],
        contacts=_contacts(appointment),
        places=list(places.order_by("slot__start", "slot")),
        history=_history(appointment, ticket),
        ticket=ticket,
        accesses=_accesses(appointment, staff),
        messages_url=_messages_url(appointment, staff),
    )


def _contacts(appointment: Appointment) -> list[Contact]:
    ways = [
        Contact(
            Revealed.PHONE,
            masking.phone(appointment.phone),
            appointment.phone_proved_at is not None,
        ),
        Contact(
            Revealed.EMAIL,
            masking.email(appointment.email),
            appointment.email_proved_at is not None,
        ),
    ]
    return [way for way in ways if way.masked]


def _history(appointment: Appointment, ticket: Ticket | None) -> list[Happening]:
    """From the booking to the end of the visit, the oldest first."""
    events = AppointmentEvent.objects.filter(appointment=appointment).select_related(
        "staff", "from_office", "to_office"
    )
    lines = [
        Happening(
            at=event.at,
            what=appointment_words.happened(event),
            who=appointment_words.doer(event),
            reason="" if event.reason in appointment_words.SAID_ALREADY else event.reason,
            office_caused=event.office_caused,
        )
        for event in events.order_by("pk")
    ]
    if ticket:
        queue = TicketEvent.objects.filter(ticket=ticket).select_related("staff", "counter")
        for event in queue.order_by("pk"):
            event.ticket = ticket
            lines.append(
                Happening(
                    at=event.at,
                    what=appointment_words.happened_to_ticket(event),
                    who=str(event.staff),
                    reason=event.reason,
                )
            )
    return sorted(lines, key=lambda line: line.at)


def _accesses(appointment: Appointment, staff: User) -> list[AccessLog]:
    if not staff.has_perm("citizens.view_accesslog"):
        return []
    rows = AccessLog.objects.filter(appointment=appointment).select_related("staff", "visitor")
    return list(rows.order_by("-pk"))


def _messages_url(appointment: Appointment, staff: User) -> str:
    """The list of what was sent about the appointment, where staff may see it."""
    if not staff.has_perm("outreach.view_message"):
        return ""
    query = urlencode({"q": appointment.code})
    return f"{reverse('admin:outreach_message_changelist')}?{query}"
