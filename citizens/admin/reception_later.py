"""A place on a later day for whoever gets no number today: the first free times, a name, and a slip of paper."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from citizens import tokens
from citizens.admin import appointment_words, day_page, who
from citizens.admin.day_view import action
from citizens.domain import later_place, wording
from citizens.domain import party as parties
from citizens.domain.later_place import LaterDay
from citizens.domain.office_time import local_date
from citizens.forms.day import WalkInForm
from citizens.forms.reception import LaterPlaceForm
from citizens.models import Office, ServiceCase


def ask(
    request: HttpRequest,
    office: Office,
    walk_in: WalkInForm,
    *,
    refused: str | Promise = "",
    insist: bool = False,
) -> HttpResponse:
    """The free times and the few questions, for a filled-in walk-in form; `refused` says why there is no number.

    With `insist` a number may be given all the same, with one press.
    """
    case, at = walk_in.chosen_case, timezone.now()
    days = later_place.first_times(case=case, office=office, at=at)
    typed = walk_in.cleaned_data
    form = LaterPlaceForm(
        case=case,
        days=days,
        today=local_date(at),
        initial={
            "start": days[0].times[0].start.isoformat() if days else "",
            "phone": typed["phone"],
            "priority_group": typed["priority_group"],
        },
    )
    page = _page(request, office, case, days, form, key=tokens.new())
    asked = {name: walk_in[name].value() or "" for name in walk_in.fields}
    assert page.context_data is not None  # noqa: S101 - tells mypy what _page() makes
    page.context_data |= {"refused": refused, "insist": asked if insist else None}
    return page


@action
def keep(request: HttpRequest, office: Office) -> HttpResponse:
    """Keeps the place and goes on to its slip; a mistake, or a time that is gone, shows the page again."""
    offered = ServiceCase.objects.filter(active=True, service__active=True)
    case = get_object_or_404(
        offered.select_related("service__group"), pk=_number(request.POST.get("kasus", ""))
    )
    at, key = timezone.now(), request.POST.get("kunci", "")[:32] or tokens.new()
    days = later_place.first_times(case=case, office=office, at=at)
    form = LaterPlaceForm(request.POST, case=case, days=days, today=local_date(at))
    if not form.is_valid():
        return _page(request, office, case, days, form, key=key)
    try:
        made = later_place.keep(
            case=case,
            office=office,
            start=form.chosen,
            answers=form.answers(),
            staff=who.staff(request),
            at=at,
            submission_key=key,
        )
    except appointment_words.REFUSALS as error:
        messages.error(request, appointment_words.refusal(error))
        days = later_place.first_times(case=case, office=office, at=at)
        return _page(request, office, case, days, form, key=key)
    return redirect("admin:citizens_print_slip", office=office.code, appointment=made.pk)


def _page(
    request: HttpRequest,
    office: Office,
    case: ServiceCase,
    days: list[LaterDay],
    form: LaterPlaceForm,
    *,
    key: str,
) -> TemplateResponse:
    chosen = form["start"].value()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("A place on a later day"),
        "office": office,
        "case": case,
        "service": day_page.case_name(case),
        "party": parties.of(case).text,
        "days": [
            {
                "title": wording.day(day.date),
                "times": [_choice(time.start, chosen) for time in day.times],
            }
            for day in days
        ],
        "form": form,
        "key": key,
    }
    return TemplateResponse(request, "admin/citizens/reception/later.html", context)


def _choice(start: datetime.datetime, chosen: str) -> dict[str, object]:
    value = start.isoformat()
    return {"value": value, "words": wording.clock(start), "chosen": value == chosen}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
