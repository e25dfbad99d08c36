"""The waiting list from both sides: with an appointment that could be earlier, and where nothing is free."""

import datetime
import re

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import expect

from citizens.domain import appointments, availability, waitlist
from citizens.domain import party as parties
from citizens.enums import Actor
from citizens.models import Appointment, Release, Slot, WaitlistEntry
from tests.browser import pages
from tests.browser.addresses import Kept
from tests.browser.conftest import MOMENT

BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])
NOTHING = "/layanan/pindah/keluar/waktu/"


@pytest.fixture(scope="module")
def late(site):
    """Whoever books here has a time on the last day that has any."""
    return Kept(parties.parse("ktp.hilang"), MOMENT, last=True)


@pytest.fixture
def earlier(site):
    """Cancels the visit of somebody on a day before, and has the waiting list asked; the list is empty after it."""

    def cancel():
        early = Kept(parties.parse("ktp.hilang"), MOMENT, day=2).booked("Budi Santoso")
        appointments.cancel(appointment=early, at=MOMENT, actor=Actor.CITIZEN)
        assert waitlist.sweep(at=MOMENT) == 1
        return early

    yield cancel
    WaitlistEntry.objects.all().delete()
    Release.objects.filter(returned=True).delete()


def answer(page, choice):
    page.locator(f"button[name=jawaban][value={choice}]").click()


@BOTH_WAYS
@BOTH_LANGUAGES
def test_an_earlier_time_is_waited_for_offered_and_taken(
    open_page, no_violations, photograph, late, earlier, language, javascript
):
    mine = late.booked("Siti Aminah")
    page = open_page(language=language, javascript=javascript)

    page.goto(reverse("appointment", args=[mine.token]))
    page.locator("main a[href$='/tunggu/']").click()
    no_violations(page)
    page.locator("#id_not_before").fill("tomorrow")
    pages.submit_details(page)
    expect(page.locator(".error-summary")).to_be_visible()
    no_violations(page)
    page.locator("#id_not_before").fill(f"{MOMENT:%d-%m-%Y}")
    pages.submit_details(page)
    expect(page).to_have_url(re.compile(r"/tunggu/[\w-]{22}/$"))
    no_violations(page)

    early = earlier()
    page.goto(page.url)
    no_violations(page)
    photograph(page, f"offer {language}")
    answer(page, "ambil")

    expect(page).to_have_url(re.compile(f"/j/{mine.token}/$"))
    mine.refresh_from_db()
    assert (mine.starts_at, mine.sequence) == (early.starts_at, 1)
    page.go_back()
    page.goto(page.url)
    no_violations(page)
    expect(page.locator("button[name=jawaban]")).to_have_count(0)


@BOTH_WAYS
def test_an_offer_is_let_go_and_the_list_is_left(
    open_page, no_violations, late, earlier, javascript
):
    mine = late.booked("Siti Aminah")
    entry = waitlist.join(appointment=mine, office=None, not_before=MOMENT.date(), at=MOMENT)
    earlier()
    page = open_page(javascript=javascript)

    page.goto(reverse("waitlist", args=[entry.token]))
    answer(page, "lewati")
    expect(page.locator("button[value=ambil]")).to_have_count(0)
    answer(page, "keluar")
    expect(page.locator("button[name=jawaban]")).to_have_count(0)
    no_violations(page)
    mine.refresh_from_db()
    assert mine.sequence == 0


def booked():
    return Appointment.objects.active().filter(visitors__services__group__code="pindah")


@pytest.fixture
def nothing_free(site):
    """Nothing of one service is free anywhere; gives a slot of which a place comes back later."""
    slots = Slot.objects.filter(group__code="pindah")
    slots.update(online=0, released=0, taken=0)
    Release.objects.filter(slot__in=slots).delete()
    yield slots.filter(start__gt=MOMENT + datetime.timedelta(days=1)).order_by("start").first()
    for made in booked():
        appointments.cancel(appointment=made, at=MOMENT, actor=Actor.CITIZEN)
    WaitlistEntry.objects.all().delete()
    Release.objects.filter(slot__in=slots).delete()
    slots.update(taken=0, online=F("capacity"), released=F("capacity"))


@BOTH_WAYS
@BOTH_LANGUAGES
def test_where_nothing_is_free_somebody_waits_and_is_booked_by_one_press(
    open_page, no_violations, photograph, nothing_free, language, javascript
):
    page = open_page(language=language, javascript=javascript)

    page.goto(NOTHING)
    no_violations(page)
    page.locator("form[action*='/kunjungan/tunggu/'] button").click()
    no_violations(page)
    pages.fill_in(page, pages.Person(nik="0010 0101 0190 0444"))
    no_violations(page)
    photograph(page, f"check without a place {language}")
    page.locator("main a.btn-primary").click()
    no_violations(page)
    pages.submit_details(page)
    expect(page).to_have_url(re.compile(r"/tunggu/[\w-]{22}/$"))
    no_violations(page)
    assert not booked().exists()

    slot = nothing_free
    Slot.objects.filter(pk=slot.pk).update(online=1)
    Release.objects.create(slot=slot, places=1, due_at=slot.start, returned=True)
    assert availability.next_times(party=parties.parse("pindah.keluar"), at=MOMENT) == []
    assert waitlist.sweep(at=MOMENT) == 1
    page.goto(page.url)
    answer(page, "ambil")

    made = booked().get()
    expect(page).to_have_url(re.compile(f"/j/{made.token}/$"))
    assert made.starts_at == slot.start
