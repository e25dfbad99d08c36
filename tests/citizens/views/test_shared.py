import datetime

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from citizens.models import Hold
from citizens.views.shared import shared
from tests.factories.citizens import MOMENT, ServiceCaseFactory, ServiceFactory, SlotFactory

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip"}
AT = MOMENT - datetime.timedelta(hours=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case():
    return ServiceCaseFactory(service__code="KTP")


@pytest.fixture
def slot(case):
    return SlotFactory(group=case.service.group, start=MOMENT)


def test_a_page_is_made_once_in_its_time(client, clock, django_assert_num_queries):
    client.get("/")
    ServiceFactory(name="Layanan baru")

    with django_assert_num_queries(0):
        early = client.get("/")
    clock.shift(datetime.timedelta(seconds=11))
    late = client.get("/")

    assert "Layanan baru" not in early.text
    assert "Layanan baru" in late.text


def test_while_one_reader_has_the_page_made_anew_others_get_the_old_one(clock):
    request = RequestFactory().get("/")
    seen = []

    @shared(seconds=10)
    def view(request):
        if seen:
            seen.append(view(request).text)
            return HttpResponse("new")
        seen.append("")
        return HttpResponse("old")

    view(request)
    clock.shift(datetime.timedelta(seconds=11))

    assert view(request).text == "new"
    assert seen[1:] == ["old"]
    assert view(request).text == "new"


def test_nothing_old_is_shown_after_twice_its_time(client, clock):
    client.get("/")
    ServiceFactory(name="Layanan baru")
    clock.shift(datetime.timedelta(seconds=21))

    assert "Layanan baru" in client.get("/").text


def test_each_language_has_its_own_page(client):
    client.get("/")
    client.post("/bahasa/", {"language": "en"})

    assert '<html lang="en">' in client.get("/").text


def test_compressed_and_plain_pages_are_the_same(client):
    plain = client.get("/")
    compressed = client.get("/", headers=GZIP)

    assert compressed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert len(compressed.content) < len(plain.content) / 2


def test_a_page_says_what_it_depends_on(client):
    for _time in range(2):
        varies = client.get("/", headers=GZIP)["Vary"]
        assert {name.strip() for name in varies.split(",")} == {"Accept-Encoding", "Cookie"}


def test_a_parameter_that_the_page_does_not_know_makes_it_anew(client):
    client.get("/?a=1")
    ServiceFactory(name="Layanan baru")

    assert "Layanan baru" in client.get("/?a=1").text


def test_a_page_that_is_not_found_is_not_kept(client):
    assert client.get("/layanan/ktp/").status_code == 404
    ServiceFactory(code="KTP")

    assert client.get("/layanan/ktp/").status_code == 200


def test_a_developer_sees_every_change_at_once(client, settings):
    settings.DEBUG = True
    client.get("/")
    ServiceFactory(name="Layanan baru")

    assert "Layanan baru" in client.get("/").text


def test_reading_the_times_sets_no_cookie(client, case, slot):
    page = client.get(reverse("times", args=["ktp", case.code]), {"kantor": slot.office.code})

    assert slot.start.isoformat() in page.text
    assert not page.cookies


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://testserver", 302), (None, 302), ("https://example.com", 403), ("null", 403)],
)
def test_a_time_is_taken_from_our_own_page_alone(case, slot, origin, status):
    browser = Client(enforce_csrf_checks=True)
    pressed = {"office": slot.office.code, "start": slot.start.isoformat()}

    answer = browser.post(
        reverse("hold", args=["ktp", case.code]),
        pressed,
        headers={"origin": origin} if origin else {},
    )

    assert answer.status_code == status
    assert Hold.objects.count() == (status == 302)
