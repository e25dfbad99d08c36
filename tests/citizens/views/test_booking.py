import datetime
import re

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.models import Appointment, Hold, Slot
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
    SubdistrictFactory,
)

pytestmark = pytest.mark.django_db
AT = MOMENT - datetime.timedelta(hours=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case():
    return ServiceCaseFactory(service__code="KTP", code="hilang", nik_required=True)


@pytest.fixture
def slot(case):
    return SlotFactory(group=case.service.group, start=MOMENT, online=1)


@pytest.fixture
def times_url(case):
    return reverse("times", args=["ktp", case.code])


@pytest.fixture
def details():
    return {
        "full_name": "Siti Aminah",
        "nik": "0010 0101 0190 0001",
        "birth_date": "01-01-1990",
        "subdistrict": SubdistrictFactory().pk,
        "phone": "0812 3456 7890",
        "language": "id",
    }


def take(client, slot, **values):
    """Presses the button of a time; returns the answer."""
    pressed = {"office": slot.office.code, "start": slot.start.isoformat()} | values
    return client.post(reverse("hold", args=["ktp", "hilang"]), pressed)


def fill(client, slot, details):
    """Holds a time and fills in the form; returns the hold's token."""
    token = take(client, slot).url.split("/")[2]
    client.post(reverse("details", args=[token]), details)
    return token


def test_places_come_earliest_first_and_a_full_one_last(client, case, slot, times_url):
    earlier = SlotFactory(group=slot.group, start=MOMENT - 15 * MINUTE, office__name="Awal")
    SlotFactory(group=slot.group, start=MOMENT, full=True, office__name="Penuh")

    page = client.get(times_url).text

    assert page.index(earlier.office.name) < page.index(slot.office.name) < page.index("Penuh")


def test_a_place_shows_its_days_with_the_reason_where_nothing_is_free(client, slot, times_url):
    ClosedDayFactory(date=datetime.date(2027, 3, 17), office=slot.office, name="Hari Kota")
    SlotFactory(
        office=slot.office, group=slot.group, start=MOMENT + datetime.timedelta(days=2), full=True
    )
    here = {"kantor": slot.office.code}

    page = client.get(times_url, here).text
    closed = client.get(times_url, here | {"tanggal": "2027-03-17"}).text
    full = client.get(times_url, here | {"tanggal": "2027-03-18"}).text

    assert slot.start.isoformat() in page
    assert "Hari Kota" in closed
    assert slot.start.isoformat() not in full


@pytest.mark.parametrize(
    "query", [{"tanggal": "besok"}, {"tanggal": "2027-02-31"}, {"kantor": "tidak-ada"}]
)
def test_nonsense_in_the_address_shows_what_there_is(client, slot, times_url, query):
    assert client.get(times_url, {"kantor": slot.office.code} | query).status_code == 200


def test_a_citizen_books_from_time_to_code(client, slot, details):
    taken = take(client, slot)
    checked = client.post(taken.url, details)
    page = client.get(checked.url)
    done = client.post(reverse("book", args=[Hold.objects.get().token]))

    appointment = Appointment.objects.get()
    assert "Siti Aminah" in page.text
    assert "0010********0001" in page.text
    assert done.url.startswith(reverse("appointment", args=[appointment.token]))
    assert appointment.phone == "+6281234567890"


def test_wrong_details_keep_everything_that_was_typed(client, slot, details):
    address = take(client, slot).url

    page = client.post(address, details | {"nik": "123", "phone": ""})

    assert page.status_code == 422
    assert 'value="Siti Aminah"' in page.text
    assert 'value="01-01-1990"' in page.text
    assert 'href="#id_nik"' in page.text


def test_a_time_that_filled_meanwhile_leads_back_to_the_times_with_the_reason(
    client, slot, times_url
):
    Slot.objects.update(taken=1)

    back = take(client, slot)
    page = client.get(back.url)

    assert back.url.startswith(f"{times_url}?kantor={slot.office.code}")
    assert 'class="banner banner-warning"' in page.text or "banner" in page.text


@pytest.mark.parametrize(
    "start",
    [
        "",
        "besok",
        "2027-03-16T09:20",
        "9999-99-99T00:00:00+00:00",
        "9999-12-31T23:59:59+00:00",
        "0001-01-01T00:00:00+14:00",
        "\0",
    ],
)
def test_an_invented_time_leads_back_to_the_times(client, slot, times_url, start):
    assert take(client, slot, start=start).url.startswith(times_url)


def test_a_hold_that_ran_out_loses_nothing_and_books_while_the_time_is_free(
    client, slot, details, clock
):
    token = fill(client, slot, details)
    clock.shift(datetime.timedelta(minutes=20))

    page = client.get(reverse("check", args=[token]))
    client.post(reverse("book", args=[token]))

    assert "Siti Aminah" in page.text
    assert Appointment.objects.count() == 1


def test_a_hold_whose_time_filled_takes_what_was_typed_along_to_another_time(
    client, slot, details, clock
):
    other = SlotFactory(group=slot.group, office=slot.office, start=MOMENT + 30 * MINUTE)
    token = fill(client, slot, details)
    clock.shift(datetime.timedelta(minutes=20))
    Slot.objects.filter(pk=slot.pk).update(taken=1)

    back = client.post(reverse("book", args=[token]))
    again = take(client, other, replaced=token)
    done = client.post(reverse("book", args=[again.url.split("/")[2]]))

    assert f"ganti={token}" in back.url
    assert again.url.endswith("/periksa/")
    assert done.url.startswith("/j/")
    assert Appointment.objects.get().starts_at == other.start


def test_a_button_pressed_twice_leads_twice_to_the_same_appointment(client, slot, details):
    token = fill(client, slot, details)

    first = client.post(reverse("book", args=[token]))
    second = client.post(reverse("book", args=[token]))

    assert first.url == second.url
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("name", ["details", "check"])
def test_the_way_back_from_a_finished_booking_leads_to_its_appointment(client, slot, details, name):
    token = fill(client, slot, details)
    done = client.post(reverse("book", args=[token]))

    back = client.get(reverse(name, args=[token]), follow=True)

    assert back.redirect_chain[-1][0] == done.url
    assert client.post(reverse("details", args=[token]), details).url == done.url
    assert Hold.objects.get().answers is None


def test_a_second_appointment_of_the_same_person_is_explained(client, slot, details):
    client.post(reverse("book", args=[fill(client, slot, details)]))
    other = SlotFactory(group=slot.group, office=slot.office, start=MOMENT + 30 * MINUTE)

    refused = client.post(reverse("book", args=[fill(client, other, details)]))

    assert refused.status_code == 409
    assert slot.group.name in refused.text


def test_a_birth_date_that_differs_from_the_nik_is_a_warning_and_no_barrier(client, slot, details):
    token = fill(client, slot, details | {"birth_date": "02-01-1990"})

    warned = client.get(reverse("check", args=[token]))
    client.post(reverse("book", args=[token]))

    assert warned.context["differs"]
    assert Appointment.objects.count() == 1


def test_booking_without_details_leads_to_the_details(client, slot):
    token = take(client, slot).url.split("/")[2]

    assert client.get(reverse("check", args=[token])).url == reverse("details", args=[token])
    assert client.post(reverse("book", args=[token])).url == reverse("details", args=[token])


@pytest.mark.parametrize("name", ["details", "check"])
def test_an_invented_token_is_not_found(client, name):
    assert client.get(reverse(name, args=["x" * 22])).status_code == 404


def test_reading_pages_changes_nothing(client, slot, times_url, details):
    token = fill(client, slot, details)
    before = list(Hold.objects.values())

    for address in (times_url, reverse("details", args=[token]), reverse("check", args=[token])):
        client.get(address)
        client.head(address)
    assert client.get(reverse("book", args=[token])).status_code == 405
    assert client.get(reverse("hold", args=["ktp", "hilang"])).status_code == 405

    assert list(Hold.objects.values()) == before


def test_pages_with_personal_data_are_never_stored_or_indexed(client, slot, details):
    token = fill(client, slot, details)

    for name in ("details", "check"):
        headers = client.get(reverse(name, args=[token])).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("offices", [1, 3])
def test_any_number_of_places_and_times_takes_the_same_queries(
    client, case, times_url, offices, django_assert_num_queries
):
    office = OfficeFactory()
    for index in range(offices):
        SlotFactory(group=case.service.group)
        SlotFactory(group=case.service.group, office=office, start=MOMENT + index * 15 * MINUTE)

    with django_assert_num_queries(2):
        client.get(times_url)
    with django_assert_num_queries(3):
        client.get(times_url, {"kantor": office.code})


def test_the_pages_of_a_hold_take_at_most_three_queries(
    client, slot, details, django_assert_max_num_queries
):
    token = fill(client, slot, details)

    for name in ("details", "check"):
        with django_assert_max_num_queries(3):
            client.get(reverse(name, args=[token]))


def test_the_shortest_booking_takes_at_most_fifteen_statements(client, slot, details):
    """Holding and booking together, reads and writes; BEGIN and COMMIT ask nothing."""
    with CaptureQueriesContext(connection) as holding:
        token = take(client, slot).url.split("/")[2]
    # Read at once: each request begins a log of its own.
    queries = list(holding.captured_queries)
    client.post(reverse("details", args=[token]), details)
    with CaptureQueriesContext(connection) as making:
        client.post(reverse("book", args=[token]))
    queries += making.captured_queries

    statements = [
        query["sql"]
        for query in queries
        if not re.match(r"(RELEASE )?SAVEPOINT|BEGIN|COMMIT", query["sql"])
    ]
    assert Appointment.objects.count() == 1
    assert len(statements) <= 15, "\n".join(statements)


def test_empty_fields_are_the_same_for_the_next_one(client, slot):
    first, second = (
        client.get(reverse("details", args=[take(client, slot).url.split("/")[2]])) for _ in "ab"
    )

    assert list(second.context["form"].fields)
    for name in first.context["form"].fields:
        assert f'name="{name}"' in first.text
        assert f'name="{name}"' in second.text


def test_whoever_is_in_a_hurry_books_from_the_page_of_details(client, slot, details):
    with CaptureQueriesContext(connection) as holding:
        page = reverse("details", args=[take(client, slot).url.split("/")[2]])
    queries = list(holding.captured_queries)
    client.get(page)

    with CaptureQueriesContext(connection) as making:
        answer = client.post(page, details | {"book": "1"})

    made = Appointment.objects.get()
    assert answer.url == reverse("appointment", args=[made.token]) + "?baru"
    queries += making.captured_queries
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 15


def test_a_mistake_in_the_details_books_nothing(client, slot, details):
    page = reverse("details", args=[take(client, slot).url.split("/")[2]])

    assert client.post(page, details | {"book": "1", "full_name": ""}).status_code == 422
    assert not Appointment.objects.exists()


def test_kelurahan_are_read_once_a_minute(client, slot, details, django_assert_num_queries):
    caches["local"].clear()
    token = take(client, slot).url.split("/")[2]

    with django_assert_num_queries(3):
        client.get(reverse("details", args=[token]))
    with django_assert_num_queries(2):  # what is booked is known for some seconds, too
        client.get(reverse("details", args=[token]))


def test_an_appointment_is_not_reached_by_its_number(client):
    made = AppointmentFactory()

    assert client.get(f"/j/{made.pk}/").status_code == 404


def test_what_was_typed_for_another_case_is_asked_by_the_rules_of_this_one(client, slot, details):
    token = fill(client, slot, details)
    Hold.objects.update(party="ktp.rusak")
    Slot.objects.update(online=4, released=4)

    taken = take(client, slot, replaced=token)

    assert not taken.url.endswith("/periksa/")


def test_times_with_the_token_of_a_hold_are_never_stored(client, slot, times_url, details):
    token = fill(client, slot, details)

    for query in ({"ganti": token}, {"ganti": token, "kantor": slot.office.code}):
        assert "no-store" in client.get(times_url, query)["Cache-Control"]
