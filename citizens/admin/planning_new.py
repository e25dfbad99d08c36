"""Forms that make a proposal: each kind on a page of its own. What comes of them is seen before anything is applied."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import planning_words, who
from citizens.admin.planning_page import PLAN
from citizens.domain import proposals
from citizens.forms.planning import CloseForm, DesksForm, PlanningForm, SpecialForm, UndoForm
from citizens.models import ServiceGroup

# What an address may fill in beforehand, by the field it fills.
GIVEN = {
    "office": "kantor",
    "date": "tanggal",
    "group": "kelompok",
    "what": "apa",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """A closed day; ?kantor= and ?tanggal= fill in."""
    form = CloseForm(**arguments(request))
    text = _("Citizens cannot book on a closed day. Whoever has an appointment gets another time.")
    return answer(request, form, "form", {"title": _("Close a day"), "text": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desks(request: HttpRequest) -> HttpResponse:
    """Counters of one group on one day."""
    form = DesksForm(**arguments(request))
    text = _("These numbers hold on this day alone; the week stays as it is.")
    return answer(request, form, "form", {"title": _("Counters of a day"), "text": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def special(request: HttpRequest) -> HttpResponse:
    """A day with hours of its own."""
    form = SpecialForm(**arguments(request), groups=groups())
    text = _(
        "They stand over the week and over holidays of every office: an extra Saturday, a short day, "
        "or a day of the van."
    )
    return answer(request, form, "special", {"title": _("Special hours"), "text": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest) -> HttpResponse:
    """Something decided for a day to come is taken back; ?apa= chooses."""
    form = UndoForm(**arguments(request))
    text = _("The day gets the hours and counters again that it would have without it.")
    return answer(request, form, "undo", {"title": _("Take something back"), "text": text})


def arguments(request: HttpRequest) -> dict[str, Any]:
    """What every form of planning is made of; 403 for whoever may not plan."""
    who.require(request, PLAN)
    offices = who.own_offices(request)
    given = {
        field: request.GET[name].replace("\0", "")
        for field, name in GIVEN.items()
        if name in request.GET
    }
    whole = who.staff(request).office_id is None
    if not whole:
        own = offices.first()
        given.setdefault("office", own.code if own else "")
    return {
        "data": request.POST if request.method == "POST" else None,
        "initial": given,
        "offices": offices,
        "whole": whole,
        "at": timezone.now(),
    }


def groups() -> list[ServiceGroup]:
    return list(ServiceGroup.objects.order_by("sort_order", "pk"))


def answer(
    request: HttpRequest, form: PlanningForm, template: str, more: dict[str, Any]
) -> HttpResponse:
    """On to the proposal, or the form with what is wrong; what the calendar does not take is said there too."""
    if request.method == "POST" and form.is_valid():
        try:
            made = proposals.propose(wish=form.wish, staff=who.staff(request), at=form.at)
        except planning_words.REFUSALS as error:
            form.add_error(None, planning_words.refusal(error))
        else:
            return redirect("admin:citizens_proposal_change", made.pk)
    context = {**admin.site.each_context(request), "form": form, **more}
    status = 422 if form.errors else 200
    return TemplateResponse(
        request, f"admin/citizens/planning/{template}.html", context, status=status
    )
