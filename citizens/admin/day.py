""" "Hari ini": the one page where counter staff work all day, and one address for each thing they do there.

Pages are shown by GET and change nothing; each action is a POST that makes one call to the domain and goes back.
A form with a mistake is shown again with everything that was typed.
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.admin import day_page, day_view, desk, desk_actions, desk_card, refreshing, who
from citizens.admin.day_view import action
from citizens.admin.reception_routes import ROUTES as RECEPTION
from citizens.admin.records import ReadOnlyAdmin
from citizens.admin.supervising_routes import ROUTES as SUPERVISING
from citizens.domain import counter, queue
from citizens.forms.day import OpenCounterForm
from citizens.models import Office, QueueDay


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The page; ?kantor= is the code of an office, for staff who work at every office."""
    return day_view.page(request, day_view.office_to_see(request, request.GET.get("kantor", "")))


@require_safe
def line(request: HttpRequest, office: str) -> HttpResponse:
    """The waiting list alone, for the page's refresh; 304 when nothing that it shows has changed."""
    place = day_view.office_to_see(request, office)
    at = timezone.now()
    own = desk.own(who.staff(request), place, at=at)
    context = {"line": day_page.line(place, own.counter, at=at)}
    return _refreshed(request, "admin/citizens/day/line.html", context, own, at=at)


@require_safe
def set_aside(request: HttpRequest, office: str) -> HttpResponse:
    """The people set aside and missed, for the page's refresh."""
    place = day_view.office_to_see(request, office)
    at = timezone.now()
    staff = who.staff(request)
    own = desk.own(staff, place, at=at)
    may_serve = staff.has_perm(day_view.SERVE) and staff.works_at(place)
    context = day_view.aside_context(place, own, may_serve=may_serve, at=at) | {"office": place}
    return _refreshed(request, "admin/citizens/day/aside.html", context, own, at=at)


def _refreshed(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    own: desk.Own,
    *,
    at: datetime.datetime,
) -> HttpResponse:
    """A part of the page, or 304, with the office's time and whether one's own counter is as the page shows it."""
    response = refreshing.part(request, template, context, at=at)
    response.headers["X-Own-State"] = own.state(at=at)
    return response


@action
def open_counter(request: HttpRequest, office: Office) -> HttpResponse | None:
    """Somebody sits down at a counter."""
    at = timezone.now()
    form = OpenCounterForm(request.POST, counters=office.counters.filter(active=True))
    if not form.is_valid():
        return day_view.page(request, office, open_counter=form)
    counter.open_counter(counter=form.chosen_counter, at=at, staff=who.staff(request))
    return None


@action
def close_counter(request: HttpRequest, office: Office) -> None:
    """Somebody leaves the counter."""
    at = timezone.now()
    session = day_page.own_session(who.staff(request), at=at)
    if session is not None:
        counter.close_counter(session=session, at=at)


@action
def call_next(request: HttpRequest, office: Office) -> None:
    """The counter is free for the next person."""
    at = timezone.now()
    counter.call_next(session=day_view.open_session(request, office, at=at), at=at)


@action
def call_again(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came yet."""
    called = day_view.own_ticket(request, office, ticket)
    counter.call_again(ticket=called, at=timezone.now(), staff=who.staff(request))


@action
def start(request: HttpRequest, office: Office, ticket: int) -> None:
    """The person is at the counter."""
    called = day_view.own_ticket(request, office, ticket)
    counter.start(ticket=called, at=timezone.now(), staff=who.staff(request))


@action
def finish(request: HttpRequest, office: Office, ticket: int) -> HttpResponse | None:
    """The visit is over."""
    at = timezone.now()
    served = day_view.own_ticket(request, office, ticket)
    card = desk_card.card(served, at=at)
    if not card.is_serving:
        raise queue.StaleTicket
    form = day_view.finish_form(card, request.POST)
    if not form.is_valid():
        return day_view.page(request, office, finish=form)
    counter.finish(
        ticket=served,
        outcome=form.chosen_outcome(),
        missing_papers=form.missing_papers(),
        offers=form.offers(),
        at=at,
        staff=who.staff(request),
    )
    messages.success(request, _("%(ticket)s is finished.") % {"ticket": served.label})
    return None


@admin.register(QueueDay)
class QueueDayAdmin(ReadOnlyAdmin):
    """The days to be read; "Hari ini" hangs on it."""

    office_path = "office"
    list_display = ["date", "office", "last_number"]
    list_filter = ["office"]
    date_hierarchy = "date"
    ordering = ["-date", "office"]
    list_select_related = ["office"]

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view)
            return path(f"hari-ini/{address}", wrapped, name=f"citizens_{name}")

        return [
            route("", today, "today"),
            route("<slug:office>/antrean/", line, "line"),
            *[route(*one) for one in RECEPTION],
            route("<slug:office>/buka-loket/", open_counter, "open_counter"),
            route("<slug:office>/tutup-loket/", close_counter, "close_counter"),
            route("<slug:office>/panggil/", call_next, "call_next"),
            route("<slug:office>/<int:ticket>/panggil-ulang/", call_again, "call_again"),
            route("<slug:office>/<int:ticket>/mulai/", start, "start"),
            route("<slug:office>/disisihkan/", set_aside, "set_aside"),
            route("<slug:office>/jeda/", desk_actions.pause, "pause"),
            route("<slug:office>/lanjut/", desk_actions.go_on, "go_on"),
            route("<slug:office>/urungkan/", desk_actions.undo, "undo"),
            route("<slug:office>/<int:ticket>/kembalikan/", desk_actions.put_back, "put_back"),
            route("<slug:office>/<int:ticket>/tidak-hadir/", desk_actions.give_up, "give_up"),
            route("<slug:office>/<int:ticket>/sisihkan/", desk_actions.park, "park"),
            route("<slug:office>/<int:ticket>/alihkan/", desk_actions.transfer, "transfer"),
            route(
                "<slug:office>/<int:ticket>/panggil-kembali/", desk_actions.call_back, "call_back"
            ),
            route("<slug:office>/<int:ticket>/datang/", desk_actions.turned_up, "turned_up"),
            route("<slug:office>/<int:ticket>/selesai/", finish, "finish"),
            *[route(*one) for one in SUPERVISING],
            *super().get_urls(),
        ]
