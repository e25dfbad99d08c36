import datetime

import pytest

from citizens.enums import Actor, AppointmentState
from outreach.domain import appointment_messages, claims
from outreach.enums import Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Message
from tests.factories.citizens import (
    MOMENT,
    AppointmentEventFactory,
    AppointmentFactory,
    OfficeFactory,
    UserFactory,
    VisitorServiceFactory,
)
from tests.factories.outreach import DUE, MessageFactory

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
TEN_DAYS_BEFORE = MOMENT - 10 * DAY
TWO_DAYS_BEFORE = MOMENT - 2 * DAY


def planned():
    """What is planned, as (purpose, channel) with how many of it."""
    rows = Message.objects.filter(state=MessageState.PLANNED).values_list("purpose", "channel")
    return {row: list(rows).count(row) for row in rows}


def book(appointment, at=TWO_DAYS_BEFORE):
    return appointment_messages.queue_booking(appointment=appointment, at=at)


def move(appointment, *, to, at=TWO_DAYS_BEFORE, office=None, caused=False):
    """What the verb writes before it tells of a move."""
    office = office or appointment.office
    AppointmentEventFactory(
        appointment=appointment,
        from_state=AppointmentState.BOOKED,
        at=at,
        from_starts_at=appointment.starts_at,
        to_starts_at=to,
        from_office=appointment.office,
        to_office=office,
        office_caused=caused,
    )
    appointment.starts_at, appointment.office = to, office
    appointment.ends_at = to + HOUR
    appointment.sequence += 1
    appointment.save()
    return appointment_messages.queue_move(appointment=appointment, at=at)


def test_a_booking_plans_its_confirmation_and_reminders_on_both_channels():
    made = book(AppointmentFactory(), at=TEN_DAYS_BEFORE)

    assert made == 8
    assert planned() == {
        ("confirmation", "sms"): 1,
        ("confirmation", "email"): 1,
        ("reminder", "sms"): 3,
        ("reminder", "email"): 3,
    }


def test_a_booking_soon_before_gets_only_the_reminders_still_to_come():
    book(AppointmentFactory(email=""), at=TWO_DAYS_BEFORE)

    reminders = Message.objects.filter(purpose=Purpose.REMINDER).order_by("due_at")
    assert [message.due_at for message in reminders] == [DUE, MOMENT - 2 * HOUR]
    assert {message.urgency for message in reminders} == {Urgency.REMINDER}


def test_a_booking_an_hour_before_is_confirmed_alone():
    book(AppointmentFactory(email=""), at=MOMENT - HOUR)

    assert planned() == {("confirmation", "sms"): 1}


def test_a_channel_without_address_is_left_out():
    book(AppointmentFactory(email=""))

    assert planned() == {("confirmation", "sms"): 1, ("reminder", "sms"): 2}


def test_without_any_address_nothing_is_planned():
    assert book(AppointmentFactory(email="", phone="")) == 0


def test_a_confirmation_is_due_at_once_and_valid_until_the_visit():
    appointment = AppointmentFactory(email="")

    book(appointment)

    message = Message.objects.get(purpose=Purpose.CONFIRMATION)
    assert (message.due_at, message.valid_until) == (TWO_DAYS_BEFORE, MOMENT)
    assert message.urgency == Urgency.TRANSACTION
    assert message.address == appointment.phone
    assert (message.starts_at, message.office) == (MOMENT, appointment.office)


def test_a_visit_that_has_begun_is_not_confirmed():
    assert book(AppointmentFactory(), at=MOMENT) == 0


def test_planning_twice_plans_once():
    appointment = AppointmentFactory()

    book(appointment)
    book(appointment)

    assert Message.objects.count() == 6


def test_the_messages_of_a_booking_cost_two_statements(django_assert_num_queries):
    appointment = AppointmentFactory()
    services = VisitorServiceFactory.create_batch(3, visitor__appointment=appointment)

    with django_assert_num_queries(2):
        appointment_messages.queue_booking(
            appointment=appointment, services=services, at=TEN_DAYS_BEFORE
        )


def test_who_booked_long_ago_is_asked_three_days_before_whether_they_will_come():
    appointment = AppointmentFactory(booked_at=TEN_DAYS_BEFORE)

    book(appointment, at=TEN_DAYS_BEFORE)

    asked = Message.objects.filter(body__contains=f"/j/{appointment.token}/pasti/")
    assert {message.due_at for message in asked} == {DUE - 2 * DAY}


# --- Moved ----------------------------------------------------------------------------------------


def test_a_move_drops_what_tells_the_old_time_and_tells_and_reminds_of_the_new():
    appointment = AppointmentFactory(email="")
    book(appointment)

    move(appointment, to=MOMENT + DAY)

    assert planned() == {("moved", "sms"): 1, ("reminder", "sms"): 2}
    assert {
        message.starts_at for message in Message.objects.filter(state=MessageState.PLANNED)
    } == {MOMENT + DAY}
    dropped = Message.objects.filter(state=MessageState.CANCELLED)
    assert {message.reason for message in dropped} == {Reason.APPOINTMENT_MOVED}
    assert dropped.count() == 3


def test_moved_away_and_back_it_is_told_and_reminded_of_again():
    appointment = AppointmentFactory(email="")
    book(appointment)

    move(appointment, to=MOMENT + DAY)
    move(appointment, to=MOMENT, at=TWO_DAYS_BEFORE + HOUR)

    assert planned() == {("moved", "sms"): 1, ("reminder", "sms"): 2}
    reminders = Message.objects.filter(state=MessageState.PLANNED, purpose=Purpose.REMINDER)
    assert {message.starts_at for message in reminders} == {MOMENT}


def test_another_place_at_the_same_time_is_told_and_reminded_of_anew():
    appointment = AppointmentFactory(email="")
    book(appointment)

    move(appointment, to=MOMENT, office=OfficeFactory(short_name="Titik Curug"))

    rows = Message.objects.filter(state=MessageState.PLANNED)
    assert rows.count() == 3
    assert all("Titik Curug" in message.body for message in rows)


def test_the_note_of_a_move_is_good_until_the_new_visit():
    appointment = AppointmentFactory(email="")

    move(appointment, to=MOMENT + DAY)

    message = Message.objects.get(purpose=Purpose.MOVED)
    assert (message.due_at, message.valid_until) == (TWO_DAYS_BEFORE, MOMENT + DAY)
    assert message.urgency == Urgency.TRANSACTION


def test_the_office_excuses_itself_for_what_it_caused():
    for caused in (False, True):
        move(AppointmentFactory(), to=MOMENT + DAY, caused=caused)

    told = Message.objects.filter(purpose=Purpose.MOVED).order_by("pk")
    assert ["maaf" in message.body for message in told] == [False, False, True, True]


def test_the_messages_of_a_move_cost_at_most_five_statements(django_assert_max_num_queries):
    appointment = AppointmentFactory()
    VisitorServiceFactory.create_batch(3, visitor__appointment=appointment)
    move(appointment, to=MOMENT + DAY)
    appointment.sequence += 1

    with django_assert_max_num_queries(5):
        appointment_messages.queue_move(appointment=appointment, at=TWO_DAYS_BEFORE)


# --- Cancelled ------------------------------------------------------------------------------------


def test_a_cancellation_ends_what_is_pending_and_is_confirmed():
    appointment = AppointmentFactory(email="")
    book(appointment)

    appointment_messages.queue_cancellation(appointment=appointment, at=DUE)

    assert planned() == {("cancellation", "sms"): 1}
    dropped = Message.objects.filter(state=MessageState.CANCELLED)
    assert {message.reason for message in dropped} == {Reason.APPOINTMENT_CANCELLED}
    assert {message.state_at for message in dropped} == {DUE}


def test_the_office_excuses_itself_for_a_cancellation_that_it_caused():
    appointment = AppointmentFactory()
    AppointmentEventFactory(
        appointment=appointment,
        actor=Actor.STAFF,
        staff=UserFactory(),
        to_state=AppointmentState.CANCELLED,
        office_caused=True,
    )

    appointment_messages.queue_cancellation(appointment=appointment, at=DUE)

    assert all("maaf" in message.body for message in Message.objects.all())


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


# --- Judged anew ----------------------------------------------------------------------------------


def about(purpose, **appointment):
    made = AppointmentFactory.build(pk=1, office_id=1, **appointment)
    return MessageFactory.build(
        purpose=purpose, appointment=made, starts_at=made.starts_at, office_id=1
    )


@pytest.mark.parametrize("purpose", appointment_messages.NEEDS_BOOKED)
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (AppointmentState.BOOKED, None),
        (AppointmentState.CANCELLED, Reason.APPOINTMENT_CANCELLED),
        (AppointmentState.CHECKED_IN, Reason.APPOINTMENT_ENDED),
        (AppointmentState.SERVED, Reason.APPOINTMENT_ENDED),
        (AppointmentState.NO_SHOW, Reason.APPOINTMENT_ENDED),
        (AppointmentState.UNSERVED, Reason.APPOINTMENT_ENDED),
    ],
)
def test_only_a_visit_to_come_is_confirmed_and_reminded(purpose, state, reason):
    assert appointment_messages.why_not(about(purpose, state=state)) == reason


@pytest.mark.parametrize("purpose", appointment_messages.NEEDS_BOOKED)
def test_what_tells_an_old_time_or_place_must_not_leave(purpose):
    early, elsewhere = about(purpose), about(purpose)
    early.appointment.starts_at += DAY
    elsewhere.appointment.office_id = 2

    for message in (early, elsewhere):
        assert appointment_messages.why_not(message) == Reason.APPOINTMENT_MOVED


def test_a_cancellation_is_told_of_a_cancelled_visit():
    message = about(Purpose.CANCELLATION, state=AppointmentState.CANCELLED)

    assert appointment_messages.why_not(message) is None


def test_a_reminder_of_the_old_time_that_a_dead_sender_had_does_not_leave():
    appointment = AppointmentFactory(email="")
    book(appointment)
    (attempt,) = claims.claim(
        channel=Channel.SMS, provider="file", at=TWO_DAYS_BEFORE, limit=1
    ).attempts

    move(appointment, to=MOMENT + DAY)
    after = TWO_DAYS_BEFORE + claims.LEASE
    claims.release_expired(at=after)
    claims.claim(channel=Channel.SMS, provider="file", at=after, limit=9)

    message = Message.objects.get(pk=attempt.message_id)
    assert (message.state, message.reason) == (MessageState.CANCELLED, Reason.APPOINTMENT_MOVED)
