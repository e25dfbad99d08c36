import datetime

import pytest
import time_machine
from django.urls import reverse

from citizens.models import AttemptCount, Hold
from tests.citizens.forms.test_proof import solved
from tests.factories.citizens import MOMENT, ServiceCaseFactory, SlotFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT - datetime.timedelta(hours=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def slot():
    case = ServiceCaseFactory(service__code="KTP", code="hilang")
    return SlotFactory(group=case.service.group, start=MOMENT)


@pytest.fixture
def switched_on(settings):
    settings.PROOF_OF_WORK = True


def times(client, slot):
    return client.get(reverse("times", args=["ktp", "hilang"]), {"kantor": slot.office.code})


def take(client, slot, **values):
    pressed = {"office": slot.office.code, "start": slot.start.isoformat()} | values
    return client.post(reverse("hold", args=["ktp", "hilang"]), pressed)


def test_as_shipped_nothing_of_it_is_asked_or_loaded(client, slot):
    page = times(client, slot).text

    assert "proof" not in page
    assert "noscript" not in page
    assert client.get("/bukti/").status_code == 404
    assert take(client, slot).status_code == 302


def test_switched_on_the_page_loads_the_script_and_says_what_to_do_without(
    client, slot, switched_on, english
):
    page = times(client, slot).text

    assert 'data-proof="/bukti/"' in page
    assert 'src="/static/js/proof.js"' in page
    assert "<noscript>" in page


def test_the_other_pages_load_nothing(client, slot, switched_on):
    assert "proof.js" not in client.get("/").text
    assert "proof.js" not in client.get(reverse("times", args=["ktp", "hilang"])).text


def test_every_challenge_is_another_one_and_leaves_nothing_behind(client, switched_on):
    first, second = (client.get("/bukti/") for _ in range(2))

    assert first.json()["challenge"] != second.json()["challenge"]
    assert first.json()["max_number"] == 100_000
    assert "no-store" in first.headers["Cache-Control"]
    assert not AttemptCount.objects.exists()


def test_a_proof_takes_a_time_once(client, slot, switched_on):
    proof = solved()

    assert take(client, slot, proof=proof).status_code == 302
    assert take(client, slot, proof=proof).status_code == 422
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("proof", ["", "x"])
def test_without_a_good_proof_the_page_says_what_to_do_and_leads_back(
    client, slot, switched_on, proof
):
    page = take(client, slot, proof=proof, replaced="A" * 22)

    assert page.status_code == 422
    assert f"/layanan/ktp/hilang/waktu/?kantor={slot.office.code}&amp;ganti={'A' * 22}" in page.text
    assert not Hold.objects.exists()
    assert "error" not in page.text.lower()


def test_several_people_need_a_proof_too(client, slot, switched_on):
    address = f"{reverse('party_hold')}?rombongan=ktp.hilang,ktp.hilang"

    assert client.post(address, {"office": slot.office.code}).status_code == 422
