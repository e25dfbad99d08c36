"""A person's own appointment, reached by its token alone: see it, tick papers, print it, cancel it."""

import datetime

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citizens import tokens
from citizens.domain import appointments, calendar_file, papers, short_message, survey, wording
from citizens.domain.papers import Paper
from citizens.enums import Actor, AppointmentState
from citizens.models import Appointment
from citizens.views import contact_proof, history, own
from citizens.views.personal import personal

TAG_KINDS = {
    AppointmentState.BOOKED: "info",
    AppointmentState.CHECKED_IN: "success",
    AppointmentState.SERVED: "success",
    AppointmentState.CANCELLED: "danger",
    AppointmentState.NO_SHOW: "warning",
    AppointmentState.UNSERVED: "warning",
}


@personal
@require_safe
def appointment(request: HttpRequest, token: str) -> HttpResponse:
    """Code, QR, time and place, papers, and what can still be done. Three queries."""
    at = timezone.now()
    mine = own.find_or_404(token)
    found = mine.appointment
    needed = papers.needed(appointment=found, services=mine.services) if found.is_active else []
    events = history.read(found)
    state = AppointmentState(found.state)
    booked = state == AppointmentState.BOOKED
    context = _card(mine) | {
        "new": "baru" in request.GET and booked,
        "saved": "tersimpan" in request.GET,
        "token": token,
        "state": state.label,
        "kind": TAG_KINDS[state],
        "is_active": found.is_active,
        "headline": own.headline(mine),
        "rows": own.rows(mine),
        "papers": own.paper_rows(needed, mine=mine),
        "ready": _ready(needed),
        "steps": _steps(found, needed) if booked else [],
        "after": _after(state),
        "needs_new_time": mine.needs_new_time and booked,
        "survey_url": _survey_url(found, at=at) if state == AppointmentState.SERVED else "",
        "cancelled": history.cancelled(events),
        "moved": history.last_move(events) if booked else "",
        "moves": history.moves(events),
        "contacts": own.contacts(mine),
        "unproved": contact_proof.invitations(found) if booked else [],
        "short": short_message.text(appointment=found, papers=needed),
        "movable": found.may_be_moved(at=at),
        "cancellable": found.may_be_cancelled(at=at),
        "move_deadline": wording.when(found.reschedule_deadline),
        "booked": booked,
    }
    return render(request, "citizens/appointments/appointment.html", context)


def _survey_url(found: Appointment, *, at: datetime.datetime) -> str:
    """Where to say how the visit was, while that link works; else nothing. One query."""
    token = survey.token_to_ask(appointment=found, at=at)
    return reverse("survey_ticket", args=[token]) if token else ""


@personal
@require_POST
def tick(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps which papers are laid out. Whatever else is sent along is ignored."""
    mine = own.find_or_404(token)
    own_url = reverse("appointment", args=[token])
    try:
        papers.tick(
            appointment=mine.appointment,
            services=mine.services,
            keys=request.POST.getlist("berkas"),
            at=timezone.now(),
        )
    except appointments.StaleAppointment:
        # Its own page says what the appointment is now.
        return HttpResponseRedirect(own_url)
    return HttpResponseRedirect(f"{own_url}?tersimpan#berkas")


@personal
@require_safe
def sheet(request: HttpRequest, token: str) -> HttpResponse:
    """One sheet of paper to take along. Two queries."""
    mine = own.find_or_404(token)
    found = mine.appointment
    needed = papers.needed(appointment=found, services=mine.services)
    context = _card(mine) | {
        "state": AppointmentState(found.state).label,
        "is_active": found.is_active,
        "rows": own.rows(mine),
        "papers": own.paper_rows(needed, mine=mine),
        "own_url": reverse("appointment", args=[token]),
    }
    return render(request, "citizens/appointments/sheet.html", context)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST cancels: a mail scanner that follows the link changes nothing."""
    at = timezone.now()
    found = own.find_or_404(token).appointment
    if request.method == "POST":
        try:
            appointments.cancel(appointment=found, at=at, actor=Actor.CITIZEN)
        except appointments.TooLate:
            return _too_late(request, found, status=409)
        except appointments.StaleAppointment:
            # Its own page says what the appointment is now: cancelled already, moved, arrived.
            return redirect("appointment", token)
        return redirect("appointment", token)
    if found.state != AppointmentState.BOOKED:
        return redirect("appointment", token)
    if not found.may_be_cancelled(at=at):
        return _too_late(request, found)
    context = {
        "consequences": [
            _("Your visit: %(when)s.") % {"when": wording.when(found.starts_at)},
            _("Your place goes to the waiting list first. You cannot get it back."),
            _("You can make a new appointment at any time."),
        ],
        "back_url": reverse("appointment", args=[token]),
        "move_url": reverse("reschedule", args=[token]) if found.may_be_moved(at=at) else "",
    }
    return render(request, "citizens/appointments/cancel.html", context)


@personal
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment as an .ics file that calendars of phones read."""
    mine = own.find_or_404(token)
    found = mine.appointment
    file = calendar_file.build(
        appointment=found,
        services=mine.services,
        papers=papers.needed(appointment=found, services=mine.services),
        url=f"{settings.PUBLIC_URL}{reverse('appointment', args=[token])}",
        address=mine.address,
    )
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="janji.ics"'
    return response


def _too_late(request: HttpRequest, found: Appointment, *, status: int = 200) -> HttpResponse:
    """Why it cannot be cancelled any more, and what can still be done."""
    context = {
        "title": _("This appointment can no longer be cancelled"),
        "reason": _("It could be cancelled until %(when)s.")
        % {"when": wording.when(found.cancel_deadline)},
        "still": [
            _("Come all the same: show your code at the entrance, also when you are late."),
            _(
                "If you cannot come, you need do nothing. From the next day you can book again; there is"
                " no fine."
            ),
        ],
        "phone": found.office.phone,
        "own_url": reverse("appointment", args=[found.token]),
    }
    return render(request, "citizens/appointments/too_late.html", context, status=status)


def _card(mine: own.Own) -> dict[str, object]:
    """What the ticket card and the sheet show first. The place of a day is told once it is confirmed."""
    found = mine.appointment
    return {
        "code": tokens.display_code(found.code),
        "qr": _qr(found.code),
        "when": wording.when(found.starts_at),
        "office": found.office.name,
        "address": mine.address,
        "confirmed": found.office.confirmed or bool(mine.elsewhere),
    }


def _ready(needed: list[Paper]) -> str:
    """How many papers are ticked, in words; empty when none is needed."""
    if not needed:
        return ""
    done = sum(paper.ticked for paper in needed)
    return ngettext(
        "%(done)s of %(all)s paper is ready.", "%(done)s of %(all)s papers are ready.", len(needed)
    ) % {"done": done, "all": len(needed)}


def _steps(found: Appointment, needed: list[Paper]) -> list[dict[str, object]]:
    """What comes next, for components/step_list.html."""
    laid_out = all(paper.ticked or paper.optional for paper in needed)
    first: dict[str, object] = {
        "title": _("Lay out your papers"),
        "text": _ready(needed) or _("No papers are needed."),
        "state": "done" if laid_out else "current",
    }
    return [
        first,
        {
            "title": _("Come at %(time)s %(zone)s")
            % {
                "time": wording.clock(found.starts_at),
                "zone": wording.local(found.starts_at).tzname(),
            },
            "text": _("Not earlier than 15 minutes before."),
            "state": "current" if laid_out else "",
        },
        {
            "title": _("Show the code at the entrance"),
            "text": _("You get a queue number there. Every service is free of charge."),
        },
    ]


def _after(state: AppointmentState) -> str:
    """One sentence for whoever's visit is under way or over."""
    return {
        AppointmentState.BOOKED: "",
        AppointmentState.CHECKED_IN: _(
            "You have arrived. Please wait until your number is called."
        ),
        AppointmentState.SERVED: _("Your visit is over. Thank you for coming."),
        AppointmentState.NO_SHOW: _("The day is over. You can make a new appointment at any time."),
        AppointmentState.UNSERVED: _(
            "You came but were not served. We are sorry. Please make a new appointment."
        ),
        AppointmentState.CANCELLED: _("You can make a new appointment at any time."),
    }[state]


def _qr(code: str) -> SafeString:
    """The code as inline SVG in black on white, whatever the theme: scanners want contrast."""
    # The mask is given: to find the best of eight takes longer than all the rest, and scanners read each.
    svg = segno.make(code, error="m", micro=False, mask=0).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=f"QR {code}", omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own code
