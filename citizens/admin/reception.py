"""What reception is shown of who arrives: the people to compare, those of a name, and whether they are in time."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citizens.admin import day_page, day_view
from citizens.domain import arrivals, order, wording
from citizens.domain.arrivals import Punctuality
from citizens.forms.day import CheckInForm
from citizens.models import Appointment, Office, QueueDay, Ticket, Visitor

NO_ROOM = gettext_lazy(
    "By the estimate there is no room for another walk-in of this service today. Offer a place on a later day first; "
    "you may still give a number."
)


@dataclass(frozen=True, slots=True)
class Named:
    """One of today's visits in the short list of a name."""

    appointment: Appointment
    people: list[Visitor]
    services: list[str]
    label: str  # of the number, if there is one already

    @property
    def due(self) -> str:
        return wording.clock(self.appointment.starts_at)


def is_name(text: str) -> bool:
    """Whether what was typed can only be a name: codes and links have a digit or a slash, or are not words."""
    return "/" not in text and not any(sign.isdigit() for sign in text)


def compare(
    request: HttpRequest, office: Office, found: Appointment, *, at: datetime.datetime
) -> HttpResponse:
    """The page with the people of an appointment beside their cards, and what to tell the early and the late."""
    day = arrivals.day_or_rule(office=office, at=at)
    note = punctuality_note(day, due_at=found.starts_at, arrived_at=at)
    return _with(day_view.page(request, office, arrived=found), arrival_note=note)


def by_name(
    request: HttpRequest, office: Office, form: CheckInForm, *, at: datetime.datetime
) -> HttpResponse:
    """The page with today's people of a name, to choose one; or the reason why there is none."""
    name = form.cleaned_data["code"]
    try:
        found = arrivals.named(office=office, name=name, at=at)
    except arrivals.TooShort:
        form.refuse(_("Write at least two letters of the name, or the code."))
        return day_view.page(request, office, check_in=form)
    if not found:
        form.refuse(
            _(
                "Nobody of this name is booked here today, and no appointment has this code. "
                "Check the spelling, or give a walk-in number."
            )
        )
        return day_view.page(request, office, check_in=form)
    shown = found[: arrivals.MOST_NAMED]
    page = day_view.page(request, office, check_in=form)
    # The first of the people has the focus, not the field.
    form.fields["code"].widget.attrs.pop("autofocus", None)
    return _with(
        page,
        found=[_named(one) for one in shown],
        found_name=name,
        found_more=len(found) > len(shown),
        focus="found",
    )


def room_left(room: int | None) -> str:
    """How many walk-ins there is room for after this number, or that nobody knows."""
    if room is None:
        return _(
            "How many more walk-ins there is room for is not known: too few visits of this service were measured, "
            "or today's opening hours are not entered."
        )
    return ngettext(
        "After this number there is room for about %(count)s more walk-in of this service today.",
        "After this number there is room for about %(count)s more walk-ins of this service today.",
        room,
    ) % {"count": room}


def note_of(ticket: Ticket) -> str:
    """What the person of a new ticket is told about being early or late; empty when there is nothing to tell."""
    if ticket.due_at is None:
        return ""
    return punctuality_note(ticket.queue_day, due_at=ticket.due_at, arrived_at=ticket.arrived_at)


def punctuality_note(
    day: QueueDay, *, due_at: datetime.datetime, arrived_at: datetime.datetime
) -> str:
    """The rule for whoever came early or late, and from when; empty for who is in time."""
    booked = wording.clock(due_at)
    match arrivals.punctuality(day=day, due_at=due_at, arrived_at=arrived_at):
        case Punctuality.EARLY:
            return _(
                "Early: booked for %(time)s. From %(from)s on this number has its turn; before that only when "
                "nobody else is waiting."
            ) % {"time": booked, "from": wording.clock(due_at - order.EARLY)}
        case Punctuality.LATE:
            return ngettext(
                "Late: booked for %(time)s, and more than %(minutes)s minute has passed. This number waits like "
                "a walk-in, from %(now)s.",
                "Late: booked for %(time)s, and more than %(minutes)s minutes have passed. This number waits "
                "like a walk-in, from %(now)s.",
                day.late_minutes,
            ) % {"time": booked, "minutes": day.late_minutes, "now": wording.clock(arrived_at)}
    return ""


def _named(appointment: Appointment) -> Named:
    people = sorted(appointment.visitors.all(), key=lambda one: one.position)
    rows = [row for one in people for row in one.services.all()]
    ticket: Ticket | None = getattr(appointment, "ticket", None)
    return Named(
        appointment=appointment,
        people=people,
        services=list(dict.fromkeys(day_page.case_name(row.case) for row in rows)),
        label=ticket.label if ticket else "",
    )


def _with(page: HttpResponse, **more: object) -> HttpResponse:
    """The day's page with more to show on it; it is not rendered yet."""
    assert isinstance(page, TemplateResponse)  # noqa: S101 - tells mypy what day_view.page makes
    page.context_data = (page.context_data or {}) | more
    return page
