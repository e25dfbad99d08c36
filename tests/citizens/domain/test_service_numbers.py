import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.domain import service_numbers
from citizens.domain.office_time import local_date
from citizens.enums import AppointmentState, PlaceShare
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentPlaceFactory,
    ClosedDayFactory,
    HeldPlaceFactory,
    SlotFactory,
)

pytestmark = pytest.mark.django_db
TODAY = local_date(MOMENT)
ONE_DAY = datetime.timedelta(days=1)


def slot(days, **values):
    return SlotFactory(
        start=MOMENT + days * ONE_DAY, **{"capacity": 10, "online": 8, "released": 5} | values
    )


def place(there, state, share=PlaceShare.ONLINE):
    return AppointmentPlaceFactory(
        slot=there,
        share=share,
        appointment__office=there.office,
        appointment__starts_at=there.start,
        appointment__state=state,
    )


def numbers(**values):
    return service_numbers.numbers(at=MOMENT, **values)


def test_what_is_released_is_booked_being_booked_or_free():
    there = slot(1, taken=2)
    HeldPlaceFactory(slot=there, hold__created_at=MOMENT)
    HeldPlaceFactory(slot=there, hold__created_at=MOMENT - 6 * MINUTE)

    [day] = numbers().coming

    assert day == service_numbers.Coming(
        TODAY + ONE_DAY, released=5, booked=2, held=1, free=2, unreleased=3
    )
    assert day.booked + day.held + day.free == day.released


def test_a_time_that_is_too_near_is_not_free():
    slot(0)

    assert [day.free for day in numbers().coming] == [0]


def test_a_past_day_says_who_came_and_who_did_not():
    there = slot(-1, taken=4)
    for state in (
        AppointmentState.SERVED,
        AppointmentState.UNSERVED,
        AppointmentState.NO_SHOW,
        AppointmentState.CANCELLED,
    ):
        place(there, state)
    place(there, AppointmentState.SERVED, PlaceShare.INTERNAL)

    assert numbers().past == (
        service_numbers.Past(TODAY - ONE_DAY, released=5, booked=4, came=2, no_show=1),
    )


def test_fourteen_days_before_today_and_fourteen_from_today_on():
    for days in (-15, -14, -1, 0, 13, 14):
        slot(days)

    found = numbers()

    assert [(day.date - TODAY).days for day in found.past] == [-14, -1]
    assert [(day.date - TODAY).days for day in found.coming] == [0, 13]


def test_one_office_alone():
    mine, _other = slot(1), slot(1)

    assert numbers(office=mine.office.code).coming[0].released == 5
    assert numbers().coming[0].released == 10


def test_closed_days_are_not_counted():
    there = slot(1)
    ClosedDayFactory(office=there.office, date=TODAY + ONE_DAY)

    assert numbers().coming == ()


def test_the_next_release_is_a_window_of_two_hours_at_least_and_never_the_minute():
    there = slot(3)
    there.releases.create(places=1, due_at=MOMENT + 97 * MINUTE)
    there.releases.create(places=1, due_at=MOMENT + 1 * MINUTE, returned=True)

    first, last = service_numbers.next_release(at=MOMENT)

    assert first <= MOMENT + 97 * MINUTE <= last
    assert last - first >= datetime.timedelta(hours=2)
    assert (first.minute, first.second) != (
        (MOMENT + 97 * MINUTE).minute,
        (MOMENT + 97 * MINUTE).second,
    )
    assert service_numbers.next_release(at=MOMENT, office=slot(3).office.code) is None


def test_numbers_cost_one_query():
    for days in (-1, 1, 2):
        slot(days)

    with CaptureQueriesContext(connection) as queries:
        numbers()

    assert len(queries) == 1
