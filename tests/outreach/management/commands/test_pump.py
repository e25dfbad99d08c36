import signal
import time

import pytest
from django.core.management import call_command
from django.utils import timezone

from outreach.domain import claims
from outreach.enums import MessageState
from outreach.management.commands import pump
from outreach.models import Message
from tests.factories.citizens import MINUTE, AppointmentFactory
from tests.factories.outreach import MessageFactory
from tests.outreach import mail_server
from tests.outreach.sender import start_pump


def due(count=1):
    return MessageFactory.create_batch(
        count, appointment=AppointmentFactory(), email=True, due_at=timezone.now() - MINUTE
    )


@pytest.mark.django_db
def test_once_sends_everything_that_is_due(monkeypatch):
    monkeypatch.setattr(claims, "BATCH", 2)
    due(5)

    call_command("pump")

    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.ACCEPTED}


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_needs_no_broker_and_ends_when_it_is_asked_to(settings, number):
    with mail_server.running() as server:
        process = start_pump(server.url, "--loop")
        try:
            (message,) = due()
            wait_for(message)
            process.send_signal(number)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()

    assert len(server.references) == 1


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_asked_again_after_a_pause(monkeypatch):
    def fail(**options):
        raise pump.DatabaseError

    monkeypatch.setattr(pump.delivery, "pump", fail)
    monkeypatch.setattr(pump.connection, "close", lambda: None)

    assert pump._run_once() == pump.TROUBLE


def wait_for(message):
    for _ in range(1200):
        message.refresh_from_db()
        if message.state == MessageState.ACCEPTED:
            return
        time.sleep(0.05)
    raise AssertionError("it was never sent")
