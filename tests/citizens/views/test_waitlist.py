import datetime

import pytest
import time_machine

from citizens.domain import appointments, waitlist
from citizens.enums import Actor, OfferState, WaitlistState
from citizens.models import Appointment, WaitlistEntry, WaitlistOffer
from tests.citizens.domain.booked import AT as BOOKED_AT
from tests.citizens.domain.booked import book, row
from tests.factories.citizens import DAY, MOMENT, OfficeFactory, ServiceCaseFactory

pytestmark = pytest.mark.django_db
DAYS = datetime.timedelta(days=1)
AT = MOMENT - 3 * DAYS + datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def early(case):
    return book(case, row(case, OfficeFactory())[0], 100, at=BOOKED_AT)


@pytest.fixture
def mine(case, early):
    slot = row(case, early.office, start=MOMENT + DAYS)[0]
    return book(case, slot, 1, at=BOOKED_AT)


@pytest.fixture
def waiting(mine):
    return waitlist.join(appointment=mine, office=None, not_before=DAY - 3 * DAYS, at=AT)


@pytest.fixture
def offer(early, waiting):
    appointments.cancel(appointment=early, at=AT, actor=Actor.CITIZEN)
    waitlist.sweep(at=AT)
    return WaitlistOffer.objects.get()


def post(client, entry, **answer):
    return client.post(f"/tunggu/{entry.token}/", answer)


def test_the_own_page_leads_to_the_waiting_list(client, mine):
    assert f"/j/{mine.token}/tunggu/" in client.get(f"/j/{mine.token}/").text


def test_somebody_joins_with_a_place_and_a_first_day(client, mine):
    address = f"/j/{mine.token}/tunggu/"
    assert client.get(address).status_code == 200
    assert not WaitlistEntry.objects.exists()

    joined = client.post(address, {"office": mine.office.code, "not_before": "14-03-2027"})

    entry = WaitlistEntry.objects.get()
    assert joined.url == f"/tunggu/{entry.token}/"
    assert (entry.office, entry.not_before) == (mine.office, DAY - 2 * DAYS)
    assert client.get(address).url == joined.url


def test_a_first_day_after_the_visit_is_explained(client, mine):
    answer = client.post(f"/j/{mine.token}/tunggu/", {"office": "any", "not_before": "01-05-2027"})

    assert answer.status_code == 422
    assert "Kunjungan Anda sebelum hari ini" in answer.text


def test_an_offer_is_shown_and_taken(client, waiting, offer):
    page = client.get(f"/tunggu/{waiting.token}/").text
    assert "Selasa, 16 Maret 2027" in page
    assert Appointment.objects.get(pk=waiting.appointment_id).starts_at == MOMENT + DAYS

    taken = post(client, waiting, tawaran=offer.pk, jawaban="ambil")

    assert taken.url == f"/j/{waiting.appointment.token}/"
    assert Appointment.objects.get(pk=waiting.appointment_id).starts_at == MOMENT
    assert post(client, waiting, tawaran=offer.pk, jawaban="ambil").url == taken.url


def test_an_offer_is_let_go_and_the_person_waits_on(client, waiting, offer):
    post(client, waiting, tawaran=offer.pk, jawaban="lewati")

    waiting.refresh_from_db()
    offer.refresh_from_db()
    assert (waiting.state, offer.state) == (WaitlistState.WAITING, OfferState.DECLINED)


def test_an_old_page_takes_no_later_offer(client, waiting, offer):
    answer = post(client, waiting, tawaran=offer.pk + 1, jawaban="ambil")

    assert answer.status_code == 409
    assert Appointment.objects.get(pk=waiting.appointment_id).starts_at == MOMENT + DAYS


def test_the_list_is_left_at_any_time_and_twice_is_no_harm(client, waiting):
    for _ in range(2):
        post(client, waiting, jawaban="keluar")

    waiting.refresh_from_db()
    assert waiting.state == WaitlistState.LEFT
    assert "Anda tidak lagi menunggu" in client.get(f"/tunggu/{waiting.token}/").text


def test_pages_of_the_waiting_list_are_never_stored(client, waiting):
    assert "no-store" in client.get(f"/tunggu/{waiting.token}/").headers["Cache-Control"]
