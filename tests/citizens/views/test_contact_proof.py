import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from citizens.models import ContactCode
from outreach.models import Message
from tests.factories.citizens import MINUTE, MOMENT, AppointmentFactory, VisitorServiceFactory

pytestmark = pytest.mark.django_db

AT = MOMENT - datetime.timedelta(days=2)


@pytest.fixture(autouse=True)
def _two_days_before():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def appointment():
    return VisitorServiceFactory().visitor.appointment


def page_of(appointment, name="prove_phone"):
    return reverse(name, args=[appointment.token])


def digits():
    return re.search(r"\b\d{6}\b", Message.objects.order_by("pk").last().body).group()


def check(client, appointment, typed):
    return client.post(page_of(appointment), {"kode": typed})


def test_looking_sends_nothing(client, appointment, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        answer = client.get(page_of(appointment))

    assert answer.status_code == 200
    assert "0812-****-0000" in answer.content.decode()
    assert appointment.phone not in answer.content.decode()
    assert ContactCode.objects.count() == 0


def test_a_code_is_sent_typed_and_the_contact_proved(client, appointment):
    sent = client.post(page_of(appointment), follow=True)
    spaced = f" {digits()[:3]} {digits()[3:]} "
    proved = client.post(page_of(appointment), {"kode": spaced}, follow=True)

    assert 'autocomplete="one-time-code"' in sent.content.decode()
    assert 'inputmode="numeric"' in sent.content.decode()
    appointment.refresh_from_db()
    assert appointment.phone_proved_at == AT
    assert reverse("appointment", args=[appointment.token]) in proved.content.decode()


@pytest.mark.parametrize(
    "typed", ["", "12345", "abcdef", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666"]
)
def test_what_is_no_code_is_kept_explained_and_costs_no_attempt(client, appointment, typed):
    client.post(page_of(appointment))

    answer = check(client, appointment, typed)

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert ContactCode.objects.get().attempts == 0


def test_wrong_digits_say_how_often_one_may_try_and_after_five_a_new_code_is_offered(
    client, appointment, english
):
    client.cookies["language"] = "en"
    client.post(page_of(appointment))
    wrong = f"{(int(digits()) + 1) % 1_000_000:06d}"

    answers = [check(client, appointment, wrong) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {422}
    assert "Attempts left: 4." in answers[0].content.decode()
    for answer in answers[4:]:
        assert "tried five times" in answer.content.decode()
        assert "Send the code" in answer.content.decode()


def test_a_code_that_is_too_old_says_so(client, appointment, english):
    client.cookies["language"] = "en"
    client.post(page_of(appointment))
    code = digits()

    with time_machine.travel(AT + 11 * MINUTE, tick=False):
        answer = check(client, appointment, code)

    assert answer.status_code == 422
    assert "no longer good" in answer.content.decode()


def test_typed_twice_it_is_proved_all_the_same(client, appointment):
    client.post(page_of(appointment))
    code = digits()

    for _ in range(2):
        answer = check(client, appointment, code)

    assert answer.status_code in (200, 302)


def test_a_phone_is_not_flooded_with_codes(client, appointment):
    answers = [client.post(page_of(appointment)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert Message.objects.count() == 3


def test_what_is_not_there_cannot_be_proved(client):
    without = AppointmentFactory(email="")
    VisitorServiceFactory(visitor__appointment=without)

    assert client.get(page_of(without, "prove_email")).status_code == 404
    assert client.get(reverse("prove_phone", args=["a" * 22])).status_code == 404


def test_an_appointment_that_is_off_leads_to_its_own_page(client):
    off = AppointmentFactory(cancelled=True)
    VisitorServiceFactory(visitor__appointment=off)

    for answer in (client.get(page_of(off)), client.post(page_of(off))):
        assert answer.url == reverse("appointment", args=[off.token])


def test_the_own_page_invites_to_prove_until_it_is_done(client, appointment):
    own = reverse("appointment", args=[appointment.token])

    assert page_of(appointment) in client.get(own).content.decode()
    appointment.phone_proved_at = AT
    appointment.save()
    page = client.get(own).content.decode()
    assert page_of(appointment) not in page
    assert page_of(appointment, "prove_email") in page


def test_the_page_is_never_kept_or_indexed(client, appointment):
    answer = client.get(page_of(appointment))

    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
