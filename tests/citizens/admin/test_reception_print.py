"""Paper from a roll: what is on it, what is not, and its width."""

import pytest
from django.urls import reverse

from portal import groups
from tests.factories.citizens import (
    AppointmentFactory,
    OfficeFactory,
    RequirementFactory,
    TicketFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.queue_day import WaitForecastFactory


@pytest.fixture
def ticket(office):
    return TicketFactory(queue_day__office=office)


@pytest.fixture
def appointment(office):
    return AppointmentFactory(office=office, with_visitor=True)


def address(name, row, office, width=""):
    found = reverse(f"admin:citizens_{name}", args=[office.code, row.pk])
    return f"{found}?lebar={width}" if width else found


@pytest.fixture
def show(client, office, staff):
    """The printed page as text."""

    def shown(name, row, width=""):
        response = client.get(address(name, row, office, width))
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return shown


def test_a_ticket_has_its_number_service_time_and_free_of_charge(show, ticket):
    html = show("print_ticket", ticket)

    assert f"<strong>{ticket.label}</strong>" in html
    assert ticket.case.service.name_en in html
    assert "Tuesday, 16 March 2027" in html
    assert "FREE OF CHARGE" in html
    assert "<svg" in html
    assert "PRIORITY" not in html
    assert "before you" not in html


def test_a_ticket_says_what_was_told_of_the_wait(show, ticket):
    WaitForecastFactory(ticket=ticket, ahead=3, low=10, high=25)

    html = show("print_ticket", ticket)

    assert "3 people before you" in html
    assert "about 10 to 25 minutes" in html


def test_a_priority_ticket_is_marked(show, office):
    ticket = TicketFactory(queue_day__office=office, priority_group="elderly", prefix="P")

    assert "PRIORITY" in show("print_ticket", ticket)


def test_paper_names_nobody(show, office, appointment):
    booked = TicketFactory(
        queue_day__office=office,
        origin="booked",
        appointment=appointment,
        due_at=appointment.starts_at,
    )
    visitor = appointment.visitors.get()

    for html in (show("print_ticket", booked), show("print_slip", appointment)):
        assert visitor.full_name not in html
        assert visitor.nik[-4:] not in html.partition("<main")[2].replace(booked.label, "")


def test_a_slip_has_code_day_time_place_and_papers(show, appointment, office):
    case = VisitorServiceFactory(visitor=VisitorFactory(appointment=appointment)).case
    RequirementFactory(case=case, text="Kartu keluarga", text_en="Family card")

    html = show("print_slip", appointment)

    assert f"{appointment.code[:4]}-{appointment.code[4:]}" in html
    assert "Tuesday, 16 March 2027 <br> 09.20" in html
    assert office.address in html
    assert "Family card" in html


def test_a_slip_of_a_cancelled_place_says_so(show, office):
    html = show("print_slip", AppointmentFactory(office=office, cancelled=True, with_visitor=True))

    assert "<strong>cancelled</strong>" in html.lower()


@pytest.mark.parametrize("name", ["print_ticket", "print_slip"])
def test_the_width_is_remembered_and_a_wrong_one_is_not(show, client, ticket, appointment, name):
    row = ticket if name == "print_ticket" else appointment

    assert "roll-80" in show(name, row)
    assert "roll-58" in show(name, row, "58")
    assert "roll-58" in show(name, row, "99")
    assert "roll-58" in show(name, row)
    assert client.cookies["lebar_kertas"].value == "58"


def test_it_prints_itself_but_not_while_the_width_is_chosen(show, ticket):
    assert "data-print-now" in show("print_ticket", ticket)
    assert "data-print-now" not in show("print_ticket", ticket, "58")


@pytest.mark.parametrize("name", ["print_ticket", "print_slip"])
def test_paper_of_another_office_is_not_found(client, staff, office, ticket, appointment, name):
    elsewhere = OfficeFactory()
    row = ticket if name == "print_ticket" else appointment

    assert client.get(address(name, row, elsewhere)).status_code == 404
    other = (
        TicketFactory(queue_day__office=elsewhere)
        if name == "print_ticket"
        else AppointmentFactory(office=elsewhere)
    )
    assert client.get(address(name, other, office)).status_code == 404


def test_a_campaign_manager_prints_nothing(client, sign_in, office, ticket):
    sign_in(groups.CAMPAIGN_MANAGER)

    assert client.get(address("print_ticket", ticket, office)).status_code == 403


@pytest.mark.parametrize("papers", [1, 3])
def test_a_slip_costs_the_same_for_any_number_of_papers(
    client, staff, office, appointment, papers, django_assert_num_queries
):
    case = VisitorServiceFactory(visitor__appointment=appointment).case
    for _ in range(papers):
        RequirementFactory(case=case)

    with django_assert_num_queries(8):
        client.get(address("print_slip", appointment, office))


def test_the_number_just_given_leads_to_its_paper(client, staff, office, ticket):
    page = client.get(reverse("admin:citizens_today"), {"nomor": ticket.number})

    assert f'href="{address("print_ticket", ticket, office)}"' in page.content.decode()
