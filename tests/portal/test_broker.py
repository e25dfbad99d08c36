"""The broker of files: every message is taken whole, once, and in the order it was put."""

import threading
from collections import Counter

import pytest
from kombu import Connection, Exchange, Queue

from portal.broker import Transport

QUEUE = Queue("messages", Exchange("messages"), routing_key="messages")


@pytest.fixture
def connect(tmp_path):
    Transport.global_state.clear()  # it remembers the bindings of another test's folder

    def open_one():
        folder = str(tmp_path / "queue")
        options = {
            "data_folder_in": folder,
            "data_folder_out": folder,
            "control_folder": str(tmp_path / "control"),
            "polling_interval": 0.01,
        }
        return Connection(
            "filesystem://", transport="portal.broker:Transport", transport_options=options
        )

    return open_one


def put(connect, values):
    with connect() as connection, connection.SimpleQueue(QUEUE) as queue:
        for value in values:
            queue.put(value)


def take(connect):
    """Every message until none has come for a moment."""
    taken = []
    with connect() as connection, connection.SimpleQueue(QUEUE) as queue:
        while True:
            try:
                message = queue.get(timeout=0.3)
            except queue.Empty:
                return taken
            message.ack()
            taken.append(message.payload)


def test_messages_are_taken_in_the_order_they_were_put(connect):
    put(connect, ["first", "second", "third"])

    assert take(connect) == ["first", "second", "third"]


def test_queues_are_kept_apart(connect):
    put(connect, ["mine"])
    other = Queue("housekeeping", Exchange("housekeeping"), routing_key="housekeeping")
    with connect() as connection, connection.SimpleQueue(other) as queue:
        queue.put("theirs")

    assert take(connect) == ["mine"]


def test_nothing_is_left_of_a_message_that_was_taken(connect, tmp_path):
    put(connect, ["one"])
    take(connect)

    assert list((tmp_path / "queue").iterdir()) == []


@pytest.mark.race
def test_four_writers_and_three_readers_lose_and_repeat_nothing(connect):
    found = Counter()
    writers = [
        threading.Thread(target=put, args=(connect, [f"{n} {m}" for m in range(100)]))
        for n in range(4)
    ]
    readers = [threading.Thread(target=lambda: found.update(take(connect))) for _ in range(3)]

    for thread in writers + readers:
        thread.start()
    for thread in writers + readers:
        thread.join()
    found.update(take(connect))

    assert len(found) == 400
    assert set(found.values()) == {1}
