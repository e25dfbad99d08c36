import datetime

import pytest
from django.urls import reverse

from citizens.enums import AppointmentState
from citizens.models import AppointmentEvent, Ticket
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    VisitorFactory,
    VisitorServiceFactory,
)

MATCH = "They match, give the number"


@pytest.fixture
def appointment(office):
    return AppointmentFactory(office=office, with_visitor=True)


@pytest.fixture
def scan(client, office, staff):
    """Sends a code; with cocok the people were compared. Returns the page that follows."""

    def sent(code, name="check_in", **more):
        address = reverse(f"admin:citizens_{name}", args=[office.code])
        response = client.post(address, {"code": code, **more}, follow=True)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return sent


def test_a_code_shows_whom_to_compare_and_gives_no_number_yet(scan, appointment):
    html = scan(appointment.code)

    visitor = appointment.visitors.get()
    assert visitor.full_name in html
    assert f"NIK ends in <b>{visitor.nik[-4:]}</b>" in html
    assert visitor.nik not in html
    assert not Ticket.objects.exists()
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED


def test_the_button_that_gives_the_number_has_the_focus(scan, appointment):
    button = scan(appointment.code).partition(MATCH)[0].rpartition("<button")[2]

    assert "autofocus" in button


def test_everybody_of_a_family_is_shown(scan, appointment):
    child = VisitorFactory(appointment=appointment, without_nik=True, full_name="Budi")

    html = scan(appointment.code)

    assert appointment.visitors.first().full_name in html
    assert child.full_name in html
    assert "no NIK, born on <b>01-01-1990</b>" in html


def test_matching_cards_give_the_number(scan, appointment):
    html = scan(appointment.code, cocok="ya")

    ticket = Ticket.objects.get()
    assert ticket.appointment == appointment
    assert f'<p class="given-number">{ticket.label}</p>' in html
    assert appointment.visitors.get().nik not in html


@pytest.mark.parametrize("more", [{}, {"cocok": "ya"}])
def test_a_second_scan_shows_the_same_number(scan, appointment, more):
    scan(appointment.code, cocok="ya")

    html = scan(appointment.code, **more)

    assert '<p class="given-number">B-001</p>' in html
    assert Ticket.objects.count() == 1


def test_another_persons_card_gives_no_number_and_is_written_down(scan, appointment, staff):
    html = scan(appointment.code, "mismatch")

    assert "No number was given" in html
    assert not Ticket.objects.exists()
    event = AppointmentEvent.objects.get(appointment=appointment)
    assert (event.reason, event.staff, event.at) == ("card_mismatch", staff, MOMENT)
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED


def test_a_mismatch_of_an_appointment_that_is_not_expected_is_refused(scan):
    elsewhere = AppointmentFactory(with_visitor=True)

    assert "but at" in scan(elsewhere.code, "mismatch")
    assert not AppointmentEvent.objects.exists()


def test_a_wrong_code_is_explained_and_stays(scan):
    html = scan("abcd2345")

    assert "No appointment has this code." in html
    assert 'value="abcd2345"' in html


@pytest.mark.parametrize("name", ["check_in", "mismatch"])
def test_no_code_at_all_is_asked_for(scan, name):
    assert "Type or scan the code, or write the name." in scan("", name)


@pytest.mark.parametrize("more", [{}, {"cocok": "ya"}])
def test_an_appointment_of_another_day_says_when_and_where(scan, office, more):
    tomorrow = MOMENT + datetime.timedelta(days=1)
    appointment = AppointmentFactory(office=office, with_visitor=True, starts_at=tomorrow)

    html = scan(appointment.code, **more)

    assert "on Wednesday, 17 March 2027 at 09.20 WIB, at Kantor Utama" in html


def test_an_appointment_of_another_office_says_which_and_names_nobody(scan):
    appointment = AppointmentFactory(with_visitor=True, office__name="Kantor Walantaka")

    html = scan(appointment.code)

    assert "today at 09.20, but at Kantor Walantaka" in html
    assert appointment.visitors.get().full_name not in html


@pytest.mark.parametrize(
    ("trait", "words"), [("cancelled", "was cancelled"), ("served", "is over")]
)
def test_an_appointment_that_is_over_says_so(scan, office, trait, words):
    appointment = AppointmentFactory(office=office, with_visitor=True, **{trait: True})

    assert words in scan(appointment.code)


@pytest.mark.parametrize("people", [1, 3])
def test_comparing_costs_the_same_for_any_family(
    client, staff, office, appointment, people, django_assert_num_queries
):
    for _ in range(people):
        VisitorServiceFactory(visitor__appointment=appointment)
    address = reverse("admin:citizens_check_in", args=[office.code])

    with django_assert_num_queries(17):
        client.post(address, {"code": appointment.code})
