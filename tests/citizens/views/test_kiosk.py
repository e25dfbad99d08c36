"""The kiosk's pages: becoming one, a walk-in number, arriving with an appointment, and what is refused."""

import datetime
import re

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from citizens import tokens
from citizens.domain import kiosks, limits
from citizens.models import Appointment, Kiosk, Ticket
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    UserFactory,
)
from tests.factories.queue_day import ClosedServiceFactory

START, NUMBER, CHECK_IN = "/kios/", "/kios/nomor/", "/kios/janji/"
DONE = re.compile(r"/kios/nomor/[\w-]{22}/")


@pytest.fixture(autouse=True)
def clock():
    caches["default"].clear()
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def address(db):
    return kiosks.register(
        office=OfficeFactory(), name="Pintu utama", staff=UserFactory(), at=MOMENT
    )[1]


@pytest.fixture
def device(client, address):
    """The client of a device that is the kiosk, in English."""
    client.post(f"/kios/pasang/{address}/")
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def office(device):
    return Kiosk.objects.get().office


@pytest.fixture
def case(office):
    case = ServiceCaseFactory(service__code="KTP", code="hilang")
    DeskSessionFactory(counter=CounterFactory(office=office, groups=[case.service.group]))
    return case


@pytest.fixture
def booked(office):
    return AppointmentFactory(
        office=office, starts_at=MOMENT, with_visitor=True, phone="+6281234560001"
    )


def answers(**changes):
    given = {"case": "ktp.hilang", "priority_group": "", "submission_key": tokens.new()}
    return given | {"phone": "", "ambil": "1"} | changes


# --- The device -----------------------------------------------------------------------------------


def test_a_device_becomes_the_kiosk_by_a_button_and_not_by_reading(client, address):
    page = client.get(f"/kios/pasang/{address}/")
    assert (page.status_code, Kiosk.objects.get().claimed_at) == (200, None)
    assert "kios" not in client.cookies

    answer = client.post(f"/kios/pasang/{address}/")

    assert answer.url == START
    cookie = client.cookies["kios"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", START)
    assert cookie["max-age"] > 365 * 24 * 60 * 60
    assert kiosks.known(token=cookie.value) == Kiosk.objects.get()


def test_outside_a_demonstration_the_cookie_goes_over_https_alone(client, address, settings):
    settings.SESSION_COOKIE_SECURE = True

    client.post(f"/kios/pasang/{address}/")

    assert client.cookies["kios"]["secure"] is True


def test_a_used_address_says_what_to_do(client, address):
    client.post(f"/kios/pasang/{address}/")

    assert client.get(f"/kios/pasang/{address}/").status_code == 404
    assert client.post(f"/kios/pasang/{address}/").status_code == 404


def test_any_other_device_is_told_what_a_kiosk_is(client, db):
    client.cookies["kios"] = tokens.new()

    assert "/janji/" in client.get(START).text
    for path in (NUMBER, CHECK_IN, f"{NUMBER}{'a' * 22}/"):
        assert client.get(path).url == START
    assert client.post(NUMBER, answers()).url == START


def test_a_kiosk_that_is_switched_off_in_the_middle_gives_no_number(device, case):
    kiosks.switch_off(kiosk=Kiosk.objects.get(), staff=UserFactory(), at=MOMENT)

    assert device.post(NUMBER, answers()).url == START
    assert not Ticket.objects.exists()


def test_beginning_anew_goes_back_to_the_language_of_the_office(device, case):
    assert device.post(START).url == START

    assert device.cookies["language"]["max-age"] == 0
    assert 'lang="id"' in device.get(START).text


# --- A walk-in number -----------------------------------------------------------------------------


@pytest.mark.parametrize("services", [1, 3])
def test_the_start_costs_three_queries_whatever_is_offered(device, office, case, services):
    for _ in range(services - 1):
        CounterFactory(office=office, groups=[ServiceCaseFactory().service.group])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = device.get(START).text

    assert len(queries) == 3
    assert html.count("<li>") == services


def test_from_the_service_over_case_priority_and_phone_to_the_number(device, case):
    ServiceCaseFactory(service=case.service, code="rusak")
    assert "layanan=ktp" in device.get(START).text
    assert "keperluan=ktp.hilang" in device.get(f"{NUMBER}?layanan=ktp").text
    page = device.get(f"{NUMBER}?keperluan=ktp.hilang").text
    key = re.search(r'name="submission_key" value="([\w-]{22})"', page)[1]
    sent = {"case": "ktp.hilang", "submission_key": key, "priority_group": "elderly"}

    assert device.post(NUMBER, sent).status_code == 200
    assert not Ticket.objects.exists()
    done = device.post(NUMBER, answers(**sent, phone="0812-3456-7890"))

    ticket = Ticket.objects.get()
    assert done.url == f"{NUMBER}{ticket.token}/"
    assert (ticket.case, ticket.priority_group, ticket.phone) == (case, "elderly", "+6281234567890")
    html = device.get(done.url).text
    assert ticket.label in html
    assert "<svg" in html


def test_a_service_with_one_case_is_asked_no_more(device, case):
    assert "keperluan=ktp.hilang" in device.get(START).text


def test_pressed_twice_there_is_one_number(device, case):
    sent = answers()

    assert device.post(NUMBER, sent).url == device.post(NUMBER, sent).url
    assert Ticket.objects.count() == 1


def test_a_phone_that_is_none_is_asked_for_again_and_kept(device, case):
    page = device.post(NUMBER, answers(phone="12"))

    assert page.status_code == 422
    assert 'value="12"' in page.text
    assert not Ticket.objects.exists()


def test_a_change_of_language_keeps_what_was_typed_and_takes_no_number(device, case):
    page = device.post(NUMBER, answers(phone="0812") | {"page_language": "id"})

    assert 'lang="id"' in page.text
    assert 'value="0812"' in page.text
    assert device.cookies["language"].value == "id"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"case": "ktp.tidak-ada"}, {"priority_group": "vip"}, {"submission_key": "\0" * 22}],
    ids=["case", "priority", "key"],
)
def test_what_no_page_of_ours_sends_leads_to_the_start(device, case, changes):
    assert device.post(NUMBER, answers(**changes)).url == START


def test_a_service_that_was_closed_meanwhile_says_so_and_gives_nothing(device, office, case):
    day = QueueDayFactory(office=office)
    ClosedServiceFactory(queue_day=day, group=case.service.group, reason="printer rusak")

    answer = device.post(NUMBER, answers())

    assert answer.status_code == 409
    assert "printer rusak" in answer.text
    assert "<svg" in answer.text
    assert "No more walk-ins today" in device.get(START).text
    assert "printer rusak" in device.get(f"{NUMBER}?keperluan=ktp.hilang").text
    assert not Ticket.objects.exists()


def test_an_office_that_has_closed_gives_nothing(device, office, case, clock):
    OpeningPeriodFactory(template__office=office, closes=datetime.time(10, 0))
    clock.move_to(MOMENT + datetime.timedelta(hours=1))

    assert "are taken" in device.get(f"{NUMBER}?keperluan=ktp.hilang").text
    assert device.post(NUMBER, answers()).status_code == 409


def test_a_day_that_has_ended_says_so_at_the_start(device, office, case):
    QueueDayFactory(office=office, ended_at=MOMENT, ended_by=UserFactory())

    assert "No more numbers are given today" in device.get(START).text


def test_a_child_that_plays_with_it_makes_the_kiosk_rest(device, case, settings):
    settings.LIMITS = {limits.KIOSK_NUMBER.name: 2}
    for _ in range(2):
        device.post(NUMBER, answers())

    refused = device.post(NUMBER, answers())

    assert (refused.status_code, Ticket.objects.count()) == (429, 2)
    assert int(refused.headers["Retry-After"]) > 0


def test_a_number_of_another_office_or_day_is_not_shown(device, office, case, clock):
    mine = DONE.fullmatch(device.post(NUMBER, answers()).url)[0]
    ticket = Ticket.objects.get()
    assert ticket.label in device.get(mine).text

    clock.move_to(MOMENT + datetime.timedelta(days=1))

    assert device.get(mine).url == START


# --- With an appointment --------------------------------------------------------------------------


def later(**by):
    """Every appointment, by so much."""
    by = datetime.timedelta(**by)
    Appointment.objects.update(starts_at=F("starts_at") + by, ends_at=F("ends_at") + by)


def test_a_code_alone_gets_the_same_answer_whether_there_is_such_an_appointment(device, booked):
    def answer(code):
        html = device.post(CHECK_IN, {"code": code}).text
        return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", html).replace(code, "")

    assert answer(booked.code) == answer(tokens.new_code())
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("form", ["{code}", "{code}{code}", "https://x.example/j/{token}/"])
def test_code_and_fact_give_the_number(device, booked, form):
    scanned = form.format(code=booked.code, token=booked.token)
    asked = device.post(CHECK_IN, {"code": scanned}).text
    code = re.search(r'name="code" value="([^"]+)"', asked)[1]

    done = device.post(CHECK_IN, {"code": code, "fact": "0001"})

    assert DONE.fullmatch(done.url)
    assert Ticket.objects.get().appointment == booked
    assert device.post(CHECK_IN, {"code": code, "fact": "0001"}).url == done.url


@pytest.mark.parametrize("fact", ["", "9999", "1", "\0\0\0\0", "17-08-1990"])
def test_a_wrong_fact_gives_nothing(device, booked, fact):
    page = device.post(CHECK_IN, {"code": booked.code, "fact": fact})

    assert page.status_code == 422
    assert not Ticket.objects.exists()


def test_an_appointment_of_another_day_is_told_to_whom_it_belongs(device, booked):
    later(days=1)

    page = device.post(CHECK_IN, {"code": booked.code, "fact": "0001"})

    assert page.status_code == 409
    assert "Wednesday, 17 March 2027" in page.text


def test_when_the_day_has_ended_nobody_arrives_any_more(device, office, booked):
    QueueDayFactory(office=office, ended_at=MOMENT, ended_by=UserFactory())

    page = device.post(CHECK_IN, {"code": booked.code, "fact": "0001"})

    assert page.status_code == 409
    assert "No more numbers are given today" in page.text
    assert not Ticket.objects.exists()


def test_who_comes_early_is_told_from_when_the_turn_is(device, booked):
    later(hours=2)

    done = device.post(CHECK_IN, {"code": booked.code, "fact": "0001"})

    assert "You are early: your time is 11.20." in device.get(done.url).text


def test_facts_cannot_be_tried_out(device, booked):
    tries = [
        device.post(CHECK_IN, {"code": booked.code, "fact": "9999"}).status_code
        for _ in range(limits.LOOKUP_CODE.most + 1)
    ]

    assert tries == [422] * limits.LOOKUP_CODE.most + [429]
    assert device.post(CHECK_IN, {"code": booked.code, "fact": "0001"}).status_code == 429
