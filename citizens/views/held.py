"""A hold behind its token: what its pages have in common."""

import datetime
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from citizens.domain import draft as drafts
from citizens.domain import party as parties
from citizens.domain import wording
from citizens.domain.draft import CONTACT, Draft
from citizens.domain.party import Party
from citizens.models import Appointment, Hold
from citizens.views import way


@dataclass(frozen=True, slots=True)
class Held:
    """A hold with its party and what was typed so far."""

    hold: Hold
    party: Party
    draft: Draft


def find(token: str) -> Held:
    """At most two queries. Raises Http404, and UnknownParty when a service has ended meanwhile."""
    hold = get_object_or_404(Hold, token=token)
    party = parties.kept(hold.party)
    return Held(hold, party, drafts.read(hold.answers, people=len(party.people)))


def appointment_of(hold: Hold, *, at: datetime.datetime) -> Appointment | None:
    """The appointment that a hold became: whoever goes back after booking finds it, not an empty form.

    Booking ends the hold and takes what was typed, so that any other hold costs no query.
    """
    if hold.answers or hold.is_alive(at=at):
        return None
    return Appointment.objects.filter(submission_key=hold.token).first()


def done(appointment: Appointment) -> HttpResponse:
    return HttpResponseRedirect(reverse("appointment", args=[appointment.token]) + "?baru")


def go_on(held: Held, draft: Draft) -> HttpResponse:
    """To the first page that is not finished, or to the check."""
    name = draft.first_unfinished
    return redirect(page_url(held, name) if name else reverse("check", args=[held.hold.token]))


def page_url(held: Held, name: str) -> str:
    """The page of questions of that name (see Draft); a single person has one page for all."""
    if len(held.party.people) == 1:
        return reverse("details", args=[held.hold.token])
    if name == CONTACT:
        return reverse("contact", args=[held.hold.token])
    return reverse("person", args=[held.hold.token, int(name)])


def context(held: Held, *, at: datetime.datetime) -> dict[str, object]:
    """What the pages of a hold say about it. One query."""
    slot = held.hold.slots[0] if held.hold.slots else None
    token = held.hold.token
    return {
        "caption": way.caption(held.party),
        "when": wording.when(slot.start) if slot else "",
        "office": slot.office.name if slot else "",
        # With no place kept, the answers are for the waiting list.
        "waits": slot is None,
        "wait_url": reverse("join_waitlist_new", args=[token]),
        "alive": held.hold.is_alive(at=at),
        "until": wording.clock(held.hold.expires_at),
        "book_url": reverse("book", args=[token]),
        "times_url": way.times_url(held.party, replaced=token),
    }
