import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from tests.factories.citizens import ServiceFactory

pytestmark = pytest.mark.django_db


def test_the_front_page_is_indonesian_without_a_redirect_whatever_the_browser_prefers(client):
    page = client.get("/", headers={"accept-language": "en-US,en;q=0.9"})

    assert page.status_code == 200
    assert '<html lang="id">' in page.text


@pytest.mark.parametrize("services", [1, 3])
def test_any_number_of_services_takes_two_queries(client, services, django_assert_max_num_queries):
    made = ServiceFactory.create_batch(services)

    with django_assert_max_num_queries(2):
        page = client.get("/")
    assert all(service.name in page.text for service in made)


def test_the_language_switch_keeps_the_page_and_the_choice(client):
    back = client.post("/bahasa/", {"language": "en", "next": "/privasi/"})
    page = client.get(back.url)

    assert back.url == "/privasi/"
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_the_language_switch_leads_nowhere_else(client, target):
    assert client.post("/bahasa/", {"language": "en", "next": target}).url == "/"


def test_an_unknown_language_changes_nothing(client):
    answer = client.post("/bahasa/", {"language": "xx", "next": "/"})

    assert "language" not in answer.cookies


def test_reading_sets_no_cookie(client):
    for address in ("/", "/privasi/"):
        assert not client.get(address).cookies


def test_the_privacy_notice_names_its_version(client, settings):
    assert settings.PRIVACY_NOTICE_VERSION in client.get(reverse("privacy")).text


def test_a_page_that_is_not_there_gives_a_reference_number_and_a_way_on(client):
    page = client.get("/tidak-ada/")

    assert page.status_code == 404
    assert page.wsgi_request.reference in page.text
    assert reverse("home") in page.text


def test_a_failure_shows_a_page_with_a_reference_number(client, monkeypatch):
    def broken(*args, **values):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("portal.views.render", broken)
    client.raise_request_exception = False

    page = client.get("/")

    assert page.status_code == 500
    assert page.wsgi_request.reference in page.text


def test_a_database_that_is_away_is_a_polite_page_that_says_when_to_try_again(client, monkeypatch):
    def away(*args, **values):
        raise OperationalError("connection refused")

    monkeypatch.setattr("portal.views.render", away)

    page = client.get("/")

    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert page.wsgi_request.reference in page.text


def test_a_form_from_a_stale_tab_is_told_so():
    page = Client(enforce_csrf_checks=True).post(f"/pesan/{'x' * 22}/selesai/")

    assert page.status_code == 403
    assert page.wsgi_request.reference in page.text


def test_every_page_says_what_it_may_load(client):
    policy = client.get("/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


@pytest.mark.parametrize("address", ["/layanan/ktp%00/", "/?x=%00", "/petugas/?kantor=%00"])
def test_an_address_with_a_nul_is_a_bad_request(client, address):
    assert client.get(address).status_code == 400
