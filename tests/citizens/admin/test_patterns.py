import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal import groups
from tests.factories.citizens import MOMENT, AppointmentFactory, OfficeFactory, VisitorFactory


@pytest.fixture
def page():
    return reverse("admin:citizens_patterns")


def helped(office, number=3):
    """Somebody with one phone who booked for several people, one by one."""
    made = []
    for _ in range(number):
        appointment = AppointmentFactory(
            office=office, starts_at=MOMENT + datetime.timedelta(days=3), booked_at=MOMENT
        )
        VisitorFactory(appointment=appointment)
        made.append(appointment)
    return made


@pytest.mark.parametrize("group", [groups.SUPERVISOR, groups.AUDITOR])
def test_supervisors_and_auditors_see_masked_rows_that_lead_to_the_appointments(
    client, sign_in, office, page, group
):
    sign_in(group, office)
    made = helped(office)

    html = client.get(page).content.decode()

    assert "This is no penalty" in html
    assert "village officer" in html
    assert "0812-****-0000" in html
    assert "w***@example.test" in html
    for appointment in made:
        assert reverse("admin:citizens_appointment_change", args=[appointment.pk]) in html
    for secret in ("+6281200000000", "warga@example.test", "Siti Aminah"):
        assert secret not in html


@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.CAMPAIGN_MANAGER])
def test_others_are_refused(client, sign_in, office, page, group):
    sign_in(group, office)

    assert client.get(page).status_code == 403


def test_another_offices_rows_are_not_shown(client, sign_in, office, page):
    sign_in(groups.SUPERVISOR, office)
    helped(OfficeFactory())

    assert "0812-****-0000" not in client.get(page).content.decode()


def test_the_answers_of_those_who_were_asked_come_with_their_base(client, sign_in, office, page):
    sign_in(groups.SUPERVISOR, office)
    yesterday = MOMENT - datetime.timedelta(days=1)
    for reconfirmed, state in ((MOMENT, "served"), (None, "no_show")):
        AppointmentFactory(
            office=office,
            starts_at=yesterday,
            booked_at=yesterday - datetime.timedelta(days=9),
            reconfirmed_at=reconfirmed,
            state=state,
        )

    html = " ".join(client.get(page).content.decode().split())

    assert "1 of 2; of these 1 came" in html
    assert "1 of 2; of these 0 came" in html


def test_the_page_changes_nothing_and_takes_no_post(client, sign_in, office, page):
    sign_in(groups.SUPERVISOR, office)

    assert client.post(page).status_code == 405


def test_the_page_costs_the_same_for_one_row_and_three(client, sign_in, office, page):
    sign_in(groups.SUPERVISOR, office)
    costs = []
    for number in (3, 6):
        helped(office, number)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        costs.append(len(queries))

    assert costs[0] == costs[1]
