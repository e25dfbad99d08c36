"""The rota: the week of an office at its counters, and the addresses of what changes it."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens.admin import rota_changes, rota_words, who
from citizens.admin.records import OfOwnOffice
from citizens.domain import rota_week, wording
from citizens.domain.office_time import local_date
from citizens.domain.rota_week import Post, Week
from citizens.forms.rota import weekday_names
from citizens.models import Absence, Office, PresenceOrder, Shift
from citizens.read_only import ReadOnly

SEE = "citizens.view_shift"
FARTHEST = datetime.timedelta(days=730)


@admin.register(Shift)
class RotaAdmin(ReadOnly, OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when the program runs
    """In place of a list of shifts there is the week; shifts change by proposals."""

    office_path = "counter__office"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return week(request)

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"citizens_rota_{name}")

        pages = rota_changes
        return [
            route("giliran/", pages.shift, "shift"),
            route("giliran/<int:pk>/akhiri/", pages.end, "end"),
            route("tidak-hadir/", pages.absence, "absence"),
            route("tidak-hadir/<int:pk>/tarik/", pages.take_back, "take_back"),
            route("hadir-semua/", pages.presence, "presence"),
            route("hadir-semua/<int:pk>/cabut/", pages.lift, "lift"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        return super().get_queryset(request).select_related("counter__office", "staff")


@never_cache
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """?kantor= and ?minggu= (any day of it) choose the week."""
    who.require(request, SEE)
    today = local_date(timezone.now())
    office = who.office_to_see(request, request.GET.get("kantor", ""))
    first = rota_week.monday(_day(request.GET.get("minggu", ""), today=today))
    found = rota_week.read(office=office, first=first)
    context = {
        **admin.site.each_context(request),
        "title": _("Rota"),
        "office": office,
        "offices": who.own_offices(request),
        "week": found,
        "words": rota_words.span(first, first + rota_week.WEEK),
        "date": first.isoformat(),
        "days": [_day_row(day, today) for day in found.days],
        "orders": [_order_row(order, request, today) for order in found.orders],
        "absences": [_absence_row(absence, today) for absence in _absences(office, found, today)],
        "posts": [_post_row(post) for post in rota_week.posts(office=office, day=today)],
        "may_plan": who.staff(request).has_perm(rota_changes.PLAN),
        **_links(office, first, today),
    }
    return TemplateResponse(request, "admin/citizens/rota/week.html", context)


def address(office: Office, day: datetime.date | None = None) -> str:
    """The page of the week of a day."""
    query = {"kantor": office.code} | ({"minggu": day.isoformat()} if day else {})
    return f"{reverse('admin:citizens_shift_changelist')}?{urlencode(query)}"


def _links(office: Office, first: datetime.date, today: datetime.date) -> dict[str, str]:
    previous, following = first - rota_week.WEEK, first + rota_week.WEEK
    here = today - FARTHEST < previous and following < today + FARTHEST
    return {
        "previous_url": address(office, previous) if here else "",
        "next_url": address(office, following) if here else "",
        "this_url": "" if first == rota_week.monday(today) else address(office),
    }


def _absences(office: Office, found: Week, today: datetime.date) -> list[Absence]:
    """Those of the week that is shown, and those to come."""
    coming = rota_week.absences(office=office, day=today)
    shown = {absence.pk: absence for absence in [*found.absences, *coming]}
    return sorted(shown.values(), key=lambda one: (one.first_day, one.pk))


def _day_row(day: rota_week.Day, today: datetime.date) -> dict[str, Any]:
    return {
        "day": day,
        "weekday": date_format(day.date, "D"),
        "date": date_format(day.date, "j M"),
        "is_today": day.date == today,
        "losses": [(group.local("name"), count) for group, count in day.losses],
    }


def _order_row(order: PresenceOrder, request: HttpRequest, today: datetime.date) -> dict[str, Any]:
    """An order of every office is lifted by whoever plans for every office."""
    own = who.staff(request).office_id
    return {
        "order": order,
        "days": rota_words.span(order.first_day, order.until),
        "by": _("%(staff)s, %(when)s")
        % {"staff": order.entered_by, "when": wording.when(order.entered_at)},
        "may_lift": order.until > today and own in (None, order.office_id),
    }


def _absence_row(absence: Absence, today: datetime.date) -> dict[str, Any]:
    return {
        "absence": absence,
        "days": rota_words.span(absence.first_day, absence.until),
        "may_take_back": absence.until > today,
    }


def _post_row(post: Post) -> dict[str, Any]:
    return {
        "shift": post.first,
        "weekdays": weekday_names(post.weekdays),
        "days": rota_words.span(post.first.valid_from, post.first.valid_until),
    }


def _day(text: str, *, today: datetime.date) -> datetime.date:
    """The day asked for; today for nonsense and for years that nobody plans."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found if found and abs(found - today) <= FARTHEST else today
