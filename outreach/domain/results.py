"""Writing down what the provider answered: many answers in one transaction, each only forward."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, FloatField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Random

from citizens import masking
from outreach.domain.claims import MAX_ATTEMPTS
from outreach.enums import AttemptOutcome, MessageState, Reason
from outreach.models import Attempt, Message
from outreach.providers import Accepted, Answer, NotSent, Rejected

FIRST_WAIT = datetime.timedelta(seconds=30)
LONGEST_WAIT = datetime.timedelta(hours=1)
JITTER = (
    0.5  # a wait is up to so much longer, so that what failed together does not come back together
)

# Whether a message may be answered for: it is being sent, or its sender was given up too early.
ANSWERABLE = (MessageState.SUBMITTING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Result:
    """What an answer makes of a message."""

    state: MessageState
    reason: str = ""
    wait: datetime.timedelta | None = None


@transaction.atomic(durable=True)
def record(*, answers: Sequence[tuple[Attempt, Answer]], at: datetime.datetime) -> None:
    """Writes the answers to their attempts, and moves the messages that are still under the same claim.

    An answer that comes after its claim ended is kept with the attempt all the same.
    """
    _finish_attempts(answers, at=at)
    groups: dict[tuple[_Result, uuid.UUID | None], list[int]] = defaultdict(list)
    for attempt, answer in answers:
        result = _result_of(attempt, answer, at=at)
        groups[result, attempt.message.claim_token].append(attempt.message_id)
    for (result, token), ids in groups.items():
        rows = Message.objects.filter(pk__in=ids, claim_token=token)
        if result.wait is not None:
            due = _later(at, result.wait)
            rows.move(result.state, expected=[MessageState.SUBMITTING], at=at, due_at=due)
        elif result.state == MessageState.UNKNOWN:
            rows.move(result.state, expected=[MessageState.SUBMITTING], at=at, reason=result.reason)
        else:
            rows.move(result.state, expected=ANSWERABLE, at=at, reason=result.reason)


def wait_before(*, attempt: int) -> datetime.timedelta:
    """How long to wait, at least, after attempt number `attempt` failed: thrice as long each time."""
    tripled: int = 3 ** min(attempt - 1, 10)
    return min(FIRST_WAIT * tripled, LONGEST_WAIT)


def _result_of(attempt: Attempt, answer: Answer, *, at: datetime.datetime) -> _Result:
    match answer:
        case Accepted():
            return _Result(MessageState.ACCEPTED)
        case Rejected(permanent=True):
            return _Result(MessageState.PERMANENTLY_FAILED, Reason.REFUSED)
        case Rejected() | NotSent():
            return _again(attempt, at=at)
        case _:
            return _Result(MessageState.UNKNOWN, Reason.NO_ANSWER)


def _again(attempt: Attempt, *, at: datetime.datetime) -> _Result:
    wait = wait_before(attempt=attempt.number)
    latest = at + wait * (1 + JITTER)
    if attempt.number >= MAX_ATTEMPTS or latest >= attempt.message.valid_until:
        return _Result(MessageState.PERMANENTLY_FAILED, Reason.GAVE_UP)
    return _Result(MessageState.PLANNED, wait=wait)


def _later(at: datetime.datetime, wait: datetime.timedelta) -> Combinable:
    stretch = ExpressionWrapper(1 + Random() * JITTER, output_field=FloatField())
    longer = ExpressionWrapper(
        Value(wait, output_field=DurationField()) * stretch, output_field=DurationField()
    )
    return ExpressionWrapper(
        Value(at, output_field=DateTimeField()) + longer, output_field=DateTimeField()
    )


FINISH_ATTEMPTS = """
    UPDATE outreach_attempt AS attempt
    SET outcome = answer.outcome, provider_reference = answer.reference, error = answer.error, finished_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS answer (id, outcome, reference, error)
    WHERE attempt.id = answer.id AND attempt.outcome IN ('running', 'unknown')
"""


def _finish_attempts(answers: Sequence[tuple[Attempt, Answer]], *, at: datetime.datetime) -> None:
    columns: list[list[object]] = [[], [], [], []]
    for attempt, answer in answers:
        values = (attempt.pk, *_words_of(answer))
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(FINISH_ATTEMPTS, [at, *columns])


def _words_of(answer: Answer) -> tuple[str, str, str]:
    """Outcome, the provider's reference and its words, without addresses."""
    match answer:
        case Accepted(provider_reference):
            return AttemptOutcome.ACCEPTED, masking.scrub(provider_reference)[:120], ""
        case Rejected(code, permanent):
            outcome = AttemptOutcome.REFUSED if permanent else AttemptOutcome.REFUSED_FOR_NOW
            return outcome, "", masking.scrub(code)[:200]
        case NotSent(error):
            return AttemptOutcome.NOT_SENT, "", masking.scrub(error)[:200]
        case _:
            return AttemptOutcome.UNKNOWN, "", masking.scrub(answer.error)[:200]
