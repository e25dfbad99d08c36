import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.domain import group_choices
from citizens.domain.office_time import local_date
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.group_visit import GroupVisitFactory

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
TODAY = local_date(MOMENT)


@pytest.fixture
def visit():
    """Fifteen people with fifteen minutes each, on one of two days."""
    return GroupVisitFactory(
        case=ServiceCaseFactory(minutes=15),
        people=15,
        wished_from=TODAY + 3 * ONE_DAY,
        wished_until=TODAY + 4 * ONE_DAY,
    )


def row(visit, days, *, internal, online=0):
    """Three slots in a row, so many days ahead."""
    return [
        SlotFactory(
            office=visit.office,
            group=visit.case.service.group,
            start=MOMENT + days * ONE_DAY + 15 * number * MINUTE,
            capacity=internal + online,
            online=online,
        )
        for number in range(3)
    ]


def days(visit):
    return group_choices.days(group_visit=visit, at=MOMENT)


def test_every_start_says_when_the_block_ends_and_what_it_takes_from_citizens(visit):
    slots = row(visit, 3, internal=4, online=4)

    day = days(visit)[0]

    assert (day.date, day.wished, day.closed) == (TODAY + 3 * ONE_DAY, True, "")
    assert (day.internal, day.unreleased, day.released) == (12, 0, 12)
    first, second, third = day.starts
    assert first.start == slots[0].start
    assert first.internal is None
    assert first.online == group_choices.Fit(slots[2].ends_at, 3)
    assert second.online.online == 7
    assert (third.internal, third.online, third.short) == (None, None, 7 * 15)
    assert day.fits
    assert not day.fits_internal


def test_internal_places_alone_are_preferred(visit):
    slots = row(visit, 3, internal=5, online=2)

    start = days(visit)[0].starts[0]

    assert start.internal == start.online == group_choices.Fit(slots[2].ends_at, 0)


def test_wished_days_without_slots_and_other_days_with_slots_are_listed(visit):
    row(visit, 1, internal=9)
    row(visit, 4, internal=9)

    listed = days(visit)

    assert [(day.date - TODAY).days for day in listed] == [1, 3, 4]
    assert [day.wished for day in listed] == [False, True, True]
    assert listed[1].starts == ()


def test_today_is_too_soon(visit):
    row(visit, 0, internal=9)

    assert TODAY not in [day.date for day in days(visit)]


def test_a_closed_day_offers_nothing(visit):
    row(visit, 3, internal=9)
    ClosedDayFactory(office=visit.office, date=TODAY + 3 * ONE_DAY, name="Cuti bersama")

    day = days(visit)[0]

    assert (day.closed, day.starts, day.internal) == ("Cuti bersama", (), 0)


def test_a_start_with_nothing_free_is_left_out(visit):
    slots = row(visit, 3, internal=6)
    slots[0].internal_taken = 6
    slots[0].save()

    assert [start.start for start in days(visit)[0].starts] == [slots[1].start, slots[2].start]


def test_the_last_planned_day_is_one_beyond_the_horizon(settings):
    settings.BOOKING_HORIZON_DAYS = 14

    assert group_choices.planned_until(at=MOMENT) == TODAY + 15 * ONE_DAY


def test_choices_cost_the_same_for_one_day_and_three(visit):
    costs = []
    for day in (3, 4, 5):
        row(visit, day, internal=9)
        with CaptureQueriesContext(connection) as queries:
            days(visit)
        costs.append(len(queries))

    assert costs == [4, 4, 4]
