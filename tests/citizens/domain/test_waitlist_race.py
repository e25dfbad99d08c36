"""An offer against a newcomer, two sweeps, two windows: real connections behind a barrier."""

import datetime
import threading
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from citizens.domain import appointments, booking, release, waitlist
from citizens.domain import party as parties
from citizens.enums import Actor, OfferState
from citizens.models import Appointment, Hold, Slot, WaitlistOffer
from tests.citizens.domain.booked import book, row
from tests.factories.citizens import DAY, MOMENT, OfficeFactory, ServiceCaseFactory
from tests.racing import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
DAYS = datetime.timedelta(days=1)
AT = MOMENT - 3 * DAYS + datetime.timedelta(hours=1)


@pytest.fixture
def place():
    """A place that came back, somebody who waits for it, and the moment at which it opens to everybody."""
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    slot = row(case, office)[0]
    owner = book(case, slot, 100)
    waiting = book(case, row(case, office, start=MOMENT + DAYS)[0], 1)
    waitlist.join(appointment=waiting, office=None, not_before=DAY - 3 * DAYS, at=AT)
    appointments.cancel(appointment=owner, at=AT, actor=Actor.CITIZEN)
    return case, slot


def newcomer(case, slot):
    return booking.hold(
        party=parties.of(case), office=slot.office.code, start=MOMENT, browser="new", at=AT
    )


def kept(slot):
    """How many live holds keep a place of the slot."""
    return Hold.objects.filter(places__slot=slot, expires_at__gt=AT).count()


def test_a_newcomer_never_gets_the_place_that_is_being_offered(place):
    case, slot = place
    release.release_due(at=AT)

    swept, came = at_once(partial(waitlist.sweep, at=AT), partial(newcomer, case, slot))

    assert swept == 1
    assert isinstance(came, booking.SlotFull)
    assert kept(slot) == 1


def test_a_place_that_just_opened_goes_to_the_offer_or_the_newcomer_but_once(place):
    case, slot = place
    Slot.objects.filter(pk=slot.pk).update(released=1)

    at_once(partial(waitlist.sweep, at=AT), partial(newcomer, case, slot))

    assert kept(slot) == 1


def test_without_the_lock_both_keep_the_same_place(place, monkeypatch):
    case, slot = place
    Slot.objects.filter(pk=slot.pk).update(released=1)
    counted = threading.Barrier(2)
    free_places = booking.free_places

    def count_and_wait(slots, **values):
        free = free_places(slots, **values)
        counted.wait(timeout=30)
        return free

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", count_and_wait)

    at_once(partial(waitlist.sweep, at=AT), partial(newcomer, case, slot))

    assert kept(slot) == 2


def test_two_sweeps_at_once_make_one_offer(place):
    outcomes = at_once(*[partial(waitlist.sweep, at=AT)] * 2)

    assert sorted(outcomes) == [0, 1]
    assert WaitlistOffer.objects.count() == 1


def test_an_offer_accepted_in_two_windows_moves_the_visit_once(place):
    waitlist.sweep(at=AT)

    def accept():
        offer = WaitlistOffer.objects.select_related(
            "entry__appointment__office", "hold", "office"
        ).get(state=OfferState.OPEN)
        together.wait(timeout=30)
        return waitlist.accept(offer=offer, at=AT)

    together = threading.Barrier(2)
    outcomes = at_once(accept, accept)

    assert any(isinstance(outcome, Appointment) for outcome in outcomes)
    assert not any(isinstance(outcome, IntegrityError) for outcome in outcomes)
    assert Appointment.objects.get(starts_at=MOMENT, state="booked").sequence == 1
    assert WaitlistOffer.objects.get().state == OfferState.ACCEPTED


def test_an_offer_accepted_while_it_is_passed_on_has_one_outcome(place):
    waitlist.sweep(at=AT)
    offer = WaitlistOffer.objects.select_related(
        "entry__appointment__office", "hold", "office"
    ).get()
    over = offer.expires_at

    accepted, _swept = at_once(
        partial(waitlist.accept, offer=offer, at=over), partial(waitlist.sweep, at=over)
    )

    moved = Appointment.objects.filter(starts_at=MOMENT, state="booked").exists()
    assert moved == isinstance(accepted, Appointment)
    assert moved == WaitlistOffer.objects.filter(state=OfferState.ACCEPTED).exists()
