import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import forecast
from citizens.domain.forecast import Cause, History
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
)
from tests.factories.planning import SurgeCauseFactory

ONE_DAY = datetime.timedelta(days=1)
WEEK = 7 * ONE_DAY
KTP, KK = 1, 2


def cause(first=DAY, days=14, multiplier=2.0):
    return Cause(pk=1, name="Sesudah Lebaran", first=first, days=days, multiplier=multiplier)


def weeks(*counts, causes=(), day=DAY):
    """A history of KTP visits on the weekday of `day`, the latest week first."""
    arrivals = {day - ago * WEEK: {KTP: count} for ago, count in enumerate(counts, start=1)}
    return History(arrivals, causes)


# --- The factor of a cause ------------------------------------------------------------------------


def test_the_factor_falls_evenly_from_the_first_day_to_the_day_after_the_last():
    wave = cause(days=4, multiplier=3)

    factors = [wave.factor(DAY + number * ONE_DAY) for number in range(-1, 6)]

    assert factors == [1, 3, 2.5, 2, 1.5, 1, 1]


@given(
    multiplier=st.floats(0.1, 10),
    days=st.integers(1, 90),
    passed=st.integers(-5, 100),
)
def test_the_factor_is_always_between_one_and_the_multiplier(multiplier, days, passed):
    found = cause(days=days, multiplier=multiplier).factor(DAY + passed * ONE_DAY)

    assert min(1, multiplier) - 1e-9 <= found <= max(1, multiplier) + 1e-9


# --- The forecast of a day ------------------------------------------------------------------------


def test_the_forecast_is_the_mean_of_the_weekday_times_the_factor():
    found = weeks(100, 110, 90, 120, causes=[cause()]).forecast(DAY)

    assert found.means == {KTP: 105}
    assert found.factor == 2
    assert found.visits == {KTP: 210}
    assert found.total == 210


def test_it_says_which_days_it_averaged_and_which_causes_it_counted():
    wave = cause()

    found = weeks(100, 110, 90, 120, causes=[wave]).forecast(DAY)

    counts = (100, 110, 90, 120)
    assert found.days == tuple((DAY - ago * WEEK, counts[ago - 1]) for ago in range(1, 5))
    assert found.factors == ((wave, 2.0),)


def test_only_the_last_eight_such_days_are_averaged():
    found = weeks(*[100] * 8, 900).forecast(DAY)

    assert found.means == {KTP: 100}
    assert len(found.days) == 8


def test_a_group_that_nobody_came_for_on_a_day_counts_as_nobody():
    arrivals = {DAY - ago * WEEK: {KTP: 10} for ago in range(1, 5)}
    arrivals[DAY - WEEK] = {KTP: 10, KK: 8}

    assert History(arrivals).forecast(DAY).means == {KTP: 10, KK: 2}


def test_days_with_a_cause_are_no_part_of_the_rhythm():
    wave = cause(first=DAY - WEEK, days=3)

    found = weeks(300, 100, 100, 100, 100, causes=[wave]).forecast(DAY)

    assert found.means == {KTP: 100}
    assert found.factor == 1


def test_several_causes_of_a_day_multiply():
    causes = [cause(), cause(multiplier=1.5)]

    assert weeks(*[100] * 4, causes=causes).forecast(DAY).visits == {KTP: 300}


def test_three_days_are_too_few_to_say_anything():
    found = weeks(100, 100, 100).forecast(DAY)

    assert not found.is_enough
    assert found.visits == {}
    assert found.total is None
    assert len(found.days) == 3


def test_another_weekday_says_nothing():
    assert weeks(*[100] * 8, day=DAY - ONE_DAY).forecast(DAY).days == ()


# --- The error of the past ------------------------------------------------------------------------


def test_the_past_error_stands_beside_that_of_the_week_before_over_the_same_days():
    # Forecast of the last week: the mean of 100, 120, 100, 120; one week before it: 100.
    found = weeks(130, 100, 120, 100, 120).past_error()

    assert found.count == 1
    assert found.came == 130
    assert found.ours == 20
    assert found.naive == 30


def test_a_past_day_is_forecast_with_what_was_known_before_it():
    found = weeks(500, 100, 100, 100, 100, 100).past_error()

    assert [(one.came, one.ours) for one in found.tested] == [(500, 100), (100, 100)]


def test_a_day_without_the_week_before_is_tested_for_neither():
    history = weeks(100, 100, 100, 100, 100, 100)
    arrivals = {day: of_day for day, of_day in history.arrivals.items() if day != DAY - 2 * WEEK}

    found = History(arrivals).past_error()

    assert found is None  # the week before is missing, or fewer than four are known


def test_the_past_error_of_one_group_is_its_own():
    arrivals = {DAY - ago * WEEK: {KTP: 100, KK: 10} for ago in range(2, 7)}
    arrivals[DAY - WEEK] = {KTP: 100, KK: 16}

    assert History(arrivals).past_error(group=KK, last=1).ours == 6
    assert History(arrivals).past_error(group=KTP, last=1).ours == 0


# --- Reading --------------------------------------------------------------------------------------


def served(office, day, case, count=1, **kwargs):
    queue_day = QueueDayFactory(office=office, date=day)
    for number in range(count):
        at = datetime.datetime.combine(day, MOMENT.timetz()) + number * MINUTE
        TicketFactory(queue_day=queue_day, case=case, arrived_at=at, **kwargs)
    return queue_day


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def office(case):
    return OfficeFactory()


def test_every_number_of_a_day_counts_with_an_appointment_or_without(office, case):
    day = served(office, DAY - WEEK, case, count=2)
    TicketFactory(queue_day=day, case=case, booked=True)
    served(OfficeFactory(), DAY - WEEK, case)

    found = forecast.read(offices=[office.pk], at=MOMENT)[office.pk]

    assert found.arrivals == {DAY - WEEK: {case.service.group_id: 3}}


def test_today_is_not_over_and_does_not_count(office, case):
    served(office, DAY, case)

    assert forecast.read(offices=[office.pk], at=MOMENT)[office.pk].arrivals == {}


def test_causes_are_those_of_the_office_and_of_every_one(office):
    own, everywhere = SurgeCauseFactory(office=office), SurgeCauseFactory()
    SurgeCauseFactory(office=OfficeFactory())

    found = forecast.read(offices=[office.pk], at=MOMENT)[office.pk]

    assert [one.pk for one in found.causes] == [own.pk, everywhere.pk]


def test_reading_takes_two_queries_however_much_there_is(office, case, django_assert_num_queries):
    other = OfficeFactory()
    for ago in range(1, 4):
        served(office, DAY - ago * WEEK, case, count=2)
        served(other, DAY - ago * WEEK, case)
        SurgeCauseFactory(office=office)

    with django_assert_num_queries(2):
        forecast.read(offices=[office.pk, other.pk], at=MOMENT)
