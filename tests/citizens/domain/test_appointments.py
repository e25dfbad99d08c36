import datetime

import pytest

from citizens import signals
from citizens.domain import appointments
from citizens.enums import Actor, AppointmentState
from citizens.models import VisitorService
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BEFORE = MOMENT - datetime.timedelta(hours=2)


@pytest.fixture
def appointment():
    made = AppointmentFactory(with_visitor=True)
    AppointmentPlaceFactory(appointment=made)
    return made


def place(appointment):
    return appointment.places.get().slot


def test_cancelling_gives_the_place_back_and_frees_the_person(appointment):
    appointments.cancel(appointment=appointment, at=BEFORE, actor=Actor.CITIZEN)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.CANCELLED
    assert place(appointment).taken == 0
    assert not VisitorService.objects.get().active


def test_cancelling_writes_who_and_when(appointment):
    staff = UserFactory()

    appointments.cancel(
        appointment=appointment, at=BEFORE, actor=Actor.STAFF, staff=staff, reason="telepon"
    )

    event = appointment.events.get()
    assert (event.from_state, event.to_state) == ("booked", "cancelled")
    assert (event.at, event.actor, event.staff, event.reason) == (
        BEFORE,
        Actor.STAFF,
        staff,
        "telepon",
    )


def test_cancelling_twice_frees_one_place(appointment):
    appointments.cancel(appointment=appointment, at=BEFORE, actor=Actor.CITIZEN)

    with pytest.raises(appointments.StaleAppointment):
        appointments.cancel(appointment=appointment, at=BEFORE, actor=Actor.CITIZEN)
    assert place(appointment).taken == 0
    assert appointment.events.count() == 1


def test_a_visit_that_has_begun_cannot_be_cancelled(appointment):
    with pytest.raises(appointments.TooLate):
        appointments.cancel(appointment=appointment, at=MOMENT, actor=Actor.CITIZEN)
    assert place(appointment).taken == 1


def test_cancelling_tells_the_fact_once(appointment):
    told = []
    receiver = lambda **fact: told.append(fact["appointment"])  # noqa: E731 - kept alive by its name
    signals.appointment_cancelled.connect(receiver)
    try:
        appointments.cancel(appointment=appointment, at=BEFORE, actor=Actor.CITIZEN)
    finally:
        signals.appointment_cancelled.disconnect(receiver)

    assert told == [appointment]


def test_a_move_that_the_table_does_not_know_is_a_mistake(appointment):
    with pytest.raises(ValueError, match="does not move"):
        appointments.move(
            appointment=appointment,
            to=AppointmentState.SERVED,
            expected=AppointmentState.BOOKED,
            at=MOMENT,
            actor=Actor.SYSTEM,
        )


def test_who_did_not_come_is_a_no_show_only_after_the_day_is_over(appointment):
    evening = MOMENT + datetime.timedelta(hours=14)  # 23.20 WIB

    assert appointments.close_past_days(at=evening) == 0
    assert appointments.close_past_days(at=evening + 41 * MINUTE) == 1

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.NO_SHOW
    assert not VisitorService.objects.get().active


def test_who_came_and_was_never_served_is_no_no_show_and_may_book_again():
    left_over = AppointmentFactory(checked_in=True, with_visitor=True)

    appointments.close_past_days(at=MOMENT + datetime.timedelta(days=1))

    left_over.refresh_from_db()
    assert left_over.state == AppointmentState.UNSERVED
    assert not VisitorService.objects.get().active
