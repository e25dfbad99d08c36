"""The satisfaction index (SKM) as a report, and its poster for the desks."""

from decimal import Decimal
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citizens.admin import who
from citizens.admin.reports_chart import Bar, Chart
from citizens.admin.reports_tables import Asked, Report, Table, TableOf
from citizens.domain import survey_index
from citizens.domain.survey_index import ENOUGH, Result

SEE = "citizens.view_surveyanswer"


def elements(asked: Asked) -> Table:
    """The average mark of each element, or why it is not told."""
    found = survey_index.result(asked.scope)
    headings = (_("Element"), _("Average mark (1 to 4)"), _("Times its weight (1/9)"))
    if found.index is None:
        return Table(headings, (), note=_too_few(found))
    rows = [
        (
            str(each.element.label),
            number_format(each.average, decimal_pos=2),
            number_format(each.weighted, decimal_pos=3),
        )
        for each in found.elements
    ]
    chart = Chart(
        [
            Bar(
                str(each.element.label),
                (float(each.average),),
                _("%(mark)s of 4") % {"mark": number_format(each.average, decimal_pos=2)},
            )
            for each in found.elements
        ]
    )
    return Table(headings, [*rows, *_sums(found)], chart=chart, note=_index(found))


def _sums(found: Result) -> list[tuple[Any, ...]]:
    return [
        (_("SKM index (sum times 25)"), "", _two_places(found.index)),
        (_("Grade"), "", found.grade),
        (_("Sheets (n)"), "", number_format(found.sheets)),
    ]


def _index(found: Result) -> str:
    return _(
        "SKM index %(index)s, grade %(grade)s, from n = %(sheets)s sheets: %(desk)s by the QR code at a counter, "
        "%(link)s by the link after a visit."
    ) % {
        "index": _two_places(found.index),
        "grade": found.grade,
        "sheets": found.sheets,
        "desk": found.sheets - found.by_link,
        "link": found.by_link,
    }


def _too_few(found: Result) -> str:
    return _(
        "There are %(sheets)s sheets for these days and this place. The index is told from %(enough)s on: fewer say "
        "too little about the service, and too much about single people."
    ) % {"sheets": found.sheets, "enough": ENOUGH}


@require_safe
def poster(request: HttpRequest) -> HttpResponse:
    """One sheet of paper for a counter with the QR code of the survey; ?kantor= is the office."""
    who.require(request, SEE)
    office = who.office_to_see(request, request.GET.get("kantor", ""))
    address = settings.PUBLIC_URL.rstrip("/") + reverse("survey", args=[office.code])
    context = {"office": office, "address": address.partition("://")[2], "qr": _qr(address)}
    return TemplateResponse(request, "admin/citizens/reports/poster.html", context)


def _qr(text: str) -> SafeString:
    """Inline SVG in black on white: scanners want contrast."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=_("QR code"), omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own address


SATISFACTION = Report(
    "kepuasan",
    gettext_lazy("Satisfaction (SKM)"),
    gettext_lazy(
        "PermenPANRB 14/2017: nine elements with marks from 1 to 4, each with the weight 1/9 (0.111; not rounded when"
        " computed). Index = sum of (average mark x weight) x 25. Grades: A 88.31-100, B 76.61-88.30, C 65.00-76.60,"
        " D 25.00-64.99. A sheet names a place and a day, never a person."
    ),
    (
        TableOf(
            "unsur", gettext_lazy("Which element pleases people most, and which least?"), elements
        ),
    ),
)


def _two_places(index: Decimal | None) -> str:
    return "" if index is None else str(number_format(index, decimal_pos=2))
