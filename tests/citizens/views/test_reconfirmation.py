import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.factories.citizens import MOMENT, AppointmentFactory, VisitorServiceFactory

pytestmark = pytest.mark.django_db

AT = MOMENT - datetime.timedelta(days=2)


@pytest.fixture(autouse=True)
def _two_days_before():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def appointment():
    return VisitorServiceFactory().visitor.appointment


def page_of(appointment, name="reconfirm"):
    return reverse(name, args=[appointment.token])


def test_looking_asks_and_writes_nothing(client, appointment, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        page = client.get(page_of(appointment)).content.decode()

    appointment.refresh_from_db()
    assert appointment.reconfirmed_at is None
    assert page_of(appointment, "reschedule") in page
    assert page_of(appointment, "cancel") in page


def test_saying_yes_is_written_down_and_thanked_for(client, appointment):
    answer = client.post(page_of(appointment), follow=True)

    appointment.refresh_from_db()
    assert appointment.reconfirmed_at == AT
    assert answer.status_code == 200
    assert "<h1>Terima kasih" in answer.content.decode().replace("\n", "")


@pytest.mark.parametrize("values", [{"cancelled": True}, {"served": True}, {"starts_at": AT}])
def test_a_visit_that_is_off_or_has_begun_leads_to_its_own_page(client, values):
    over = AppointmentFactory(**values)
    VisitorServiceFactory(visitor__appointment=over)

    for answer in (client.get(page_of(over)), client.post(page_of(over))):
        assert answer.url == page_of(over, "appointment")


def test_whatever_else_is_sent_along_is_ignored(client, appointment):
    client.post(page_of(appointment), {"reconfirmed_at": "2000-01-01", "state": "cancelled"})

    appointment.refresh_from_db()
    assert (appointment.reconfirmed_at, appointment.state) == (AT, "booked")


def test_nobody_elses_page_opens(client):
    assert client.get(reverse("reconfirm", args=["a" * 22])).status_code == 404
