""" "Hari ini": the one page where counter staff work all day, and one address for each thing they do there.

Pages are shown by GET and change nothing; each action is a POST that makes one call to the domain and goes back.
A form with a mistake is shown again with everything that was typed.
"""

import datetime
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citizens import tokens
from citizens.admin import day_page, day_words
from citizens.admin.records import ReadOnlyAdmin
from citizens.domain import counter, queue, wording
from citizens.forms.day import CheckInForm, FinishForm, OpenCounterForm, WalkInForm
from citizens.models import DeskSession, Office, QueueDay, Ticket, User

SERVE = "citizens.serve_queue"
LOOK = "citizens.view_queueday"
COUNTER_FACTS = (
    queue.StaleTicket,
    counter.AlreadyServing,
    counter.NobodyWaiting,
    counter.CounterClosed,
    counter.CalledEnough,
    counter.CallAgainFirst,
    counter.CounterTaken,
    counter.ElsewhereOpen,
)

Act = Callable[Concatenate[HttpRequest, Office, ...], HttpResponse | None]


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The page; ?kantor= is the code of an office, for staff who work at every office."""
    return _page(request, _office_to_see(request, request.GET.get("kantor", "")))


@require_safe
def line(request: HttpRequest, office: str) -> HttpResponse:
    """The waiting list alone, for the page's refresh; 304 when nothing that it shows has changed."""
    place = _office_to_see(request, office)
    at = timezone.now()
    session = day_page.own_session(_staff(request), at=at)
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


def action(act: Act) -> Callable[..., HttpResponseBase]:
    """A POST by somebody who may serve at the office; what the counter cannot do is said in a message."""

    @require_POST
    @wraps(act)
    def guarded(request: HttpRequest, office: str, **kwargs: Any) -> HttpResponse:
        place = _office_to_serve(request, office)
        try:
            answer = act(request, place, **kwargs)
        except COUNTER_FACTS as error:
            messages.error(request, day_words.at_the_counter(error) or "")
            answer = None
        return answer or _back(request, place)

    return guarded


@action
def check_in(request: HttpRequest, office: Office) -> HttpResponse:
    """Somebody with an appointment has arrived."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return _page(request, office, check_in=form)
    try:
        ticket = queue.check_in(
            office=office,
            code=form.cleaned_data["code"],
            at=timezone.now(),
            staff=_staff(request),
        )
    except queue.AlreadyCheckedIn as error:
        return _back(request, office, nomor=error.ticket.number)
    except queue.CheckInRefused as error:
        form.refuse(day_words.check_in(error))
        return _page(request, office, check_in=form)
    return _back(request, office, nomor=ticket.number)


@action
def walk_in(request: HttpRequest, office: Office) -> HttpResponse:
    """Somebody without an appointment wants a number."""
    form = WalkInForm(request.POST, cases=day_page.walk_in_cases())
    if not form.is_valid():
        return _page(request, office, walk_in=form)
    ticket = queue.issue_walk_in(
        office=office,
        case=form.chosen_case,
        priority_group=form.chosen_priority,
        at=timezone.now(),
        staff=_staff(request),
        submission_key=form.cleaned_data["submission_key"],
    )
    return _back(request, office, nomor=ticket.number)


@action
def open_counter(request: HttpRequest, office: Office) -> HttpResponse | None:
    """Somebody sits down at a counter."""
    at = timezone.now()
    form = OpenCounterForm(request.POST, counters=office.counters.filter(active=True))
    if not form.is_valid():
        return _page(request, office, open_counter=form)
    counter.open_counter(counter=form.chosen_counter, at=at, staff=_staff(request))
    return None


@action
def close_counter(request: HttpRequest, office: Office) -> None:
    """Somebody leaves the counter."""
    at = timezone.now()
    session = day_page.own_session(_staff(request), at=at)
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
    counter.call_again(ticket=called, at=timezone.now(), staff=_staff(request))


@action
def start(request: HttpRequest, office: Office, ticket: int) -> None:
    """The person is at the counter."""
    called = _own_ticket(request, office, ticket)
    counter.start(ticket=called, at=timezone.now(), staff=_staff(request))


@action
def mark_absent(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came after three calls."""
    called = _own_ticket(request, office, ticket)
    counter.mark_absent(ticket=called, at=timezone.now(), staff=_staff(request))
    messages.success(request, _("%(ticket)s is marked as absent.") % {"ticket": called.label})


@action
def finish(request: HttpRequest, office: Office, ticket: int) -> HttpResponse | None:
    """The visit is over."""
    at = timezone.now()
    served = _own_ticket(request, office, ticket)
    card = day_page.card(served, at=at)
    if not card.is_serving:
        raise queue.StaleTicket
    form = _finish_form(card, request.POST)
    if not form.is_valid():
        return _page(request, office, finish=form)
    counter.finish(
        ticket=served,
        outcome=form.chosen_outcome(),
        missing_papers=form.missing_papers(),
        offers=form.offers(),
        at=at,
        staff=_staff(request),
    )
    messages.success(request, _("%(ticket)s is finished.") % {"ticket": served.label})
    return None


def _page(request: HttpRequest, office: Office, **bound: Form) -> HttpResponse:
    """The whole page; `bound` are forms with mistakes, which are shown again as they were sent."""
    at = timezone.now()
    staff = _staff(request)
    may_serve = staff.has_perm(SERVE) and staff.works_at(office)
    session = day_page.own_session(staff, at=at) if may_serve else None
    here = session is not None and session.counter.office_id == office.pk
    desk = session.counter if session and here else None
    there = day_page.at_counter(desk).first() if desk else None
    card = day_page.card(there, at=at) if there else None
    given = day_page.new_ticket(office, request.GET.get("nomor", ""), at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Today"),
        "office": office,
        "offices": [] if staff.office_id else list(_offices()),
        "day": wording.day(at),
        "served_at": f"{wording.local(at):%H.%M.%S}",
        "may_serve": may_serve,
        "session": session,
        "desk": desk,
        "card": card,
        "line": day_page.line(office, desk, at=at),
        "given": given,
        "given_service": day_page.case_name(given.case) if given else "",
    }
    if may_serve:
        context |= _forms(office, desk, card, at=at) | bound
        context["focus"] = _focus(context, bound)
    return TemplateResponse(request, "admin/citizens/day/page.html", context)


def _forms(
    office: Office,
    desk: object | None,
    card: day_page.Card | None,
    *,
    at: datetime.datetime,
) -> dict[str, Form | None]:
    return {
        "check_in": CheckInForm(),
        "walk_in": WalkInForm(
            cases=day_page.walk_in_cases(), initial={"submission_key": tokens.new()}
        ),
        "open_counter": None
        if desk
        else OpenCounterForm(counters=day_page.free_counters(office, at=at)),
        "finish": _finish_form(card) if card and card.is_serving else None,
    }


def _focus(context: dict[str, Any], bound: dict[str, Form]) -> str:
    """What has the focus when the page opens: a mistake, else the next step."""
    card = context["card"]
    if bound:
        focus = next(iter(bound))
    elif card:
        focus = "finish" if card.is_serving else "start"
    else:
        focus = "call_next" if context["desk"] else "check_in"
    field = {"check_in": "code", "walk_in": "case", "open_counter": "counter"}.get(focus)
    if field:
        context[focus].fields[field].widget.attrs["autofocus"] = True
    return focus


def _finish_form(card: day_page.Card, data: Any = None) -> FinishForm:
    return FinishForm(
        data,
        requirements=card.requirements,
        people=card.people if card.offers_digital_id else [],
        reasons=card.reasons,
    )


def _back(request: HttpRequest, office: Office, **query: str | int) -> HttpResponseRedirect:
    """To the page of the same office."""
    if _staff(request).office_id is None:
        query = {"kantor": office.code, **query}
    address = reverse("admin:citizens_today")
    return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - admin_view lets nobody else in
    return request.user


def _offices() -> QuerySet[Office]:
    return Office.objects.filter(active=True).order_by("sort_order", "pk")


def _office_to_see(request: HttpRequest, code: str) -> Office:
    """The office asked for, or one's own; 404 for another one than one's own."""
    staff = _staff(request)
    if not (staff.has_perm(SERVE) or staff.has_perm(LOOK)):
        raise PermissionDenied
    offices = _offices()
    if staff.office_id is not None:
        offices = offices.filter(pk=staff.office_id)
    office = (offices.filter(code=code) if code else offices).first()
    if office is None:
        raise Http404
    return office


def _office_to_serve(request: HttpRequest, code: str) -> Office:
    staff = _staff(request)
    if not staff.has_perm(SERVE):
        raise PermissionDenied
    office = get_object_or_404(_offices(), code=code)
    if not staff.works_at(office):
        raise PermissionDenied
    return office


def _open_session(request: HttpRequest, office: Office, *, at: datetime.datetime) -> DeskSession:
    session = day_page.own_session(_staff(request), at=at)
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
            route("<slug:office>/lapor/", check_in, "check_in"),
            route("<slug:office>/nomor/", walk_in, "walk_in"),
            route("<slug:office>/buka-loket/", open_counter, "open_counter"),
            route("<slug:office>/tutup-loket/", close_counter, "close_counter"),
            route("<slug:office>/panggil/", call_next, "call_next"),
            route("<slug:office>/<int:ticket>/panggil-ulang/", call_again, "call_again"),
            route("<slug:office>/<int:ticket>/mulai/", start, "start"),
            route("<slug:office>/<int:ticket>/tidak-hadir/", mark_absent, "mark_absent"),
            route("<slug:office>/<int:ticket>/selesai/", finish, "finish"),
            *super().get_urls(),
        ]
