import datetime

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.citizens import MINUTE, MOMENT, OfficeFactory, SlotFactory

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MOMENT, tick=False):
        yield


def page(client, **query):
    client.cookies["language"] = "en"
    response = client.get("/angka/", query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_percentage_comes_with_its_base_and_moment(client):
    SlotFactory(start=MOMENT + ONE_DAY, capacity=8, online=6, released=4, taken=3)

    html = " ".join(page(client).split())

    assert "75 %" in html
    assert "3 places booked of 4 places released so far" in html
    assert "16 March 2027" in html


def test_the_next_release_is_announced_without_its_minute(client):
    slot = SlotFactory(start=MOMENT + 3 * ONE_DAY, capacity=8, online=6, released=4)
    slot.releases.create(places=2, due_at=MOMENT + 97 * MINUTE)

    html = page(client)

    assert "between 08.00 and 20.00" in html
    assert "10.57" not in html


def test_one_place_is_chosen(client):
    slot = SlotFactory(start=MOMENT + ONE_DAY, released=2, taken=1)
    other = OfficeFactory(code="lain", name="Kantor Lain")

    assert "50 %" in page(client, kantor=slot.office.code)
    assert "There are no numbers yet" in page(client, kantor=other.code)
    assert client.get("/angka/", {"kantor": "tidak-ada"}).status_code == 404


def test_with_no_numbers_the_page_says_so(client):
    assert "There are no numbers yet" in page(client)


def test_the_page_costs_three_queries_with_one_day_and_with_three(client):
    costs = []
    for day in (-1, 1, 2):
        SlotFactory(start=MOMENT + day * ONE_DAY)
        caches["local"].clear()
        with CaptureQueriesContext(connection) as queries:
            page(client)
        costs.append(len(queries))

    assert costs == [3, 3, 3]
