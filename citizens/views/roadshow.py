"""Where the van and the points in the kecamatan come: a page, and a calendar to follow."""

import datetime
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import availability, roadshow, roadshow_file, wording
from citizens.domain.office_time import local_date
from citizens.domain.roadshow import Stop
from citizens.models import ServiceCase
from citizens.views.shared import shared

# What has passed stays in calendars for a while, so that a late cancellation still reaches them.
KEPT = datetime.timedelta(days=31)


@require_safe
@shared(seconds=30)
def roadshow_page(request: HttpRequest) -> HttpResponse:
    """The coming stops, with what can be booked at each. Two queries."""
    at = timezone.now()
    _first, last = availability.window(at=at)
    cases = _cases()
    context = {
        "stops": [
            _row(stop, cases, bookable=stop.date < local_date(last))
            for stop in roadshow.stops(first=local_date(at))
        ],
        "feed_url": f"{settings.PUBLIC_URL}{reverse('roadshow_calendar')}",
        "days_ahead": settings.BOOKING_HORIZON_DAYS,
    }
    return render(request, "citizens/roadshow/roadshow.html", context)


@require_safe
@shared(seconds=30)
def calendar(request: HttpRequest) -> HttpResponse:
    """The stops as an .ics file that calendars follow. Two queries."""
    at = timezone.now()
    file = roadshow_file.build(
        feed=roadshow.feed(first=local_date(at - KEPT)),
        url=f"{settings.PUBLIC_URL}{reverse('roadshow')}",
        at=at,
    )
    return HttpResponse(file, content_type="text/calendar; charset=utf-8")


def _cases() -> dict[int, list[ServiceCase]]:
    """What can be booked, by service group."""
    rows = (
        ServiceCase.objects.filter(active=True, service__active=True)
        .select_related("service")
        .order_by("service__group__sort_order", "service__sort_order", "sort_order", "pk")
    )
    found: dict[int, list[ServiceCase]] = defaultdict(list)
    for row in rows:
        found[row.service.group_id].append(row)
    return found


def _row(stop: Stop, cases: dict[int, list[ServiceCase]], *, bookable: bool) -> dict[str, Any]:
    query = urlencode({"kantor": stop.office, "tanggal": stop.date.isoformat()})
    return {
        "day": wording.day(stop.date),
        "place": stop.place,
        "address": stop.address,
        "district": _("Kecamatan %(name)s") % {"name": stop.district} if stop.district else "",
        "office": stop.office_name,
        "hours": ", ".join(f"{opens:%H.%M}–{closes:%H.%M}" for opens, closes in stop.hours),  # noqa: RUF001 - a span
        "bookable": bookable,
        "services": [
            {
                "name": f"{case.service.local('name')}: {case.local('name')}",
                "url": f"{reverse('times', args=[case.service.slug, case.code])}?{query}",
            }
            for group in stop.groups
            for case in cases.get(group, [])
        ],
    }
