"""A person's own appointment, reached by its token alone: see, cancel, put into a calendar."""

import datetime
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event, vCalAddress

from citizens import tokens
from citizens.domain import appointments, wording
from citizens.domain.slots import local_date
from citizens.enums import Actor, AppointmentState
from citizens.models import Appointment, Requirement, VisitorService
from citizens.views.personal import personal
from citizens.views.services import papers

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
    found = _appointment_or_404(token)
    booked = _services(found)
    state = AppointmentState(found.state)
    return render(
        request,
        "citizens/appointments/appointment.html",
        {
            "new": "baru" in request.GET and state == AppointmentState.BOOKED,
            "state": state.label,
            "kind": TAG_KINDS[state],
            "is_active": found.is_active,
            "code": tokens.display_code(found.code),
            "qr": _qr(found.code),
            "when": wording.when(found.starts_at),
            "office": found.office.name,
            "address": found.office.address,
            "confirmed": found.office.confirmed,
            "titles": [_title(service) for service in booked],
            "rows": _rows(found, booked),
            "papers": papers(_requirements(found, booked)),
            "email": found.email,
            "phone": found.phone,
            "calendar_url": reverse("calendar", args=[token]),
            "cancel_url": reverse("cancel", args=[token]) if found.may_be_cancelled(at=at) else "",
        },
    )


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST cancels: a mail scanner that follows the link changes nothing."""
    at = timezone.now()
    found = _appointment_or_404(token)
    if request.method != "POST":
        if not found.may_be_cancelled(at=at):
            return redirect("appointment", token)
        context = {
            "consequences": [
                _("Your visit: %(when)s.") % {"when": wording.when(found.starts_at)},
                _("Your place goes to somebody else."),
                _("You can make a new appointment at any time."),
            ],
            "back_url": reverse("appointment", args=[token]),
        }
        return render(request, "citizens/appointments/cancel.html", context)
    try:
        appointments.cancel(appointment=found, at=at, actor=Actor.CITIZEN)
    except (appointments.TooLate, appointments.StaleAppointment):
        # Its own page says what the appointment is now: cancelled already, arrived, or begun.
        return redirect("appointment", token)
    return redirect("appointment", token)


@personal
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment as an .ics file that calendars of phones read."""
    found = _appointment_or_404(token)
    booked = _services(found)
    event = Event()
    event.add("uid", f"{found.code}@{urlsplit(settings.PUBLIC_URL).hostname}")
    cancelled = found.state == AppointmentState.CANCELLED
    event.add("sequence", 1 if cancelled else 0)
    event.add("dtstamp", found.booked_at.astimezone(datetime.UTC))
    event.add("dtstart", found.starts_at.astimezone(datetime.UTC))
    event.add("dtend", found.ends_at.astimezone(datetime.UTC))
    event.add("summary", f"Disdukcapil Kota Serang: {', '.join(_title(row) for row in booked)}")
    event.add("location", f"{found.office.name}, {found.office.address}")
    event.add("description", _description(found, booked))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", vCalAddress("invalid:nomail"))
    file = Calendar()
    file.add("prodid", "-//Disdukcapil Kota Serang//Janji temu//ID")
    file.add("version", "2.0")
    file.add("method", "CANCEL" if cancelled else "PUBLISH")
    file.add_component(event)
    response = HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="janji.ics"'
    return response


def _appointment_or_404(token: str) -> Appointment:
    return get_object_or_404(
        Appointment.objects.select_related("office", "subdistrict__district"), token=token
    )


def _services(found: Appointment) -> list[VisitorService]:
    return list(
        VisitorService.objects.filter(visitor__appointment=found)
        .select_related("visitor", "case__service")
        .order_by("visitor__position", "pk")
    )


def _requirements(found: Appointment, booked: list[VisitorService]) -> list[Requirement]:
    """Papers in force on the day of the visit, each once."""
    rows = Requirement.objects.filter(case__in=[service.case_id for service in booked])
    return list(rows.in_force(on=local_date(found.starts_at)).order_by("case", "sort_order", "pk"))


def _title(service: VisitorService) -> str:
    return f"{service.case.service.local('name')}: {service.case.local('name')}"


def _rows(found: Appointment, booked: list[VisitorService]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for service in booked:
        rows.append({"label": _("Service"), "value": _title(service)})
        rows.append({"label": _("For"), "value": service.visitor.full_name})
        if service.visitor.nik:
            rows.append({"label": _("NIK"), "value": service.visitor.masked_nik})
        rows.append({"label": _("Who must come"), "value": service.case.get_attendance_display()})
    if found.priority_group:
        rows.append({"label": _("To be served first"), "value": found.get_priority_group_display()})
    return rows


def _description(found: Appointment, booked: list[VisitorService]) -> str:
    lines = [_("Code: %(code)s") % {"code": tokens.display_code(found.code)}, _("Bring:")]
    lines += [f"- {requirement.local('text')}" for requirement in _requirements(found, booked)]
    lines += [
        _("Every service is free of charge."),
        f"{settings.PUBLIC_URL}{reverse('appointment', args=[found.token])}",
    ]
    return "\n".join(lines)


def _qr(code: str) -> SafeString:
    """The code as inline SVG in black on white, whatever the theme: scanners want contrast."""
    svg = segno.make(code, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=f"QR {code}", omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own code
