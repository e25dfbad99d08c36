"""Reception: by name, and what the early and the late are told."""

import datetime

import pytest
from django.urls import reverse

from citizens.domain import arrivals
from citizens.models import Ticket
from portal import groups
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    ServiceCaseFactory,
    VisitorFactory,
    VisitorServiceFactory,
)


@pytest.fixture
def booked(office):
    """Books somebody of this name for today."""

    def book(full_name, **kwargs):
        found = AppointmentFactory(office=office, **kwargs)
        VisitorServiceFactory(visitor=VisitorFactory(appointment=found, full_name=full_name))
        return found

    return book


@pytest.fixture
def send(client, office, staff):
    """Sends what was typed at reception; returns the page that follows."""

    def sent(code, **more):
        address = reverse("admin:citizens_check_in", args=[office.code])
        response = client.post(address, {"code": code, **more}, follow=True)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return sent


def test_a_name_lists_time_name_service_and_the_end_of_the_nik(send, booked):
    found = booked("Siti Nur'aini")
    visitor = found.visitors.get()

    html = send("nur\u2019aini")

    assert "<b>09.20</b>" in html
    assert "Siti Nur&#x27;aini" in html
    assert f"NIK ends in {visitor.nik[-4:]}" in html
    assert visitor.nik not in html
    assert visitor.services.get().case.service.name_en in html
    assert f'value="{found.code}"' in html
    assert not Ticket.objects.exists()


def test_who_is_chosen_from_the_list_is_compared_like_anybody(send, booked):
    found = booked("Siti")
    send("siti")

    assert "Compare with the identity card" in send(found.code)


def test_the_first_of_the_list_has_the_focus_and_nothing_else(send, booked):
    booked("Siti")

    html = send("siti")

    assert html.count("autofocus") == 1
    assert "autofocus" in html.partition("found-people")[2].partition("</li>")[0]


def test_who_has_a_number_already_is_listed_with_it(send, booked):
    found = booked("Siti")
    send(found.code, cocok="ya")

    assert "<b>B-001</b>" in send("siti")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("Budi", "Nobody of this name is booked here today"), ("S", "at least two letters")],
)
def test_a_name_of_nobody_is_explained_and_stays(send, typed, words):
    html = send(typed)

    assert words in html
    assert f'value="{typed}"' in html


def test_more_people_than_the_list_holds_ask_for_another_word(send, booked):
    for _ in range(arrivals.MOST_NAMED + 1):
        booked("Siti")

    html = send("siti")

    assert html.count('name="code" value=') == arrivals.MOST_NAMED + 1  # and the field itself
    assert "More people have this name." in html


def test_the_own_link_scanned_is_as_good_as_the_code(send, booked):
    found = booked("Siti")

    html = send(f"https://portal.example.test/j/{found.token}/")

    assert "Compare with the identity card" in html


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (60, "Early: booked for 10.20. From 10.05 on this number has its turn"),
        (-60, "Late: booked for 08.20, and more than 15 minutes have passed."),
    ],
)
@pytest.mark.parametrize("more", [{}, {"cocok": "ya"}], ids=["compared", "given"])
def test_the_early_and_the_late_are_told_the_rule(send, booked, minutes, words, more):
    found = booked("Siti", starts_at=MOMENT + minutes * MINUTE)

    assert words in send(found.code, **more)


@pytest.mark.parametrize("more", [{}, {"cocok": "ya"}], ids=["compared", "given"])
def test_who_is_in_time_is_told_nothing(send, booked, more):
    html = send(booked("Siti").code, **more)

    assert "Early: " not in html
    assert "Late: " not in html


def test_nobody_of_another_office_or_day_is_listed(send, booked):
    booked("Siti Besok", starts_at=MOMENT + datetime.timedelta(days=1))
    AppointmentFactory(office=OfficeFactory(), with_visitor=True)

    assert "Nobody of this name" in send("siti")


@pytest.mark.parametrize("people", [1, 3])
def test_a_list_costs_the_same_for_any_number(
    client, staff, office, booked, people, django_assert_num_queries
):
    for _ in range(people):
        booked("Siti")
    address = reverse("admin:citizens_check_in", args=[office.code])

    with django_assert_num_queries(18):
        client.post(address, {"code": "siti"})


def test_a_walk_in_may_leave_a_phone_number(client, office, staff):
    address = reverse("admin:citizens_walk_in", args=[office.code])
    data = {"case": ServiceCaseFactory().pk, "submission_key": "k"}

    wrong = client.post(address, data | {"phone": "0254-200100"})
    client.post(address, data | {"phone": "0812 3456 7890"})

    assert "This is a landline." in wrong.content.decode()
    assert Ticket.objects.get().phone == "+6281234567890"


def test_who_may_only_look_checks_nobody_in(client, office, sign_in, booked):
    sign_in(groups.AUDITOR)
    address = reverse("admin:citizens_check_in", args=[office.code])

    assert client.post(address, {"code": "siti"}).status_code == 403
