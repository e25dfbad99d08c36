"""Proposing a week: first which office and kind, then its form, filled in with the week that is in force."""

import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import planning_new, planning_words, who
from citizens.domain import ramadan
from citizens.domain.office_time import local_date
from citizens.enums import HoursKind
from citizens.forms.planning_week import WeekForm
from citizens.models import Office, OpeningTemplate, Weekday

KINDS = {"biasa": HoursKind.ORDINARY, "ramadan": HoursKind.RAMADAN}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """?kantor= and ?jenis= choose; without both, or with others, the page asks."""
    made_of = planning_new.arguments(request)
    kind = KINDS.get(request.GET.get("jenis", ""))
    if request.method == "POST":
        form = WeekForm(**made_of, groups=planning_new.groups())
        return _page(request, form, {})
    code = request.GET.get("kantor", "").replace("\0", "")
    office = who.own_offices(request).filter(code=code).first()
    if office is None or kind is None:
        return _ask(request, code)
    copied = _in_force(office, kind, local_date(made_of["at"]))
    made_of["initial"] |= _initial(copied, kind, local_date(made_of["at"]))
    form = WeekForm(**made_of, groups=planning_new.groups())
    return _page(
        request, form, {"copied": copied and copied_from(copied), "shortened": _shortened(copied)}
    )


def _ask(request: HttpRequest, code: str) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Propose a week"),
        "offices": who.own_offices(request),
        "code": code,
    }
    return TemplateResponse(request, "admin/citizens/planning/week_choice.html", context)


def _page(request: HttpRequest, form: WeekForm, more: dict[str, Any]) -> HttpResponse:
    code = form["office"].value()
    office = form.offices.filter(code=code).first() if isinstance(code, str) else None
    more |= {
        "title": _("Week of Ramadan") if form.is_ramadan else _("Ordinary week"),
        "office_name": office,
        "kind_name": "ramadan" if form.is_ramadan else "biasa",
    }
    return planning_new.answer(request, form, "week", more)


def _in_force(office: Office, kind: HoursKind, today: datetime.date) -> OpeningTemplate | None:
    """What a new week is copied from: the last one of its kind, or the ordinary one that is in force."""
    weeks = OpeningTemplate.objects.filter(office=office).prefetch_related("periods", "capacities")
    if kind == HoursKind.RAMADAN and (
        last := weeks.filter(kind=kind).order_by("valid_from").last()
    ):
        return last
    ordinary = weeks.filter(kind=HoursKind.ORDINARY)
    return ordinary.in_force(on=today).first() or ordinary.order_by("valid_from").last()


def _periods(week: OpeningTemplate, weekday: int) -> list[tuple[datetime.time, datetime.time]]:
    return sorted(
        (period.opens, period.closes) for period in week.periods.all() if period.weekday == weekday
    )


def _initial(
    copied: OpeningTemplate | None, kind: HoursKind, today: datetime.date
) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": kind.value}
    if copied:
        found |= WeekForm.counters_initial(copied.capacities.all())
        for day in Weekday:
            found |= WeekForm.as_initial(f"d{day.value}_", _periods(copied, day.value))
    if kind == HoursKind.RAMADAN and (month := ramadan.expected(on=today)):
        found |= {"first_day": max(month.first, today), "last_day": month.last}
        found |= {"name": f"Ramadan {month.last.year}"}
    return found


def _shortened(copied: OpeningTemplate | None) -> list[str]:
    """Weekdays with more than one break: the form has room for the first."""
    if copied is None:
        return []
    return [str(day.label) for day in Weekday if len(_periods(copied, day.value)) > 2]


def copied_from(week: OpeningTemplate) -> str:
    """Name and days of the week that was copied."""
    last = week.valid_until - planning_words.ONE_DAY if week.valid_until else None
    return f"{week.name}, {planning_words.span(week.valid_from, last)}"
