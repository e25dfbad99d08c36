"""Where the pages of a party are, and what they call it. State is in the address; nothing is written before a hold."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from citizens.domain import party as parties
from citizens.domain.party import Party
from citizens.models import ServiceCase
from citizens.views.personal import type_view

# The parameters of an address: who comes for what, and the token of the hold under which something was typed.
PARTY, REPLACED = "rombongan", "ganti"


def party_url(text: str, *, replaced: str = "") -> str:
    """The page of a party, by its text."""
    return _url("party", **{PARTY: text, REPLACED: replaced})


def add_url(text: str, *, person: int, replaced: str = "") -> str:
    """Where a case is chosen for a person (from 1); one more than there are is a new person."""
    return _url("party_add", **{PARTY: text, "orang": str(person), REPLACED: replaced})


def case_url(case: ServiceCase) -> str:
    return reverse("case", args=[case.service.slug, case.code])


def times_url(party: Party, *, replaced: str = "", **query: str) -> str:
    """Places, or with kantor= and tanggal= the times of one place and day."""
    query[REPLACED] = replaced
    if party.is_single:
        return _url("times", party.lead.service.slug, party.lead.code, **query)
    return _url("party_times", **{PARTY: party.text}, **query)


def hold_url(party: Party) -> str:
    if party.is_single:
        return reverse("hold", args=[party.lead.service.slug, party.lead.code])
    return _url("party_hold", **{PARTY: party.text})


def wait_url(party: Party) -> str:
    """Where somebody who finds no time begins to wait for one."""
    return _url("begin_waiting", **{PARTY: party.text})


def before_times(party: Party, *, replaced: str = "") -> str:
    """The page from which a time is chosen."""
    return case_url(party.lead) if party.is_single else party_url(party.text, replaced=replaced)


def title(case: ServiceCase) -> str:
    return f"{case.service.local('name')}: {case.local('name')}"


def titles(cases: tuple[ServiceCase, ...]) -> str:
    return ", ".join(title(case) for case in cases)


def caption(party: Party) -> str:
    """The party in a few words, above the title of its pages."""
    if party.is_single:
        return title(party.lead)
    services = sum(len(person) for person in party.people)
    minutes = party.minutes
    return ", ".join(
        (
            ngettext("%(count)s person", "%(count)s people", len(party.people))
            % {"count": len(party.people)},
            ngettext("%(count)s service", "%(count)s services", services) % {"count": services},
            ngettext("about %(count)s minute", "about %(count)s minutes", minutes)
            % {"count": minutes},
        )
    )


def of_address(request: HttpRequest) -> Party:
    """The party that an address names. Raises UnknownParty. One query, or none when it was just read."""
    return parties.kept(request.GET.get(PARTY, "")[:400])


def knows_party(view: type_view) -> type_view:
    """A party that nobody can be (a link cut short, a service that ended) gets a page that leads back."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except parties.UnknownParty:
            return render(request, "citizens/party/unknown.html", status=404)

    return answer


def unless_kept(page: HttpResponse, replaced: str) -> HttpResponse:
    """With the token of a hold in it, the page is as personal as the hold."""
    if replaced:
        page.headers["Cache-Control"] = "private, no-store"
        page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _url(name: str, *args: str, **query: str) -> str:
    given = {key: value for key, value in query.items() if value}
    address = reverse(name, args=args)
    # "~" and "," are legible in an address as they are.
    return f"{address}?{urlencode(given)}" if given else address


def replaced_in(request: HttpRequest) -> str:
    """The token of the hold under which something was typed, as an address names it."""
    return request.GET.get(REPLACED, "")
