"""The public counter: what was released and what became of it, for everybody to check."""

import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import service_numbers, wording
from citizens.domain.service_numbers import Coming, Numbers, Past, total
from citizens.models import Office
from citizens.views.shared import shared


@require_safe
@shared(seconds=30, parameters=("kantor",))
def numbers(request: HttpRequest) -> HttpResponse:
    """Fourteen days to come and fourteen past, at all places or with ?kantor= at one. Three queries."""
    at = timezone.now()
    offices = list(Office.objects.filter(active=True).order_by("sort_order", "pk"))
    code = request.GET.get("kantor", "")
    if code and code not in {office.code for office in offices}:
        raise Http404
    found = service_numbers.numbers(at=at, office=code)
    window = service_numbers.next_release(at=at, office=code)
    context = {
        "offices": [
            {"code": office.code, "name": office.name, "chosen": office.code == code}
            for office in offices
        ],
        "where": next((office.name for office in offices if office.code == code), ""),
        "here": reverse("numbers"),
        "as_of": wording.when(at),
        "opens": _opens(window),
        "coming": [_coming_row(day) for day in found.coming],
        "past": [_past_row(day) for day in found.past],
        "shares": _shares(found, as_of=wording.when(at)),
    }
    return render(request, "citizens/service_numbers/service_numbers.html", context)


def _opens(window: tuple[datetime.datetime, datetime.datetime] | None) -> str:
    """Day and hours of the next release in words."""
    if window is None:
        return ""
    first, last = window
    return _("%(day)s, between %(first)s and %(last)s") % {
        "day": wording.day(first),
        "first": wording.clock(first),
        "last": wording.clock(last),
    }


def _day(date: datetime.date) -> str:
    """Short enough for a phone: "Sel, 16 Mar", the number never apart from its month."""
    return date_format(date, "D, j\xa0M")


def _coming_row(day: Coming) -> dict[str, Any]:
    return {
        "day": _day(day.date),
        "released": day.released,
        "booked": day.booked + day.held,
        "free": day.free,
        "rest": day.unreleased,
    }


def _past_row(day: Past) -> dict[str, Any]:
    return {
        "day": _day(day.date),
        "released": day.released,
        "booked": day.booked,
        "came": day.came,
        "rest": day.no_show,
    }


def _shares(found: Numbers, *, as_of: str) -> list[dict[str, Any]]:
    """Rows for components/percentage.html, each with what it is a share of; none of nothing."""
    booked = total(found.past, "booked")
    asked = [
        (
            _("Booked of what is open, next 14 days"),
            total(found.coming, "booked") + total(found.coming, "held"),
            _("places booked"),
            total(found.coming, "released"),
            _("places released so far"),
        ),
        (
            _("Booked of what was open, last 14 days"),
            booked,
            _("places booked"),
            total(found.past, "released"),
            _("places released"),
        ),
        (
            _("Came of those who booked, last 14 days"),
            total(found.past, "came"),
            _("places came for"),
            booked,
            _("places booked"),
        ),
    ]
    return [
        {
            "label": label,
            "percent": 100 * part / whole,
            "numerator": part,
            "counted": counted,
            "denominator": whole,
            "base": base,
            "as_of": as_of,
            "source": _("this portal"),
        }
        for label, part, counted, whole, base in asked
        if whole
    ]
