"""What every action of "Hari ini" shares: who may act, the whole page with its forms, and the way back to it."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citizens import tokens
from citizens.admin import day_page, day_words, desk, who
from citizens.admin.aside import aside
from citizens.admin.desk_card import Card
from citizens.domain import counter, day_control, queue, setting_aside, undoing, wording
from citizens.forms.day import CheckInForm, FinishForm, OpenCounterForm, WalkInForm
from citizens.forms.desk import ParkForm
from citizens.models import Appointment, DeskSession, Office, Ticket

SERVE = "citizens.serve_queue"
LOOK = "citizens.view_queueday"
COUNTER_FACTS = (
    queue.StaleTicket,
    counter.AlreadyServing,
    counter.NobodyWaiting,
    counter.CounterClosed,
    counter.CalledEnough,
    counter.NotServedHere,
    counter.OnPause,
    setting_aside.CallAgainFirst,
    setting_aside.NotServedThere,
    undoing.NothingToUndo,
    counter.CounterTaken,
    counter.ElsewhereOpen,
    day_control.WalkInRefused,
)

FIRST_FIELDS = {
    "check_in": "code",
    "walk_in": "case",
    "open_counter": "counter",
    "park": "note",
    "transfer": "target",
}

Act = Callable[Concatenate[HttpRequest, Office, ...], HttpResponse | None]


def action(act: Act) -> Callable[..., HttpResponseBase]:
    """A POST by somebody who may serve at the office; what the counter cannot do is said in a message.

    Whoever pressed after the sign-in had ended comes here by GET once signed in again: nothing is done, and said so.
    """

    @wraps(act)
    def guarded(request: HttpRequest, office: str, **kwargs: Any) -> HttpResponse:
        place = _office_to_serve(request, office)
        if request.method in ("GET", "HEAD"):
            messages.warning(request, _("Nothing was done. Please press once more."))
            return back(request, place)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            answer = act(request, place, **kwargs)
        except COUNTER_FACTS as error:
            messages.error(request, day_words.at_the_counter(error) or "")
            answer = None
        return answer or back(request, place)

    return guarded


def office_to_see(request: HttpRequest, code: str) -> Office:
    """The office asked for, or one's own; 404 for another one than one's own."""
    who.require(request, SERVE, LOOK)
    return who.office_to_see(request, code)


def page(
    request: HttpRequest, office: Office, *, arrived: Appointment | None = None, **bound: Form
) -> HttpResponse:
    """The whole page; `bound` are forms with mistakes, which are shown again as they were sent.

    `arrived` is the appointment whose people are to be compared with their cards before they get a number.
    """
    at = timezone.now()
    staff = who.staff(request)
    may_serve = staff.has_perm(SERVE) and staff.works_at(office)
    own = desk.own(staff, office, at=at) if may_serve else desk.Own(None, None, None, None)
    card = desk.card(own, at=at)
    given = day_page.new_ticket(office, request.GET.get("nomor", ""), at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Today"),
        "office": office,
        "offices": [] if staff.office_id else list(who.offices()),
        "day": wording.day(at),
        "served_at": f"{wording.local(at):%H.%M.%S}",
        "may_serve": may_serve,
        "own_state": own.state(at=at),
        "session": own.session,
        "desk": own.counter,
        "pause": own.pause,
        "pause_since": wording.clock(own.pause.began_at) if own.pause else "",
        "card": card,
        "line": day_page.line(office, own.counter, at=at),
        "given": given,
        "given_service": day_page.case_name(given.case) if given else "",
        "arrived": day_page.arrival(arrived) if arrived else None,
    } | aside_context(office, own, may_serve=may_serve, at=at)
    if may_serve:
        context |= _forms(office, own, card, at=at) | bound
        context["focus"] = _focus(context, bound)
    return TemplateResponse(request, "admin/citizens/day/page.html", context)


def aside_context(
    office: Office, own: desk.Own, *, may_serve: bool, at: datetime.datetime
) -> dict[str, Any]:
    """What the list of people set aside shows: only a free counter calls back, and whoever serves sees who came."""
    return {
        "aside": aside(office, at=at),
        "may_call_back": own.counter is not None and own.pause is None and own.ticket is None,
        "may_serve": may_serve,
    }


def open_session(request: HttpRequest, office: Office, *, at: datetime.datetime) -> DeskSession:
    """The counter that this person has open at the office. Raises counter.CounterClosed."""
    session = day_page.own_session(who.staff(request), at=at)
    if session is None or session.counter.office_id != office.pk:
        raise counter.CounterClosed
    return session


def own_ticket(request: HttpRequest, office: Office, pk: int) -> Ticket:
    """The ticket, if it is at the counter that this person has open. Raises queue.StaleTicket."""
    found = Ticket.objects.select_related("queue_day", "appointment", "case__service")
    ticket = get_object_or_404(found, pk=pk, queue_day__office=office)
    session = open_session(request, office, at=timezone.now())
    if ticket.counter_id != session.counter_id:
        raise queue.StaleTicket
    return ticket


def finish_form(card: Card, data: Any = None) -> FinishForm:
    """The form with which the visit of the person at the counter ends."""
    return FinishForm(
        data,
        requirements=card.requirements,
        people=card.people if card.offers_digital_id else [],
        reasons=card.reasons,
    )


def back(request: HttpRequest, office: Office, **query: str | int) -> HttpResponseRedirect:
    """To the page of the same office."""
    if who.staff(request).office_id is None:
        query = {"kantor": office.code, **query}
    address = reverse("admin:citizens_today")
    return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)


def _forms(
    office: Office, own: desk.Own, card: Card | None, *, at: datetime.datetime
) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "check_in": CheckInForm(),
        "walk_in": WalkInForm(
            cases=day_page.walk_in_cases(), initial={"submission_key": tokens.new()}
        ),
        "finish": finish_form(card) if card and card.is_serving else None,
    }
    if own.counter is None or own.session is None:
        free = day_page.free_counters(office, at=at)
        return forms | {"open_counter": OpenCounterForm(counters=free)}
    forms["undoable"] = desk.undoable(own.session, at=at)
    if card is not None:
        forms["park"] = ParkForm()
        forms["transfer"] = desk.transfer_form(card.ticket, own.counter, at=at)
    return forms


def _focus(context: dict[str, Any], bound: dict[str, Form]) -> str:
    """What has the focus when the page opens: a card to compare, a mistake, else the next step."""
    card = context["card"]
    if context["arrived"]:
        focus = "arrived"
    elif bound:
        focus = next(iter(bound))
    elif card:
        focus = "finish" if card.is_serving else "start"
    else:
        focus = _free_focus(context)
    field = FIRST_FIELDS.get(focus)
    if field:
        context[focus].fields[field].widget.attrs["autofocus"] = True
    return focus


def _free_focus(context: dict[str, Any]) -> str:
    if context["pause"]:
        return "go_on"
    return "call_next" if context["desk"] else "check_in"


def _office_to_serve(request: HttpRequest, code: str) -> Office:
    who.require(request, SERVE)
    office = get_object_or_404(who.offices(), code=code)
    if not who.staff(request).works_at(office):
        raise PermissionDenied
    return office
