"""Paper from a thermal printer, 58 or 80 mm wide: the ticket of a number, and the slip of a place on a later day.

Neither has a name or a NIK: paper is left lying about.
"""

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens import tokens
from citizens.admin import day_page, day_view
from citizens.domain import papers, wording
from citizens.models import Appointment, Office, Ticket, VisitorService

WIDTHS = ("58", "80")  # millimetres
COOKIE = "lebar_kertas"
A_YEAR = 365 * 24 * 60 * 60


@never_cache
@require_safe
def ticket(request: HttpRequest, office: str, ticket: int) -> HttpResponse:
    """The number, what it is for, what was said about the wait, and the way to its page on a phone."""
    place = day_view.office_to_see(request, office)
    found = get_object_or_404(
        Ticket.objects.select_related("case__service", "forecast"),
        pk=ticket,
        queue_day__office=place,
    )
    return _paper(
        request,
        "admin/citizens/print/ticket.html",
        place,
        title=_("Number %(ticket)s") % {"ticket": found.label},
        ticket=found,
        service=day_page.case_name(found.case),
        issued=wording.when(found.arrived_at),
        due=wording.clock(found.due_at) if found.due_at else "",
        forecast=getattr(found, "forecast", None),
        qr=_qr(settings.PUBLIC_URL.rstrip("/") + reverse("ticket", args=[found.token])),
    )


@never_cache
@require_safe
def slip(request: HttpRequest, office: str, appointment: int) -> HttpResponse:
    """Code, day, time, place and papers of an appointment here."""
    place = day_view.office_to_see(request, office)
    found = get_object_or_404(Appointment, pk=appointment, office=place)
    services = list(
        VisitorService.objects.filter(visitor__appointment=found)
        .select_related("visitor", "case__service")
        .order_by("visitor__position", "pk")
    )
    return _paper(
        request,
        "admin/citizens/print/slip.html",
        place,
        title=_("Place on %(day)s") % {"day": wording.day(found.starts_at)},
        code=tokens.display_code(found.code),
        day=wording.day(found.starts_at),
        time=wording.clock(found.starts_at),
        is_active=found.is_active,
        state=found.get_state_display(),
        services=list(dict.fromkeys(day_page.case_name(row.case) for row in services)),
        papers=[
            (paper.wordings[0], paper.optional)
            for paper in papers.needed(appointment=found, services=services)
        ],
        qr=_qr(found.code),
    )


def _paper(
    request: HttpRequest, template: str, office: Office, **context: object
) -> TemplateResponse:
    """A page for the width asked for, else the one that this browser used last."""
    asked, kept = request.GET.get("lebar", ""), request.COOKIES.get(COOKIE, "")
    width = next((one for one in (asked, kept) if one in WIDTHS), WIDTHS[1])
    # The width chosen by hand is looked at first; otherwise the page prints itself.
    page = TemplateResponse(
        request,
        template,
        context | {"office": office, "width": width, "widths": WIDTHS, "by_itself": not asked},
    )
    if asked in WIDTHS:
        page.set_cookie(
            COOKIE,
            asked,
            max_age=A_YEAR,
            path=reverse("admin:citizens_today"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return page


def _qr(text: str) -> SafeString:
    """Inline SVG in black on white: scanners want contrast."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=_("QR code"), omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own code or address
