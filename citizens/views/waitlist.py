"""Waiting for an earlier time, or for any: join, see how it stands, answer an offer, leave."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citizens import tokens
from citizens.domain import (
    appointments,
    availability,
    booking,
    limits,
    obstacles,
    waitlist,
    wording,
)
from citizens.domain.office_time import local_date
from citizens.enums import ON_THE_WAITLIST, OfferState, WaitlistState
from citizens.forms.waitlist import ANY, AnyTimeForm, WaitlistForm
from citizens.models import Office, WaitlistEntry, WaitlistOffer
from citizens.views import held, own, way
from citizens.views.limited import browser_of, limited, remember
from citizens.views.personal import personal
from citizens.views.shared import from_here

LONGEST_WAIT = 30  # days


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@limited(browser=limits.WAITLIST, address=limits.WAITLIST_ADDRESS)
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Asks where and from which day on; whoever waits already finds the own page of the waiting list."""
    at = timezone.now()
    found = own.find_or_404(token).appointment
    waiting = found.waitlist_entries.filter(state__in=ON_THE_WAITLIST).first()
    if waiting:
        return redirect("waitlist", waiting.token)
    if not found.may_be_moved(at=at):
        # The page of moving says why, and what can still be done.
        return redirect("reschedule", token)
    form = WaitlistForm(
        request.POST if request.method == "POST" else None,
        offices=[found.office],
        today=local_date(at),
        last=local_date(found.starts_at),
        initial={"office": ANY, "not_before": local_date(at)},
    )
    if form.is_valid():
        try:
            entry = waitlist.join(
                appointment=found,
                office=form.wished_office,
                not_before=form.cleaned_data["not_before"],
                at=at,
            )
        except (waitlist.NothingEarlier, appointments.TooLate):
            form.add_error("not_before", _("No earlier time can come between these days."))
        else:
            return redirect("waitlist", entry.token)
    context = {
        "form": form,
        "now": wording.when(found.starts_at),
        "own_url": reverse("appointment", args=[token]),
        "move_url": reverse("reschedule", args=[token]),
    }
    status = 422 if form.errors else 200
    return render(request, "citizens/waitlist/join.html", context, status=status)


@require_POST
@from_here
@way.knows_party
@limited(browser=limits.WAITLIST, address=limits.WAITLIST_ADDRESS)
def begin(request: HttpRequest) -> HttpResponse:
    """Where nothing is free: asks who comes, as for a booking, but with no place kept."""
    at = timezone.now()
    browser = browser_of(request) or tokens.new()
    kept = booking.keep([], party=way.of_address(request), browser=browser, at=at, until=at)
    response = redirect("details", kept.token)
    remember(response, browser)
    return response


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@way.knows_party
def join_new(request: HttpRequest, token: str) -> HttpResponse:
    """Where and when, once it is known who comes. Sent twice, somebody waits once."""
    at = timezone.now()
    kept = held.find(token)
    if not kept.draft.answers:
        return held.go_on(kept, kept.draft)
    today = local_date(at)
    last = today + datetime.timedelta(days=LONGEST_WAIT)
    codes = [office.code for office in availability.days(party=kept.party, at=at)]
    form = AnyTimeForm(
        request.POST if request.method == "POST" else None,
        offices=list(Office.objects.filter(code__in=codes).order_by("sort_order", "pk")),
        today=today,
        last=last,
        initial={"office": ANY, "not_before": today, "until": last},
    )
    if form.is_valid():
        try:
            entry = waitlist.join_without_appointment(
                party=kept.party,
                answers=kept.draft.answers,
                office=form.wished_office,
                not_before=form.cleaned_data["not_before"],
                until=form.cleaned_data["until"],
                at=at,
            )
        except waitlist.NothingEarlier:
            form.add_error("until", _("No time can come any more between these days."))
        else:
            return redirect("waitlist", entry.token)
    context = {
        "form": form,
        "caption": way.caption(kept.party),
        "back_url": reverse("check", args=[token]),
    }
    status = 422 if form.errors else 200
    return render(request, "citizens/waitlist/join_new.html", context, status=status)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """How it stands. POST takes the offer, lets it go to the next, or leaves the list."""
    at = timezone.now()
    found = get_object_or_404(
        WaitlistEntry.objects.select_related("appointment__office", "office"), token=token
    )
    offer = (
        WaitlistOffer.objects.select_related("entry__appointment__office", "hold", "office")
        .filter(entry=found)
        .order_by("-pk")
        .first()
    )
    if request.method == "POST":
        return _answer(request, found, offer, at)
    return _page(request, found, offer)


def _answer(
    request: HttpRequest, found: WaitlistEntry, offer: WaitlistOffer | None, at: datetime.datetime
) -> HttpResponse:
    choice = request.POST.get("jawaban")
    if choice == "keluar":
        waitlist.leave(entry=found, at=at)
        return redirect("waitlist", found.token)
    # An offer is answered as it was shown: a later one must not be taken by an old page.
    if offer is None or request.POST.get("tawaran") != str(offer.pk):
        return _page(request, found, offer, gone=True)
    try:
        if choice == "ambil":
            made = waitlist.accept(offer=offer, at=at)
            return redirect("appointment", made.token)
        if choice == "lewati":
            waitlist.decline(offer=offer, at=at)
    except (
        waitlist.OfferGone,
        booking.SlotFull,
        booking.AlreadyBooked,
        booking.HouseholdBooked,
        appointments.TooLate,
        appointments.StaleAppointment,
        obstacles.NotServed,
    ):
        found.refresh_from_db()
        return _page(request, found, None, gone=True)
    return redirect("waitlist", found.token)


def _page(
    request: HttpRequest, found: WaitlistEntry, offer: WaitlistOffer | None, *, gone: bool = False
) -> HttpResponse:
    is_open = offer is not None and offer.state == OfferState.OPEN
    appointment = found.appointment
    context: dict[str, object] = {
        "gone": gone,
        "waiting": found.state == WaitlistState.WAITING,
        "accepted": found.state == WaitlistState.ACCEPTED,
        "on_the_list": found.state in ON_THE_WAITLIST,
        "place": found.office.name if found.office else _("Any place that gives the service"),
        "not_before": wording.day(found.not_before),
        "now": wording.when(appointment.starts_at) if appointment else "",
        "own_url": reverse("appointment", args=[appointment.token]) if appointment else "",
    }
    if offer and is_open:
        context["offer"] = {
            "id": offer.pk,
            "when": wording.when(offer.starts_at),
            "office": offer.office.name,
            "until": wording.clock(offer.expires_at),
        }
    status = 409 if gone else 200
    return render(request, "citizens/waitlist/entry.html", context, status=status)
