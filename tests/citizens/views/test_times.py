import datetime
import html

import pytest
import time_machine

from citizens.domain.office_time import local_midnight
from tests.factories.booking import ReleaseFactory
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    DistrictFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.outage import CardStockFactory, OutageFactory

pytestmark = pytest.mark.django_db
AT = MOMENT - datetime.timedelta(hours=2)
TIMES = "/layanan/ktp/hilang/waktu/"
LATER = MOMENT + datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def case():
    return ServiceCaseFactory(service__code="KTP", code="hilang", service__needs_print=True)


@pytest.fixture
def office(case):
    """An office that is free on the day after."""
    office = OfficeFactory(name="Kantor utama", district=DistrictFactory(name="Curug"))
    SlotFactory(office=office, group=case.service.group, start=LATER)
    return office


def read(client, address=TIMES, **query):
    client.cookies["language"] = "en"
    return html.unescape(client.get(address, query).text)


def on_the_day(client, office):
    return read(client, kantor=office.code, tanggal=DAY.isoformat())


def test_a_full_day_says_so_and_leads_to_the_nearest_free_one(client, case, office):
    SlotFactory(office=office, group=case.service.group, start=MOMENT, full=True)

    days, page = read(client, kantor=office.code), on_the_day(client, office)

    assert f"kantor={office.code}&tanggal={DAY.isoformat()}" in days
    assert "Every place of this day is taken" in page
    assert f'class="btn btn-primary" href="{TIMES}?kantor={office.code}&tanggal=2027-03-17"' in page


def test_a_full_day_leads_to_a_place_that_is_free_on_the_same_day(client, case, office):
    SlotFactory(office=office, group=case.service.group, start=MOMENT, full=True)
    other = SlotFactory(group=case.service.group, start=MOMENT, office__name="Titik lain").office

    page = on_the_day(client, office)

    assert "Free on the same day" in page
    assert f"{TIMES}?kantor={other.code}&tanggal={DAY.isoformat()}" in page


def test_a_holiday_says_which(client, case, office):
    SlotFactory(office=office, group=case.service.group, start=MOMENT)
    ClosedDayFactory(everywhere=True, date=DAY, name="Nyepi")

    assert "Nyepi" in on_the_day(client, office)


def test_a_day_without_times_is_closed(client, office):
    assert "The office is closed on this day" in on_the_day(client, office)


def test_an_outage_says_what_people_should_know(client, case, office):
    SlotFactory(office=office, group=case.service.group, start=MOMENT)
    OutageFactory(
        office=office, starts_at=AT, expected_end=MOMENT + 60 * MINUTE, note="Coba lagi siang."
    )

    page = on_the_day(client, office)

    assert "cannot be given on this day" in page
    assert "Coba lagi siang." in page


def test_without_blank_cards_another_place_is_named(client, case, office):
    CardStockFactory(office=office, cards=0, counted_at=AT)
    SlotFactory(group=case.service.group, start=MOMENT, office__name="Titik lain")

    page = read(client, kantor=office.code)

    assert "No blank cards" in page
    assert "Titik lain" in page


def test_a_day_that_is_not_open_yet_says_when_as_a_day_and_hours(client, case, office):
    slot = SlotFactory(office=office, group=case.service.group, start=MOMENT, released=0, online=1)
    due = local_midnight(DAY) + datetime.timedelta(hours=7, minutes=13)
    ReleaseFactory(slot=slot, due_at=due)

    page = on_the_day(client, office)

    assert "not open for booking yet" in page
    assert "between 05.30 and 07.30" in page
    assert "07.13" not in page


def test_a_place_with_nothing_free_says_why_and_what_can_be_done(client, case):
    office = SlotFactory(group=case.service.group, start=MOMENT, full=True).office

    places, days = read(client), read(client, kantor=office.code)

    assert "Nothing free in the coming two weeks" in places
    for page in (places, days):
        assert "/angka/" in page


def test_a_place_says_its_kecamatan(client, office):
    assert "Kecamatan Curug" in read(client)


def test_morning_and_afternoon_are_apart(client, case, office):
    for hours in (0, 5):
        start = LATER + datetime.timedelta(hours=hours, minutes=15)
        SlotFactory(office=office, group=case.service.group, start=start)

    page = read(client, kantor=office.code)

    assert page.index("Morning") < page.index("09.35") < page.index("Afternoon")


@pytest.mark.parametrize("people", [2, 4])
def test_a_visit_of_several_shows_only_times_that_are_long_enough(client, case, office, people):
    for number in range(1, people):
        start = LATER + number * 15 * MINUTE
        SlotFactory(office=office, group=case.service.group, start=start)
    party = ",".join(["ktp.hilang"] * people)

    page = read(client, "/kunjungan/waktu/", rombongan=party, kantor=office.code)

    assert page.count('name="start"') == 1
    assert f'value="{LATER.isoformat()}"' in page


def test_a_visit_that_no_place_can_take_leads_back_to_its_services(client, case, office):
    ServiceCaseFactory(service__code="KK", code="ubah")

    page = read(client, "/kunjungan/waktu/", rombongan="ktp.hilang,kk.ubah")

    assert "two bookings" in page
    assert "/kunjungan/?rombongan=" in page


def test_any_number_of_times_of_a_family_takes_the_same_queries(
    client, case, office, django_assert_num_queries
):
    party = {"rombongan": "ktp.hilang,ktp.hilang", "kantor": office.code, "ganti": "x"}
    for number in range(6):
        SlotFactory(
            office=office, group=case.service.group, start=LATER + (number + 1) * 15 * MINUTE
        )

    with django_assert_num_queries(3):
        client.get("/kunjungan/waktu/", party)


def test_two_service_groups_take_no_query_more(client, case, office, django_assert_num_queries):
    other = ServiceCaseFactory(service__code="KK", code="ubah", minutes=15)
    for number in range(6):
        for group in (case.service.group, other.service.group):
            SlotFactory(office=office, group=group, start=LATER + (number + 1) * 15 * MINUTE)
    party = {"rombongan": "ktp.hilang~kk.ubah", "kantor": office.code, "ganti": "x"}

    with django_assert_num_queries(3):
        page = client.get("/kunjungan/waktu/", party).text

    assert page.count('name="start"') > 2
