import datetime

import pytest

from citizens.domain import reconfirmation
from citizens.domain.appointments import StaleAppointment, TooLate
from citizens.domain.reconfirmation import Answers
from citizens.enums import AppointmentState
from tests.factories.citizens import DAY, MINUTE, MOMENT, AppointmentFactory, OfficeFactory

pytestmark = pytest.mark.django_db

AT = MOMENT - datetime.timedelta(days=2)
ONE_DAY = datetime.timedelta(days=1)
LONG_AGO = MOMENT - datetime.timedelta(days=10)


def count(**values):
    return reconfirmation.count(since=DAY, until=DAY + ONE_DAY, **values)


def visit(state, *, answered=False, **values):
    given = {"booked_at": LONG_AGO, "reconfirmed_at": AT if answered else None} | values
    return AppointmentFactory(state=state, **given)


def test_whoever_says_to_come_is_written_down_once():
    appointment = AppointmentFactory()

    for at in (AT, AT + MINUTE):
        reconfirmation.confirm(appointment=appointment, at=at)

    appointment.refresh_from_db()
    assert appointment.reconfirmed_at == AT


def test_nobody_says_so_of_a_visit_that_is_off_or_has_begun():
    with pytest.raises(StaleAppointment):
        reconfirmation.confirm(appointment=AppointmentFactory(cancelled=True), at=AT)
    with pytest.raises(TooLate):
        reconfirmation.confirm(appointment=AppointmentFactory(), at=MOMENT)


def test_of_both_who_answered_and_who_did_not_it_is_counted_who_came():
    visit(AppointmentState.SERVED, answered=True)
    visit(AppointmentState.UNSERVED, answered=True)
    visit(AppointmentState.NO_SHOW, answered=True)
    visit(AppointmentState.SERVED)
    visit(AppointmentState.NO_SHOW)

    found = count()

    assert found == Answers(asked=5, answered=3, answered_and_came=2, silent_and_came=1)
    assert found.silent == 2


@pytest.mark.parametrize(
    "values",
    [
        {"booked_at": MOMENT - datetime.timedelta(days=7)},
        {"phone": "", "email": ""},
        {"starts_at": MOMENT + ONE_DAY},
    ],
)
def test_who_was_not_asked_or_comes_on_another_day_is_not_counted(values):
    visit(AppointmentState.SERVED, **values)

    assert count().asked == 0


@pytest.mark.parametrize("state", [AppointmentState.BOOKED, AppointmentState.CANCELLED])
def test_what_is_not_over_or_was_cancelled_is_not_counted(state):
    visit(state)

    assert count().asked == 0


def test_one_office_may_be_counted_alone():
    mine = visit(AppointmentState.SERVED)
    visit(AppointmentState.SERVED)

    assert count(office=mine.office).asked == 1
    assert count(office=OfficeFactory()).asked == 0


def test_where_nobody_is_reminded_three_days_before_nobody_is_asked(settings):
    settings.REMINDERS = ("1d",)
    visit(AppointmentState.SERVED)

    assert count().asked == 0


def test_counting_is_one_query(django_assert_num_queries):
    visit(AppointmentState.SERVED)

    with django_assert_num_queries(1):
        count()
