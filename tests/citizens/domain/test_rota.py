"""The rules of the rota: whose shift is worked, who is away, which counters stay empty, and who pays with a desk."""

import datetime

import pytest
from django.db import IntegrityError

from citizens.domain import rota
from citizens.domain.rota import Away, Duty, Order, Rota
from citizens.enums import AbsenceKind
from tests.factories.citizens import DAY, CounterFactory
from tests.factories.planning import AbsenceFactory, PresenceOrderFactory, ShiftFactory

ONE_DAY = datetime.timedelta(days=1)
LONG_AGO = DAY - 100 * ONE_DAY
OFFICE = 1
TUESDAY = DAY.weekday()


def duty(staff, counter, *, office=OFFICE, first=LONG_AGO, until=None, weekday=TUESDAY):
    return Duty(staff, office, counter, weekday, first, until)


def empty(*duties, away=(), orders=(), day=DAY):
    return Rota(duties, tuple(away), tuple(orders)).empty_counters(office=OFFICE, day=day)


def leave(staff, kind=AbsenceKind.LEAVE, first=DAY, days=1):
    return Away(staff, kind, first, first + days * ONE_DAY)


def test_a_counter_is_empty_when_everybody_of_it_is_away():
    shared = [duty(1, 11), duty(2, 11)]

    assert empty(*shared) == []
    assert empty(*shared, away=[leave(1)]) == []
    assert empty(*shared, away=[leave(1), leave(2)]) == [11]


def test_a_day_of_coming_back_is_no_day_of_absence():
    assert empty(duty(1, 11), away=[leave(1, first=DAY - ONE_DAY)]) == []
    assert empty(duty(1, 11), away=[leave(1, first=DAY - ONE_DAY, days=2)]) == [11]


def test_the_shift_that_began_last_is_worked():
    swapped = [duty(1, 11), duty(1, 12, first=DAY, until=DAY + ONE_DAY)]

    assert empty(*swapped, away=[leave(1)]) == [12]
    assert empty(*swapped, away=[leave(1, days=8)], day=DAY + 7 * ONE_DAY) == [11]


def test_somebody_lent_to_another_office_leaves_no_empty_counter():
    lent = [duty(1, 11), duty(1, 21, office=2, first=DAY)]

    assert empty(*lent, away=[leave(1)]) == []


def test_a_counter_without_a_shift_that_day_is_not_missed():
    assert empty(duty(1, 11, weekday=(DAY + ONE_DAY).weekday()), away=[leave(1)]) == []


@pytest.mark.parametrize("office", [None, OFFICE])
def test_an_order_brings_back_who_works_from_home(office):
    order = Order(office, DAY, DAY + ONE_DAY)

    assert empty(duty(1, 11), away=[leave(1, AbsenceKind.FROM_HOME)], orders=[order]) == []
    assert empty(duty(1, 11), away=[leave(1)], orders=[order]) == [11]


def test_an_order_of_another_office_or_day_changes_nothing():
    orders = [Order(2, DAY, DAY + ONE_DAY), Order(None, DAY + ONE_DAY, DAY + 2 * ONE_DAY)]

    assert empty(duty(1, 11), away=[leave(1, AbsenceKind.FROM_HOME)], orders=orders) == [11]


def test_each_empty_counter_takes_a_desk_from_the_largest_group_it_serves():
    desks = {1: 3, 2: 2, 3: 1}

    assert rota.losers(desks, lost=[(1, 2)], order=[1, 2, 3]) == [1]
    assert rota.losers(desks, lost=[(1, 2)] * 2, order=[2, 1, 3]) == [1, 2]
    assert rota.losers(desks, lost=[(3,)] * 2, order=[1, 2, 3]) == [3, None]


@pytest.mark.django_db
def test_the_rota_is_read_in_three_queries(django_assert_num_queries):
    counter = CounterFactory()
    shift = ShiftFactory(counter=counter)
    ShiftFactory(staff=shift.staff, valid_from=DAY)  # elsewhere, and later: this one is worked
    AbsenceFactory(staff=shift.staff, first_day=DAY)
    PresenceOrderFactory(first_day=DAY)

    with django_assert_num_queries(3):
        found = rota.read(offices=[counter.office_id], first=DAY, until=DAY + ONE_DAY)

    assert found.empty_counters(office=counter.office_id, day=DAY) == []
    assert [row.office for row in found.worked(office=counter.office_id, day=DAY)] == []


WEEK = 7 * ONE_DAY


@pytest.mark.parametrize(
    ("first", "until", "clash"),
    [
        (DAY, None, True),
        (DAY + WEEK, DAY + 2 * WEEK, False),  # stands in for the ordinary one
        (LONG_AGO, DAY + WEEK, True),
        (LONG_AGO - WEEK, LONG_AGO, False),
        (LONG_AGO - WEEK, LONG_AGO + WEEK, True),
        (LONG_AGO - WEEK, None, True),
    ],
)
@pytest.mark.django_db
def test_a_person_is_at_two_counters_only_where_one_shift_stands_in_for_the_other(
    first, until, clash
):
    shift = ShiftFactory(weekday=TUESDAY, valid_from=LONG_AGO)

    found = rota.clashing(staff=shift.staff_id, weekdays=[TUESDAY], first=first, until=until)

    assert found == ([shift] if clash else [])
    assert not rota.clashing(staff=shift.staff_id, weekdays=[3], first=first, until=until)


@pytest.mark.django_db
def test_an_ordinary_shift_may_be_written_around_one_that_stands_in():
    stand_in = ShiftFactory(weekday=TUESDAY, valid_from=DAY, valid_until=DAY + WEEK)

    assert not rota.clashing(
        staff=stand_in.staff_id, weekdays=[TUESDAY], first=LONG_AGO, until=None
    )


@pytest.mark.django_db
def test_nobody_is_away_twice_on_a_day():
    absence = AbsenceFactory(until=DAY + 3 * ONE_DAY)
    AbsenceFactory(staff=absence.staff, first_day=absence.until)

    with pytest.raises(IntegrityError):
        AbsenceFactory(staff=absence.staff, first_day=DAY + ONE_DAY)
