import datetime
from html import unescape

import pytest
from django.urls import reverse

from citizens.domain import party
from citizens.enums import BookedFor, PlaceShare
from citizens.models import Appointment
from portal import groups
from tests.factories.citizens import (
    MOMENT,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
    SubdistrictFactory,
)

TOMORROW = MOMENT + datetime.timedelta(days=1)
KK = "0010010101900099"


@pytest.fixture
def case(db):
    return ServiceCaseFactory(minutes=15, service__code="KTP", code="hilang")


@pytest.fixture
def slots(office, case):
    return [
        SlotFactory(
            office=office,
            group=case.service.group,
            start=TOMORROW + number * datetime.timedelta(minutes=15),
        )
        for number in range(3)
    ]


@pytest.fixture
def home(db):
    return SubdistrictFactory()


@pytest.fixture
def caller(slots, home):
    """What staff type for a single caller."""
    return {
        "start": slots[0].start.isoformat(),
        "overbook": "",
        "orang1-full_name": "Siti Aminah",
        "orang1-nik": "0010 0101 0190 0042",
        "orang1-birth_date": "01-01-1990",
        "booked_for": "self",
        "subdistrict": home.code,
        "phone": "0812-3456-7890",
        "language": "id",
    }


def address(name, **query):
    path = reverse(f"admin:citizens_{name}")
    return path + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def details(text="ktp.hilang", date="2027-03-17"):
    return address("caller_details", pihak=text, kantor="utama", tanggal=date)


def html_of(response):
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def hidden(html, name):
    return html.partition(f'name="{name}"')[2].partition('value="')[2].partition('"')[0]


@pytest.fixture
def book(client):
    """Sends the details, then what the last look sends."""

    def booked(data, url=None, **more):
        look = html_of(client.post(url or details(), data))
        sealed = {name: hidden(look, name) for name in ("jawaban", "kunci")}
        assert sealed["jawaban"], "The details were not right."
        return client.post(url or details(), sealed | {"langkah": "pesan"} | more, follow=True)

    return booked


# --- Who comes for what, and when -----------------------------------------------------------------------


def test_services_lead_to_days(client, staff, case, slots):
    choice = {f"p{person}s{number}": "" for person in range(1, 5) for number in range(1, 4)}

    response = client.get(
        reverse("admin:citizens_book_for_caller"), choice | {"p1s1": "ktp.hilang"}
    )

    assert response.url == address("caller_days", pihak="ktp.hilang")
    assert "3 times of our own" in html_of(client.get(response.url))


def test_a_family_is_four_lines(client, staff, case, slots):
    kia = ServiceCaseFactory(service__code="KIA", code="baru")

    response = client.get(
        reverse("admin:citizens_book_for_caller"),
        {"p1s1": "ktp.hilang", "p1s2": "kia.baru", "p3s1": "ktp.hilang"},
    )

    assert response.status_code == 302
    assert "pihak=ktp.hilang~kia.baru%2Cktp.hilang" in response.url
    assert kia.service.name_en in html_of(client.get(response.url))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"p1s1": ""}, "Choose at least one service"),
        ({"p1s1": "ktp.hilang", "p1s2": "ktp.rusak"}, "two services of the same kind"),
        ({"p1s1": "kk.tidak-ada"}, "no longer offered"),
    ],
)
def test_a_party_that_cannot_be_is_explained(client, staff, case, choice, words):
    ServiceCaseFactory(service=case.service, code="rusak")

    assert words in html_of(client.get(reverse("admin:citizens_book_for_caller"), choice))


def test_no_day_at_the_own_office_is_no_dead_end(client, staff, case):
    SlotFactory(group=case.service.group, start=TOMORROW)

    html = html_of(client.get(address("caller_days", pihak="ktp.hilang")))

    assert "The citizen may book at another office online" in html


def test_a_party_that_nobody_knows_is_not_found(client, staff):
    assert client.get(address("caller_days", pihak="kk.x")).status_code == 404


def test_details_without_a_day_lead_to_the_days(client, staff, case, slots):
    response = client.get(address("caller_details", pihak="ktp.hilang"))

    assert response.url == address("caller_days", pihak="ktp.hilang")


# --- The details ----------------------------------------------------------------------------------------


def test_a_caller_gets_an_appointment_out_of_our_own_share(book, staff, caller):
    html = html_of(book(caller))

    made = Appointment.objects.get()
    assert (made.booked_by_staff, made.phone) == (staff, "+6281234567890")
    assert made.places.get().share == PlaceShare.INTERNAL
    assert made.visitors.get().nik == "0010010101900042"
    assert "Read the code aloud" in html
    assert " - ".join(made.code[:4]) in html


def test_the_last_look_reads_everything_back_without_a_whole_nik(client, staff, caller):
    html = html_of(client.post(details(), caller))

    for words in ("Siti Aminah", "0010********0042", "0812-3456-7890", "at 09.20 WIB"):
        assert words in html
    assert "0010010101900042" not in html
    assert "0010 0101 0190 0042" not in html
    assert not Appointment.objects.exists()


def test_sending_twice_makes_one_appointment(client, staff, caller):
    look = html_of(client.post(details(), caller))
    data = {name: hidden(look, name) for name in ("jawaban", "kunci")} | {"langkah": "pesan"}

    first, again = (client.post(details(), data) for _ in range(2))

    assert first.url == again.url
    assert Appointment.objects.count() == 1


def test_who_calls_for_somebody_else_is_named_and_consent_noted(book, staff, caller):
    book(caller | {"booked_for": "other", "booker_name": "Pak RT", "consent": "on"})

    made = Appointment.objects.get()
    assert (made.booked_for, made.booker_name) == (BookedFor.OTHER, "Pak RT")
    assert made.consent_noted_at == MOMENT


def test_without_consent_nothing_is_booked(client, staff, caller):
    html = html_of(client.post(details(), caller | {"booked_for": "other"}))

    assert "Without their consent we cannot book" in html
    assert "Write your own name" in html
    assert 'value="Siti Aminah"' in html


def test_a_mistake_loses_nothing(client, staff, caller, slots):
    html = html_of(client.post(details(), caller | {"orang1-nik": "12", "overbook": "x"}))

    assert "Not booked yet" in html
    assert "A NIK has 16 digits" in html
    for typed in ("Siti Aminah", "12", "01-01-1990", "0812-3456-7890"):
        assert f'value="{typed}"' in html
    assert f'value="{slots[0].start.isoformat()}" checked' in html


def test_a_family_has_one_form_a_person_and_its_card_is_kept_as_a_hash(
    client, book, staff, caller, slots
):
    family = details("ktp.hilang,ktp.hilang")
    second = {
        "orang2-full_name": "Budi Santoso",
        "orang2-nik": "0010010101900043",
        "orang2-birth_date": "02-02-1992",
        "household": KK,
    }
    look = html_of(client.post(family, caller | second))
    assert KK not in look

    book(caller | second, family)

    made = Appointment.objects.get()
    assert [one.full_name for one in made.visitors.order_by("position")] == [
        "Siti Aminah",
        "Budi Santoso",
    ]
    assert made.places.count() == 2
    assert made.household_key
    assert KK not in made.household_key


def test_nobody_comes_twice(client, staff, caller):
    again = {name.replace("orang1", "orang2"): value for name, value in caller.items()}
    family = details("ktp.hilang,ktp.hilang")

    html = html_of(client.post(family, caller | again | {"household": KK}))

    assert "have the same NIK" in html
    assert KK not in html


def test_another_day_keeps_what_was_typed(client, staff, caller, office, case):
    SlotFactory(
        office=office, group=case.service.group, start=TOMORROW + datetime.timedelta(days=1)
    )

    html = html_of(client.post(details(date="2027-03-18"), caller | {"langkah": "hari"}))

    assert "Thursday, 18 March 2027" in html
    assert 'value="Siti Aminah"' in html
    assert 'value="0010 0101 0190 0042"' in html
    assert "Not booked yet" not in html


def test_changing_something_after_the_look_keeps_everything(client, staff, caller, slots):
    sealed = hidden(html_of(client.post(details(), caller)), "jawaban")

    html = html_of(client.post(details(), {"langkah": "ubah", "jawaban": sealed}))

    for typed in ("Siti Aminah", "0010010101900042", "01-01-1990", "0812-3456-7890"):
        assert f'value="{typed}"' in html
    assert f'value="{slots[0].start.isoformat()}" checked' in html


# --- Where it cannot be ---------------------------------------------------------------------------------


def test_a_full_time_is_given_for_a_reason_only(client, book, staff, caller, slots):
    slots[0].internal_taken, slots[0].taken = 2, 2
    slots[0].save()
    assert "This time is full" in html_of(client.post(details(), caller))

    book(caller | {"overbook": "Rujukan rumah sakit"})

    place = Appointment.objects.get().places.get()
    assert (place.share, place.overbooked_by, place.overbooked_why) == (
        PlaceShare.OVERBOOKED,
        staff,
        "Rujukan rumah sakit",
    )


def test_a_time_taken_meanwhile_is_said_and_nothing_is_lost(client, staff, caller, slots):
    look = html_of(client.post(details(), caller))
    data = {name: hidden(look, name) for name in ("jawaban", "kunci")} | {"langkah": "pesan"}
    slots[0].internal_taken, slots[0].taken = 2, 2
    slots[0].save()

    html = html_of(client.post(details(), data))

    assert "taken at this moment" in html
    assert 'value="Siti Aminah"' in html
    assert not Appointment.objects.exists()


def test_a_person_who_has_an_appointment_is_told_what_to_do(book, staff, caller, slots):
    book(caller)

    html = html_of(book(caller | {"start": slots[1].start.isoformat()}))

    assert "active appointment for the same kind of service" in html
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("text", ["", "xx", "A" * 22])
def test_answers_that_we_did_not_seal_are_not_read(client, staff, caller, text):
    response = client.post(details(), {"langkah": "pesan", "jawaban": text}, follow=True)

    assert "take the details down once more" in html_of(response)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("group", [groups.AUDITOR, groups.ADMINISTRATOR, groups.CAMPAIGN_MANAGER])
def test_who_only_reads_books_nothing(client, sign_in, caller, group):
    sign_in(group, None)

    for name in ("book_for_caller", "caller_days", "caller_details"):
        assert client.get(address(name, pihak="ktp.hilang")).status_code == 403
    assert client.post(details(), caller).status_code == 403


def test_staff_of_one_office_book_there_alone(client, sign_in, caller):
    sign_in(groups.COUNTER_STAFF, OfficeFactory())

    response = client.post(details(), caller)

    assert response.url == address("caller_days", pihak="ktp.hilang")


def test_the_party_of_the_address_fills_the_selects(client, staff, case):
    page = address("book_for_caller", pihak=party.of(case).text)

    assert '<option value="ktp.hilang" selected>' in html_of(client.get(page))


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_of_details_costs_the_same_for_any_family(
    client, staff, case, slots, home, people, django_assert_num_queries
):
    with django_assert_num_queries(10):
        client.get(details(",".join(["ktp.hilang"] * people)))
