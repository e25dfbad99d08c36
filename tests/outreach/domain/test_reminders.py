import datetime

import pytest

from outreach.domain import reminders
from tests.factories.citizens import MOMENT, AppointmentFactory

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)

# MOMENT is Tuesday, 16 March, 09.20 WIB; nine o'clock on the office's clock is 02.00 UTC.
SATURDAY_AT_NINE = datetime.datetime(2027, 3, 13, 2, 0, tzinfo=datetime.UTC)
MONDAY_AT_NINE = datetime.datetime(2027, 3, 15, 2, 0, tzinfo=datetime.UTC)
TWO_HOURS_BEFORE = MOMENT - 2 * HOUR


def visit(start=MOMENT, booked_at=MOMENT - 4 * DAY):
    return AppointmentFactory.build(starts_at=start, booked_at=booked_at)


def to_come(at, **options):
    return reminders.to_come(appointment=visit(**options), at=at)


def test_days_before_are_reminded_of_at_nine_and_hours_exactly():
    found = to_come(MOMENT - 10 * DAY)

    assert [(one.kind, one.due) for one in found] == [
        ("3d", SATURDAY_AT_NINE),
        ("1d", MONDAY_AT_NINE),
        ("2h", TWO_HOURS_BEFORE),
    ]


def test_a_reminder_is_good_until_the_next_and_the_last_until_an_hour_before():
    found = to_come(MOMENT - 10 * DAY)

    assert [one.until for one in found] == [MONDAY_AT_NINE, TWO_HOURS_BEFORE, MOMENT - HOUR]


def test_the_settings_say_which(settings):
    settings.REMINDERS = ("12h", "7d")

    assert [one.kind for one in to_come(MOMENT - 10 * DAY)] == ["7d", "12h"]


def test_there_may_be_none(settings):
    settings.REMINDERS = ()

    assert to_come(MOMENT - 10 * DAY) == []


@pytest.mark.parametrize(
    ("at", "kinds"),
    [
        (SATURDAY_AT_NINE - HOUR, ["3d", "1d", "2h"]),
        (SATURDAY_AT_NINE - HOUR + MINUTE, ["1d", "2h"]),
        (SATURDAY_AT_NINE + MINUTE, ["1d", "2h"]),
        (MONDAY_AT_NINE - HOUR, ["1d", "2h"]),
        (MONDAY_AT_NINE, ["2h"]),
        (TWO_HOURS_BEFORE - HOUR, ["2h"]),
        (TWO_HOURS_BEFORE - HOUR + MINUTE, []),
        (MOMENT - MINUTE, []),
    ],
)
def test_only_what_is_to_come_reminds_and_never_within_an_hour_of_the_confirmation(at, kinds):
    assert [one.kind for one in to_come(at, booked_at=at)] == kinds


def test_the_day_before_is_that_of_the_office():
    just_after_midnight = datetime.datetime(2027, 3, 15, 17, 30, tzinfo=datetime.UTC)
    just_before = just_after_midnight - HOUR

    assert reminders.due_at(kind="1d", start=just_after_midnight) == MONDAY_AT_NINE
    assert reminders.due_at(kind="1d", start=just_before) == MONDAY_AT_NINE - DAY


@pytest.mark.parametrize(("ahead", "asks"), [(8 * DAY, True), (7 * DAY, False), (4 * DAY, False)])
def test_only_who_booked_more_than_a_week_ahead_is_asked_and_only_three_days_before(ahead, asks):
    found = to_come(MOMENT - ahead, booked_at=MOMENT - ahead)

    assert {one.kind: one.asks for one in found} == {"3d": asks, "1d": False, "2h": False}
