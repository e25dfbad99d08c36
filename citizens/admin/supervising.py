""" "Hari ini · Penyelia": the day of one office for its supervisors, with one address for each thing they do.

What hits people or colleagues is asked once more on a page of its own: its form sends the same POST with "yakin".
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citizens.admin import (
    refreshing,
    supervising_outlook,
    supervising_page,
    supervising_words,
    who,
)
from citizens.domain import day_control, end_of_day, wording
from citizens.enums import TicketState
from citizens.forms.supervising import (
    CloseServiceForm,
    EndForm,
    LimitForm,
    ReasonForm,
    RuleForm,
)
from citizens.models import DeskSession, Office, ServiceGroup, Ticket

SUPERVISE = "citizens.supervise_queue"
REFUSALS = (day_control.DayEnded, day_control.NotOpen, end_of_day.StillServing)

Act = Callable[Concatenate[HttpRequest, Office, datetime.datetime, ...], HttpResponse | None]


def office_to_steer(request: HttpRequest, code: str) -> Office:
    """The supervisor's office; 404 for another one."""
    who.require(request, SUPERVISE)
    return who.office_to_see(request, code)


def action(act: Act) -> Callable[..., HttpResponseBase]:
    """A POST by a supervisor; what cannot be done is said in a message."""

    @require_POST
    @wraps(act)
    def guarded(request: HttpRequest, office: str, **kwargs: Any) -> HttpResponse:
        place = office_to_steer(request, office)
        try:
            answer = act(request, place, timezone.now(), **kwargs)
        except REFUSALS as error:
            messages.error(request, supervising_words.refusal(error))
            answer = None
        return answer or back(place)

    return guarded


def back(office: Office) -> HttpResponseRedirect:
    """To the page of the same office."""
    return HttpResponseRedirect(reverse("admin:citizens_supervise", args=[office.code]))


@never_cache
@require_safe
def page(request: HttpRequest, office: str) -> HttpResponse:
    """The day at a glance, and the forms that steer it."""
    return _show(request, office_to_steer(request, office), at=timezone.now())


@require_safe
def now(request: HttpRequest, office: str) -> HttpResponse:
    """The figures alone, for the page's refresh; 304 when nothing that it shows has changed."""
    place = office_to_steer(request, office)
    at = timezone.now()
    found = supervising_page.overview(place, at=at)
    context = {"office": place, **_figures(place, found, at=at)}
    return refreshing.part(request, "admin/citizens/supervising/now.html", context, at=at)


@action
def change_rule(request: HttpRequest, office: Office, at: datetime.datetime) -> HttpResponse | None:
    """Who is called before whom, from the next call on."""
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _show(request, office, at=at, rule=form)
    try:
        day_control.change_rule(
            office=office,
            rule=form.rule(),
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            at=at,
            staff=who.staff(request),
        )
    except day_control.StaleDay:
        return _show(request, office, at=at, rule=form)
    messages.success(
        request, _("Changed: the next call follows this rule, and the board shows it.")
    )
    return None


@action
def limit_walk_ins(
    request: HttpRequest, office: Office, at: datetime.datetime
) -> HttpResponse | None:
    """How many walk-in numbers the day gives."""
    form = LimitForm(request.POST)
    if not form.is_valid():
        return _show(request, office, at=at, limit=form)
    try:
        day_control.limit_walk_ins(
            office=office,
            limit=form.cleaned_data["limit"],
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["reason"],
            at=at,
            staff=who.staff(request),
        )
    except day_control.StaleDay:
        return _show(request, office, at=at, limit=form)
    messages.success(request, _("The walk-in numbers of today are changed."))
    return None


@action
def close_service(
    request: HttpRequest, office: Office, at: datetime.datetime
) -> HttpResponse | None:
    """No new walk-ins for a service; asked once more."""
    groups = supervising_page.overview(office, at=at).groups
    form = CloseServiceForm(request.POST, groups=groups)
    if not form.is_valid():
        return _show(request, office, at=at, close=form)
    group, reason = form.chosen_group, form.cleaned_data["reason"]
    if "yakin" not in request.POST:
        waiting = Ticket.objects.filter(
            queue_day__office=office,
            queue_day__date=wording.local(at).date(),
            group=group,
            state=TicketState.WAITING,
        ).count()
        people = ngettext(
            "%(count)s person waits for it, keeps the place and is served.",
            "%(count)s people wait for it, keep their places and are served.",
            waiting,
        )
        return _confirm(
            request,
            office,
            question=_("Close %(service)s for today?") % {"service": group.local("name")},
            consequences=[
                _("Walk-ins get no new number; they read the reason: %(reason)s.")
                % {"reason": reason},
                people % {"count": waiting},
                _("Whoever is booked may still come and check in."),
            ],
            button=_("Close the service"),
            fields={"close-group": group.pk, "close-reason": reason},
        )
    closing = day_control.close_service(
        office=office, group=group, reason=reason, at=at, staff=who.staff(request)
    )
    messages.success(request, supervising_words.closed(closing))
    return None


@action
def open_service(request: HttpRequest, office: Office, at: datetime.datetime, group: int) -> None:
    """Walk-ins again."""
    found = get_object_or_404(ServiceGroup, pk=group)
    day_control.open_service(office=office, group=found, at=at, staff=who.staff(request))
    words = _("%(service)s takes walk-ins again.")
    messages.success(request, words % {"service": found.local("name")})


@action
def release_counter(
    request: HttpRequest, office: Office, at: datetime.datetime, session: int
) -> HttpResponse | None:
    """A colleague left a counter open; asked once more, with who is there."""
    rows = DeskSession.objects.select_related("counter__office", "staff")
    found = get_object_or_404(rows, pk=session, counter__office=office)
    form = ReasonForm(request.POST or None)
    names = {"number": found.counter.number, "staff": found.staff}
    if "yakin" not in request.POST or not form.is_valid():
        return _confirm(
            request,
            office,
            question=_("Close counter %(number)s of %(staff)s?") % names,
            consequences=[
                _("Whoever is called there waits again and is next in turn."),
                _("Whoever is being served there is set aside, and has to be called back."),
            ],
            button=_("Close this counter"),
            form=form if "yakin" in request.POST else ReasonForm(),
        )
    there = day_control.release_counter(
        session=found, reason=form.cleaned_data["reason"], at=at, staff=who.staff(request)
    )
    words = _("Counter %(number)s is closed.") % names
    if there is not None:
        facts = {"ticket": there.label, "state": there.get_state_display()}
        words = f"{words} {_('%(ticket)s: %(state)s.') % facts}"
    messages.success(request, words)
    return None


@action
def end_day(request: HttpRequest, office: Office, at: datetime.datetime) -> HttpResponse | None:
    """The end of the day; asked once more, with what becomes of whom."""
    form = EndForm(request.POST)
    if "yakin" not in request.POST or not form.is_valid():
        return _confirm(
            request,
            office,
            question=_("End the day of %(office)s?") % {"office": office},
            consequences=[
                _("Whoever did not come to three calls is absent."),
                _("Everybody else who waits was not served: the office's doing, not theirs."),
                _("Every counter is closed, and no more numbers are given. This cannot be undone."),
            ],
            button=_("End the day"),
            form=EndForm(),
        )
    done = end_of_day.end(
        office=office, at=at, staff=who.staff(request), reason=form.cleaned_data["reason"]
    )
    messages.success(
        request,
        _("The day has ended: %(facts)s") % {"facts": supervising_words.ended(done)},
    )
    return None


def _show(
    request: HttpRequest, office: Office, *, at: datetime.datetime, **bound: Form
) -> HttpResponse:
    """The whole page; `bound` are forms with mistakes, which are shown again as they were sent.

    A valid form among them was refused, for the day had changed since it was read.
    """
    found = supervising_page.overview(office, at=at)
    for form in bound.values():
        if isinstance(form, RuleForm | LimitForm) and form.is_valid():
            form.look_again(found.version)
    names = {group.code: group.local("name") for group in found.groups}
    log = [
        {
            "event": event,
            "time": wording.clock(event.at),
            "words": supervising_words.change(event, groups=names),
        }
        for event in found.events
    ]
    return TemplateResponse(
        request,
        "admin/citizens/supervising/page.html",
        {
            **admin.site.each_context(request),
            "title": _("Today: supervisor"),
            "office": office,
            "offices": list(who.own_offices(request)),
            "day": wording.day(at),
            "served_at": f"{wording.local(at):%H.%M.%S}",
            **_figures(office, found, at=at),
            "rule_words": supervising_words.rule(found.rule),
            "log": log,
            **_forms(found),
            **bound,
        },
    )


def _figures(
    office: Office, found: supervising_page.Overview, *, at: datetime.datetime
) -> dict[str, Any]:
    """What the part of the page that refreshes itself shows."""
    outlook = _outlook(office, found, at=at)
    return {"now": found, "outlook": outlook, "services": _services(found, outlook)}


def _outlook(
    office: Office, found: supervising_page.Overview, *, at: datetime.datetime
) -> supervising_outlook.Outlook | None:
    """What is to come; nothing once the day has ended."""
    if found.day is not None and found.day.ended_at is not None:
        return None
    groups = [group.pk for group in found.groups]
    return supervising_outlook.outlook(office, found.day, groups, at=at)


def _services(
    found: supervising_page.Overview, outlook: supervising_outlook.Outlook | None
) -> list[dict[str, Any]]:
    """Each service with what a walk-in of it would be told, and how many still fit."""
    newcomers = outlook.newcomers if outlook else {}
    rooms = outlook.rooms if outlook else {}
    return [
        {
            "wait": wait,
            "newcomer": newcomers.get(wait.group.pk, "-"),
            "room": rooms.get(wait.group.pk),
        }
        for wait in found.waits
    ]


def _forms(found: supervising_page.Overview) -> dict[str, Form]:
    columns = RuleForm.base_fields.keys() - {"reason", "version"}
    rule = {name: getattr(found.rule, name) for name in columns}
    return {
        "rule": RuleForm(initial=rule | {"version": found.version}),
        "limit": LimitForm(initial={"limit": found.limit, "version": found.version}),
        "close": CloseServiceForm(groups=[wait.group for wait in found.waits if not wait.closed]),
    }


def _confirm(
    request: HttpRequest,
    office: Office,
    *,
    question: str,
    consequences: list[str],
    button: str,
    fields: dict[str, Any] | None = None,
    form: Form | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": question,
        "office": office,
        "consequences": consequences,
        "button": button,
        "fields": fields or {},
        "form": form,
    }
    return TemplateResponse(request, "admin/citizens/supervising/confirm.html", context)
