import datetime
import json
import socket
import threading
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest

from outreach import providers
from outreach.domain import claims, delivery
from outreach.enums import AttemptOutcome, Channel, MessageState, Reason
from outreach.models import Attempt, Message, Sweep
from outreach.providers import Accepted
from tests.factories.citizens import MINUTE, AppointmentFactory
from tests.factories.outreach import DUE, MessageFactory, SweepFactory
from tests.outreach import mail_server
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with mail_server.running() as found:
        settings.EMAIL_URL = found.url
        yield found


def pump(at=DUE, **options):
    return delivery.pump(clock=lambda: at, **options)


def states():
    return set(Message.objects.values_list("state", flat=True))


def test_what_is_due_is_written_into_the_outbox(settings):
    MessageFactory(address="+6281234567890", body="Halo.")
    MessageFactory(email=True, body="Halo.\n")

    assert pump() == 2

    sms, mail = sorted(settings.OUTBOX_DIR.iterdir(), key=lambda path: path.suffix, reverse=True)
    assert json.loads(sms.read_text())["to"] == "+6281234567890"
    parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert parsed["To"] == "warga@example.test"
    assert "<p>Halo.</p>" in parsed.get_body(("html",)).get_content()
    assert states() == {MessageState.ACCEPTED}


def test_the_reference_of_the_attempt_is_the_message_id(server):
    MessageFactory(email=True)

    pump()

    attempt = Attempt.objects.get()
    assert server.references == [attempt.reference]
    assert attempt.provider == "smtp"
    assert attempt.outcome == AttemptOutcome.ACCEPTED


def test_what_is_due_later_stays():
    MessageFactory(due_at=DUE + MINUTE)

    assert pump() == 0
    assert states() == {MessageState.PLANNED}


def test_a_run_goes_on_until_nothing_is_due(monkeypatch):
    monkeypatch.setattr(claims, "BATCH", 2)
    MessageFactory.create_batch(5)

    assert pump(budget=datetime.timedelta(seconds=1)) == 5


def test_a_run_without_budget_takes_one_batch_a_channel(monkeypatch):
    monkeypatch.setattr(claims, "BATCH", 2)
    MessageFactory.create_batch(5)

    assert pump() == 2


def test_many_messages_are_sent_over_one_connection(server):
    MessageFactory.create_batch(2 * delivery.AT_ONCE + 1, email=True)

    pump()

    assert states() == {MessageState.ACCEPTED}
    assert len(server.mails) == 2 * delivery.AT_ONCE + 1
    assert server.connections == 1


def test_a_server_that_is_away_is_asked_again_later(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.EMAIL_URL = urlsplit(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
    MessageFactory(email=True)
    sms = MessageFactory()

    pump(budget=datetime.timedelta(seconds=10))

    waiting = Message.objects.get(channel=Channel.EMAIL)
    assert waiting.state == MessageState.PLANNED
    assert waiting.due_at > DUE
    sms.refresh_from_db()
    assert sms.state == MessageState.ACCEPTED


def test_a_channel_whose_server_is_away_is_left_alone_in_this_run(settings, monkeypatch):
    monkeypatch.setattr(claims, "BATCH", 2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.EMAIL_URL = urlsplit(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
    MessageFactory.create_batch(5, email=True)

    assert pump(budget=datetime.timedelta(seconds=10)) == 2


def test_an_answer_that_never_came_is_unknown_and_not_repeated(server):
    server.breaks_after_data = {"warga@example.test"}
    message = MessageFactory(email=True)

    pump()
    pump(DUE + 2 * claims.LEASE + claims.REPEAT_AFTER)

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.UNKNOWN, Reason.NO_ANSWER)
    assert len(server.mails) == 1


def test_an_unknown_reminder_is_sent_once_more_under_a_new_reference(server):
    server.breaks_after_data = {"warga@example.test"}
    message = MessageFactory(email=True, reminder=True)

    for minutes in range(0, 60, 10):
        pump(DUE + minutes * MINUTE)

    message.refresh_from_db()
    assert message.state == MessageState.UNKNOWN
    assert message.attempts.count() == len(set(server.references)) == 2


def test_one_channel_in_trouble_does_not_stop_the_other(monkeypatch):
    class Broken:
        name = "broken"

        def send(self, batch):
            raise RuntimeError("a fault of ours")
            yield

        def close(self):
            pass

    choose = providers.for_channel
    monkeypatch.setattr(
        providers,
        "for_channel",
        lambda channel: Broken() if channel == Channel.SMS else choose(channel),
    )
    MessageFactory()
    mail = MessageFactory(email=True)

    with pytest.raises(RuntimeError):
        pump()

    mail.refresh_from_db()
    assert mail.state == MessageState.ACCEPTED
    assert Message.objects.get(channel=Channel.SMS).state == MessageState.SUBMITTING
    assert delivery.last_sweep() is None


def test_answers_that_came_before_a_fault_are_kept():
    class Half:
        name = "half"

        def send(self, batch):
            yield Accepted()
            raise RuntimeError("a fault of ours")

    MessageFactory.create_batch(2)
    attempts = claims.claim(channel=Channel.SMS, provider="half", at=DUE, limit=9).attempts

    with pytest.raises(RuntimeError):
        delivery.send(attempts=attempts, provider=Half(), clock=lambda: DUE)

    assert sorted(Message.objects.values_list("state", flat=True)) == ["accepted", "submitting"]


def test_slow_answers_are_written_down_one_by_one():
    ticks = iter(DUE + number * delivery.RECORD_AFTER for number in range(100))
    seen = []

    class Slow:
        name = "slow"

        def send(self, batch):
            for _ in batch:
                yield Accepted()
                seen.append(Message.objects.filter(state=MessageState.ACCEPTED).count())

    MessageFactory.create_batch(3)
    attempts = claims.claim(channel=Channel.SMS, provider="slow", at=DUE, limit=9).attempts

    delivery.send(attempts=attempts, provider=Slow(), clock=lambda: next(ticks))

    assert seen == [1, 2, 3]


def test_each_run_leaves_its_time():
    pump(DUE)
    pump(DUE + MINUTE)

    assert delivery.last_sweep() == DUE + MINUTE
    assert Sweep.objects.count() == 1


def test_before_the_first_run_there_is_no_time():
    SweepFactory()

    assert delivery.last_sweep() is None


def test_the_oldest_due_message_is_known():
    assert delivery.oldest_due(at=DUE) is None
    MessageFactory(due_at=DUE - MINUTE)
    MessageFactory(due_at=DUE - 2 * MINUTE, urgency=20)
    MessageFactory(due_at=DUE - 3 * MINUTE, accepted=True)

    assert delivery.oldest_due(at=DUE) == DUE - 2 * MINUTE


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_pumps_at_once_submit_each_message_once(server):
    MessageFactory.create_batch(60, email=True, appointment=AppointmentFactory())
    threads = threading.active_count()

    found = at_once(*[pump] * 4)

    assert all(isinstance(result, int) for result in found), found
    assert states() == {MessageState.ACCEPTED}
    assert len(server.references) == len(set(server.references)) == 60
    assert threading.active_count() <= threads


def test_a_slow_provider_leaves_nothing_unknown_when_time_runs_out(monkeypatch):
    monkeypatch.setattr(delivery, "AT_ONCE", 2)
    ticks = iter(DUE + number * MINUTE for number in range(100))
    asked = []

    class Slow:
        name = "slow"

        def send(self, batch):
            for outgoing in batch:
                asked.append(outgoing)
                yield Accepted()

    MessageFactory.create_batch(5)
    attempts = claims.claim(channel=Channel.SMS, provider="slow", at=DUE, limit=9).attempts

    delivery.send(attempts=attempts, provider=Slow(), clock=lambda: next(ticks), until=DUE + MINUTE)

    assert len(asked) == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == ["accepted"] + ["planned"] * 4
