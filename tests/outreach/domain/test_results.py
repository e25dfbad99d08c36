import datetime

import pytest

from outreach.domain import claims, results
from outreach.enums import AttemptOutcome, Channel, MessageState, Reason
from outreach.models import Message
from outreach.providers import Accepted, NotSent, Rejected, Unknown
from tests.factories.citizens import MINUTE
from tests.factories.outreach import DUE, MessageFactory

pytestmark = pytest.mark.django_db

AT = DUE + MINUTE
FOR_NOW = Rejected("451 later", permanent=False)


def submitted(**fields):
    """An attempt of one message on its way."""
    MessageFactory(**fields)
    attempts = claims.claim(channel=Channel.SMS, provider="file", at=DUE, limit=9).attempts
    (attempt,) = claims.submit(attempts=attempts, at=DUE)
    return attempt


def after(attempt, answer, at=AT):
    """The message and the attempt once the answer was recorded."""
    results.record(answers=[(attempt, answer)], at=at)
    attempt.refresh_from_db()
    return Message.objects.get(pk=attempt.message_id), attempt


@pytest.mark.parametrize(
    ("answer", "state", "reason", "outcome"),
    [
        (Accepted("x1"), MessageState.ACCEPTED, "", AttemptOutcome.ACCEPTED),
        (
            Rejected("550 no", permanent=True),
            MessageState.PERMANENTLY_FAILED,
            Reason.REFUSED,
            AttemptOutcome.REFUSED,
        ),
        (FOR_NOW, MessageState.PLANNED, "", AttemptOutcome.REFUSED_FOR_NOW),
        (NotSent("refused"), MessageState.PLANNED, "", AttemptOutcome.NOT_SENT),
        (
            Unknown("timed out"),
            MessageState.UNKNOWN,
            Reason.NO_ANSWER,
            AttemptOutcome.UNKNOWN,
        ),
    ],
)
def test_each_answer_makes_its_state(answer, state, reason, outcome):
    message, attempt = after(submitted(), answer)

    assert (message.state, message.reason, message.state_at) == (state, reason, AT)
    assert (attempt.outcome, attempt.finished_at) == (outcome, AT)
    assert message.lease_until is None


def test_the_words_of_the_provider_are_kept_without_addresses():
    _, refused = after(submitted(), Rejected("550 siti@example.test unknown", permanent=True))
    _, accepted = after(submitted(), Accepted("queued as 4F1"))

    assert refused.error == "550 s***@example.test unknown"
    assert accepted.provider_reference == "queued as 4F1"


def test_long_words_are_cut():
    _, attempt = after(submitted(), Unknown("x" * 1000))

    assert len(attempt.error) == 200


def test_many_answers_are_written_together(django_assert_num_queries):
    attempts = [submitted() for _ in range(4)]
    answers = [Accepted(), Accepted(), Accepted(), Accepted()]

    first_claim = {attempt.message.claim_token for attempt in attempts}
    with django_assert_num_queries(2 + 1 + len(first_claim)):
        results.record(answers=list(zip(attempts, answers, strict=True)), at=AT)

    assert Message.objects.filter(state=MessageState.ACCEPTED).count() == 4


def test_a_failed_attempt_waits_longer_each_time_and_never_exactly_as_long():
    message, _ = after(submitted(), FOR_NOW)
    wait = message.due_at - AT

    assert results.FIRST_WAIT <= wait <= results.FIRST_WAIT * (1 + results.JITTER)
    waits = [results.wait_before(attempt=number) for number in range(1, 30)]
    assert waits == sorted(waits)
    assert waits[1] == 3 * waits[0]
    assert waits[-1] == results.LONGEST_WAIT


def test_what_failed_together_does_not_come_back_together():
    attempts = [submitted() for _ in range(5)]

    results.record(answers=[(attempt, FOR_NOW) for attempt in attempts], at=AT)

    assert len(set(Message.objects.values_list("due_at", flat=True))) > 1


def test_it_is_given_up_when_the_next_try_would_be_too_late():
    message, _ = after(submitted(valid_until=AT + results.FIRST_WAIT), FOR_NOW)

    assert (message.state, message.reason) == (
        MessageState.PERMANENTLY_FAILED,
        Reason.GAVE_UP,
    )


def test_it_is_given_up_after_the_last_attempt():
    attempt = submitted(
        attempt_count=claims.MAX_ATTEMPTS - 1, valid_until=DUE + datetime.timedelta(days=9)
    )

    message, _ = after(attempt, FOR_NOW)

    assert message.state == MessageState.PERMANENTLY_FAILED


def test_a_server_that_is_away_for_a_night_loses_nothing():
    waits = [results.wait_before(attempt=number) for number in range(1, claims.MAX_ATTEMPTS)]

    assert sum(waits, datetime.timedelta()) > datetime.timedelta(hours=14)


def test_a_late_answer_still_clears_up_what_was_unknown():
    attempt = submitted()
    claims.release_expired(at=DUE + claims.LEASE)

    message, attempt = after(attempt, Accepted(), at=DUE + claims.LEASE + MINUTE)

    assert message.state == MessageState.ACCEPTED
    assert attempt.outcome == AttemptOutcome.ACCEPTED


def test_a_late_failure_does_not_send_what_was_unknown_again():
    attempt = submitted()
    claims.release_expired(at=DUE + claims.LEASE)

    message, attempt = after(attempt, NotSent("refused"), at=DUE + claims.LEASE + MINUTE)

    assert message.state == MessageState.UNKNOWN
    assert attempt.outcome == AttemptOutcome.NOT_SENT


def test_a_late_answer_is_kept_with_its_attempt_when_a_new_one_is_on_its_way():
    first = submitted(reminder=True)
    claims.release_expired(at=DUE + claims.LEASE)
    again = DUE + claims.LEASE + claims.REPEAT_AFTER
    claims.repeat_reminders(at=again)
    claims.claim(channel=Channel.SMS, provider="file", at=again, limit=9)

    message, first = after(first, Accepted(), at=again)

    assert message.state == MessageState.CLAIMED
    assert first.outcome == AttemptOutcome.ACCEPTED


def test_a_receipt_that_was_quicker_is_not_overwritten():
    attempt = submitted()
    Message.objects.update(state=MessageState.DELIVERED, lease_until=None)

    message, _ = after(attempt, Accepted())

    assert message.state == MessageState.DELIVERED
