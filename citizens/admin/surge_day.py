"""One day of the surge planner: how its forecast comes about, what is too much, and what could be done about it."""

import datetime
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import surge_words, who
from citizens.admin.surge_page import FARTHEST, PLAN, SEE, day_or_none, group_names
from citizens.domain import expected, proposals, surge, surge_measures, wording
from citizens.domain.office_time import local_date
from citizens.domain.plan_edits import Refused
from citizens.domain.proposals import Wish
from citizens.domain.surge_measures import Effect, Measure, Situation
from citizens.forms.surge import LimitsForm
from citizens.models import Office

ONE_DAY = datetime.timedelta(days=1)
TITLE_LENGTH = 160


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, day: str) -> HttpResponse:
    """The day of one office; ?desks=, ?before= and ?after= say how far it can go. A POST proposes measures."""
    who.require(request, SEE)
    at = timezone.now()
    date = _date(day, at)
    office = who.office_to_see(request, request.GET.get("kantor", ""))
    limits = LimitsForm(request.GET)
    found = surge.outlook(office=office, first=date, until=date + ONE_DAY, at=at)
    at_hand = surge_measures.situation(
        outlook=found,
        day=found.days[0],
        limits=limits.limits,
        vans=list(who.own_offices(request).exclude(pk=office.pk)),
    )
    if request.method == "POST":
        who.require(request, PLAN)
        return _propose(request, at_hand, at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Surge planner"),
        "office": office,
        "weeks": _url("surge", office, mulai=date.isoformat()),
        "here": _url("surge_day", office, args=[day], **asdict(limits.limits)),
        "reset": reverse("admin:citizens_surge_day", args=[day]),
        "limits": limits,
        "day_words": wording.day(date),
        "as_of": wording.when(at),
        "may_plan": who.staff(request).has_perm(PLAN),
        **_facts(at_hand, at=at),
        "errors": surge_words.errors(found.history, group_names()),
    }
    return TemplateResponse(request, "admin/citizens/surge/day.html", context)


def _facts(at_hand: Situation, *, at: datetime.datetime) -> dict[str, Any]:
    """The forecast with its parts, the groups, and the measures."""
    day = at_hand.day
    names = group_names()
    known = day.forecast
    if known is None:
        return {"row": surge_words.day_row(day)}
    return {
        "row": surge_words.day_row(day),
        "groups": [surge_words.group_row(one, known, names) for one in day.groups],
        "averaged": [
            (surge_words.short_day(past), surge_words.whole(count)) for past, count in known.days
        ],
        "mean": surge_words.one_digit(sum(known.means.values())),
        "factor": surge_words.times(known.factor),
        "measures": _measures(at_hand, names) if day.is_known else [],
        "together": _together(at_hand) if day.is_known else None,
        "walk_ins": _walk_ins(at_hand, at=at) if day.is_known else None,
        "counters": at_hand.office.counters.filter(active=True).count(),
    }


def _measures(at_hand: Situation, names: dict[int, str]) -> list[dict[str, Any]]:
    """Each measure alone, with its effect; one that brings nothing is shown and cannot be chosen."""
    rows = []
    for measure in Measure:
        if measure == Measure.VAN and at_hand.van is None:
            continue
        found = surge_measures.effect(at_hand, [measure])
        # There may be no room for more places online until there are more desks.
        beside = surge_measures.beside_the_others(at_hand, measure)
        rows.append(
            {
                "value": measure.value,
                "title": surge_words.title_of(measure),
                "what": surge_words.what(at_hand, found, names),
                "brings": surge_words.brings(found, beside),
                "useful": found.brings_something or beside.brings_something,
            }
        )
    return rows


def _together(at_hand: Situation) -> dict[str, Any]:
    """All measures at once, and the desks that they take."""
    found = surge_measures.effect(at_hand, list(Measure))
    return {
        "brings": surge_words.brings(found),
        "left": surge_words.whole(found.short),
        "is_short": found.short >= 1,
        "desks": found.plan.desks,
    }


def _walk_ins(at_hand: Situation, *, at: datetime.datetime) -> dict[str, Any]:
    """How many walk-in numbers the day has room for, as it is planned: a supervisor sets it on the day itself."""
    rate = expected.show_rate(office=at_hand.office, at=at)
    room = sum(
        max(0.0, min(one.capacity, one.forecast or 0.0) - one.online * rate.share)
        for one in at_hand.day.groups
    )
    return {
        "room": surge_words.whole(room),
        "online": surge_words.whole(sum(one.online for one in at_hand.day.groups)),
        "came": surge_words.whole(rate.came),
        "booked": surge_words.whole(rate.booked),
        "is_measured": rate.is_measured,
    }


def _propose(request: HttpRequest, at_hand: Situation, *, at: datetime.datetime) -> HttpResponse:
    chosen = [Measure(value) for value in request.POST.getlist("measure") if value in _VALUES]
    found = surge_measures.effect(at_hand, chosen) if at_hand.day.is_known else None
    if found is None or found.plan == at_hand.plan:
        messages.error(request, _("Nothing proposed: choose at least one measure."))
        return redirect(request.get_full_path())
    try:
        made = proposals.propose(
            wish=_wish(at_hand, found),
            staff=who.staff(request),
            at=at,
        )
    except Refused as error:
        messages.error(request, _("Not proposed: %(why)s") % {"why": error})
        return redirect(request.get_full_path())
    return redirect("admin:citizens_proposal_change", made.pk)


_VALUES = frozenset(Measure)


def _wish(at_hand: Situation, found: Effect) -> Wish:
    """Kept in the language of the office: citizens read the name of a special day."""
    day = at_hand.day.day
    with translation.override(settings.LANGUAGE_CODE):
        what = ", ".join(surge_words.title_of(measure).lower() for measure in found.measures)
        title = _("Surge on %(day)s: %(measures)s (%(effect)s)") % {
            "day": wording.day(day),
            "measures": what,
            "effect": surge_words.brings(found),
        }
        factors = at_hand.day.forecast.factors if at_hand.day.forecast else ()
        causes = ", ".join(cause.name for cause, _factor in factors) or _("busy day")
        edits = surge_measures.edits(
            at_hand,
            found,
            hours_name=_("Longer hours"),
            van_name=_("The van before the office"),
            source=(_("Surge planner: %(causes)s") % {"causes": causes})[:TITLE_LENGTH],
        )
    return Wish(
        title=title[:TITLE_LENGTH],
        edits=tuple(edits),
        first_day=day,
        until=day + ONE_DAY,
        offices=surge_measures.offices(at_hand, found),
    )


def _date(text: str, at: datetime.datetime) -> datetime.date:
    """The day of the address; 404 for one that nobody plans."""
    date, today = day_or_none(text), local_date(at)
    if date is None or not today <= date <= today + FARTHEST:
        raise Http404
    return date


def _url(name: str, office: Office, *, args: list[str] | None = None, **more: Any) -> str:
    query = urlencode({"kantor": office.code, **more})
    return f"{reverse(f'admin:citizens_{name}', args=args)}?{query}"
