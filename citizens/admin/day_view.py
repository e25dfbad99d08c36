"""What every action of "Hari ini" shares: who may act, the whole page with its forms, and the way back to it."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citizens import tokens
from citizens.admin import day_page, day_words, who
from citizens.domain import counter, day_control, queue, setting_aside, undoing, wording
from citizens.forms.day import CheckInForm, FinishForm, OpenCounterForm, WalkInForm
from citizens.models import Appointment, Office

SERVE = "citizens.serve_queue"
LOOK = "citizens.view_queueday"
COUNTER_FACTS = (
    queue.StaleTicket,
    counter.AlreadyServing,
    counter.NobodyWaiting,
    counter.CounterClosed,
    counter.CalledEnough,
    counter.OnPause,
    setting_aside.CallAgainFirst,
    setting_aside.NotServedThere,
    undoing.NothingToUndo,
    counter.CounterTaken,
    counter.ElsewhereOpen,
    day_control.WalkInRefused,
)

Act = Callable[Concatenate[HttpRequest, Office, ...], HttpResponse | None]


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
        "offices": [] if staff.office_id else list(who.offices()),
        "day": wording.day(at),
        "served_at": f"{wording.local(at):%H.%M.%S}",
        "may_serve": may_serve,
        "session": session,
        "desk": desk,
        "card": card,
        "line": day_page.line(office, desk, at=at),
        "given": given,
        "given_service": day_page.case_name(given.case) if given else "",
        "arrived": day_page.arrival(arrived) if arrived else None,
    }
    if may_serve:
        context |= _forms(office, desk, card, at=at) | bound
        context["focus"] = _focus(context, bound)
    return TemplateResponse(request, "admin/citizens/day/page.html", context)


def finish_form(card: day_page.Card, data: Any = None) -> FinishForm:
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
        "finish": finish_form(card) if card and card.is_serving else None,
    }


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
        focus = "call_next" if context["desk"] else "check_in"
    field = {"check_in": "code", "walk_in": "case", "open_counter": "counter"}.get(focus)
    if field:
        context[focus].fields[field].widget.attrs["autofocus"] = True
    return focus


def _office_to_serve(request: HttpRequest, code: str) -> Office:
    who.require(request, SERVE)
    office = get_object_or_404(who.offices(), code=code)
    if not who.staff(request).works_at(office):
        raise PermissionDenied
    return office
