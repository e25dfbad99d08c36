import html

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.domain import reference
from citizens.models import ServiceCase

pytestmark = pytest.mark.django_db
PARTY, ADD = "/kunjungan/", "/kunjungan/tambah/"


@pytest.fixture(autouse=True)
def catalogue():
    reference.load_services()


def read(client, address, **query):
    """The page as a person reads it."""
    return html.unescape(client.get(address, query).text)


def leads_to(page, party, address=PARTY, **query):
    """Whether the page has a link to a party."""
    wanted = "&".join(f"{name}={value}" for name, value in ({"rombongan": party} | query).items())
    return f'href="{address}?{wanted}"' in page.replace("%2C", ",")


def test_a_case_leads_to_a_visit_with_more(client):
    assert leads_to(read(client, "/layanan/ktp/hilang/"), "ktp.hilang")


def test_a_visit_adds_up_its_minutes_and_every_line_can_go(client):
    page = client.get(PARTY, {"rombongan": "ktp.hilang~ikd.aktivasi,kk.ubah"})
    words = html.unescape(page.text)

    assert page.context["minutes"] == 10 + 10 + 15
    for left in ("ikd.aktivasi,kk.ubah", "ktp.hilang,kk.ubah", "ktp.hilang~ikd.aktivasi"):
        assert leads_to(words, left), left


def test_the_last_service_cannot_be_removed(client):
    page = client.get(PARTY, {"rombongan": "ktp.hilang"})

    assert page.context["people"][0]["services"][0]["remove_url"] == ""


def test_a_visit_leads_to_its_times_and_a_single_case_to_its_short_address(client):
    several = client.get(PARTY, {"rombongan": "ktp.hilang,kk.ubah"})
    single = client.get(PARTY, {"rombongan": "ktp.hilang"})

    assert several.context["times_url"].startswith("/kunjungan/waktu/?rombongan=")
    assert single.context["times_url"] == "/layanan/ktp/hilang/waktu/"


def test_bundles_are_suggested_and_one_press_adds_them(client):
    page = read(client, PARTY, rombongan="akta-lahir.tepat-waktu")

    assert leads_to(page, "akta-lahir.tepat-waktu~kia.baru-balita,kk.ubah")


def test_the_digital_id_is_called_recommended(client):
    client.cookies["language"] = "en"

    assert "Recommended" in read(client, PARTY, rombongan="ktp.hilang")


def test_a_case_is_added_for_one_person_or_for_a_new_one(client):
    same = read(client, ADD, rombongan="ktp.hilang,kk.ubah", orang="1")
    new = read(client, ADD, rombongan="ktp.hilang")

    assert leads_to(same, "ktp.hilang~ikd.aktivasi,kk.ubah")
    assert leads_to(new, "ktp.hilang,ktp.rusak")


def test_a_second_service_of_one_kind_is_not_offered_and_why_not_is_said(client):
    client.cookies["language"] = "en"

    page = read(client, ADD, rombongan="ktp.hilang", orang="1")

    assert not leads_to(page, "ktp.hilang~ktp.rusak")
    assert "already has a service of this kind" in page


def test_a_visit_may_begin_empty(client):
    assert client.get(PARTY).url == ADD
    assert leads_to(read(client, ADD), "ktp.hilang")


def test_a_full_party_says_so_and_groups_have_their_own_way(client):
    full = client.get(PARTY, {"rombongan": ",".join(["ktp.hilang"] * 8)})
    small = read(client, PARTY, rombongan="ktp.hilang")

    assert full.context["add_url"] == ""
    for page in (full.text, small):
        assert reverse("group_visits") in page


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ktp",
        "ktp.tidak-ada",
        "ktp.hilang~ktp.rusak",
        "ktp.hilang,",
        "~",
        "ktp.hilang;drop",
        "<script>",
        "🌸",
        "a" * 5000,
        ",".join(["ktp.hilang"] * 9),
    ],
)
def test_an_address_that_names_no_party_leads_back(client, text):
    for address in (ADD, "/kunjungan/waktu/"):
        if text or address != ADD:
            page = client.get(address, {"rombongan": text})
            assert page.status_code == 404
            assert ADD in page.text
    sent = client.post("/kunjungan/simpan/", query_params={"rombongan": text})
    assert sent.status_code == 404


@pytest.mark.parametrize("person", ["0", "3", "9", "x", "-1", "1" * 400, "²"])
def test_a_person_whom_the_party_cannot_have_leads_back(client, person):
    page = client.get(ADD, {"rombongan": "ktp.hilang", "orang": person})

    assert page.status_code == 404


def test_a_service_that_ended_is_no_longer_in_a_visit(client):
    ServiceCase.objects.filter(service__code="KTP").update(active=False)

    assert client.get(PARTY, {"rombongan": "ktp.hilang"}).status_code == 404


def test_what_was_typed_goes_along_while_services_are_changed(client):
    token = "x" * 22
    page = client.get(PARTY, {"rombongan": "ktp.hilang,kk.ubah", "ganti": token})

    assert leads_to(html.unescape(page.text), "kk.ubah", ganti=token)
    assert token in page.context["times_url"]
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("people", [1, 3])
def test_any_number_of_people_takes_the_same_queries(client, people):
    party = ",".join(["ktp.hilang~kk.ubah"] * people)

    for address in (PARTY, ADD):
        caches["local"].clear()
        with CaptureQueriesContext(connection) as asked:
            client.get(address, {"rombongan": party})
        assert len(asked) == 2, address
