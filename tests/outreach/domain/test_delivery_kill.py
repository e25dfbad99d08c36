"""A real sender is killed at each point between a due row and its result; another one takes over.

Nothing in the code knows of these tests: PostgreSQL itself (a trigger) or the mail server makes the
sender wait where it is to be killed.
"""

import os
import time
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from outreach.domain import claims, delivery
from outreach.enums import AttemptOutcome, MessageState
from outreach.models import Attempt, Message
from tests.factories.citizens import MINUTE, AppointmentFactory
from tests.factories.outreach import MessageFactory
from tests.outreach import mail_server
from tests.outreach.sender import start_pump

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

TIMES = 20 if os.environ.get("DRILL") else 2
MESSAGES = 3

WAIT = """
    CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$
"""
AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER wait_here AFTER {change} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW {when} EXECUTE FUNCTION wait_here()
"""
BEFORE = "CREATE TRIGGER wait_here BEFORE {change} FOR EACH ROW {when} EXECUTE FUNCTION wait_here()"

# Where the sender is killed, and what makes it wait there.
POINTS = {
    "before the claim is committed": AT_COMMIT.format(change="INSERT ON outreach_attempt", when=""),
    "after the claim": BEFORE.format(
        change="UPDATE ON outreach_message", when="WHEN (NEW.state = 'submitting')"
    ),
    "after the text left": None,
    "after the provider answered": BEFORE.format(
        change="UPDATE ON outreach_attempt", when="WHEN (NEW.outcome = 'accepted')"
    ),
    "before the result is committed": AT_COMMIT.format(
        change="UPDATE ON outreach_message", when="WHEN (NEW.state = 'accepted')"
    ),
}
NOTHING_LEFT = ("before the claim is committed", "after the claim")


@pytest.fixture
def server(settings):
    with mail_server.running() as found:
        settings.EMAIL_URL = found.url
        yield found


@pytest.fixture
def messages(transactional_db):
    appointment = AppointmentFactory()
    return MessageFactory.create_batch(
        MESSAGES, email=True, appointment=appointment, due_at=timezone.now() - MINUTE
    )


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("repetition", range(TIMES))
def test_a_killed_sender_loses_nothing_and_doubles_nothing(server, messages, point, repetition):
    kill_at(POINTS[point], server)
    left = set(server.references)
    begun = set(Attempt.objects.values_list("reference", flat=True))
    in_doubt = set(Message.objects.filter(state=MessageState.SUBMITTING))

    take_over(server)

    references = server.references
    assert len(references) == len(set(references)), "a reference was submitted twice"
    unknown = set(Message.objects.filter(state=MessageState.UNKNOWN))
    accepted = set(Message.objects.filter(state=MessageState.ACCEPTED))
    assert unknown | accepted == set(messages), "a message was lost"
    assert unknown == in_doubt
    if point in NOTHING_LEFT:
        assert (left, unknown) == (set(), set())
        assert len(references) == MESSAGES
    else:
        assert left
        assert left <= begun
        doubtful = Attempt.objects.filter(message__in=unknown)
        assert left <= set(doubtful.values_list("reference", flat=True))
        assert set(doubtful.values_list("outcome", flat=True)) == {AttemptOutcome.UNKNOWN}
        assert set(references) == left, "what may have left was sent again"


def test_a_sender_that_nobody_kills_sends_each_message_once(server, messages):
    """The control: the process of these tests does send."""
    process = start_pump(server.url)

    assert process.wait(timeout=60) == 0
    assert len(server.references) == MESSAGES
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.ACCEPTED}


def kill_at(trigger, server):
    """Starts a sender and kills it where the trigger, or the mail server, makes it wait."""
    if trigger is None:
        server.holding.set()
        process = start_pump(server.url)
        assert server.holds_one.wait(timeout=60)
        end(process)
        server.holding.clear()
        return
    with waiting_at(trigger):
        process = start_pump(server.url)
        wait_until(sleeping_backends)
        end(process)
        run("SELECT pg_terminate_backend(%s)", sleeping_backends()[0])
        wait_until(lambda: not sleeping_backends())


def take_over(server):
    """What other senders do: at once, when the lease has run out, and long after."""
    now = timezone.now()
    for later in (now, now + claims.LEASE, now + 2 * claims.LEASE + claims.REPEAT_AFTER):
        delivery.pump(clock=lambda at=later: at)


@contextmanager
def waiting_at(trigger):
    run(WAIT)
    run(trigger)
    try:
        yield
    finally:
        run("DROP FUNCTION wait_here CASCADE")


def end(process):
    process.kill()
    process.wait(timeout=10)


def sleeping_backends():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def run(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def wait_until(condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")
