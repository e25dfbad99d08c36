"""Sending what is due: claim, send outside any transaction, record. The broker only says "look now"."""

import datetime
import logging
from collections.abc import Callable, Sequence

from django.db import connection
from django.db.models import Min

from outreach import providers
from outreach.domain import claims, composition, results
from outreach.enums import Channel
from outreach.models import Attempt, Message, Sweep
from outreach.providers import Answer, NotSent, Outgoing, Provider

logger = logging.getLogger(__name__)

PUMP = "pump"  # the name of this job's Sweep
AT_ONCE = (
    20  # messages that are marked as being sent at one time: what a killed sender leaves unknown
)
RECORD_AFTER = datetime.timedelta(milliseconds=100)  # an answer waits no longer to be written down

Clock = Callable[[], datetime.datetime]


def pump(*, clock: Clock, budget: datetime.timedelta = datetime.timedelta(0)) -> int:
    """Settles what silent senders left, then sends what is due, channel by channel; returns how many rows it saw.

    Goes on until nothing is due or `budget` is spent; with none, one batch a channel. A channel whose provider
    takes nothing is left alone until the next run. Any number may run at once.
    """
    began = clock()
    claims.release_expired(at=began)
    claims.repeat_reminders(at=began)
    seen = 0
    failure: Exception | None = None
    for channel in Channel:
        try:
            seen += _drain(channel, clock=clock, until=began + budget if budget else None)
        except Exception as error:  # one channel must not keep the other from being sent
            logger.exception("the channel %s stopped", channel.value)
            failure = failure or error
    if failure:
        raise failure
    Sweep.objects.bulk_create(
        [Sweep(name=PUMP, ran_at=began)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["ran_at"],
    )
    return seen


def send(
    *,
    attempts: Sequence[Attempt],
    provider: Provider,
    clock: Clock,
    until: datetime.datetime | None = None,
) -> int:
    """Sends claimed messages and records the answers; returns how many reached the provider.

    What is not begun by `until` is handed back: a slow provider must not run into the limit of a task, which
    would leave it unknown. Must be called outside any transaction; the connection to the database is given back meanwhile.
    """
    reached = 0
    for start in range(0, len(attempts), AT_ONCE):
        if start and until and clock() >= until:
            claims.hand_back(attempts=attempts[start:], at=clock())
            break
        ours = claims.submit(attempts=attempts[start : start + AT_ONCE], at=clock())
        reached += _send_together(ours, provider=provider, clock=clock, until=until)
    return reached


def oldest_due(*, at: datetime.datetime) -> datetime.datetime | None:
    """When the message that waits longest should have left; None when nothing waits."""
    oldest: datetime.datetime | None = (
        Message.objects.due(at=at).order_by().aggregate(oldest=Min("due_at"))["oldest"]
    )
    return oldest


def last_sweep() -> datetime.datetime | None:
    """When the pump last ran to its end; None before its first run."""
    return Sweep.objects.filter(name=PUMP).values_list("ran_at", flat=True).first()


def _drain(channel: Channel, *, clock: Clock, until: datetime.datetime | None) -> int:
    provider = providers.for_channel(channel)
    seen = 0
    try:
        while True:
            claim = claims.claim(
                channel=channel, provider=provider.name, at=clock(), limit=claims.BATCH
            )
            seen += claim.seen
            reached = send(attempts=claim.attempts, provider=provider, clock=clock, until=until)
            helpless = bool(claim.attempts) and not reached
            if not claim.seen or helpless or until is None or clock() >= until:
                return seen
    finally:
        provider.close()


def _send_together(
    attempts: Sequence[Attempt],
    *,
    provider: Provider,
    clock: Clock,
    until: datetime.datetime | None,
) -> int:
    answers: list[tuple[Attempt, Answer]] = []
    reached = 0
    _give_connection_back()
    written = clock()
    try:
        batch = [_outgoing(attempt, at=written) for attempt in attempts]
        for attempt, answer in zip(attempts, provider.send(batch), strict=True):
            answers.append((attempt, answer))
            reached += not isinstance(answer, NotSent)
            if until and clock() >= until:
                # Providers send one after the other, as they are asked: the rest has not left.
                rest = attempts[attempts.index(attempt) + 1 :]
                answers += [(left, NotSent("no time was left")) for left in rest]
                break
            if clock() - written >= RECORD_AFTER:
                results.record(answers=answers, at=clock())
                _give_connection_back()
                answers, written = [], clock()
    finally:
        if answers:
            results.record(answers=answers, at=clock())
    return reached


def _outgoing(attempt: Attempt, *, at: datetime.datetime) -> Outgoing:
    message = attempt.message
    html = ""
    if message.channel == Channel.EMAIL:
        html = composition.html_of(
            body=message.body, subject=message.subject, language=message.language
        )
    return Outgoing(
        reference=attempt.reference,
        to=message.address,
        subject=message.subject,
        body=message.body,
        html=html,
        language=message.language,
        at=at,
    )


def _give_connection_back() -> None:
    """To the pool, while the network is waited for. A test's own transaction is left alone."""
    if not connection.in_atomic_block:
        connection.close()
