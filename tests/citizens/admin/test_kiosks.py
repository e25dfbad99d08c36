"""Registering a kiosk, its one-time address, and switching it off."""

import re

import pytest
from django.urls import reverse

from citizens.domain import kiosks
from citizens.models import Kiosk
from portal import groups
from tests.factories.citizens import MOMENT, OfficeFactory
from tests.factories.queue_day import KioskFactory

ADD = "/petugas/citizens/kiosk/add/"
ADDRESS = re.compile(r"/kios/pasang/([\w-]{22})/")


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def kiosk(office):
    return KioskFactory(office=office)


def address(name, kiosk):
    return reverse(f"admin:citizens_kiosk_{name}", args=[kiosk.pk])


def test_a_supervisor_registers_a_device_and_is_shown_its_address_once(client, supervisor, office):
    page = client.post(ADD, {"office": office.pk, "name": "Pintu utama"})

    token = ADDRESS.search(page.text)[1]
    kiosk = Kiosk.objects.get()
    assert (kiosk.office, kiosk.name, kiosk.registered_by) == (office, "Pintu utama", supervisor)
    assert kiosks.claimable(token=token, at=MOMENT) == kiosk
    assert "<svg" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert token not in client.get(address("change", kiosk)).text


def test_loading_the_page_of_the_address_again_registers_nothing(client, supervisor, office):
    sent = {"office": office.pk, "name": "Pintu utama"}
    client.post(ADD, sent)

    page = client.post(ADD, sent)

    assert page.context["adminform"].form.errors.keys() == {"name"}
    assert Kiosk.objects.count() == 1


def test_a_kiosk_is_not_edited(client, supervisor, kiosk):
    client.post(address("change", kiosk), {"office": kiosk.office.pk, "name": "Lain"})

    kiosk.refresh_from_db()
    assert kiosk.name != "Lain"
    assert client.get(address("delete", kiosk)).status_code == 403


def test_a_new_address_is_for_the_same_kiosk(client, supervisor, kiosk):
    page = client.post(address("address", kiosk))

    token = ADDRESS.search(page.text)[1]
    assert kiosks.claimable(token=token, at=MOMENT) == kiosk
    assert client.get(address("address", kiosk)).status_code == 405


def test_switching_off_asks_first(client, supervisor, kiosk):
    assert client.get(address("off", kiosk)).status_code == 200
    kiosk.refresh_from_db()
    assert kiosk.switched_off_at is None

    client.post(address("off", kiosk))

    kiosk.refresh_from_db()
    assert (kiosk.switched_off_by, kiosk.switched_off_at) == (supervisor, MOMENT)
    assert client.post(address("address", kiosk)).url == address("change", kiosk)


def test_the_list_says_what_became_of_each(client, supervisor, office, english):
    KioskFactory(office=office, token_hash=None, claimed_at=None)
    KioskFactory(office=office)
    KioskFactory(office=office, switched_off_at=MOMENT, switched_off_by=supervisor)
    client.cookies["language"] = "en"

    html = client.get(reverse("admin:citizens_kiosk_changelist")).text

    assert re.findall(r"Not set up yet|In use|Switched off(?=</td>)", html) == [
        "Switched off",
        "In use",
        "Not set up yet",
    ]


def test_a_kiosk_of_another_office_is_not_there(client, supervisor):
    other = KioskFactory(office=OfficeFactory())

    assert client.post(address("off", other)).status_code == 404
    assert client.post(address("address", other)).status_code == 404
    other.refresh_from_db()
    assert other.switched_off_at is None


@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.AUDITOR])
def test_nobody_else_registers_or_steers_a_kiosk(client, sign_in, office, kiosk, group):
    sign_in(group, office)

    assert client.post(ADD, {"office": office.pk, "name": "x"}).status_code == 403
    assert client.post(address("off", kiosk)).status_code == 403
    assert client.post(address("address", kiosk)).status_code == 403
    assert Kiosk.objects.count() == 1
