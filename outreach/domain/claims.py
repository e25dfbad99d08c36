"""Taking up what is due, for a short time and under a token; and what to do when the taker falls silent."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from citizens import tokens
from outreach import sms_text
from outreach.domain import relevance
from outreach.enums import AttemptOutcome, Channel, MessageState, Purpose, Reason, Urgency
from outreach.models import Attempt, Message

BATCH = 100  # messages a claim
# Longer than anything a provider may take for the messages that are marked as being sent at one time.
LEASE = datetime.timedelta(seconds=150)
MAX_ATTEMPTS = 24  # with the back-off of results.py a server may be away for most of a day
# A receipt or a late answer may still clear up an unknown reminder before it is repeated.
REPEAT_AFTER = datetime.timedelta(minutes=10)
AT_ONCE = 1000  # rows a sweep handles in one transaction


@dataclass(frozen=True, slots=True)
class Claim:
    """What was taken up, and how many due rows were looked at (some end here, unsent, with a reason)."""

    attempts: Sequence[Attempt]
    seen: int


@transaction.atomic(durable=True)
def claim(*, channel: Channel, provider: str, at: datetime.datetime, limit: int) -> Claim:
    """Takes up at most `limit` due messages, the most urgent first, and begins an attempt for each.

    Skips rows that another sender is taking up. Judges each again by what is true now: a message that is too
    late, or whose appointment, offer or code is off, ends here.
    """
    due = _lock_due(channel=channel, at=at, limit=limit)
    ended: dict[tuple[MessageState, Reason], list[int]] = defaultdict(list)
    taken = []
    for message in due:
        end = _end_of(message, at=at)
        if end:
            ended[end].append(message.pk)
        else:
            taken.append(message)
    for (state, reason), ids in ended.items():
        rows = Message.objects.filter(pk__in=ids)
        rows.move(state, expected=[MessageState.PLANNED], at=at, reason=reason)
    return Claim(attempts=_take(taken, provider=provider, at=at), seen=len(due))


def submit(*, attempts: Sequence[Attempt], at: datetime.datetime) -> list[Attempt]:
    """Marks the messages as being sent and renews their lease; returns those that are still ours.

    From here on a silent sender leaves `unknown` behind.
    """
    rows = Message.objects.filter(
        pk__in=[attempt.message_id for attempt in attempts],
        claim_token=attempts[0].message.claim_token,
    )
    moved = rows.filter(lease_until__gt=at).move(
        MessageState.SUBMITTING, expected=[MessageState.CLAIMED], at=at, lease_until=at + LEASE
    )
    if moved == len(attempts):
        return list(attempts)
    ours = set(rows.filter(state=MessageState.SUBMITTING).values_list("pk", flat=True))
    return [attempt for attempt in attempts if attempt.message_id in ours]


@transaction.atomic(durable=True)
def hand_back(*, attempts: Sequence[Attempt], at: datetime.datetime) -> None:
    """Plans claimed messages again of which nothing was begun; the next run takes them up at once."""
    ids = [attempt.message_id for attempt in attempts]
    rows = Message.objects.filter(pk__in=ids, claim_token=attempts[0].message.claim_token)
    rows.move(MessageState.PLANNED, expected=[MessageState.CLAIMED], at=at)
    _finish_attempts(ids, AttemptOutcome.ABANDONED, at=at)


@transaction.atomic(durable=True)
def release_expired(*, at: datetime.datetime) -> int:
    """Settles messages whose sender fell silent; returns how many.

    What was only claimed is planned again, for nothing of it left. What was being sent becomes `unknown`.
    """
    stale = Message.objects.with_expired_lease(at=at).order_by("lease_until")
    found = stale.select_for_update(skip_locked=True).values_list("pk", "state")[:AT_ONCE]
    ids: dict[str, list[int]] = defaultdict(list)
    for pk, state in found:
        ids[state].append(pk)
    if claimed := ids[MessageState.CLAIMED]:
        rows = Message.objects.filter(pk__in=claimed)
        rows.filter(attempt_count__gte=MAX_ATTEMPTS).move(
            MessageState.PERMANENTLY_FAILED,
            expected=[MessageState.CLAIMED],
            at=at,
            reason=Reason.GAVE_UP,
        )
        rows.move(MessageState.PLANNED, expected=[MessageState.CLAIMED], at=at)
        _finish_attempts(claimed, AttemptOutcome.ABANDONED, at=at)
    if submitting := ids[MessageState.SUBMITTING]:
        Message.objects.filter(pk__in=submitting).move(
            MessageState.UNKNOWN,
            expected=[MessageState.SUBMITTING],
            at=at,
            reason=Reason.SENDER_STOPPED,
        )
        _finish_attempts(submitting, AttemptOutcome.UNKNOWN, at=at)
    return len(claimed) + len(submitting)


def repeat_reminders(*, at: datetime.datetime) -> int:
    """Plans unknown reminders once more: two reminders do no harm, none may cost a visit. Returns how many."""
    unknown = Message.objects.filter(
        state=MessageState.UNKNOWN,
        purpose=Purpose.REMINDER,
        repeats=0,
        state_at__lte=at - REPEAT_AFTER,
        valid_until__gt=at,
    )
    return unknown.move(
        MessageState.PLANNED, expected=[MessageState.UNKNOWN], at=at, due_at=at, repeats=1
    )


def _lock_due(*, channel: Channel, at: datetime.datetime, limit: int) -> list[Message]:
    """One urgency after the other, so that the index gives the rows in order however many wait for later."""
    found: list[Message] = []
    for urgency in Urgency:
        if len(found) < limit:
            due = Message.objects.due(at=at).filter(channel=channel, urgency=urgency)
            due = due.select_for_update(of=("self",), skip_locked=True)
            found += due.select_related(*relevance.ABOUT)[: limit - len(found)]
    return found


def _end_of(message: Message, *, at: datetime.datetime) -> tuple[MessageState, Reason] | None:
    """The state in which a due message ends without being sent, and why; None when it may leave."""
    if reason := relevance.why_not(message=message, at=at):
        return MessageState.CANCELLED, reason
    if message.valid_until <= at:
        return MessageState.EXPIRED, Reason.TOO_LATE
    return None


def _take(messages: Sequence[Message], *, provider: str, at: datetime.datetime) -> list[Attempt]:
    if not messages:
        return []
    token = uuid.uuid4()
    Message.objects.filter(pk__in=[message.pk for message in messages]).move(
        MessageState.CLAIMED,
        expected=[MessageState.PLANNED],
        at=at,
        claim_token=token,
        lease_until=at + LEASE,
        attempt_count=F("attempt_count") + 1,
    )
    attempts = []
    for message in messages:
        message.claim_token = token
        message.attempt_count += 1
        attempts.append(
            Attempt(
                message=message,
                number=message.attempt_count,
                reference=tokens.new(),
                provider=provider,
                parts=sms_text.plan(message.body).parts if message.channel == Channel.SMS else 1,
                started_at=at,
            )
        )
    return Attempt.objects.bulk_create(attempts)


def _finish_attempts(
    messages: Sequence[int], outcome: AttemptOutcome, *, at: datetime.datetime
) -> None:
    running = Attempt.objects.filter(message_id__in=messages, outcome=AttemptOutcome.RUNNING)
    running.update(outcome=outcome, finished_at=at)
