"""Rows made by hand; each figure is computed in the comment beside it."""

import datetime

import pytest
from django.utils import translation

from citizens.domain import reports_queue
from citizens.domain.reports import Scope
from citizens.enums import AppointmentState, TicketState
from citizens.models import Appointment
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    ClosedDayFactory,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    SlotFactory,
    TicketFactory,
)
from tests.factories.queue_day import DeskPauseFactory, WaitForecastFactory

ONE_DAY = datetime.timedelta(days=1)
HOUR = 60 * MINUTE
# MOMENT is 09.20 at the office.


@pytest.fixture
def day(db):
    return QueueDayFactory()


@pytest.fixture
def case(db):
    return ServiceCaseFactory(service__name="KTP-el", service__name_en="ID card")


@pytest.fixture
def scope(day):
    return Scope(DAY, DAY, day.office_id)


def waited(day, case, minutes, **kwargs):
    """Somebody who was called so many minutes after arriving."""
    at = kwargs.pop("arrived_at", MOMENT)
    return TicketFactory(
        queue_day=day,
        case=case,
        finished=True,
        arrived_at=at,
        called_at=at + minutes * MINUTE,
        **kwargs,
    )


def test_waits_have_median_and_ninth_decile_between_the_people(day, case, scope):
    for minutes in (10, 20, 30, 40, 50):
        waited(day, case, minutes)

    # p50 is the third; p90 lies 0.9 x 4 = 3.6 places above the first: 40 + 0.6 x 10 = 46
    assert reports_queue.waits_by_service(scope) == [("KTP-el", 5, 30.0, 46.0)]
    assert reports_queue.waits_by_hour(scope) == [(9, 5, 30.0, 46.0)]
    assert reports_queue.waits_by_service_and_hour(scope) == [("KTP-el", 9, 5, 30.0, 46.0)]


def test_who_comes_early_waits_from_the_booked_time(day, case, scope):
    # arrived 09.20, booked for 09.50, called 10.00: 10 minutes
    waited(day, case, 40, booked=True, due_at=MOMENT + 30 * MINUTE)

    assert reports_queue.waits_by_service(scope) == [("KTP-el", 1, 10.0, 10.0)]


def test_who_comes_late_waits_from_the_arrival(day, case, scope):
    # booked for 09.00, arrived 09.20, called 09.35: 15 minutes
    waited(day, case, 15, booked=True, due_at=MOMENT - 20 * MINUTE)

    assert reports_queue.waits_by_service(scope) == [("KTP-el", 1, 15.0, 15.0)]


def test_who_is_called_before_the_booked_time_has_waited_nothing(day, case, scope):
    waited(day, case, 5, booked=True, due_at=MOMENT + 30 * MINUTE)

    assert reports_queue.waits_by_service(scope) == [("KTP-el", 1, 0.0, 0.0)]


def test_waits_leave_out_who_was_never_called_and_numbers_from_paper(day, case, scope):
    TicketFactory(queue_day=day, case=case)
    waited(day, case, 90, from_paper=True)

    assert reports_queue.waits_by_service(scope) == []


def test_the_hour_is_that_of_arrival_on_the_offices_clock(day, case, scope):
    waited(day, case, 10, arrived_at=MOMENT + 5 * HOUR)  # 14.20

    assert reports_queue.waits_by_hour(scope) == [(14, 1, 10.0, 10.0)]


def test_other_days_and_places_are_left_out(day, case, scope):
    waited(day, case, 10)
    waited(QueueDayFactory(office=day.office, date=DAY + ONE_DAY), case, 99)
    waited(QueueDayFactory(), case, 30)

    assert reports_queue.waits_by_service(scope) == [("KTP-el", 1, 10.0, 10.0)]
    # 10 and 30: the middle is 20; p90 is 10 + 0.9 x 20 = 28
    assert reports_queue.waits_by_service(Scope(DAY, DAY)) == [("KTP-el", 2, 20.0, 28.0)]


def test_names_are_in_the_language_of_the_page(day, case, scope):
    waited(day, case, 10)

    with translation.override("en"):
        assert reports_queue.waits_by_service(scope)[0][0] == "ID card"


def test_arrivals_are_counted_by_hour_and_door(day, case, scope):
    TicketFactory(queue_day=day, case=case, booked=True)
    for _ in range(2):
        TicketFactory(queue_day=day, case=case)
    TicketFactory(queue_day=day, case=case, arrived_at=MOMENT + HOUR)

    assert reports_queue.arrivals_by_hour(scope) == [(9, 1, 2), (10, 0, 1)]


@pytest.mark.parametrize(("waited_minutes", "held"), [(9, 0), (10, 1), (25, 1), (26, 0)], ids=str)
def test_a_told_wait_held_when_the_first_call_lay_in_its_range(
    day, case, scope, waited_minutes, held
):
    WaitForecastFactory(ticket=waited(day, case, waited_minutes), low=10, high=25)
    WaitForecastFactory(ticket=TicketFactory(queue_day=day, case=case))  # was never called

    assert reports_queue.told_waits(scope) == [("KTP-el", 1, held)]


def appointment(day, state, *, came=False, **kwargs):
    made = AppointmentFactory(office=day.office, **kwargs)
    if came:
        TicketFactory(
            queue_day=day, booked=True, appointment=made, due_at=made.starts_at, finished=True
        )
    Appointment.objects.filter(pk=made.pk).update(state=state)


def test_only_who_booked_and_did_not_come_is_a_no_show(day, scope):
    for _ in range(3):
        appointment(day, AppointmentState.NO_SHOW)
    appointment(day, AppointmentState.SERVED, came=True)
    appointment(day, AppointmentState.UNSERVED, came=True)
    appointment(day, AppointmentState.NO_SHOW, came=True)
    appointment(day, AppointmentState.CANCELLED)
    appointment(day, AppointmentState.BOOKED)

    # 8 booked less 1 cancelled; 3 came, of these 1 gone when called and 1 not served; 3 did not; 1 is open
    assert reports_queue.no_shows_by_hour(scope) == [(9, 7, 3, 1, 1, 3, 1)]
    assert reports_queue.no_shows_by_day(scope) == [(DAY, 7, 3, 1, 1, 3, 1)]


def test_an_appointment_belongs_to_the_hour_and_day_of_its_time(day, scope):
    appointment(day, AppointmentState.NO_SHOW, starts_at=MOMENT + 2 * HOUR)
    appointment(day, AppointmentState.NO_SHOW, starts_at=MOMENT + ONE_DAY)

    assert reports_queue.no_shows_by_hour(scope) == [(11, 1, 0, 0, 0, 1, 0)]


def test_desk_hours_planned_and_open_are_compared_by_day(day, scope):
    for hours in (0, 1):
        SlotFactory(office=day.office, start=MOMENT + hours * HOUR, minutes=60, capacity=4)
    counter = CounterFactory(office=day.office)
    session = DeskSessionFactory(counter=counter, closed_at=MOMENT + 2 * HOUR)
    DeskPauseFactory(session=session, began_at=MOMENT + 30 * MINUTE, ended_at=MOMENT + 60 * MINUTE)
    DeskSessionFactory(counter=counter, opened_at=MOMENT + 3 * HOUR, closed_at=MOMENT + 4 * HOUR)

    found = reports_queue.desks_by_day(scope, at=MOMENT + 5 * HOUR)

    # planned 2 x 4 h; open 2 h - 0.5 h + 1 h; one counter, two sessions
    assert found == [(DAY, 8.0, 2.5, 0.5, 1, 2)]


def test_of_a_day_that_goes_on_only_what_has_passed_is_planned(day, scope):
    for hours in (0, 1, 2):
        SlotFactory(office=day.office, start=MOMENT + hours * HOUR, minutes=60, capacity=4)

    found = reports_queue.desks_by_day(scope, at=MOMENT + 90 * MINUTE)

    # one slot is over, half of the second has passed, the third has not begun: 4 h + 2 h
    assert [row[1] for row in found] == [6.0]


def test_a_session_that_goes_on_counts_until_now_and_its_pause_too(day, scope):
    session = DeskSessionFactory(counter=CounterFactory(office=day.office))
    DeskPauseFactory(session=session, began_at=MOMENT + HOUR)

    found = reports_queue.desks_by_day(scope, at=MOMENT + 90 * MINUTE)

    assert found == [(DAY, 0.0, 1.0, 0.5, 1, 1)]


def test_a_session_left_open_ends_at_midnight(day, scope):
    DeskSessionFactory(counter=CounterFactory(office=day.office))

    found = reports_queue.desks_by_day(scope, at=MOMENT + 3 * ONE_DAY)

    # from 09.20 until 24.00: 14 h 40 min
    assert [round(found[0][2], 4)] == [14.6667]


def test_nothing_is_planned_on_a_closed_day(day, scope):
    SlotFactory(office=day.office, start=MOMENT, minutes=60)
    ClosedDayFactory(office=day.office)

    assert reports_queue.desks_by_day(scope, at=MOMENT) == []


def test_nothing_recorded_gives_no_rows(scope):
    for report in (
        reports_queue.waits_by_service,
        reports_queue.waits_by_hour,
        reports_queue.waits_by_service_and_hour,
        reports_queue.arrivals_by_hour,
        reports_queue.told_waits,
        reports_queue.no_shows_by_day,
    ):
        assert report(scope) == []


def test_every_ended_state_of_a_ticket_is_an_arrival(day, case, scope):
    TicketFactory(queue_day=day, case=case, absent=True)
    TicketFactory(queue_day=day, case=case, state=TicketState.UNSERVED, ended_at=MOMENT)

    assert reports_queue.arrivals_by_hour(scope) == [(9, 0, 2)]
