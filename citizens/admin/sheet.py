"""The appointment on paper, printed by staff for somebody at the counter: the citizen's own sheet."""

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens.admin import day_page, record, record_page
from citizens.admin.finding import SEE
from citizens.domain import papers, wording
from citizens.models import VisitorService


@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Code, QR, time, place, people and papers; the secret link is not on it."""
    found = record.appointment_to(request, pk, SEE)
    services = list(
        VisitorService.objects.filter(visitor__appointment=found)
        .select_related("visitor", "case__service")
        .order_by("visitor__position", "pk")
    )
    context = {
        "code": record_page.code(found),
        "state": found.get_state_display(),
        "is_active": found.is_active,
        "when": wording.when(found.starts_at),
        "office": found.office.name,
        "address": found.office.address,
        "qr": _qr(found.code),
        "rows": _rows(services),
        "papers": [
            {
                "title": paper.wordings[0],
                "ticked": paper.ticked,
                "notes": [_("Only if it applies to you.")] if paper.optional else [],
            }
            for paper in papers.needed(appointment=found, services=services)
        ],
        "own_url": reverse("admin:citizens_appointment_change", args=[pk]),
    }
    return TemplateResponse(request, "admin/citizens/appointment/sheet.html", context)


def _rows(services: list[VisitorService]) -> list[dict[str, object]]:
    """Each person with what is booked, for components/summary_list.html."""
    people: dict[int, list[VisitorService]] = {}
    for row in services:
        people.setdefault(row.visitor_id, []).append(row)
    return [
        {
            "label": booked[0].visitor.full_name,
            "value": day_page.case_name(booked[0].case),
            "lines": [day_page.case_name(row.case) for row in booked[1:]],
        }
        for booked in people.values()
    ]


def _qr(code: str) -> SafeString:
    """The code as inline SVG in black on white: scanners want contrast."""
    svg = segno.make(code, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=f"QR {code}", omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own code
