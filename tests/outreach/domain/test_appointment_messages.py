import datetime

import pytest

from citizens.enums import AppointmentState
from outreach.domain import appointment_messages
from outreach.enums import MessageState, Purpose, Reason, Urgency
from outreach.models import Message
from tests.factories.citizens import MOMENT, AppointmentFactory, VisitorServiceFactory
from tests.factories.outreach import DUE, MessageFactory

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
TWO_DAYS_BEFORE = MOMENT - datetime.timedelta(days=2)


def planned():
    return {
        (message.purpose, message.channel)
        for message in Message.objects.filter(state=MessageState.PLANNED)
    }


def test_a_booking_plans_confirmation_and_reminder_on_both_channels():
    appointment = AppointmentFactory()

    made = appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)

    assert made == 4
    assert planned() == {
        ("confirmation", "sms"),
        ("confirmation", "email"),
        ("reminder", "sms"),
        ("reminder", "email"),
    }


def test_a_channel_without_address_is_left_out():
    appointment_messages.queue_booking(appointment=AppointmentFactory(email=""), at=TWO_DAYS_BEFORE)

    assert planned() == {("confirmation", "sms"), ("reminder", "sms")}


def test_without_any_address_nothing_is_planned():
    appointment = AppointmentFactory(email="", phone="")

    assert appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE) == 0


def test_a_confirmation_is_due_at_once_and_valid_until_the_visit():
    appointment = AppointmentFactory(email="")

    appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)

    message = Message.objects.get(purpose=Purpose.CONFIRMATION)
    assert (message.due_at, message.valid_until) == (TWO_DAYS_BEFORE, MOMENT)
    assert message.urgency == Urgency.TRANSACTION
    assert message.address == appointment.phone


def test_a_reminder_is_due_at_nine_the_day_before_until_an_hour_before_the_visit():
    appointment_messages.queue_booking(appointment=AppointmentFactory(email=""), at=TWO_DAYS_BEFORE)

    message = Message.objects.get(purpose=Purpose.REMINDER)
    assert (message.due_at, message.valid_until) == (DUE, MOMENT - HOUR)
    assert message.urgency == Urgency.REMINDER


@pytest.mark.parametrize("at", [DUE, DUE + HOUR, MOMENT - HOUR])
def test_whoever_books_after_nine_the_day_before_is_not_reminded(at):
    appointment_messages.queue_booking(appointment=AppointmentFactory(email=""), at=at)

    assert planned() == {("confirmation", "sms")}


def test_the_day_before_is_that_of_the_office():
    just_after_midnight = datetime.datetime(2027, 3, 15, 17, 30, tzinfo=datetime.UTC)

    assert appointment_messages.reminder_due(start=just_after_midnight) == DUE


def test_a_visit_that_has_begun_is_not_confirmed():
    appointment = AppointmentFactory()

    assert appointment_messages.queue_booking(appointment=appointment, at=MOMENT) == 0


def test_planning_twice_plans_once():
    appointment = AppointmentFactory()

    for _ in range(2):
        appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)

    assert Message.objects.count() == 4


def test_a_moved_appointment_is_confirmed_anew():
    appointment = AppointmentFactory(email="")
    appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)
    appointment.starts_at += HOUR

    appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)

    assert Message.objects.filter(purpose=Purpose.CONFIRMATION).count() == 2


def test_the_messages_of_a_booking_cost_two_statements(django_assert_num_queries):
    appointment = AppointmentFactory()
    services = VisitorServiceFactory.create_batch(3, visitor__appointment=appointment)

    with django_assert_num_queries(2):
        appointment_messages.queue_booking(
            appointment=appointment, services=services, at=TWO_DAYS_BEFORE
        )


def test_a_cancellation_ends_what_is_pending_and_is_confirmed():
    appointment = AppointmentFactory(email="")
    appointment_messages.queue_booking(appointment=appointment, at=TWO_DAYS_BEFORE)

    appointment_messages.queue_cancellation(appointment=appointment, at=DUE)

    assert planned() == {("cancellation", "sms")}
    dropped = Message.objects.filter(state=MessageState.CANCELLED)
    assert {message.reason for message in dropped} == {Reason.APPOINTMENT_CANCELLED}
    assert {message.state_at for message in dropped} == {DUE}


def test_a_cancellation_minutes_before_the_visit_is_still_told():
    at = MOMENT - datetime.timedelta(minutes=5)

    appointment_messages.queue_cancellation(appointment=AppointmentFactory(email=""), at=at)

    assert Message.objects.get().valid_until == at + HOUR


def test_what_a_sender_has_taken_up_is_not_dropped():
    message = MessageFactory(claimed=True)

    dropped = appointment_messages.drop_pending(
        appointment=message.appointment, at=DUE, reason=Reason.APPOINTMENT_ENDED
    )

    assert dropped == 0


def test_other_appointments_keep_their_messages():
    message = MessageFactory()

    appointment_messages.queue_cancellation(appointment=AppointmentFactory(), at=DUE)

    message.refresh_from_db()
    assert message.state == MessageState.PLANNED


@pytest.mark.parametrize("purpose", [Purpose.CONFIRMATION, Purpose.REMINDER])
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (AppointmentState.BOOKED, None),
        (AppointmentState.CANCELLED, Reason.APPOINTMENT_CANCELLED),
        (AppointmentState.CHECKED_IN, Reason.APPOINTMENT_ENDED),
        (AppointmentState.SERVED, Reason.APPOINTMENT_ENDED),
        (AppointmentState.NO_SHOW, Reason.APPOINTMENT_ENDED),
    ],
)
def test_only_a_visit_to_come_is_confirmed_and_reminded(purpose, state, reason):
    assert appointment_messages.why_not(purpose=purpose, appointment_state=state.value) == reason


def test_a_cancellation_is_told_of_a_cancelled_visit():
    found = appointment_messages.why_not(
        purpose=Purpose.CANCELLATION, appointment_state=AppointmentState.CANCELLED
    )

    assert found is None
