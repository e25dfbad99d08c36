import datetime

import pytest
import time_machine
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories.citizens import MOMENT, UserFactory

PASSWORD = "kata sandi yang panjang"
STEP = datetime.timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _with_second_factor(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(db, client):
    client.cookies["language"] = "en"
    user = UserFactory(username="ani")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def device(staff):
    return TOTPDevice.objects.create(user=staff, name="authenticator", confirmed=True)


@pytest.fixture
def sign_in(client, staff):
    """The first step; gives the page it leads to."""

    def first_step(next_page="/petugas/"):
        data = {"username": "ani", "password": PASSWORD, "next": next_page}
        return client.post(reverse("admin:login"), data, follow=True)

    return first_step


def code_of(device, steps=0):
    return f"{totp(device.bin_key, drift=steps):06d}"


def send(client, code, **data):
    return client.post(reverse("admin:second_factor"), {"code": code} | data)


def is_in(client):
    return client.get("/petugas/").status_code == 200


def test_a_password_alone_opens_nothing(client, clock, sign_in, device):
    response = sign_in()

    assert response.request["PATH_INFO"] == reverse("admin:second_factor")
    assert "Enter the code of your app" in response.content.decode()
    assert not is_in(client)


def test_the_right_code_opens_the_admin(client, clock, sign_in, device):
    sign_in()

    response = send(client, code_of(device), next="/petugas/citizens/ticket/")

    assert response.url == "/petugas/citizens/ticket/"
    assert is_in(client)


def test_the_code_may_be_typed_with_blanks(client, clock, sign_in, device):
    sign_in()
    code = code_of(device)

    send(client, f" {code[:3]} {code[3:]} ")

    assert is_in(client)


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "abcdef", "\uff11\uff11\uff11\uff11\uff11\uff11"]
)
def test_what_cannot_be_a_code_costs_no_attempt(client, clock, sign_in, device, typed):
    sign_in()

    response = send(client, typed)

    assert "The code has six digits." in response.content.decode()
    device.refresh_from_db()
    assert device.throttling_failure_count == 0


def test_a_wrong_code_makes_one_wait(client, clock, sign_in, device):
    sign_in()
    wrong = f"{(int(code_of(device)) + 1) % 1_000_000:06d}"

    first = send(client, wrong)
    at_once = send(client, code_of(device))

    assert "This code is not right" in first.content.decode()
    assert "Too many wrong codes. Try again in 1 second." in at_once.content.decode()
    assert not is_in(client)

    clock.shift(STEP)
    send(client, code_of(device))

    assert is_in(client)


def test_a_code_works_once(client, clock, sign_in, device):
    sign_in()
    code = code_of(device)
    send(client, code)
    client.post(reverse("admin:logout"))
    client.cookies["language"] = "en"
    sign_in()

    response = send(client, code)

    assert "was used before" in response.content.decode()
    assert not is_in(client)


def test_the_first_sign_in_sets_the_app_up(client, clock, sign_in):
    assert "Protect your account" in sign_in().content.decode()

    page = client.post(reverse("admin:second_factor"), follow=True).content.decode()
    device = TOTPDevice.objects.get()
    assert not device.confirmed
    assert "<svg" in page
    assert " style=" not in page

    send(client, code_of(device))

    device.refresh_from_db()
    assert device.confirmed
    assert is_in(client)


def test_looking_at_the_page_makes_no_device(client, clock, sign_in):
    sign_in()

    assert not TOTPDevice.objects.exists()


def test_a_device_shows_its_secret_only_while_it_is_set_up(client, clock, sign_in, device):
    page = sign_in().content.decode()

    assert '<svg class="qr"' not in page
    assert "Type this key" not in page


def test_after_the_code_another_page_of_ours_is_opened_but_none_of_others(
    client, clock, sign_in, device
):
    sign_in()

    response = send(client, code_of(device), next="https://example.test/petugas/")

    assert response.url == "/petugas/"


def test_who_asks_for_a_page_comes_back_to_it(client, clock, sign_in, device):
    response = sign_in("/petugas/citizens/ticket/")

    assert response.redirect_chain[-1][0].endswith("next=%2Fpetugas%2Fcitizens%2Fticket%2F")


def test_the_second_step_comes_after_the_first(client, db):
    assert client.get(reverse("admin:second_factor")).url == reverse("admin:login")
    assert send(client, "123456").url == reverse("admin:login")


def test_a_device_that_was_taken_away_ends_the_sign_in(client, clock, sign_in, device):
    sign_in()
    send(client, code_of(device))

    device.delete()

    assert not is_in(client)


def test_a_demonstration_needs_one_step(client, settings, sign_in):
    settings.SECOND_FACTOR = False

    response = sign_in()

    assert response.request["PATH_INFO"] == "/petugas/"
    assert is_in(client)
