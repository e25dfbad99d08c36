"""The call sheet to take along: on paper or as CSV, with the numbers in full. Each of them goes into the access log."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citizens.admin import planning_call_rows, planning_calls, reports_csv, who
from citizens.admin.planning_call_rows import Row
from citizens.admin.planning_calls import Filters
from citizens.admin.record import REVEAL
from citizens.admin.reports_tables import Cell, Table
from citizens.domain import access, wording
from citizens.domain.office_time import local_date


@never_cache
@require_POST
def paper(request: HttpRequest) -> HttpResponse:
    """A4, with a box for each result."""
    chosen, rows, phones = _revealed(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Call sheet"),
        "filters": chosen,
        "rows": [(row, phones.get(row.appointment, "")) for row in rows],
        "as_of": wording.when(timezone.now()),
        "by": who.staff(request),
    }
    return TemplateResponse(request, "admin/citizens/planning/calls_paper.html", context)


@never_cache
@require_POST
def table(request: HttpRequest) -> HttpResponseBase:
    """The same for a spreadsheet."""
    chosen, rows, phones = _revealed(request)
    at = timezone.now()
    headings = [
        *(_("Appointment"), _("Name"), _("Office"), _("From"), _("To")),
        *(_("Phone"), _("Calls"), _("Last result"), _("Change")),
    ]
    cells: list[list[Cell]] = [
        [
            *(row.code, row.name, row.office, row.was, row.now or _("no other time")),
            *(phones.get(row.appointment, ""), row.calls, row.last_call, row.change),
        ]
        for row in rows
    ]
    head = [
        (_("Call sheet"), chosen.place),
        (_("People"), str(len(rows))),
        (_("As of"), wording.when(at)),
        (_("Taken by"), str(who.staff(request))),
    ]
    response = StreamingHttpResponse(
        reports_csv.lines(Table(headings, cells), head=head), content_type="text/csv; charset=utf-8"
    )
    name = f"lembar-telepon-{local_date(at).isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _revealed(request: HttpRequest) -> tuple[Filters, Sequence[Row], dict[int, str]]:
    """Everybody of the sheet, and their phones by appointment; who took them along is written first."""
    chosen = planning_calls.filters(request)
    who.require(request, REVEAL)
    found = list(chosen.rows())
    phones = access.reveal_phones(
        reasons={each.appointment: planning_calls.reason(each) for each in found},
        staff=who.staff(request),
        at=timezone.now(),
    )
    return chosen, planning_call_rows.rows(found), phones
