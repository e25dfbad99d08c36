"""Who comes, and for what: the pages on which a party is put together. Everything is in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import bundles
from citizens.domain.bundles import Suggestion
from citizens.domain.party import MOST_PEOPLE, MOST_SERVICES, Party, UnknownParty
from citizens.models import ServiceCase
from citizens.views import way
from citizens.views.shared import shared


@require_safe
@shared(seconds=10, parameters=(way.PARTY,))
@way.knows_party
def party(request: HttpRequest) -> HttpResponse:
    """People and their services, with what may be added. Two queries."""
    if not request.GET.get(way.PARTY):
        return redirect("party_add")
    found = way.of_address(request)
    replaced = way.replaced_in(request)
    full = len(found.people) >= MOST_PEOPLE
    context = {
        "caption": "" if found.is_single else way.caption(found),
        "people": [
            _person(found, number, replaced=replaced) for number in range(1, len(found.people) + 1)
        ],
        "several": len(found.people) > 1,
        "minutes": found.minutes,
        "suggestions": _suggestions(found, replaced=replaced),
        "add_url": ""
        if full
        else way.add_url(found.text, person=len(found.people) + 1, replaced=replaced),
        "most": MOST_PEOPLE,
        "times_url": way.times_url(found, replaced=replaced),
        "back_url": way.case_url(found.lead),
    }
    return way.unless_kept(render(request, "citizens/party/party.html", context), replaced)


@require_safe
@shared(seconds=10, parameters=(way.PARTY, "orang"))
@way.knows_party
def add(request: HttpRequest) -> HttpResponse:
    """The cases that one person may still have; those of a group that the person has say so. Two queries."""
    text = request.GET.get(way.PARTY, "")
    found = way.of_address(request) if text else None
    place = _Place.of(request, found)
    replaced = way.replaced_in(request)
    context = {
        "number": place.number,
        "single": not found or (place.number == 1 and len(found.people) == 1),
        "new": not place.chosen,
        "services": [
            {
                "title": cases[0].service.local("name"),
                "why_not": place.why_not(cases[0]),
                "cases": [
                    {
                        "title": case.local("name"),
                        "note": case.local("explanation"),
                        "url": way.party_url(place.with_case(case), replaced=replaced),
                    }
                    for case in cases
                ],
            }
            for cases in _by_service(_catalogue())
        ],
        "back_url": way.party_url(text, replaced=replaced) if found else reverse("home"),
        "most": MOST_PEOPLE,
    }
    return way.unless_kept(render(request, "citizens/party/add.html", context), replaced)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose cases are chosen: person `number` of a party, or a new one."""

    party: Party | None
    number: int

    @classmethod
    def of(cls, request: HttpRequest, party: Party | None) -> "_Place":
        """Raises UnknownParty for a person that the party cannot have."""
        people = len(party.people) if party else 0
        asked = request.GET.get("orang", str(people + 1))
        if not asked.isdecimal() or not 1 <= int(asked[:3]) <= min(people + 1, MOST_PEOPLE):
            raise UnknownParty
        return cls(party, int(asked))

    @property
    def chosen(self) -> tuple[ServiceCase, ...]:
        people = self.party.people if self.party else ()
        return people[self.number - 1] if self.number <= len(people) else ()

    def why_not(self, case: ServiceCase) -> str:
        """Why this person cannot have a case of that service; empty when nothing is in the way."""
        if any(case.service.group_id == own.service.group_id for own in self.chosen):
            return _("This person already has a service of this kind in the visit.")
        if len(self.chosen) >= MOST_SERVICES:
            return _("One person can have at most %(most)s services in one visit.") % {
                "most": MOST_SERVICES
            }
        return ""

    def with_case(self, case: ServiceCase) -> str:
        """The text of the party with the case added for this person."""
        people = list(self.party.people) if self.party else []
        people[self.number - 1 : self.number] = [(*self.chosen, case)]
        return Party(tuple(people)).text


def _catalogue() -> list[ServiceCase]:
    return list(
        ServiceCase.objects.filter(active=True, service__active=True)
        .select_related("service__group")
        .order_by(
            "service__group__sort_order", "service__sort_order", "service", "sort_order", "pk"
        )
    )


def _by_service(catalogue: Iterable[ServiceCase]) -> list[list[ServiceCase]]:
    return [list(cases) for _service, cases in groupby(catalogue, key=lambda case: case.service_id)]


def _person(found: Party, number: int, *, replaced: str) -> dict[str, Any]:
    cases = found.people[number - 1]
    return {
        "number": number,
        "services": [
            {
                "title": way.title(case),
                "url": way.case_url(case),
                "minutes": case.minutes,
                "remove_url": _without(found, number, case, replaced=replaced),
            }
            for case in cases
        ],
        "add_url": way.add_url(found.text, person=number, replaced=replaced)
        if len(cases) < MOST_SERVICES
        else "",
    }


def _without(found: Party, number: int, case: ServiceCase, *, replaced: str) -> str:
    """The address of the party without one case of a person; the last case of all has none."""
    people = list(found.people)
    people[number - 1] = tuple(own for own in people[number - 1] if own != case)
    left = Party(tuple(cases for cases in people if cases))
    return way.party_url(left.text, replaced=replaced) if left.people else ""


def _suggestions(found: Party, *, replaced: str) -> list[dict[str, str]]:
    return [
        {
            "title": " + ".join(case.service.local("name") for case in suggestion.cases),
            "note": _suggestion_note(suggestion),
            "url": way.party_url(suggestion.party, replaced=replaced),
        }
        for suggestion in bundles.suggestions(found, catalogue=_catalogue())
    ]


def _suggestion_note(suggestion: Suggestion) -> str:
    if suggestion.recommended:
        return _("Recommended, not required. You can do without it.")
    return _("Often done on the same visit: you need not come twice.")
