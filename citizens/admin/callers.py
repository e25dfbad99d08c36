"""Booking for somebody on the phone: who comes for what, when, their details, a last look, and the code.

Services, place and day stand in the address; what is typed about people never does.
"""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from citizens import masking, phone, tokens
from citizens.admin import appointment_words, day_page, picking, record, who
from citizens.admin.picking import Pick
from citizens.domain import booking, wording
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.domain.party import Party, UnknownParty
from citizens.enums import BookedFor, Language, PriorityGroup
from citizens.forms.caller_answers import CallerForms, NotSealedByUs, Typed
from citizens.forms.callers import PartyForm
from citizens.forms.contact import kelurahan_name


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Who comes, and for what; the answers go into the address, for they name nobody."""
    who.require(request, record.ARRANGE)
    asked = request.GET if "p1s1" in request.GET else None
    known = PartyForm.initial_of(_party(request)) if "pihak" in request.GET else None
    form = PartyForm(asked, cases=day_page.walk_in_cases(), initial=known)
    if form.is_bound and form.is_valid() and form.party:
        return HttpResponseRedirect(_address("citizens_caller_days", pihak=form.party.text))
    context = {
        **admin.site.each_context(request),
        "title": _("Book for a caller"),
        "form": form,
    }
    return TemplateResponse(request, "admin/citizens/appointment/caller_party.html", context)


@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """Place and day."""
    who.require(request, record.ARRANGE)
    party = _party(request)
    context = {
        **_context(request, party),
        "pick": picking.pick(request, party, at=timezone.now()),
    }
    return TemplateResponse(request, "admin/citizens/appointment/caller_days.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Time, people and how to reach them; then a last look; then the appointment."""
    who.require(request, record.ARRANGE)
    party, at = _party(request), timezone.now()
    pick = picking.pick(request, party, at=at)
    if pick.office is None or not (pick.times or request.method == "POST"):
        return HttpResponseRedirect(_address("citizens_caller_days", pihak=party.text))
    shown: dict[str, Any] = {"times": pick.times, "today": local_date(at)}
    if request.method != "POST":
        return _ask(request, party, pick, CallerForms.empty(party, **shown))
    match request.POST.get("langkah"):
        case "hari":
            return _ask(request, party, pick, CallerForms.unfinished(party, request.POST, **shown))
        case "ubah" | "pesan" as step:
            return _after_the_look(request, party, pick, at, books=step == "pesan")
    forms = CallerForms.sent(party, request.POST, **shown)
    if not forms.are_valid:
        return _ask(request, party, pick, forms)
    return _look(request, party, pick, forms.typed())


def _after_the_look(
    request: HttpRequest, party: Party, pick: Pick, at: datetime.datetime, *, books: bool
) -> HttpResponse:
    """Books what was looked at, or shows it again to be changed; a refusal shows it again with the reason."""
    try:
        typed = Typed.unseal(request.POST.get("jawaban", ""))
    except NotSealedByUs:
        messages.error(request, _("The page was too old. Please take the details down once more."))
        return HttpResponseRedirect(_address("citizens_caller_days", pihak=party.text))
    if books:
        try:
            made = booking.book_for_caller(
                party=party,
                office=pick.office.code if pick.office else "",
                start=datetime.datetime.fromisoformat(typed.start),
                answers=typed.answers,
                staff=who.staff(request),
                at=at,
                submission_key=request.POST.get("kunci", "")[:32],
                overbook=typed.overbook,
            )
        except appointment_words.REFUSALS as error:
            messages.error(request, appointment_words.refusal(error))
        else:
            address = reverse("admin:citizens_appointment_change", args=[made.pk])
            return redirect(f"{address}?baru")
    forms = CallerForms.filled(party, typed, times=pick.times, today=local_date(at))
    return _ask(request, party, pick, forms)


def _ask(request: HttpRequest, party: Party, pick: Pick, forms: CallerForms) -> HttpResponse:
    forms.shared.forget_household()
    context = {
        **_context(request, party),
        "pick": pick,
        "form": forms.shared,
        "forms": forms,
        "people": list(zip(forms.people, _lines(party), strict=True)),
    }
    return TemplateResponse(request, "admin/citizens/appointment/caller_details.html", context)


def _look(request: HttpRequest, party: Party, pick: Pick, typed: Typed) -> HttpResponse:
    """Everything once more, to be read back to the caller."""
    context = {
        **_context(request, party),
        "when": wording.when(datetime.datetime.fromisoformat(typed.start)),
        "pick": pick,
        "overbook": typed.overbook,
        "people": [
            (person, masking.nik(person.nik), services)
            for person, services in zip(typed.answers.people, _lines(party), strict=True)
        ],
        "facts": [fact for fact in _facts(typed.answers) if fact[1]],
        "sealed": typed.seal(),
        "key": tokens.new(),
    }
    return TemplateResponse(request, "admin/citizens/appointment/caller_check.html", context)


def _facts(answers: Answers) -> list[tuple[str, str]]:
    """What was typed once for everybody, as (question, answer)."""
    priority = answers.priority_group
    return [
        (_("Caller"), answers.booker_name),
        (_("Consent"), _("noted") if answers.booked_for == BookedFor.OTHER else ""),
        (_("Parent or guardian who comes along"), answers.guardian_name),
        (_("Kelurahan"), kelurahan_name(answers.subdistrict) or _("Outside Kota Serang")),
        (_("Phone"), phone.display(answers.phone)),
        (_("E-mail"), answers.email),
        (_("Contact"), "" if answers.phone or answers.email else _("none; read the code aloud")),
        (_("Language of our messages"), str(Language(answers.language).label)),
        (_("To be served first"), str(PriorityGroup(priority).label) if priority else ""),
    ]


def _context(request: HttpRequest, party: Party) -> dict[str, object]:
    return {
        **admin.site.each_context(request),
        "title": _("Book for a caller"),
        "party": party,
        "lines": _lines(party),
    }


def _lines(party: Party) -> list[str]:
    """What each person comes for."""
    return [", ".join(day_page.case_name(case) for case in person) for person in party.people]


def _party(request: HttpRequest) -> Party:
    try:
        return parties.parse(request.GET.get("pihak", ""))
    except UnknownParty as error:
        raise Http404 from error


def _address(name: str, **query: str) -> str:
    return f"{reverse(f'admin:{name}')}?{urlencode(query)}"
