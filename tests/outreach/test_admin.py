import pytest
from django.urls import reverse

from citizens import tokens
from outreach.enums import MessageState, Purpose
from outreach.models import Message
from tests.factories.citizens import OfficeFactory, UserFactory
from tests.factories.outreach import AttemptFactory, MessageFactory

pytestmark = pytest.mark.django_db

LIST = "admin:outreach_message_changelist"


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(administrator=True))
    return client


def page_of(message):
    return reverse("admin:outreach_message_change", args=[message.pk])


def test_the_list_shows_states_and_no_address(administrator):
    MessageFactory(address="+6281234567890")

    page = administrator.get(reverse(LIST)).content.decode()

    assert "0812-****-7890" in page
    assert "6281234567890" not in page


def test_messages_are_found_by_the_code_of_their_appointment(administrator):
    wanted = MessageFactory()
    MessageFactory()

    answer = administrator.get(reverse(LIST), {"q": wanted.appointment.code})

    assert list(answer.context["cl"].result_list) == [wanted]


def test_the_list_costs_the_same_for_one_and_three(administrator, django_assert_max_num_queries):
    MessageFactory()
    with django_assert_max_num_queries(30) as first:
        administrator.get(reverse(LIST))
    MessageFactory.create_batch(2)

    with django_assert_max_num_queries(len(first)):
        administrator.get(reverse(LIST))


def test_one_message_shows_its_text_and_its_attempts(administrator):
    attempt = AttemptFactory(message__body="Halo dari kantor.")

    page = administrator.get(page_of(attempt.message)).content.decode()

    assert "Halo dari kantor." in page
    assert attempt.reference in page
    assert attempt.message.address not in page


def test_nobody_edits_adds_or_deletes(administrator):
    message = MessageFactory()
    edited = {"state": MessageState.ACCEPTED, "body": "Lain."}

    answers = [
        administrator.post(page_of(message), edited),
        administrator.get(reverse("admin:outreach_message_add")),
        administrator.post(reverse("admin:outreach_message_delete", args=[message.pk])),
    ]

    assert {answer.status_code for answer in answers} == {403}
    unchanged = Message.objects.get()
    assert (unchanged.state, unchanged.body) == (message.state, message.body)


def test_the_secret_link_is_not_shown(administrator):
    message = MessageFactory(body="Lihat: https://example.test/j/" + "a" * 22 + "/ Gratis.")

    page = administrator.get(page_of(message)).content.decode()

    assert "a" * 22 not in page
    assert "Gratis." in page


def test_messages_are_found_by_the_code_as_it_is_printed(administrator):
    wanted = MessageFactory()
    printed = tokens.display_code(wanted.appointment.code).lower()

    answer = administrator.get(reverse(LIST), {"q": printed})

    assert list(answer.context["cl"].result_list) == [wanted]


def test_staff_of_one_office_see_its_messages_alone(client):
    own, _other = MessageFactory(), MessageFactory()
    client.force_login(UserFactory(is_superuser=True, office=own.appointment.office))

    answer = client.get(reverse(LIST))

    assert list(answer.context["cl"].result_list) == [own]


@pytest.mark.parametrize("trying_out", [True, False])
def test_a_one_time_code_is_shown_to_nobody(administrator, settings, trying_out):
    settings.TRYING_OUT = trying_out
    message = MessageFactory(purpose=Purpose.CODE, body="Kode Anda 012345, berlaku 10 menit.")

    page = administrator.get(page_of(message)).content.decode()

    assert "012345" not in page
    assert "berlaku 10 menit" in page


@pytest.mark.parametrize("path", ["tunggu", "kunjungan-kelompok"])
def test_no_other_secret_link_is_shown_either(administrator, path):
    message = MessageFactory(body=f"Ambil: a.test/{path}/{'a' * 22}/")

    assert "a" * 22 not in administrator.get(page_of(message)).content.decode()


def test_staff_of_one_office_see_the_messages_to_its_groups(client):
    own = MessageFactory(appointment=None, office=OfficeFactory())
    MessageFactory(appointment=None, office=OfficeFactory())
    client.force_login(UserFactory(is_superuser=True, office=own.office))

    assert list(client.get(reverse(LIST)).context["cl"].result_list) == [own]
