import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens import tokens
from citizens.domain.limits import SURVEY_ADDRESS
from citizens.enums import SurveyElement
from citizens.models import SurveyAnswer, Ticket
from tests.factories.citizens import MOMENT, OfficeFactory, TicketFactory

MARKS = {element.value: "4" for element in SurveyElement}
THANKS = "/survei/terima-kasih/"


@pytest.fixture(autouse=True)
def _moment():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def desk(db):
    return reverse("survey", args=[OfficeFactory(code="utama").code])


@pytest.fixture
def ticket(db):
    return TicketFactory(finished=True)


@pytest.fixture
def link(ticket):
    return reverse("survey_ticket", args=[ticket.token])


def sheet(**changes):
    return MARKS | {"submission_key": tokens.new()} | changes


def test_nine_questions_with_four_answers_each(client, desk):
    html = client.get(desk).content.decode()

    assert html.count("<fieldset") == 9
    assert html.count('type="radio"') == 36
    assert client.get(desk).headers["X-Robots-Tag"] == "noindex, nofollow"


def test_answers_from_the_desk_are_kept_and_thanked_for(client, desk):
    answer = client.post(desk, sheet(time="1"))

    assert answer.url == THANKS
    assert client.get(THANKS).status_code == 200
    kept = SurveyAnswer.objects.get()
    assert (kept.office.code, kept.time, kept.cost) == ("utama", 1, 4)


def test_pressing_twice_keeps_one_sheet(client, desk):
    sent = sheet()

    assert [client.post(desk, sent).url for _ in range(2)] == [THANKS, THANKS]
    assert SurveyAnswer.objects.count() == 1


@pytest.mark.parametrize("mark", ["", "0", "5", "-1", "4.0", "x", "\0", "9" * 400])
def test_a_mark_that_is_none_is_asked_for_again_and_nothing_else_is_lost(client, desk, mark):
    answer = client.post(desk, sheet(time=mark))

    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'href="#id_time_0"' in html
    assert html.count("checked") == 8
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize("code", ["tidak-ada", "nomor", "x" * 300])
def test_an_office_that_is_none_is_not_found(client, db, code):
    assert client.get(f"/survei/{code}/").status_code == 404


def test_a_closed_office_is_not_asked_about(client, db):
    office = OfficeFactory(active=False)

    assert client.get(reverse("survey", args=[office.code])).status_code == 404


def test_a_link_is_answered_once(client, link):
    assert client.get(link).status_code == 200
    assert client.post(link, sheet()).url == THANKS
    assert client.get(link).url == THANKS
    assert client.post(link, sheet()).url == THANKS

    assert SurveyAnswer.objects.count() == 1
    assert Ticket.objects.get().surveyed


def test_the_page_of_a_link_says_nothing_of_the_ticket(client, link, ticket):
    html = client.get(link).content.decode()

    assert ticket.label not in html
    assert ticket.case.service.name not in html


@pytest.mark.parametrize("state", ["waiting", "absent"])
def test_a_visit_without_service_has_no_link(client, db, state):
    ticket = TicketFactory(finished=True)
    Ticket.objects.update(state=state)

    answer = client.get(reverse("survey_ticket", args=[ticket.token]))

    assert answer.status_code == 404
    assert THANKS not in answer.content.decode()


def test_after_seven_days_the_link_is_over(client, link):
    with time_machine.travel(MOMENT + datetime.timedelta(days=8), tick=False):
        assert client.get(link).status_code == 404
        assert client.post(link, sheet()).status_code == 404


def test_looking_changes_nothing(client, desk, link):
    for address in (desk, link, THANKS):
        client.get(address)
        client.head(address)

    assert not SurveyAnswer.objects.exists()
    assert not Ticket.objects.filter(surveyed=True).exists()


def test_a_flood_from_one_network_is_stopped_and_told_so(client, desk, settings):
    settings.LIMITS = {SURVEY_ADDRESS.name: 3}

    answers = [client.post(desk, sheet()).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert SurveyAnswer.objects.count() == 3


@pytest.mark.parametrize("page", ["desk", "link"])
def test_a_page_takes_one_query(client, request, page):
    address = request.getfixturevalue(page)
    OfficeFactory()

    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(address)

    assert len(found) == 1
