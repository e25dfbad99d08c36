import datetime

import pytest

from citizens.domain import booking, later_place
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.enums import PlaceShare
from citizens.models import AppointmentPlace
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)

ONE_DAY = datetime.timedelta(days=1)
ANSWERS = Answers.of(full_name="Nur'aini", birth_date=datetime.date(1950, 1, 1))


@pytest.fixture
def office(db):
    return OfficeFactory()


@pytest.fixture
def case(db):
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def slot(office, case):
    """Makes a slot so many days from today."""

    def made(days, minutes=0, **values):
        start = MOMENT + days * ONE_DAY + minutes * MINUTE
        return SlotFactory(office=office, group=case.service.group, start=start, **values)

    return made


def keep(case, office, start, key="key"):
    return later_place.keep(
        case=case,
        office=office,
        start=start,
        answers=ANSWERS,
        staff=UserFactory(office=office),
        at=MOMENT,
        submission_key=key,
    )


def first_times(case, office):
    return later_place.first_times(case=case, office=office, at=MOMENT)


def test_the_first_times_of_the_next_days_with_a_place_are_found(case, office, slot):
    slots = [slot(days) for days in (1, 2, 3, 4)]

    found = first_times(case, office)

    assert [day.date for day in found] == [local_date(one.start) for one in slots[:3]]


def test_today_full_days_and_closed_days_are_left_out(case, office, slot):
    slot(0, minutes=60)
    slot(1, capacity=2, online=2, taken=2)
    ClosedDayFactory(office=office, date=local_date(slot(2).start))
    free = slot(3)

    assert [day.times[0].start for day in first_times(case, office)] == [free.start]


def test_a_full_time_of_a_day_is_not_offered(case, office, slot):
    slot(1, capacity=2, online=2, taken=2)
    free = slot(1, minutes=15)

    [day] = first_times(case, office)

    assert [time.start for time in day.times] == [free.start]


def test_a_place_that_does_not_serve_it_offers_nothing(case, office):
    assert first_times(case, office) == []


def test_the_internal_share_is_given_first(case, office, slot):
    made = keep(case, office, slot(1).start)

    assert AppointmentPlace.objects.get(appointment=made).share == PlaceShare.INTERNAL


def test_then_what_is_released(case, office, slot):
    made = keep(case, office, slot(1, capacity=2, online=2).start)

    assert AppointmentPlace.objects.get(appointment=made).share == PlaceShare.ONLINE


def test_nothing_is_given_beyond_the_capacity(case, office, slot):
    full = slot(1, capacity=2, online=2, taken=2)

    with pytest.raises(booking.SlotFull):
        keep(case, office, full.start)


def test_a_time_of_today_is_no_later_day(case, office, slot):
    with pytest.raises(booking.SlotFull):
        keep(case, office, slot(0, minutes=60).start)


def test_sent_twice_it_is_one_appointment(case, office, slot):
    start = slot(1).start

    assert keep(case, office, start) == keep(case, office, start)


@pytest.mark.parametrize("times", [1, 3])
def test_looking_costs_the_same_for_any_number_of_times(
    case, office, slot, times, django_assert_num_queries
):
    for number in range(times):
        slot(1, minutes=15 * number)

    with django_assert_num_queries(3):
        first_times(case, office)
