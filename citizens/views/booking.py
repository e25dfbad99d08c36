"""Booking: a hold on the chosen time, a check of everything that was typed, done."""

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from citizens import nik, tokens
from citizens.domain import booking, limits, obstacles, wording
from citizens.domain import draft as drafts
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.draft import CONTACT
from citizens.domain.office_time import local_date
from citizens.domain.party import Party
from citizens.models import Appointment, Hold, VisitorService
from citizens.views import held, proof, summary, typed, way
from citizens.views.limited import browser_of, limited, remember
from citizens.views.personal import personal
from citizens.views.shared import from_here


@require_POST
@from_here
@limited(browser=limits.HOLD, address=limits.HOLD_ADDRESS)
def hold(request: HttpRequest, service: str, case: str) -> HttpResponse:
    """Keeps the chosen time for five minutes, then asks for the details."""
    try:
        party = parties.kept(f"{service}.{case}")
    except parties.UnknownParty as error:
        raise Http404 from error
    return _hold(request, party)


@require_POST
@from_here
@limited(browser=limits.HOLD, address=limits.HOLD_ADDRESS)
@way.knows_party
def party_hold(request: HttpRequest) -> HttpResponse:
    """The same for several services or several people."""
    return _hold(request, way.of_address(request))


def _hold(request: HttpRequest, party: Party) -> HttpResponse:
    office = typed.text(request.POST, "office")
    start = typed.moment(typed.text(request.POST, "start"))
    token = typed.text(request.POST, "replaced")
    replaced = Hold.objects.filter(token=token).first() if token else None
    if not proof.is_given(request):
        return proof.missing(request, again_url=way.times_url(party, kantor=office, replaced=token))
    browser = browser_of(request) or tokens.new()
    made = None
    # What stands in the way of a service is said by the page of times.
    with suppress(booking.SlotFull, obstacles.NotServed):
        made = start and booking.hold(
            party=party,
            office=office,
            start=start,
            browser=browser,
            at=timezone.now(),
            answers=_typed_before(replaced, party),
        )
    if not made:
        day = wording.local(start).date().isoformat() if start else ""
        return _choose_again(party, office=office, day=day, replaced=replaced)
    # Nothing is asked twice: what was typed under an earlier hold only needs another look.
    draft = drafts.read(made.answers, people=len(party.people))
    response = redirect("check" if draft.answers else "details", made.token)
    remember(response, browser)
    return response


def _typed_before(replaced: Hold | None, party: Party) -> str | None:
    """What was typed under an earlier hold, as far as it is for this party too."""
    if not replaced or not replaced.answers:
        return None
    people = len(replaced.party.split(","))
    draft = drafts.read(replaced.answers, people=people)
    return draft.carried(came=replaced.party, comes=party.text).to_text()


@personal
@require_safe
@way.knows_party
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that will be booked, each line with a way to change it."""
    at = timezone.now()
    kept = held.find(token)
    answers = kept.draft.answers
    if not answers:
        return redirect("details", token)
    differing = [
        number
        for number, person in enumerate(answers.people, 1)
        if person.nik
        and nik.birth_date_differs(person.nik, birth_date=person.birth_date, today=local_date(at))
    ]
    return render(
        request,
        "citizens/booking/check.html",
        held.context(kept, at=at)
        | {
            "sections": summary.sections(kept, answers),
            "differs": bool(differing),
            "differs_name": answers.people[differing[0] - 1].full_name if differing else "",
            "differs_url": held.page_url(kept, str(differing[0])) if differing else "",
            "details_url": held.page_url(kept, CONTACT),
        },
    )


@personal
@require_POST
def book(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the appointment. Pressed twice, it leads twice to the same appointment."""
    kept = get_object_or_404(Hold, token=token)
    return make(request, kept, drafts.read(kept.answers, people=len(kept.party.split(","))).answers)


@limited(browser=limits.BOOK, address=limits.BOOK_ADDRESS)
def make(request: HttpRequest, kept: Hold, answers: Answers | None) -> HttpResponse:
    """Makes the appointment of a hold, with what was typed and kept with it; None: something is missing."""
    if not answers:
        made = Appointment.objects.filter(submission_key=kept.token).first()
        return held.done(made) if made else redirect("details", kept.token)
    try:
        return held.done(booking.book(hold=kept, answers=answers, at=timezone.now()))
    except (booking.SlotFull, obstacles.NotServed):
        slot = kept.slots[0] if kept.slots else None
        return _choose_again(
            parties.parse(kept.party),
            office=slot.office.code if slot else "",
            day=wording.local(slot.start).date().isoformat() if slot else "",
            replaced=kept,
        )
    except booking.AlreadyBooked:
        return _already_booked(request, kept, answers)
    except booking.HouseholdBooked:
        return _household_booked(request, kept)


def _already_booked(request: HttpRequest, kept: Hold, answers: Answers) -> HttpResponse:
    """Says who of the party has an appointment already, and for what."""
    party = parties.parse(kept.party)
    active = set(
        VisitorService.objects.filter(
            active=True, person_key__in=[person.person_key for person in answers.people]
        ).values_list("person_key", "group_id")
    )
    clashes = [
        (person.full_name, case.service.group.local("name"))
        for person, cases in zip(answers.people, party.people, strict=True)
        for case in cases
        if (person.person_key, case.service.group_id) in active
    ]
    # It may have been cancelled in this very moment: then everybody is named.
    name, group = (
        clashes[0]
        if clashes
        else (
            ", ".join(person.full_name for person in answers.people),
            ", ".join(dict.fromkeys(case.service.group.local("name") for case in party.cases)),
        )
    )
    return render(
        request,
        "citizens/booking/already_booked.html",
        {"name": name, "group": group, "several": len(party.people) > 1} | _ways_on(kept, party),
        status=409,
    )


def _household_booked(request: HttpRequest, kept: Hold) -> HttpResponse:
    party = parties.parse(kept.party)
    slot = kept.slots[0] if kept.slots else None
    context = {
        "day": wording.day(slot.start) if slot else "",
        "times_url": way.times_url(party, replaced=kept.token),
    }
    return render(
        request,
        "citizens/booking/household_booked.html",
        context | _ways_on(kept, party),
        status=409,
    )


def _ways_on(kept: Hold, party: Party) -> dict[str, str]:
    return {
        "check_url": reverse("check", args=[kept.token]),
        "party_url": way.party_url(party.text, replaced=kept.token),
    }


def _choose_again(party: Party, *, office: str, day: str, replaced: Hold | None) -> HttpResponse:
    """Back to the times, with the reason; what was typed comes along with the hold it was typed under."""
    token = replaced.token if replaced else ""
    return HttpResponseRedirect(
        way.times_url(party, kantor=office, tanggal=day, penuh="1", replaced=token)
    )
