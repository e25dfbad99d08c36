""" "Hari ini": the one page where counter staff work all day, and one address for each thing they do there.

Pages are shown by GET and change nothing; each action is a POST that makes one call to the domain and goes back.
A form with a mistake is shown again with everything that was typed.
"""

import datetime
import hashlib
from collections.abc import Callable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.admin import day_page, day_view, who
from citizens.admin.day_view import action
from citizens.admin.reception_routes import ROUTES as RECEPTION
from citizens.admin.records import ReadOnlyAdmin
from citizens.admin.supervising_routes import ROUTES as SUPERVISING
from citizens.domain import counter, queue, setting_aside, wording
from citizens.forms.day import OpenCounterForm
from citizens.models import DeskSession, Office, QueueDay, Ticket


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The page; ?kantor= is the code of an office, for staff who work at every office."""
    return day_view.page(request, day_view.office_to_see(request, request.GET.get("kantor", "")))


@require_safe
def line(request: HttpRequest, office: str) -> HttpResponse:
    """The waiting list alone, for the page's refresh; 304 when nothing that it shows has changed."""
    place = day_view.office_to_see(request, office)
    at = timezone.now()
    session = day_page.own_session(who.staff(request), at=at)
    desk = session.counter if session and session.counter.office_id == place.pk else None
    html = render_to_string(
        "admin/citizens/day/line.html", {"line": day_page.line(place, desk, at=at)}, request
    )
    version = f'"{hashlib.sha256(html.encode()).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match") == version
    response = HttpResponseNotModified() if known else HttpResponse(html)
    response.headers["ETag"] = version
    # The office's clock, so that a wrong clock of the desk's computer misleads nobody.
    response.headers["X-Served-At"] = f"{wording.local(at):%H.%M.%S}"
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
    counter.call_next(session=_open_session(request, office, at=at), at=at)


@action
def call_again(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came yet."""
    called = _own_ticket(request, office, ticket)
    counter.call_again(ticket=called, at=timezone.now(), staff=who.staff(request))


@action
def start(request: HttpRequest, office: Office, ticket: int) -> None:
    """The person is at the counter."""
    called = _own_ticket(request, office, ticket)
    counter.start(ticket=called, at=timezone.now(), staff=who.staff(request))


@action
def give_up(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came after three calls."""
    called = _own_ticket(request, office, ticket)
    setting_aside.give_up(ticket=called, at=timezone.now(), staff=who.staff(request))
    messages.success(
        request,
        _("%(ticket)s did not come. Whoever turns up after all is put back in the line.")
        % {"ticket": called.label},
    )


@action
def finish(request: HttpRequest, office: Office, ticket: int) -> HttpResponse | None:
    """The visit is over."""
    at = timezone.now()
    served = _own_ticket(request, office, ticket)
    card = day_page.card(served, at=at)
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


def _open_session(request: HttpRequest, office: Office, *, at: datetime.datetime) -> DeskSession:
    session = day_page.own_session(who.staff(request), at=at)
    if session is None or session.counter.office_id != office.pk:
        raise counter.CounterClosed
    return session


def _own_ticket(request: HttpRequest, office: Office, pk: int) -> Ticket:
    """The ticket, if it is at the counter that this person has open."""
    found = Ticket.objects.select_related("queue_day", "appointment", "case__service")
    ticket = get_object_or_404(found, pk=pk, queue_day__office=office)
    session = _open_session(request, office, at=timezone.now())
    if ticket.counter_id != session.counter_id:
        raise queue.StaleTicket
    return ticket


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
            route("<slug:office>/<int:ticket>/tidak-hadir/", give_up, "give_up"),
            route("<slug:office>/<int:ticket>/selesai/", finish, "finish"),
            *[route(*one) for one in SUPERVISING],
            *super().get_urls(),
        ]
