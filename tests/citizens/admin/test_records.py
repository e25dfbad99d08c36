import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens import models
from citizens.enums import AppointmentState
from citizens.read_only import ReadOnly
from portal import groups
from tests.factories.citizens import (
    AppointmentEventFactory,
    AppointmentFactory,
    DeskSessionFactory,
    DigitalIdActivationFactory,
    DigitalIdOfferFactory,
    MissingPaperFactory,
    OfficeFactory,
    SlotFactory,
    TicketEventFactory,
    TicketFactory,
    VisitFactory,
    VisitorServiceFactory,
)

RECORDS = {
    models.Appointment: AppointmentFactory,
    models.Slot: SlotFactory,
    models.Ticket: TicketFactory,
    models.DeskSession: DeskSessionFactory,
    models.Visit: VisitFactory,
    models.DigitalIdActivation: DigitalIdActivationFactory,
}


@pytest.fixture
def auditor(sign_in, db):
    return sign_in(groups.AUDITOR)


@pytest.fixture
def superuser(sign_in, db):
    return sign_in(None, is_superuser=True)


def address(model, name, *args):
    return reverse(f"admin:citizens_{model._meta.model_name}_{name}", args=args)


def html_of(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("model", RECORDS)
def test_not_even_a_superuser_changes_a_record(client, superuser, model):
    row = RECORDS[model]()

    assert client.post(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {"state": "served"}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "_save" not in html_of(client, address(model, "change", row.pk))


def test_the_state_of_an_appointment_is_not_a_field(client, superuser):
    appointment = AppointmentFactory(with_visitor=True)

    html = html_of(client, address(models.Appointment, "change", appointment.pk))

    for name in ("state", "full_name", "nik"):
        assert f'name="{name}"' not in html
    assert appointment.state == AppointmentState.BOOKED


@pytest.mark.parametrize("model", RECORDS)
def test_a_list_costs_the_same_for_one_row_and_three(client, auditor, model):
    costs = []
    for more in (1, 2):
        for _ in range(more):
            RECORDS[model]()
        with CaptureQueriesContext(connection) as queries:
            html_of(client, address(model, "changelist"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("model", RECORDS)
def test_staff_of_one_office_see_its_rows_alone(client, sign_in, office, model):
    sign_in(groups.SUPERVISOR, office)
    row = RECORDS[model]()

    assert client.get(address(model, "change", row.pk)).status_code == 302
    assert f"/{row.pk}/change/" not in html_of(client, address(model, "changelist"))


def test_an_appointment_shows_its_people_masked(client, auditor):
    service = VisitorServiceFactory()
    visitor = service.visitor
    AppointmentEventFactory(appointment=visitor.appointment)

    html = html_of(client, address(models.Appointment, "change", visitor.appointment_id))

    assert visitor.full_name in html
    assert visitor.masked_nik in html
    assert "0812-****-0000" in html
    for secret in (visitor.nik, visitor.person_key, "+6281200000000", "warga@example.test"):
        assert secret not in html


def test_lists_name_nobody(client, auditor):
    service = VisitorServiceFactory()
    TicketFactory(booked=True, appointment=service.visitor.appointment)

    for model in (models.Appointment, models.Ticket, models.Visit):
        html = html_of(client, address(model, "changelist"))
        assert service.visitor.full_name not in html
        assert service.visitor.masked_nik not in html


@pytest.mark.parametrize("typed", ["{0}", "{1}-{2}"])
def test_an_appointment_is_found_by_its_code(client, auditor, typed):
    appointment, other = AppointmentFactory(), AppointmentFactory()
    code = appointment.code
    text = typed.format(code, code[:4].lower(), code[4:].lower())

    html = html_of(client, address(models.Appointment, "changelist"), q=text)

    assert code in html
    assert other.code not in html


def test_a_ticket_and_a_visit_are_found_by_the_code_of_the_appointment(client, auditor):
    ticket = TicketFactory(booked=True, finished=True)
    visit = VisitFactory(ticket=ticket)
    other = VisitFactory()

    tickets = html_of(client, address(models.Ticket, "changelist"), q=ticket.appointment.code)
    visits = html_of(client, address(models.Visit, "changelist"), q=ticket.appointment.code)

    assert ticket.label in tickets
    assert other.ticket.label not in tickets
    assert f"/{visit.pk}/change/" in visits
    assert f"/{other.pk}/change/" not in visits


@pytest.mark.parametrize("text", ["Siti Aminah", "0010010101900001"])
def test_a_search_for_a_name_or_a_nik_finds_nothing_and_says_why(client, auditor, text):
    AppointmentFactory(with_visitor=True)

    html = html_of(client, address(models.Appointment, "changelist"), q=text)

    assert "This is no appointment code" in html
    assert "/change/" not in html


def test_a_ticket_shows_its_history_and_no_token(client, auditor):
    event = TicketEventFactory(reason="because")

    html = html_of(client, address(models.Ticket, "change", event.ticket_id))

    assert "because" in html
    assert event.ticket.token not in html


def test_a_visit_shows_missing_papers_and_offers(client, auditor):
    paper = MissingPaperFactory()
    DigitalIdOfferFactory(visit=paper.visit, declined=True)

    html = html_of(client, address(models.Visit, "change", paper.visit_id))

    assert paper.requirement.text in html
    assert "Declined" in html


def test_an_activation_shows_no_person_key(client, auditor):
    activation = DigitalIdActivationFactory()

    html = html_of(client, address(models.DigitalIdActivation, "change", activation.pk))

    assert activation.person_key not in html


def test_every_list_and_form_of_the_admin_opens(client, superuser):
    OfficeFactory()
    for model, model_admin in admin.site._registry.items():
        options = model._meta
        base = f"admin:{options.app_label}_{options.model_name}"
        html_of(client, reverse(f"{base}_changelist"))
        if not isinstance(model_admin, ReadOnly):
            # A closed day begins at the form of its proposal.
            added = client.get(reverse(f"{base}_add"), follow=True)
            assert added.status_code in (200, 403)


@pytest.mark.parametrize("year", ["9999", "1", "99999999999999999999", "x", "-1"])
def test_a_year_that_cannot_be_is_no_failure(client, auditor, year):
    for query in ({"date__year": year}, {"date__year": "2027", "date__month": "9" * 30}):
        assert client.get(address(models.ClosedDay, "changelist"), query).status_code in (200, 302)
