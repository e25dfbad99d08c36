import pytest

from citizens.domain import identity
from citizens.enums import Actor, AppointmentState
from tests.factories.citizens import MOMENT, AppointmentFactory, UserFactory


@pytest.mark.django_db
def test_a_card_of_somebody_else_is_in_the_history_and_changes_no_state():
    appointment, staff = AppointmentFactory(with_visitor=True), UserFactory()

    identity.note_mismatch(appointment=appointment, at=MOMENT, staff=staff)

    event = appointment.events.get()
    assert (event.from_state, event.to_state) == (AppointmentState.BOOKED, AppointmentState.BOOKED)
    assert (event.reason, event.actor, event.staff) == (
        identity.CARD_MISMATCH,
        Actor.STAFF,
        staff,
    )
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED
