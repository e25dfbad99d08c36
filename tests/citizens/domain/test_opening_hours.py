import datetime

import pytest

from citizens.domain import opening_hours
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    OpeningPeriodFactory,
)

MIDNIGHT = datetime.datetime(2027, 3, 15, 17, 0, tzinfo=datetime.UTC)  # at the office


@pytest.fixture
def office(db):
    """Open from 8 to 12 and from 13 to 15."""
    office = OfficeFactory()
    morning = OpeningPeriodFactory(template__office=office)
    OpeningPeriodFactory(
        template=morning.template, opens=datetime.time(13), closes=datetime.time(15)
    )
    return office


def of_day(office, date=DAY):
    return opening_hours.of_day(office=office, date=date)


def test_a_day_has_its_periods_in_order(office):
    hours = [(one.opens - MIDNIGHT, one.closes - MIDNIGHT) for one in of_day(office)]

    assert [(begin // (60 * MINUTE), end // (60 * MINUTE)) for begin, end in hours] == [
        (8, 12),
        (13, 15),
    ]


def test_another_weekday_and_another_office_have_none(office):
    assert of_day(office, DAY + datetime.timedelta(days=1)) == []
    assert of_day(OfficeFactory()) == []


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_closed_day_has_none(office, everywhere):
    ClosedDayFactory(office=None if everywhere else office)

    assert of_day(office) == []


def test_a_template_that_is_over_does_not_count(db):
    period = OpeningPeriodFactory(template__valid_until=DAY)

    assert of_day(period.template.office) == []


def test_the_break_does_not_count_as_time_left(office):
    assert opening_hours.minutes_left(of_day(office), at=MOMENT) == 160 + 120
    assert opening_hours.minutes_left(of_day(office), at=MOMENT + 600 * MINUTE) == 0
