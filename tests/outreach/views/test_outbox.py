import datetime

import pytest
from django.urls import reverse

from outreach.enums import MessageState
from tests.factories.outreach import DUE, MessageFactory

pytestmark = pytest.mark.django_db

URL = reverse("outreach:outbox")


def test_it_shows_messages_with_state_and_masked_address(client, english):
    MessageFactory(accepted=True, address="+6281234567890", body="Halo dari kantor.")

    page = client.get(URL, headers={"accept-language": "en"}).content.decode()

    assert "Halo dari kantor." in page
    assert "0812-****-7890" in page
    assert "6281234567890" not in page


def test_it_shows_the_newest_first(client):
    old = MessageFactory(body="lama")
    new = MessageFactory(body="baru", created_at=DUE + datetime.timedelta(hours=1))

    shown = [message for message, kind in client.get(URL).context["shown"]]

    assert shown == [new, old]


def test_links_in_a_text_can_be_followed_and_nothing_else_is_markup(client):
    MessageFactory(body="<b>Lihat</b> https://antre.example.test/j/x/")

    page = client.get(URL).content.decode()

    assert 'href="https://antre.example.test/j/x/"' in page
    assert "&lt;b&gt;Lihat" in page


def test_it_has_words_and_a_colour_for_every_state(client):
    for state in MessageState:
        extra = {"claimed": True} if state in ("claimed", "submitting") else {}
        MessageFactory(**extra | {"state": state, "reason": "gave_up"})

    answer = client.get(URL)

    assert answer.status_code == 200
    kinds = {message.state: kind for message, kind in answer.context["shown"]}
    assert kinds["unknown"] == "warning"
    assert set(kinds) == set(MessageState)


def test_without_messages_it_says_how_to_get_one(client):
    answer = client.get(URL)

    assert answer.status_code == 200
    assert reverse("home") in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_one_query(client, django_assert_num_queries, count):
    MessageFactory.create_batch(count)

    with django_assert_num_queries(1):
        client.get(URL)


def test_it_is_kept_by_nobody(client):
    assert "no-store" in client.get(URL)["Cache-Control"]


def test_it_does_not_exist_in_production(client, settings):
    settings.TRYING_OUT = False

    assert client.get(URL).status_code == 404


def test_it_changes_nothing(client):
    assert client.post(URL).status_code == 405
