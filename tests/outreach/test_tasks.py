import logging
import socket
import time

import pytest

from outreach import tasks
from outreach.domain import delivery
from outreach.enums import MessageState
from portal.celery import app
from tests.factories.outreach import DUE, MessageFactory
from tests.outreach import doorbell


@pytest.fixture
def broker():
    """Sets where the broker is; the shared one in memory comes back afterwards."""
    yield lambda port: app.conf.update(broker_url=f"redis://127.0.0.1:{port}/0")
    app.conf.update(broker_url="memory://")


@pytest.fixture
def queue():
    """What waits for a worker."""
    with doorbell.rings() as found:
        yield found


@pytest.mark.django_db
def test_the_task_sends_what_is_due(time_machine):
    time_machine.move_to(DUE, tick=False)
    message = MessageFactory()

    tasks.pump.apply(throw=True)

    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED
    assert delivery.last_sweep() == DUE


def test_a_ring_carries_nothing_and_expires_before_the_next(queue):
    tasks.ring_now()

    ring = queue.get(block=False)
    assert ring.headers["task"] == "outreach.pump"
    assert ring.payload[:2] == [[], {}]
    assert ring.properties["expiration"] == str(tasks.EXPIRES * 1000)
    assert ring.headers["eta"] is None


def test_commits_that_follow_each_other_share_a_ring(queue):
    for _commit in range(50):
        tasks.ring()

    doorbell.settle()
    assert 1 <= queue.qsize() < 10


def test_a_commit_after_a_ring_is_rung_for_again(queue):
    tasks.ring()
    doorbell.settle()
    tasks.ring()
    doorbell.settle()

    assert queue.qsize() == 2


def test_nobody_waits_for_a_broker_that_does_not_answer(broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker(silent.getsockname()[1])
        tasks.ring()

        assert not caplog.records
        doorbell.settle()

    assert "the doorbell did not ring" in caplog.text


def test_a_broker_that_is_away_is_logged_and_raises_nothing(broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    broker(port)

    with caplog.at_level(logging.WARNING, logger="outreach.tasks"):
        tasks.ring_now()

    assert "the doorbell did not ring" in caplog.text


def test_a_broker_that_does_not_answer_is_given_up_soon(broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker(silent.getsockname()[1])
        began = time.monotonic()
        tasks.ring_now()
        took = time.monotonic() - began

    # The limit is one second for each wait; the rest is room for a busy machine.
    assert took < 10
    assert "the doorbell did not ring" in caplog.text


def test_a_broker_that_came_back_is_rung_again(broker, queue):
    broker(1)
    tasks.ring_now()
    app.conf.update(broker_url="memory://")

    tasks.ring_now()

    assert queue.qsize() == 1
