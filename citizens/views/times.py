"""Places, days and times of a party. A single case has addresses of its own; the pages are the same."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citizens.domain import availability, outages
from citizens.domain import party as parties
from citizens.domain.party import Party
from citizens.views import banners, calendar_table, proof, typed, way
from citizens.views.services import case_or_404, case_outages
from citizens.views.shared import shared


@require_safe
@shared(seconds=2, parameters=("kantor", "tanggal"))
def times(request: HttpRequest, service: str, case: str) -> HttpResponse:
    """Places with their earliest time; with ?kantor= the days and times of one place. Three queries."""
    found = case_or_404(service, case, told_at=timezone.now())
    return _times(request, parties.of(found), case_outages(found))


@require_safe
@shared(seconds=2, parameters=(way.PARTY, "kantor", "tanggal"))
@way.knows_party
def party_times(request: HttpRequest) -> HttpResponse:
    """The same for several services or several people. Three queries.

    Of one place each day says itself why nothing is free, so that the banners are left to the choice of places.
    """
    party = way.of_address(request)
    if "kantor" in request.GET:
        return _times(request, party, [])
    wanted = {case.service_id for case in party.cases}
    told = [
        notice
        for notice in outages.current(at=timezone.now())
        if not notice.services or wanted & {service.pk for service in notice.services}
    ]
    return _times(request, party, banners.rows(told))


def _times(request: HttpRequest, party: Party, told: list[dict[str, Any]]) -> HttpResponse:
    at = timezone.now()
    replaced = way.replaced_in(request)
    here = way.times_url(party)
    offices = availability.days(party=party, at=at)
    context: dict[str, Any] = {
        "caption": way.caption(party),
        "single": party.is_single,
        "back_url": way.before_times(party, replaced=replaced),
        "outages": told,
        "full": "penuh" in request.GET,
        "wait_url": way.wait_url(party),
        "replaced": replaced,
    }
    office = next((o for o in offices if o.code == request.GET.get("kantor")), None)
    if office is None:
        context["places"] = calendar_table.places(offices, here=here, replaced=replaced)
        context["nothing"] = not any(office.earliest for office in offices)
        return way.unless_kept(render(request, "citizens/booking/places.html", context), replaced)
    chosen = calendar_table.chosen_day(office, typed.date(request.GET.get("tanggal", "")))
    free = availability.times_of(party=party, office=office, day=chosen, at=at) if chosen else []
    context |= calendar_table.page(office, chosen, free, here=here, replaced=replaced)
    context["hold_url"] = way.hold_url(party)
    context["proof_url"] = proof.challenge_url()
    context["elsewhere"] = calendar_table.elsewhere(
        offices, office, chosen, here=here, replaced=replaced
    )
    return way.unless_kept(render(request, "citizens/booking/times.html", context), replaced)
