import datetime

import pytest
import time_machine
from django.core.cache import caches

from citizens import tokens
from citizens.domain import arrivals, counter
from citizens.enums import TicketState
from citizens.models import Ticket
from tests.factories.citizens import (
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    ServiceCaseFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    caches["default"].clear()
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
def come(session, case):
    def comes():
        return arrivals.issue_walk_in(
            office=session.counter.office,
            case=case,
            priority_group=None,
            at=MOMENT,
            staff=session.staff,
            submission_key=tokens.new(),
        )

    return comes


def page(client, ticket):
    client.cookies["language"] = "en"
    return " ".join(client.get(f"/nomor/{ticket.token}/").text.split())


def test_whoever_waits_sees_how_many_come_before(client, come):
    first, second, third = come(), come(), come()

    assert "Nobody: you are next" in page(client, first)
    assert '<dd class="value"> 1 </dd>' in page(client, second)
    assert '<dd class="value"> 2 </dd>' in page(client, third)


def test_with_too_few_visits_measured_no_range_is_guessed(client, come):
    come()

    html = page(client, come())

    assert "We have not measured enough visits yet" in html
    assert " minutes" not in html


def test_whoever_is_called_sees_the_counter(client, come, session):
    ticket = come()
    counter.call_next(session=session, at=MOMENT)

    assert "Please go to counter 3" in page(client, ticket)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TicketState.SERVING, "You are being served at counter 3"),
        (TicketState.MISSED, "You were called and were not there"),
        (TicketState.FINISHED, "Your visit is over"),
        (TicketState.UNSERVED, "The day of this number is over"),
    ],
    ids=["serving", "missed", "finished", "unserved"],
)
def test_every_state_is_told_in_words(client, come, session, state, words):
    ticket = come()
    counter.call_next(session=session, at=MOMENT)
    Ticket.objects.update(state=state, ended_at=MOMENT)

    assert words in page(client, ticket)


@pytest.mark.parametrize(
    ("state", "surveyed", "asked"),
    [("finished", False, True), ("finished", True, False), ("waiting", False, False)],
)
def test_whoever_was_served_is_asked_once_how_it_was(client, come, state, surveyed, asked):
    ticket = come()
    Ticket.objects.update(state=state, surveyed=surveyed, ended_at=MOMENT)

    assert (f"/survei/nomor/{ticket.token}/" in page(client, ticket)) == asked


def test_a_number_of_another_day_or_nobodys_is_answered_kindly(client, clock, come):
    ticket = come()
    clock.shift(datetime.timedelta(days=1))
    client.cookies["language"] = "en"

    for token in (ticket.token, tokens.new()):
        answer = client.get(f"/nomor/{token}/")
        assert answer.status_code == 404
        assert "This number is not of today" in answer.text
        assert client.get(f"/nomor/{token}/isi/").status_code == 404


def test_a_phone_that_knows_the_newest_costs_one_query(client, come, django_assert_num_queries):
    part = f"/nomor/{come().token}/isi/"
    known = client.get(part)["ETag"]
    caches["local"].clear()

    with django_assert_num_queries(1):
        answer = client.get(part, headers={"If-None-Match": known})

    assert (answer.status_code, answer.content) == (304, b"")


def test_once_somebody_has_looked_the_page_of_everybody_costs_one_query(
    client, come, django_assert_num_queries
):
    tickets = [come() for _ in range(3)]
    page(client, tickets[0])

    for ticket in tickets:
        with django_assert_num_queries(1):
            page(client, ticket)


def test_a_call_is_news(client, come, session):
    part = f"/nomor/{come().token}/isi/"
    known = client.get(part)["ETag"]

    counter.call_next(session=session, at=MOMENT)

    assert client.get(part, headers={"If-None-Match": known}).status_code == 200


def test_an_answered_survey_is_news(client, come):
    ticket = come()
    Ticket.objects.update(state=TicketState.FINISHED, ended_at=MOMENT)
    part = f"/nomor/{ticket.token}/isi/"
    asked = client.get(part)

    Ticket.objects.update(surveyed=True)
    answer = client.get(part, headers={"If-None-Match": asked["ETag"]})

    assert "/survei/nomor/" in asked.text
    assert answer.status_code == 200
    assert "/survei/nomor/" not in answer.text


def test_the_page_is_kept_nowhere(client, come):
    answer = client.get(f"/nomor/{come().token}/")

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
