import datetime

import pytest

from citizens.domain import availability, closures, party
from citizens.domain.availability import Reason
from tests.factories.citizens import (
    DAY,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)

ONE_DAY = datetime.timedelta(days=1)
MIDNIGHT = datetime.datetime(2027, 3, 15, 17, tzinfo=datetime.UTC)  # 00.00 WIB of DAY


@pytest.mark.django_db
def test_a_closed_day_says_why_and_can_be_booked_no_more():
    office, case = OfficeFactory(), ServiceCaseFactory()
    for day in range(2):
        SlotFactory(office=office, group=case.service.group, start=MOMENT + day * ONE_DAY)
    ClosedDayFactory(office=office, name="Cuti bersama")

    [days] = availability.days(party=party.of(case), at=MIDNIGHT)

    assert (days.day(DAY).reason, days.day(DAY).note) == (Reason.HOLIDAY, "Cuti bersama")


def test_today_and_two_years_from_now_may_be_planned():
    closures.check_date(DAY, at=MOMENT)
    closures.check_date(DAY + closures.REACH, at=MOMENT)


@pytest.mark.parametrize(
    ("date", "error"),
    [
        (DAY - ONE_DAY, closures.DayIsOver),
        (DAY + closures.REACH + ONE_DAY, closures.TooFarAhead),
        (datetime.date.max, closures.TooFarAhead),
    ],
)
def test_other_days_are_refused(date, error):
    with pytest.raises(error):
        closures.check_date(date, at=MOMENT)
