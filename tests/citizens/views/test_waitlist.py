import datetime

import pytest
import time_machine

from citizens.domain import appointments, waitlist
from citizens.domain import party as parties
from citizens.enums import Actor, OfferState, WaitlistState
from citizens.models import Appointment, WaitlistEntry, WaitlistOffer
from citizens.views import way
from tests.citizens.domain.booked import AT as BOOKED_AT
from tests.citizens.domain.booked import book, row
from tests.factories.citizens import (
    DAY,
    MOMENT,
    OfficeFactory,
    ServiceCaseFactory,
    SubdistrictFactory,
)

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


# --- Without an appointment -------------------------------------------------------------------------


@pytest.fixture
def asked(client, case, early):
    """Nothing is free: somebody begins to wait, and says who comes."""
    home = SubdistrictFactory()
    times = client.get(way.times_url(parties.of(case))).text
    begun = client.post(way.wait_url(parties.of(case)))
    typed = {
        "booked_for": "self",
        "full_name": "Siti Aminah",
        "nik": "0010010101900777",
        "birth_date": "01-01-1990",
        "subdistrict": home.pk,
        "phone": "0812-3456-7890",
        "language": "id",
    }
    checked = client.post(begun.url, typed)
    return times, checked.url


def test_where_nothing_is_free_somebody_waits_without_an_appointment(client, asked, early):
    times, checked = asked
    assert "Masuk daftar tunggu" in times
    page = client.get(checked).text
    assert "Belum ada waktu yang dipesan" in page
    address = checked.replace("periksa", "tunggu")
    assert address in page
    assert not WaitlistEntry.objects.exists()

    joined = [
        client.post(
            address, {"office": "any", "not_before": "14-03-2027", "until": "20-03-2027"}
        ).url
        for _ in range(2)
    ]

    entry = WaitlistEntry.objects.get()
    assert joined == [f"/tunggu/{entry.token}/"] * 2
    assert "Siti Aminah" not in client.get(joined[0]).text

    appointments.cancel(appointment=early, at=AT, actor=Actor.CITIZEN)
    waitlist.sweep(at=AT)
    offer = WaitlistOffer.objects.get()
    taken = post(client, entry, tawaran=offer.pk, jawaban="ambil")

    made = Appointment.objects.get(starts_at=MOMENT, state="booked")
    assert taken.url == f"/j/{made.token}/"
    assert made.visitors.get().full_name == "Siti Aminah"


@pytest.mark.parametrize(
    ("first", "until", "problem"),
    [
        ("20-03-2027", "15-03-2027", "Hari terakhir sebelum hari pertama"),
        ("14-03-2027", "01-09-2027", "Hari ini terlalu jauh"),
        ("besok", "20-03-2027", "hari-bulan-tahun"),
        ("13-03-2027", "13-03-2027", ""),
    ],
)
def test_days_that_cannot_be_are_explained(client, asked, first, until, problem):
    address = asked[1].replace("periksa", "tunggu")

    answer = client.post(address, {"office": "any", "not_before": first, "until": until})

    assert answer.status_code == (422 if problem else 302)
    assert not problem or problem in answer.text


def test_waiting_without_saying_who_comes_leads_to_the_questions(client, case, early):
    begun = client.post(way.wait_url(parties.of(case)))

    assert client.get(f"{begun.url}tunggu/").url == begun.url


def test_a_visit_without_a_place_cannot_be_booked(client, asked):
    booked = client.post(asked[1].replace("periksa", "selesai"))

    assert "/waktu/" in booked.url
    assert Appointment.objects.count() == 1
