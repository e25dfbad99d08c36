import datetime

import pytest

from citizens.domain import expected
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    VisitorFactory,
    VisitorServiceFactory,
)

YESTERDAY = DAY - datetime.timedelta(days=1)


@pytest.fixture
def office(db):
    return OfficeFactory()


def book(office, *, start=MOMENT, **values):
    return VisitorServiceFactory(
        visitor__appointment=AppointmentFactory(office=office, starts_at=start, **values)
    )


def to_come(office):
    return expected.still_to_come(office=office, at=MOMENT, late_minutes=15)


def test_who_is_booked_for_today_and_not_here_is_to_come(office):
    later = book(office, start=MOMENT + 60 * MINUTE)
    sooner = book(office)

    assert [one.case for one in to_come(office)] == [sooner.case_id, later.case_id]


def test_who_is_here_or_cancelled_or_comes_elsewhere_or_tomorrow_is_not(office):
    book(office, checked_in=True)
    book(office, cancelled=True)
    book(OfficeFactory())
    book(office, start=MOMENT + datetime.timedelta(days=1))

    assert to_come(office) == []


@pytest.mark.parametrize(("late", "counts"), [(15, 1), (16, 0)])
def test_who_is_too_late_is_expected_no_more(office, late, counts):
    book(office, start=MOMENT - late * MINUTE)

    assert len(to_come(office)) == counts


def test_a_family_is_one_visit_for_what_the_first_person_comes_for(office):
    first = book(office, priority_group="elderly")
    second = VisitorFactory(appointment=first.visitor.appointment)
    VisitorServiceFactory(visitor=second, case=ServiceCaseFactory())

    (visit,) = to_come(office)

    assert (visit.group, visit.case) == (first.group_id, first.case_id)
    assert (visit.priority, visit.minutes) == (True, first.minutes)


def rate(office):
    return expected.show_rate(office=office, at=MOMENT)


def test_the_show_rate_is_the_share_of_booked_visits_that_came(office):
    QueueDayFactory(office=office, date=YESTERDAY)
    for state in ["served"] * 20 + ["unserved"] * 4 + ["no_show"] * 6 + ["cancelled"] * 9:
        AppointmentFactory(
            office=office, starts_at=MOMENT - datetime.timedelta(days=1), state=state
        )

    assert (rate(office).came, rate(office).booked, rate(office).share) == (24, 30, 0.8)


def test_below_thirty_visits_everybody_is_expected(office):
    QueueDayFactory(office=office, date=YESTERDAY)
    for _ in range(29):
        AppointmentFactory(
            office=office, starts_at=MOMENT - datetime.timedelta(days=1), state="no_show"
        )

    assert not rate(office).is_measured
    assert rate(office).share == 1


def test_today_says_nothing_about_the_show_rate(office):
    book(office, served=True)

    assert rate(office).booked == 0
