import datetime

import pytest
import time_machine
from django.core.cache import caches

from citizens.domain import counter
from citizens.models import QueueDay
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    VisitorServiceFactory,
)
from tests.factories.queue_day import ClosedServiceFactory

pytestmark = pytest.mark.django_db
BOARD = "/papan/utama/"
PART = "/papan/utama/isi/"


@pytest.fixture(autouse=True)
def _nothing_kept():
    caches["default"].clear()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case():
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    desk = CounterFactory(office=OfficeFactory(code="utama"), number=3, groups=[case.service.group])
    return DeskSessionFactory(counter=desk)


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


def forget():
    """As another process, a moment later, would start."""
    caches["local"].clear()


def test_the_screen_says_what_was_called_and_who_is_next(client, case, day, session):
    for number in (7, 8, 9):
        TicketFactory(queue_day=day, case=case, number=number)
    counter.call_next(session=session, at=MOMENT)

    html = client.get(BOARD).text

    assert "A-007" in html
    assert 'data-say="Nomor antrean A nol nol tujuh, silakan ke loket tiga."' in html
    assert html.index("A-008") < html.index("A-009")


def test_a_call_again_is_told_in_words(client, case, day, session):
    TicketFactory(queue_day=day, case=case, number=7)
    ticket = counter.call_next(session=session, at=MOMENT)
    counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)
    client.cookies["language"] = "en"

    assert "called 2 times" in client.get(PART).text


def test_nothing_of_a_person_is_on_the_screen(client, case, day, session):
    for number in (7, 8):
        appointment = AppointmentFactory(office=day.office, checked_in=True)
        row = VisitorServiceFactory(visitor__appointment=appointment, case=case)
        TicketFactory(
            queue_day=day,
            case=case,
            number=number,
            booked=True,
            appointment=appointment,
            phone="+6281299998888",
        )
    counter.call_next(session=session, at=MOMENT)

    html = client.get(BOARD).text + client.get(PART).text

    personal = (row.visitor.full_name, "Siti", row.visitor.nik, row.visitor.nik[-4:], "+62", "0812")
    assert [found for found in personal if found in html] == []
    assert appointment.code not in html
    assert appointment.token not in html


def test_the_rule_of_the_day_is_one_sentence(client, day):
    QueueDay.objects.update(booked_per_walk_in=4)
    client.cookies["language"] = "en"

    assert "Order today: 4 with an appointment, then one without." in client.get(PART).text


def test_a_closed_service_is_named(client, day):
    closed = ClosedServiceFactory(queue_day=day)

    assert closed.group.name in client.get(PART).text


def test_before_the_first_number_the_screen_says_so(client, session):
    client.cookies["language"] = "en"

    assert "Nobody has been called yet today." in client.get(BOARD).text


def test_an_office_that_does_not_exist_is_not_found(client):
    assert client.get("/papan/tidak-ada/").status_code == 404
    assert client.get("/papan/tidak-ada/isi/").status_code == 404


def test_whoever_knows_the_newest_is_told_so_in_one_query(
    client, case, day, session, django_assert_num_queries
):
    TicketFactory(queue_day=day, case=case)
    known = client.get(PART)["ETag"]
    forget()

    with django_assert_num_queries(1):
        answer = client.get(PART, headers={"If-None-Match": known})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", known)
    assert answer["X-Served-At"] == "09.20.00"

    with django_assert_num_queries(0):  # another screen of the office, at once
        assert client.get(PART, headers={"If-None-Match": known}).status_code == 304


def test_a_tag_that_compression_made_weak_is_the_same(client, day):
    known = client.get(PART)["ETag"]

    assert client.get(PART, headers={"If-None-Match": f"W/{known}"}).status_code == 304


def test_a_new_call_is_seen_within_two_seconds(client, clock, case, day, session):
    TicketFactory(queue_day=day, case=case, number=7)
    known = client.get(PART)["ETag"]
    counter.call_next(session=session, at=MOMENT)

    clock.shift(datetime.timedelta(seconds=2))
    answer = client.get(PART, headers={"If-None-Match": known})

    assert answer.status_code == 200
    assert "data-call" in answer.text


def test_each_language_has_its_own_part(client, day):
    indonesian = client.get(PART)["ETag"]
    client.cookies["language"] = "en"

    answer = client.get(PART, headers={"If-None-Match": indonesian})

    assert answer.status_code == 200
    assert "Next numbers" in answer.text


def test_a_board_that_one_process_made_is_kept_for_the_others(
    client, case, day, session, django_assert_num_queries
):
    TicketFactory(queue_day=day, case=case)
    client.get(PART)
    forget()

    with django_assert_num_queries(1):
        assert client.get(PART).status_code == 200


def test_without_the_shared_cache_the_board_is_made_again(client, case, day, settings):
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    ticket = TicketFactory(queue_day=day, case=case)

    assert ticket.label in client.get(PART).text


def test_the_screen_costs_the_same_with_ten_tickets_and_with_three_hundred(
    client, case, day, session, django_assert_num_queries
):
    sizes = []
    for numbers in (range(100, 110), range(110, 400)):
        for number in numbers:
            TicketFactory(queue_day=day, case=case, number=number)
        forget()
        caches["default"].clear()
        with django_assert_num_queries(9):  # three, and the estimate
            sizes.append(len(client.get(BOARD).content))

    assert sizes[1] <= 1.2 * sizes[0]
