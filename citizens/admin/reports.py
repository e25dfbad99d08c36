"""Reports: what the days were like, for one place or all, as pages and as CSV. Sums alone; no row is a person."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens.admin import reports_csv, who
from citizens.admin.reports_queue import ARRIVALS, DESKS, NO_SHOWS, WAITS
from citizens.admin.reports_survey import SATISFACTION, SEE, poster
from citizens.admin.reports_tables import Asked, Report, Share, TableOf, this_portal
from citizens.admin.reports_visits import DIGITAL_ID, PAPERS
from citizens.domain import wording
from citizens.domain.office_time import local_date
from citizens.domain.reports import Scope
from citizens.forms.reports import ReportForm
from citizens.models import Office

REPORTS = (WAITS, ARRIVALS, NO_SHOWS, DESKS, PAPERS, DIGITAL_ID, SATISFACTION)


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for: days that can be, and a place that the person may see (None: all of them)."""

    form: ReportForm
    offices: list[Office]
    office: Office | None
    at: datetime.datetime

    @property
    def asked(self) -> Asked:
        first, last = self.form.days
        return Asked(Scope(first, last, self.office.pk if self.office else None), self.at)

    @property
    def query(self) -> str:
        """The filters as they stand in an address."""
        first, last = self.form.days
        code = self.office.code if self.office else ""
        return urlencode({"kantor": code, "dari": first.isoformat(), "sampai": last.isoformat()})

    @property
    def place(self) -> str:
        return self.office.name if self.office else _("All places together")

    @property
    def days(self) -> str:
        return " – ".join(wording.day(day) for day in self.form.days)  # noqa: RUF001 - as a span is written


@never_cache
@require_safe
def page(request: HttpRequest, report: str = REPORTS[0].slug) -> HttpResponse:
    """A report with its tables: one query a table. Days that cannot be are told, and the usual ones shown."""
    who.require(request, SEE)
    shown = _report(report)
    filters = _filters(request)
    as_of = wording.when(filters.at)
    context = {
        **admin.site.each_context(request),
        "title": _("Reports"),
        "report": shown,
        "reports": REPORTS,
        "filters": filters,
        "all_places": who.staff(request).office_id is None,
        "as_of": as_of,
        "source": this_portal(),
        "sections": [_section(part, filters, as_of=as_of) for part in shown.tables],
    }
    status = 422 if filters.form.errors else 200
    return TemplateResponse(request, "admin/citizens/reports/page.html", context, status=status)


@never_cache
@require_safe
def table(request: HttpRequest, report: str, table: str) -> HttpResponseBase:
    """One table as CSV. Days that cannot be lead to the page, which says why."""
    who.require(request, SEE)
    shown = _report(report)
    part = next((part for part in shown.tables if part.slug == table), None)
    if part is None:
        raise Http404
    filters = _filters(request)
    if filters.form.errors:
        address = reverse("admin:citizens_report", args=[shown.slug])
        return HttpResponseRedirect(f"{address}?{request.GET.urlencode()}")
    found = part.build(filters.asked)
    head = [
        (_("Report"), f"{shown.title}: {part.title}"),
        (_("Place"), filters.place),
        (_("Days"), " / ".join(day.isoformat() for day in filters.form.days)),
        (_("As of"), wording.when(filters.at)),
        (_("Source"), this_portal()),
        *([(_("Note"), found.note)] if found.note else []),
    ]
    response = StreamingHttpResponse(
        reports_csv.lines(found, head=head), content_type="text/csv; charset=utf-8"
    )
    name = f"{shown.slug}-{part.slug}-{filters.form.days[0]}-{filters.form.days[1]}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def routes(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses of the reports."""

    def route(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        return path(f"laporan/{address}", site.admin_view(view), name=f"citizens_{name}")

    return [
        route("", page, "reports"),
        route("poster/", poster, "survey_poster"),
        route("<slug:report>/", page, "report"),
        route("<slug:report>/<slug:table>.csv", table, "report_table"),
    ]


def _report(slug: str) -> Report:
    found = next((report for report in REPORTS if report.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _filters(request: HttpRequest) -> Filters:
    """The days and the place of the address. 404 for a place that the person may not see."""
    at = timezone.now()
    offices = list(who.own_offices(request))
    code = request.GET.get("kantor", "")
    if code:
        office = next((office for office in offices if office.code == code), None)
        if office is None:
            raise Http404
    elif who.staff(request).office_id is None:
        office = None
    else:
        office = who.office_to_see(request, "")
    form = ReportForm(request.GET, today=local_date(at))
    return Filters(form, offices, office, at)


def _section(part: TableOf, filters: Filters, *, as_of: str) -> dict[str, Any]:
    """A table for the page."""
    found = part.build(filters.asked)
    return {
        "slug": part.slug,
        "title": part.title,
        "table": found,
        "shares": [_percentage(share, as_of=as_of) for share in found.shares],
    }


def _percentage(share: Share, *, as_of: str) -> dict[str, Any]:
    """A row for components/percentage.html."""
    return {
        "label": share.label,
        "percent": share.percent,
        "numerator": share.part,
        "counted": share.counted,
        "denominator": share.whole,
        "base": share.base,
        "as_of": as_of,
        "source": this_portal(),
    }
