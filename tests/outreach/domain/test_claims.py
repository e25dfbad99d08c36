import datetime

import pytest

from outreach.domain import claims
from outreach.enums import AttemptOutcome, Channel, MessageState, Reason, Urgency
from outreach.models import Attempt, Message
from tests.factories.citizens import MINUTE
from tests.factories.outreach import DUE, AttemptFactory, MessageFactory

pytestmark = pytest.mark.django_db

AFTER_LEASE = DUE + claims.LEASE + MINUTE


def claim(at=DUE, limit=claims.BATCH):
    return claims.claim(channel=Channel.SMS, provider="file", at=at, limit=limit)


def claimed(at=DUE, **options):
    return [attempt.message for attempt in claim(at, **options).attempts]


def test_a_claim_takes_what_is_due_under_a_token_and_a_lease():
    message = MessageFactory()

    (attempt,) = claim().attempts

    message.refresh_from_db()
    assert message.state == MessageState.CLAIMED
    assert message.claim_token == attempt.message.claim_token
    assert message.lease_until == DUE + claims.LEASE
    assert message.attempt_count == attempt.number == 1


def test_a_claim_writes_its_attempt_before_anything_is_sent():
    MessageFactory(body="a" * 161)

    claim()

    attempt = Attempt.objects.get()
    assert attempt.outcome == AttemptOutcome.RUNNING
    assert (attempt.provider, attempt.parts, attempt.started_at) == ("file", 2, DUE)
    assert len(attempt.reference) == 22


def test_what_is_not_due_yet_or_goes_another_way_stays():
    MessageFactory(due_at=DUE + MINUTE)
    MessageFactory(email=True)
    MessageFactory(accepted=True)

    assert claim() == claims.Claim(attempts=[], seen=0)


def test_the_urgent_goes_first_then_the_longest_due():
    late = MessageFactory(due_at=DUE - MINUTE)
    reminder = MessageFactory(due_at=DUE - 2 * MINUTE, urgency=Urgency.REMINDER)
    early = MessageFactory(due_at=DUE - 3 * MINUTE)

    assert claimed() == [early, late, reminder]


def test_a_claim_takes_no_more_than_its_limit():
    MessageFactory.create_batch(3)
    MessageFactory(urgency=Urgency.REMINDER)

    assert len(claimed(limit=2)) == 2
    assert len(claimed(limit=2)) == 2
    assert claimed(limit=2) == []


@pytest.mark.parametrize("traits", [{}, {"reminder": True}])
def test_what_is_too_late_ends_with_a_reason(traits):
    message = MessageFactory(**traits)

    found = claim(message.valid_until)

    message.refresh_from_db()
    assert (found.attempts, found.seen) == ([], 1)
    assert (message.state, message.reason) == (MessageState.EXPIRED, Reason.TOO_LATE)
    assert message.attempt_count == 0


@pytest.mark.parametrize(
    ("appointment", "reason"),
    [
        ("cancelled", Reason.APPOINTMENT_CANCELLED),
        ("checked_in", Reason.APPOINTMENT_ENDED),
        ("served", Reason.APPOINTMENT_ENDED),
    ],
)
def test_the_appointment_is_looked_at_again(appointment, reason):
    message = MessageFactory(**{f"appointment__{appointment}": True})

    assert claimed() == []

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.CANCELLED, reason)


def test_a_message_without_appointment_may_leave():
    message = MessageFactory(appointment=None)

    assert claimed() == [message]


def test_the_good_leave_while_the_others_end():
    MessageFactory(appointment__cancelled=True)
    MessageFactory(valid_until=DUE, due_at=DUE - MINUTE)
    good = MessageFactory()

    assert claimed() == [good]
    assert Message.objects.filter(state=MessageState.PLANNED).count() == 0


def test_claiming_many_costs_what_claiming_one_does(django_assert_num_queries):
    MessageFactory.create_batch(3)

    with django_assert_num_queries(2 + len(Urgency) + 2):  # a savepoint, selects, UPDATE, INSERT
        claim()


def test_submitting_marks_the_messages_and_renews_the_lease():
    MessageFactory.create_batch(2)
    attempts = claim().attempts

    ours = claims.submit(attempts=attempts, at=DUE + MINUTE)

    assert ours == list(attempts)
    for message in Message.objects.all():
        assert message.state == MessageState.SUBMITTING
        assert message.lease_until == DUE + MINUTE + claims.LEASE


def test_what_was_taken_from_us_is_not_submitted():
    MessageFactory.create_batch(2)
    first, second = claim().attempts
    Message.objects.filter(pk=first.message_id).update(
        state=MessageState.PLANNED, claim_token=None, lease_until=None
    )

    assert claims.submit(attempts=[first, second], at=DUE) == [second]


def test_nothing_is_submitted_after_the_lease():
    MessageFactory()
    attempts = claim().attempts

    assert claims.submit(attempts=attempts, at=DUE + claims.LEASE) == []


def test_a_claim_whose_sender_fell_silent_is_planned_again():
    message = MessageFactory()
    claim()

    assert claims.release_expired(at=AFTER_LEASE) == 1

    message.refresh_from_db()
    assert (message.state, message.due_at) == (MessageState.PLANNED, DUE)
    assert Attempt.objects.get().outcome == AttemptOutcome.ABANDONED
    (attempt,) = claim(AFTER_LEASE).attempts
    assert attempt.number == 2


def test_a_submission_whose_sender_fell_silent_becomes_unknown():
    message = MessageFactory()
    claims.submit(attempts=claim().attempts, at=DUE)

    assert claims.release_expired(at=AFTER_LEASE) == 1

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.UNKNOWN, Reason.SENDER_STOPPED)
    assert Attempt.objects.get().outcome == AttemptOutcome.UNKNOWN
    assert claimed(AFTER_LEASE) == []


def test_a_lease_that_still_runs_is_left_alone():
    MessageFactory()
    claim()

    assert claims.release_expired(at=DUE + claims.LEASE - MINUTE) == 0


def test_a_lease_that_ran_out_days_ago_is_found_as_well():
    message = MessageFactory(submitting=True)
    AttemptFactory(message=message)

    claims.release_expired(at=DUE + datetime.timedelta(days=9))

    message.refresh_from_db()
    assert message.state == MessageState.UNKNOWN


def test_a_message_that_no_sender_survives_is_given_up():
    message = MessageFactory(claimed=True, attempt_count=claims.MAX_ATTEMPTS)

    claims.release_expired(at=AFTER_LEASE)

    message.refresh_from_db()
    assert (message.state, message.reason) == (
        MessageState.PERMANENTLY_FAILED,
        Reason.GAVE_UP,
    )


def test_an_unknown_reminder_is_repeated_once_after_a_while():
    message = MessageFactory(reminder=True, unknown=True)
    early, at = DUE + claims.REPEAT_AFTER - MINUTE, DUE + claims.REPEAT_AFTER

    assert claims.repeat_reminders(at=early) == 0
    assert claims.repeat_reminders(at=at) == 1

    message.refresh_from_db()
    assert (message.state, message.repeats, message.due_at) == (MessageState.PLANNED, 1, at)
    (attempt,) = claim(at).attempts
    assert attempt.number == 2


def test_an_unknown_reminder_is_not_repeated_twice():
    MessageFactory(reminder=True, unknown=True, repeats=1)

    assert claims.repeat_reminders(at=DUE + datetime.timedelta(hours=1)) == 0


def test_an_unknown_reminder_is_not_repeated_when_it_is_too_late():
    message = MessageFactory(reminder=True, unknown=True)

    assert claims.repeat_reminders(at=message.valid_until) == 0


def test_an_unknown_confirmation_is_never_repeated():
    MessageFactory(unknown=True)

    assert claims.repeat_reminders(at=DUE + datetime.timedelta(hours=1)) == 0
