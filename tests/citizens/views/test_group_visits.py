import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.domain.office_time import local_date
from citizens.enums import GroupVisitState
from citizens.models import GroupVisit
from tests.factories.citizens import (
    MOMENT,
    OfficeFactory,
    OpeningCapacityFactory,
    ServiceCaseFactory,
)
from tests.factories.group_visit import GroupPlaceFactory, GroupVisitFactory

pytestmark = pytest.mark.django_db
TODAY = local_date(MOMENT)
ASK = "/kunjungan-kelompok/minta/"


def day(offset):
    return f"{TODAY + datetime.timedelta(days=offset):%d-%m-%Y}"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def case():
    return ServiceCaseFactory(service__code="KTP", code="rekam", name="Perekaman")


@pytest.fixture
def office(case):
    office = OfficeFactory(code="utama", name="Kantor Utama")
    OpeningCapacityFactory(template__office=office, group=case.service.group)
    return office


@pytest.fixture
def typed(case, office):
    return {
        "organiser": "school",
        "organiser_name": "SMAN 9 O'Contoh",
        "contact_name": "Ibu Contoh",
        "phone": "0812 3456 7890",
        "email": "",
        "case": "ktp.rekam",
        "people": "30",
        "office": "utama",
        "wished_from": day(3),
        "wished_until": day(60),
        "note": "Pagi, satu kursi roda.",
    }


def form_key(client):
    return re.search(r'name="submission_key" value="([\w-]{22})"', page(client, ASK))[1]


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def send(client, typed, **values):
    return client.post(ASK, {"submission_key": form_key(client), **typed, **values})


def test_the_page_says_what_a_group_visit_is_and_leads_to_the_form(client):
    with CaptureQueriesContext(connection) as queries:
        html = page(client, "/kunjungan-kelompok/")

    assert len(queries) == 0
    assert f'href="{ASK}"' in html
    assert "15" in html


def test_a_group_asks_and_sees_its_own_page(client, typed):
    response = send(client, typed)

    made = GroupVisit.objects.get()
    assert response.url == f"/kunjungan-kelompok/{made.token}/?baru"
    assert (made.organiser_name, made.people, made.phone) == (
        "SMAN 9 O'Contoh",
        30,
        "+6281234567890",
    )
    assert (made.case.code, made.office.code, made.language) == ("rekam", "utama", "id")
    html = page(client, response.url)
    assert "SMAN 9 O&#x27;Contoh" in html
    assert "0812-3456-7890" in html
    assert "noindex" in html


def test_the_language_of_the_page_is_that_of_the_answer(client, typed):
    client.cookies["language"] = "en"

    send(client, typed)

    assert GroupVisit.objects.get().language == "en"


def test_two_presses_make_one_request(client, typed):
    key = form_key(client)

    first, second = (client.post(ASK, {"submission_key": key, **typed}) for _ in range(2))

    assert first.url == second.url
    assert GroupVisit.objects.count() == 1


def test_a_browser_asks_three_times_a_day_and_is_told_when_it_may_again(client, typed):
    for _ in range(3):
        assert send(client, typed).status_code == 302

    refused = send(client, typed)

    assert refused.status_code == 429
    assert "SMAN 9" in refused.content.decode()
    assert GroupVisit.objects.count() == 3


def test_mistakes_are_not_counted(client, typed):
    for _ in range(5):
        assert send(client, typed, people="3").status_code == 422

    assert send(client, typed).status_code == 302


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("organiser", ""),
        ("organiser", "king"),
        ("organiser_name", ""),
        ("organiser_name", "--"),
        ("contact_name", "😀"),
        ("phone", ""),
        ("phone", "0254 200 300"),
        ("email", "ibu@"),
        ("case", "ktp.tidak-ada"),
        ("people", "14"),
        ("people", "501"),
        ("people", "banyak"),
        ("office", "lain"),
        ("wished_from", "besok"),
        ("wished_from", day(2)),
        ("wished_until", day(61)),
        ("note", "x" * 301),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_typed_is_lost(client, typed, field, text):
    response = send(client, typed, **{field: text})

    html = response.content.decode()
    assert response.status_code == 422
    assert f'href="#id_{field}' in html
    assert 'value="Ibu Contoh"' in html or field == "contact_name"
    assert not GroupVisit.objects.exists()


def test_the_latest_day_is_not_before_the_earliest(client, typed):
    response = send(client, typed, wished_from=day(9), wished_until=day(8))

    assert 'href="#id_wished_until' in response.content.decode()


def test_a_place_without_counters_for_the_service_names_those_that_have(client, typed):
    OfficeFactory(code="keliling")

    response = send(client, typed, office="keliling")

    html = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_office' in html
    assert "Kantor Utama." in html


def test_e_mail_alone_is_enough(client, typed):
    send(client, typed, phone="", email="ibu@contoh.example")

    assert GroupVisit.objects.get().email == "ibu@contoh.example"


def test_fields_that_are_not_in_the_form_change_nothing(client, typed):
    send(client, typed, state="planned", starts_at="2027-03-20", code="AAAA")

    assert GroupVisit.objects.get().state == GroupVisitState.REQUESTED


@pytest.mark.parametrize("key", ["", "short", "x" * 40])
def test_a_key_that_we_did_not_make_is_refused(client, typed, key):
    assert client.post(ASK, {**typed, "submission_key": key}).status_code == 422


def test_the_form_costs_the_same_with_one_case_and_three(client, office):
    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            page(client, ASK)
        costs.append(len(queries))
        ServiceCaseFactory()
        OfficeFactory()

    assert costs == [3, 3, 3]


# --- Its own page -------------------------------------------------------------------------------------


def own(visit):
    return reverse("group_visit", args=[visit.token])


def test_a_planned_visit_shows_code_time_and_place(client):
    visit = GroupVisitFactory(planned=True)

    with CaptureQueriesContext(connection) as queries:
        html = page(client, own(visit))

    assert len(queries) == 1
    assert f"{visit.code[:4]}-{visit.code[4:]}" in html
    assert "23 Maret 2027" in html
    assert visit.office.address in html


def test_a_declined_visit_says_why_and_offers_to_ask_again(client):
    html = page(client, own(GroupVisitFactory(declined=True)))

    assert "Loket penuh" in html
    assert f'href="{ASK}"' in html
    assert "/tarik/" not in html


def test_an_unknown_token_is_not_found(client):
    assert page(client, "/kunjungan-kelompok/" + "x" * 22 + "/", 404)
    assert page(client, "/kunjungan-kelompok/" + "x" * 22 + "/tarik/", 404)


def test_looking_at_the_question_withdraws_nothing(client):
    visit = GroupVisitFactory()

    for ask in (client.get, client.head):
        assert ask(f"{own(visit)}tarik/").status_code == 200

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.REQUESTED


def test_a_planned_visit_is_withdrawn_and_its_places_go_back(client):
    place = GroupPlaceFactory()

    response = client.post(f"{own(place.group_visit)}tarik/", follow=True)

    place.slot.refresh_from_db()
    assert response.redirect_chain == [(own(place.group_visit), 302)]
    assert place.slot.internal_taken == 0
    assert GroupVisit.objects.get().state == GroupVisitState.WITHDRAWN


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_over_is_not_asked_about(client, method):
    visit = GroupVisitFactory(declined=True)

    response = getattr(client, method)(f"{own(visit)}tarik/")

    assert response.url == own(visit)
    visit.refresh_from_db()
    assert visit.state == GroupVisitState.DECLINED


def test_a_visit_that_has_begun_is_not_withdrawn(client, clock):
    visit = GroupVisitFactory(planned=True)
    clock.move_to(visit.starts_at)

    assert "/tarik/" not in page(client, own(visit))
    client.post(f"{own(visit)}tarik/")

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.PLANNED
