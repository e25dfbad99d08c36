"""The doorbell, for tests that count how often it rang."""

from contextlib import contextmanager

from outreach import tasks
from portal.celery import app


def settle():
    """Waits until what is to be rung has rung."""
    if tasks._ringer:
        tasks._ringer.join(timeout=30)


@contextmanager
def rings():
    """The queue of the rings since; settle() before it is read."""
    settle()
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue("messages", no_ack=True)
        queue.clear()
        yield queue
        settle()
        queue.clear()
