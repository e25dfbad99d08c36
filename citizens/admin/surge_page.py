"""The surge planner's weeks: forecast, planned desks and what is too much, day by day, for one office."""

import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens.admin import surge_words, who
from citizens.domain import surge, surge_causes, wording
from citizens.domain.forecast import AVERAGED, LEAST, Cause, History
from citizens.domain.office_time import local_date
from citizens.enums import SurgeKind
from citizens.models import Office, ServiceGroup

SEE, PLAN, ADD = "citizens.view_surgecause", "citizens.plan_calendar", "citizens.add_surgecause"
ONE_DAY = datetime.timedelta(days=1)
WEEKS = 3
FARTHEST = datetime.timedelta(days=730)


@never_cache
@require_safe
def weeks(request: HttpRequest) -> HttpResponse:
    """?kantor= and ?mulai= choose an office and the first week; without them the own office, this week."""
    who.require(request, SEE)
    at = timezone.now()
    today = local_date(at)
    office = who.office_to_see(request, request.GET.get("kantor", ""))
    first = _monday(day_or_none(request.GET.get("mulai", "")), today=today)
    until = first + WEEKS * 7 * ONE_DAY
    found = surge.outlook(office=office, first=max(first, today), until=until, at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Surge planner"),
        "office": office,
        "offices": who.own_offices(request),
        "first": first.isoformat(),
        "span": f"{wording.day(first)} – {wording.day(until - ONE_DAY)}",  # noqa: RUF001 - as a span is written
        "rows": [surge_words.day_row(day) for day in found.days if day.plan.hours or day.plan.why],
        "chart": surge_words.chart(found),
        "earlier": _weeks_url(office, first - WEEKS * 7 * ONE_DAY) if first > today else "",
        "later": _weeks_url(office, until) if until < today + FARTHEST else "",
        "coming": _coming(found.history, office, today),
        "errors": surge_words.errors(found.history, group_names()),
        "averaged": AVERAGED,
        "least": LEAST,
        "as_of": wording.when(at),
        "may_add": who.staff(request).has_perm(ADD),
        "kinds": _kinds(),
    }
    return TemplateResponse(request, "admin/citizens/surge/weeks.html", context)


def group_names() -> dict[int, str]:
    """The service groups in their order, in the language of the page."""
    groups = ServiceGroup.objects.order_by("sort_order", "pk")
    return {group.pk: group.local("name") for group in groups}


def day_or_none(text: str) -> datetime.date | None:
    """A day in ISO form; None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _monday(day: datetime.date | None, *, today: datetime.date) -> datetime.date:
    """The week of a day that can be planned; for any other day this week."""
    shown = day if day and today - ONE_DAY < day <= today + FARTHEST else today
    return shown - shown.weekday() * ONE_DAY


def _weeks_url(office: Office, day: datetime.date) -> str:
    query = urlencode({"kantor": office.code, "mulai": day.isoformat()})
    return f"{reverse('admin:citizens_surge')}?{query}"


def _coming(history: History, office: Office, today: datetime.date) -> list[dict[str, Any]]:
    """The causes that are not over, each with the week where it begins."""
    return [
        {
            "pk": cause.pk,
            "name": cause.name,
            "days": _days(cause),
            "multiplier": surge_words.times(cause.multiplier),
            "confirmed": cause.confirmed,
            "source": cause.source,
            "url": _weeks_url(office, max(cause.first, today)),
        }
        for cause in history.causes
        if cause.first + cause.days * ONE_DAY > today
    ]


def _days(cause: Cause) -> str:
    last = cause.first + (cause.days - 1) * ONE_DAY
    return f"{surge_words.short_day(cause.first)} – {surge_words.short_day(last)}"  # noqa: RUF001 - as a span is written


def _kinds() -> list[dict[str, str]]:
    """What is usual for each kind of cause, with the form that begins so."""
    add = reverse("admin:citizens_surgecause_add")
    return [
        {
            "name": str(SurgeKind(kind).label),
            "multiplier": surge_words.times(float(like.multiplier)),
            "days": str(like.days),
            "source": like.source,
            "url": f"{add}?{urlencode({'kind': kind.value})}",
        }
        for kind, like in surge_causes.usual().items()
    ]
