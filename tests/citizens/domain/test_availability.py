import datetime

import pytest

from citizens.domain import availability
from citizens.domain import party as parties
from citizens.domain.availability import Reason
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    HeldPlaceFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)

pytestmark = pytest.mark.django_db
AT = MOMENT - datetime.timedelta(hours=4)  # 05.20 WIB


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


def row(case, office, *, start=MOMENT, count=1, **values):
    """`count` slots that follow each other."""
    return [
        SlotFactory(
            office=office, group=case.service.group, start=start + index * 15 * MINUTE, **values
        )
        for index in range(count)
    ]


def test_a_free_day_names_its_first_time_and_counts_its_places(case):
    row(case, OfficeFactory(), count=3)

    [office] = availability.days(party=parties.of(case), at=AT)

    assert office.earliest == MOMENT
    assert (office.day(DAY).free, office.day(DAY).reason) == (6, None)


def test_a_full_day_says_so(case):
    row(case, OfficeFactory(), full=True)

    [office] = availability.days(party=parties.of(case), at=AT)

    assert office.earliest is None
    assert office.day(DAY).reason is Reason.FULL


def test_a_holiday_gives_its_name_and_a_day_without_slots_is_closed(case):
    office = OfficeFactory()
    row(case, office)
    holiday = DAY + datetime.timedelta(days=1)
    ClosedDayFactory(everywhere=True, office=None, date=holiday, name="Hari Suci")

    [found] = availability.days(party=parties.of(case), at=AT)

    assert (found.day(holiday).reason, found.day(holiday).note) == (Reason.HOLIDAY, "Hari Suci")
    assert found.day(DAY + datetime.timedelta(days=2)).reason is Reason.CLOSED


def test_a_live_hold_takes_a_place_and_an_expired_one_does_not(case):
    [slot] = row(case, OfficeFactory())
    HeldPlaceFactory(slot=slot, hold__created_at=AT)
    HeldPlaceFactory(slot=slot, hold__created_at=AT - datetime.timedelta(minutes=5))

    [office] = availability.days(party=parties.of(case), at=AT)

    assert office.day(DAY).free == 1


def test_a_long_visit_needs_slots_that_follow_each_other_without_a_gap():
    case = ServiceCaseFactory(minutes=30)
    office = OfficeFactory()
    row(case, office, count=2)
    row(case, office, start=MOMENT + 45 * MINUTE)
    row(case, office, start=MOMENT + 60 * MINUTE, full=True)

    found = availability.times(party=parties.of(case), office=office.code, day=DAY, at=AT)

    assert [time.start for time in found] == [MOMENT]


def test_times_are_counted_by_the_scarcest_slot_of_the_visit():
    case = ServiceCaseFactory(minutes=30)
    office = OfficeFactory()
    row(case, office, online=3)
    row(case, office, start=MOMENT + 15 * MINUTE, online=3, taken=2)

    [time] = availability.times(party=parties.of(case), office=office.code, day=DAY, at=AT)

    assert time.free == 1


def test_nothing_within_the_lead_time_or_beyond_the_horizon_can_be_booked(case, settings):
    office = OfficeFactory()
    lead = datetime.timedelta(minutes=settings.BOOKING_LEAD_MINUTES)
    row(case, office)
    row(case, office, start=MOMENT + datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS + 1))

    assert availability.days(party=parties.of(case), at=MOMENT - lead)[0].earliest == MOMENT
    assert availability.days(party=parties.of(case), at=MOMENT - lead + MINUTE) == []


def test_times_of_another_group_and_of_a_closed_office_are_not_offered(case):
    SlotFactory(start=MOMENT)
    row(case, OfficeFactory(active=False))

    assert availability.days(party=parties.of(case), at=AT) == []


@pytest.mark.parametrize("offices", [1, 3])
def test_any_number_of_offices_takes_one_query(case, offices, django_assert_num_queries):
    for _index in range(offices):
        row(case, OfficeFactory(), count=3)

    with django_assert_num_queries(1):
        assert len(availability.days(party=parties.of(case), at=AT)) == offices


def test_a_day_that_was_closed_after_its_slots_were_made_is_closed(case):
    office = OfficeFactory()
    row(case, office)
    ClosedDayFactory(everywhere=True, office=None, date=DAY, name="Hari Suci")
    row(case, office, start=MOMENT + datetime.timedelta(days=1))

    [found] = availability.days(party=parties.of(case), at=AT)

    assert (found.day(DAY).free, found.day(DAY).reason) == (0, Reason.HOLIDAY)
    assert availability.times(party=parties.of(case), office=office.code, day=DAY, at=AT) == []
