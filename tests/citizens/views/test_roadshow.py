"""Where the mobile service comes: told to citizens once it is confirmed, wherever they need it."""

import datetime

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse
from icalendar import Calendar

from citizens.domain import proposals
from citizens.domain.proposals import Wish
from citizens.enums import OfficeKind
from tests.factories.citizens import (
    DAY,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)
from tests.factories.planning import SpecialCapacityFactory, SpecialDayFactory, SpecialPeriodFactory

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
TOMORROW = DAY + ONE_DAY
PAGE, FEED = "/pelayanan-keliling/", "/pelayanan-keliling.ics"


@pytest.fixture(autouse=True)
def _clock():
    caches["local"].clear()
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceCaseFactory(service__code="IKD", code="aktivasi")


@pytest.fixture
def van():
    return OfficeFactory(code="keliling", kind=OfficeKind.MOBILE, name="Mobil layanan")


def stop(van, case, date=TOMORROW, **kwargs):
    """A day of the van at a market, from 9 to 12, for the group of a case."""
    facts = {"place": "Pasar Kalodran", "address": "Jl. Raya Ciruas", "confirmed": True} | kwargs
    day = SpecialDayFactory(office=van, date=date, **facts)
    SpecialPeriodFactory(day=day)
    SpecialCapacityFactory(day=day, group=case.service.group)
    return day


def read(client, address=PAGE):
    client.cookies["language"] = "en"
    caches["local"].clear()
    return client.get(address)


def events(client):
    found = Calendar.from_ical(read(client, FEED).content)
    return {str(event["SUMMARY"]): event for event in found.walk("VEVENT")}


def test_a_confirmed_stop_is_told_with_the_way_to_book_there(client, van, case):
    stop(van, case)
    stop(van, case, TOMORROW + ONE_DAY, place="Rahasia", confirmed=False)
    stop(van, case, DAY - ONE_DAY, place="Kemarin")

    page = read(client).text

    assert "Pasar Kalodran" in page
    assert "Jl. Raya Ciruas" in page
    assert "09.00–12.00 WIB" in page  # noqa: RUF001 - as a span is written
    times = reverse("times", args=[case.service.slug, case.code])
    assert f"{times}?kantor=keliling&amp;tanggal={TOMORROW}" in page
    assert "Rahasia" not in page
    assert "Kemarin" not in page


def test_a_stop_without_counters_of_its_own_serves_what_the_week_does(client, van, case):
    day = SpecialDayFactory(office=van, date=TOMORROW, place="Balai Warga", confirmed=True)
    SpecialPeriodFactory(day=day)
    OpeningCapacityFactory(template__office=van, group=case.service.group)

    assert f"{case.service.name_en}: {case.name_en}" in read(client).text


def test_times_of_a_far_day_are_not_linked_yet(client, van, case):
    stop(van, case, DAY + 40 * ONE_DAY)

    page = read(client).text

    assert "Times can be chosen from 14 days before." in page
    assert "tanggal=" not in page


def test_a_main_office_with_longer_hours_is_no_stop(client, case):
    stop(OfficeFactory(), case, place="", name="Pelayanan Sabtu")

    assert "No stops are planned at the moment" in read(client).text


@pytest.mark.parametrize("count", [1, 3])
def test_page_and_feed_cost_two_queries(client, van, case, count, django_assert_num_queries):
    for offset in range(count):
        stop(van, case, TOMORROW + offset * ONE_DAY)

    for address in (PAGE, FEED):
        caches["local"].clear()
        with django_assert_num_queries(2):
            assert client.get(address).status_code == 200


def edit(van, date=TOMORROW, place="Pasar Kalodran", **kwargs):
    return {
        "op": "special_day",
        "office": van.pk,
        "date": date.isoformat(),
        "name": "Layanan keliling",
        "place": place,
        "address": "",
        "source": "Jadwal 4",
        "confirmed": True,
        "hours": [["09:00", "12:00"]],
        "capacities": [],
    } | kwargs


def applied(van, *edits, date=TOMORROW):
    staff = UserFactory()
    wish = Wish("Keliling", edits, date, date + ONE_DAY, (van.pk,))
    made = proposals.propose(wish=wish, staff=staff, at=MOMENT)
    proposals.apply(proposal=made, staff=staff, at=MOMENT)


def test_a_calendar_that_follows_sees_a_stop_move_and_go(client, van):
    applied(van, edit(van))
    first = events(client)["Mobil layanan: Pasar Kalodran"]
    applied(van, edit(van, place="Balai Warga"))
    moved = events(client)["Mobil layanan: Balai Warga"]
    applied(van, {"op": "drop_special_day", "office": van.pk, "date": TOMORROW.isoformat()})
    gone = events(client)["Balai Warga"]

    assert first["UID"] == moved["UID"] == gone["UID"]
    assert [one["SEQUENCE"] for one in (first, moved, gone)] == [1, 2, 3]
    assert [str(one["STATUS"]) for one in (first, moved, gone)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert first["DTSTART"].dt.isoformat() == f"{TOMORROW}T09:00:00+07:00"


def test_a_stop_of_an_office_that_closes_is_called_off(client, van):
    applied(van, edit(van))
    closing = {
        "op": "close_day",
        "office": van.pk,
        "date": TOMORROW.isoformat(),
        "name": "Mobil rusak",
        "kind": "office",
        "source": "SE 3",
        "confirmed": True,
    }
    applied(van, closing)

    event = events(client)["Mobil layanan: Pasar Kalodran"]
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CANCELLED", 2)
    assert "Pasar Kalodran" not in read(client).text


def test_whoever_chooses_a_time_at_the_van_sees_where_it_is_that_day(client, van, case):
    stop(van, case)
    SlotFactory(
        office=van, group=case.service.group, start=MOMENT + ONE_DAY, minutes=60, released=1
    )
    url = reverse("times", args=[case.service.slug, case.code])

    page = read(client, f"{url}?kantor=keliling&tanggal={TOMORROW}").text

    assert "Pasar Kalodran, Jl. Raya Ciruas" in page
    assert van.address not in page


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_own_page_its_sheet_and_its_calendar_file_name_the_place_of_the_day(
    client, van, case, confirmed
):
    stop(van, case, confirmed=confirmed)
    mine = AppointmentFactory(with_visitor=True, office=van, starts_at=MOMENT + ONE_DAY)

    for name in ("appointment", "sheet", "calendar"):
        text = read(client, reverse(name, args=[mine.token])).text.replace("\r\n ", "")
        assert ("Pasar Kalodran" in text) == confirmed, name
        assert ("Jalan Contoh 1" in text) != confirmed, name
