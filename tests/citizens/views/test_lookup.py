import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from citizens import tokens
from citizens.models import AttemptCount
from tests.factories.citizens import MOMENT, AppointmentFactory, VisitorFactory

pytestmark = pytest.mark.django_db
URL = "/janji/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def appointment():
    found = AppointmentFactory(phone="+6281234567890")
    VisitorFactory(appointment=found, nik="0010010101900001")
    return found


def look(client, code, fact="0001", address="203.0.113.9"):
    return client.post(URL, {"code": code, "fact": fact}, REMOTE_ADDR=address)


def look_as_stranger(client, code, fact="0001", address="203.0.113.9"):
    """From a browser that has never been here."""
    client.cookies.clear()
    return look(client, code, fact, address)


def test_the_front_page_and_every_foot_of_a_page_lead_here(client):
    assert client.get("/").text.count(f'href="{URL}"') == 2
    assert client.get(URL).status_code == 200


def test_code_and_second_fact_lead_to_the_appointment_s_own_page(client, appointment):
    answer = look(client, tokens.display_code(appointment.code))

    assert answer.status_code == 302
    assert answer.url == reverse("appointment", args=[appointment.token])


def test_asking_takes_no_query_and_looking_takes_two(
    client, appointment, django_assert_num_queries
):
    with django_assert_num_queries(0):
        client.get(URL)
    with django_assert_num_queries(2):
        look(client, appointment.code)


def test_a_wrong_answer_does_not_tell_which_part_was_wrong_and_keeps_what_was_typed(
    client, appointment
):
    code = tokens.new_code()
    wrong_fact = look(client, appointment.code, "0002")
    wrong_code = look(client, code, "0001")

    assert (wrong_fact.status_code, wrong_code.status_code) == (422, 422)
    assert f'value="{code}"' in wrong_code.text
    same = [
        page.text.replace(code, "").replace(appointment.code, "").replace("0002", "0001")
        for page in (wrong_fact, wrong_code)
    ]
    assert without_tokens(same[0]) == without_tokens(same[1])


def without_tokens(page):
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_an_appointment_stays_closed_after_eight_attempts_at_its_code_from_anywhere(
    client, appointment, clock
):
    for n in range(8):
        assert look_as_stranger(client, appointment.code, f"{n:04d}1"[-4:], f"198.51.100.{n}")

    refused = look_as_stranger(client, appointment.code, "0001", "198.51.100.99")
    assert refused.status_code == 429
    clock.shift(datetime.timedelta(minutes=2))
    assert look_as_stranger(client, appointment.code, "0001", "198.51.100.99").status_code == 302


def test_a_thousand_attempts_at_one_code_open_nothing(client, appointment):
    """From a thousand networks and browsers within one window: all but eight get no answer, the right ones too."""
    statuses = [
        look_as_stranger(
            client, appointment.code, f"{n + 1000:04d}", f"198.51.{n // 250}.{n % 250}"
        ).status_code
        for n in range(999)
    ]
    statuses.append(look_as_stranger(client, appointment.code, "0001", "203.0.113.1").status_code)

    assert statuses == [422] * 8 + [429] * 992


def test_a_thousand_codes_from_one_network_get_sixty_answers(client, appointment):
    statuses = [look_as_stranger(client, tokens.new_code()).status_code for n in range(999)]
    statuses.append(look_as_stranger(client, appointment.code).status_code)

    assert statuses == [422] * 60 + [429] * 940


def test_one_browser_gets_eight_answers_wherever_it_goes(client, appointment):
    statuses = [
        look(client, tokens.new_code(), address=f"198.51.100.{n}").status_code for n in range(12)
    ]

    assert statuses == [422] * 8 + [429] * 4


def test_four_digits_cannot_be_tried_out_in_a_day(client, appointment, clock):
    answered = 0
    for n in range(100):
        answered += (
            look_as_stranger(client, appointment.code, "9999", f"198.51.100.{n}").status_code == 422
        )
        clock.shift(datetime.timedelta(minutes=2))

    assert answered == 40


def test_what_cannot_be_a_code_is_no_attempt(client):
    assert look(client, "apa saja").status_code == 422
    assert not AttemptCount.objects.exists()


def test_the_answer_to_too_many_attempts_says_when_and_sends_the_same_again(
    client, appointment, clock
):
    for _ in range(9):
        page = look(client, appointment.code, "0002")

    assert page.status_code == 429
    assert page.headers["Retry-After"] == "120"
    assert "pukul 09.22 WIB" in page.text
    assert f'name="code" value="{appointment.code}"' in page.text
    assert f'action="{URL}"' in page.text
    assert "error" not in re.sub("<[^>]*>", "", page.text).lower()
    assert "no-store" in page.headers["Cache-Control"]


def test_the_page_keeps_out_of_caches_and_search_engines(client):
    answer = client.get(URL)

    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_code_and_fact_in_the_address_are_not_read(client, appointment):
    answer = client.get(URL, {"code": appointment.code, "fact": "0001"})

    assert answer.status_code == 200
    assert f'value="{appointment.code}"' not in answer.text
