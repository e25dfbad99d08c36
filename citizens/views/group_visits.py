"""The visit of a group, for citizens: what it is, asking for it, and its own page by a secret link."""

import datetime
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citizens import phone, tokens
from citizens.domain import group_visits, limits, wording
from citizens.enums import GroupVisitState, Language
from citizens.forms.group_visit import GroupVisitForm
from citizens.models import SMALLEST_GROUP, GroupVisit, Office, ServiceCase
from citizens.views.limited import browser_of, network_of, remember, too_many
from citizens.views.personal import personal
from citizens.views.shared import shared

TAG_KINDS = {
    GroupVisitState.REQUESTED: "info",
    GroupVisitState.PLANNED: "success",
    GroupVisitState.DECLINED: "danger",
    GroupVisitState.WITHDRAWN: "warning",
}


@require_safe
@shared(seconds=10)
def group_visits_page(request: HttpRequest) -> HttpResponse:
    """For whom, why, and what happens next. No query."""
    facts = {
        "soonest": group_visits.SOONEST_DAYS,
        "latest": group_visits.LATEST_DAYS,
        "planned": settings.BOOKING_HORIZON_DAYS,
    }
    steps = [
        {
            "title": _("You ask, with the days that suit you"),
            "text": _("From %(soonest)s to %(latest)s days ahead.") % facts,
        },
        {
            "title": _("A supervisor sets counters aside"),
            "text": _("Counters are planned about %(planned)s days ahead.") % facts,
        },
        {
            "title": _("You get the answer by SMS or e-mail"),
            "text": _("With day, time and place, or with the reason why it cannot be then."),
        },
        {
            "title": _("The group comes together"),
            "text": _("Everybody with their own papers. You can withdraw at any time before."),
        },
    ]
    context = {"smallest": SMALLEST_GROUP, "steps": steps, "ask_url": reverse("ask_group_visit")}
    return render(request, "citizens/group_visits/group_visits.html", context)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; sent twice, it leads twice to the same request. Three queries to show."""
    at = timezone.now()
    form = _form(request, at=at)
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "citizens/group_visits/ask.html",
            {"form": form, "back_url": reverse("group_visits")},
            status=422 if form.errors else 200,
        )
    key = form.cleaned_data["submission_key"]
    browser = browser_of(request) or tokens.new()
    made = GroupVisit.objects.filter(submission_key=key).first()
    if made is None:
        counted = {
            limits.GROUP_REQUEST: browser,
            limits.GROUP_REQUEST_ADDRESS: network_of(request),
        }
        try:
            limits.check_all(counted=counted, at=at)
        except limits.TooMany as refused:
            return too_many(request, refused, at=at)
        wish = form.wish(language=get_language() or Language.INDONESIAN)
        made = group_visits.request(wish=wish, submission_key=key, at=at)
    response = HttpResponseRedirect(reverse("group_visit", args=[made.token]) + "?baru")
    remember(response, browser)
    return response


def _form(request: HttpRequest, *, at: datetime.datetime) -> GroupVisitForm:
    cases = ServiceCase.objects.filter(active=True, service__active=True).select_related("service")
    return GroupVisitForm(
        request.POST if request.method == "POST" else None,
        cases=list(
            cases.order_by(
                "service__group__sort_order", "service__sort_order", "service", "sort_order", "pk"
            )
        ),
        offices=list(Office.objects.filter(active=True).order_by("sort_order", "pk")),
        served=group_visits.serving_offices(),
        window=group_visits.wish_window(at=at),
        initial={"submission_key": tokens.new()},
    )


@personal
@require_safe
def group_visit(request: HttpRequest, token: str) -> HttpResponse:
    """What was asked, what became of it, and what can still be done. One query."""
    found = _group_visit_or_404(token)
    state = GroupVisitState(found.state)
    may_be_withdrawn = found.may_be_ended(at=timezone.now())
    return render(
        request,
        "citizens/group_visits/group_visit.html",
        {
            "new": "baru" in request.GET and state == GroupVisitState.REQUESTED,
            "visit": found,
            "state": state.label,
            "kind": TAG_KINDS[state],
            "is_requested": state == GroupVisitState.REQUESTED,
            "is_planned": state == GroupVisitState.PLANNED,
            "is_declined": state == GroupVisitState.DECLINED,
            "code": tokens.display_code(found.code),
            "when": wording.when(found.starts_at) if found.starts_at else "",
            "until": wording.clock(found.ends_at) if found.ends_at else "",
            "planned_ahead": settings.BOOKING_HORIZON_DAYS,
            "rows": _rows(found),
            "case_url": reverse("case", args=[found.case.service.slug, found.case.code]),
            "withdraw_url": reverse("withdraw_group_visit", args=[token])
            if may_be_withdrawn
            else "",
        },
    )


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST withdraws: a mail scanner that follows the link changes nothing."""
    at = timezone.now()
    found = _group_visit_or_404(token)
    if not found.may_be_ended(at=at):
        return redirect("group_visit", token)
    if request.method == "POST":
        # If something became of it meanwhile, its own page says what.
        with suppress(group_visits.TooLate, group_visits.StaleGroupVisit):
            group_visits.withdraw(group_visit=found, at=at)
        return redirect("group_visit", token)
    planned = found.state == GroupVisitState.PLANNED and found.starts_at
    consequences = [
        _("The visit of %(people)s people: %(organiser)s.")
        % {"people": found.people, "organiser": found.organiser_name},
        _("Your places on %(when)s go to others.") % {"when": wording.when(found.starts_at)}
        if planned and found.starts_at
        else _("The office does not plan your visit."),
        _("You can ask again at any time."),
    ]
    context = {"consequences": consequences, "back_url": reverse("group_visit", args=[token])}
    return render(request, "citizens/group_visits/withdraw.html", context)


def _group_visit_or_404(token: str) -> GroupVisit:
    rows = GroupVisit.objects.select_related("office", "case__service")
    return get_object_or_404(rows, token=token)


def _rows(found: GroupVisit) -> list[dict[str, Any]]:
    """Rows for components/summary_list.html."""
    contact = [phone.display(found.phone)] if found.phone else []
    contact += [found.email] if found.email else []
    asked: list[tuple[str, Any]] = [
        (found.get_organiser_display(), found.organiser_name),
        (_("Contact person"), found.contact_name),
        (_("Service"), f"{found.case.service.local('name')}: {found.case.local('name')}"),
        (_("Number of people"), found.people),
        (_("Where"), found.office.name),
        (_("Days that suit you"), _days(found)),
    ]
    asked += [(_("Note"), found.note)] if found.note else []
    rows = [{"label": label, "value": value} for label, value in asked]
    rows[1]["lines"] = contact
    return rows


def _days(found: GroupVisit) -> str:
    first, last = wording.day(found.wished_from), wording.day(found.wished_until)
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
