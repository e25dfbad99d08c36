import datetime

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from citizens import tokens
from citizens.enums import AppointmentState
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    RequirementFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT - datetime.timedelta(hours=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def appointment():
    made = AppointmentFactory(with_visitor=True)
    AppointmentPlaceFactory(appointment=made)
    return made


def page_of(appointment):
    return reverse("appointment", args=[appointment.token])


def test_its_own_page_shows_code_qr_time_place_and_papers(client, appointment):
    RequirementFactory(case=appointment.visitors.get().services.get().case, text="Kartu Keluarga")

    page = client.get(page_of(appointment)).text

    assert tokens.display_code(appointment.code) in page
    assert "<svg" in page
    assert "Selasa, 16 Maret 2027" in page
    assert "09.20" in page
    assert appointment.office.name in page
    assert "Kartu Keluarga" in page


def test_a_nik_is_masked_even_on_its_own_page(client, appointment):
    visitor = appointment.visitors.get()

    page = client.get(page_of(appointment)).text

    assert visitor.nik not in page
    assert visitor.masked_nik in page


def test_cancelling_asks_first_and_acts_by_post(client, appointment):
    address = reverse("cancel", args=[appointment.token])

    client.get(address)
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED

    assert client.post(address).url == page_of(appointment)
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.CANCELLED


def test_cancelling_twice_shows_that_it_is_cancelled(client, appointment):
    address = reverse("cancel", args=[appointment.token])
    client.post(address)

    again = client.post(address, follow=True)

    assert again.status_code == 200
    assert appointment.events.count() == 1


def test_a_visit_that_has_begun_offers_no_cancelling(client, appointment, clock):
    clock.shift(datetime.timedelta(hours=3))

    client.post(reverse("cancel", args=[appointment.token]))

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED
    assert reverse("cancel", args=[appointment.token]) not in client.get(page_of(appointment)).text


def test_the_calendar_file_holds_time_place_and_papers(client, appointment):
    RequirementFactory(case=appointment.visitors.get().services.get().case, text="Kartu Keluarga")

    answer = client.get(reverse("calendar", args=[appointment.token]))

    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Content-Type"].startswith("text/calendar")
    assert event["DTSTART"].dt == MOMENT
    assert appointment.office.name in event["LOCATION"]
    assert "Kartu Keluarga" in event["DESCRIPTION"]


def test_a_cancelled_appointment_leaves_the_calendar(client, appointment):
    client.post(reverse("cancel", args=[appointment.token]))

    file = Calendar.from_ical(client.get(reverse("calendar", args=[appointment.token])).content)

    assert file["METHOD"] == "CANCEL"
    assert file.walk("VEVENT")[0]["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("name", ["appointment", "cancel", "calendar"])
def test_an_invented_token_is_not_found(client, appointment, name):
    assert client.get(reverse(name, args=["x" * 22])).status_code == 404


def test_its_pages_are_never_stored_or_indexed(client, appointment):
    for name in ("appointment", "cancel", "calendar"):
        headers = client.get(reverse(name, args=[appointment.token])).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("rows", [1, 3])
def test_any_number_of_services_and_papers_takes_three_queries(
    client, appointment, rows, django_assert_num_queries
):
    visitor = appointment.visitors.get()
    for _index in range(rows - 1):
        VisitorServiceFactory(visitor=visitor)
    for _index in range(rows):
        RequirementFactory(case=visitor.services.first().case)

    with django_assert_num_queries(3):
        client.get(page_of(appointment))


def test_an_appointment_that_was_kept_stays_in_the_calendar(client):
    served = AppointmentFactory(served=True, with_visitor=True)

    file = Calendar.from_ical(client.get(reverse("calendar", args=[served.token])).content)

    assert file["METHOD"] == "PUBLISH"
