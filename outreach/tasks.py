"""The doorbell. The work list is in PostgreSQL: a ring that is lost, doubled or late does no harm."""

import datetime
import logging
import threading
import time

from celery import current_app, shared_task
from django.utils import timezone
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from outreach.domain import delivery

logger = logging.getLogger(__name__)

BUDGET = datetime.timedelta(seconds=20)  # well within the time limits of a task
EXPIRES = 30  # seconds: beat rings again by then
# Commits that follow each other so closely (seconds) share a ring, which costs more than writing a message.
TOGETHER = 0.25
# kombu would wait for minutes and try again if it were not told otherwise.
BELL = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}


@shared_task(name="outreach.pump")
def pump() -> None:
    """Sends what is due."""
    delivery.pump(clock=timezone.now, budget=BUDGET)


def ring() -> None:
    """Asks for a run of the pump within moments, after the commit; nobody waits for the broker."""
    global _ringer  # noqa: PLW0603 - one a process
    # Two at one moment ring twice, which does no harm; a thread does not live on in a forked process.
    if not (_ringer and _ringer.is_alive() and _ringer.waits):
        _ringer = _Ringer()
        _ringer.start()


def ring_now() -> None:
    """Asks for a run of the pump. A broker that is away is logged; beat comes by anyway."""
    connection = current_app.connection_for_write(transport_options=BELL)
    try:
        with producers[connection].acquire(block=True, timeout=1) as producer:
            pump.apply_async(expires=EXPIRES, retry=False, producer=producer)
    except (OperationalError, LimitExceeded, OSError) as error:
        logger.warning("the doorbell did not ring: %s", type(error).__name__)


class _Ringer(threading.Thread):
    """Rings once, a moment later. No daemon: a process that ends still rings for what it wrote."""

    def __init__(self) -> None:
        super().__init__(name="doorbell")
        self.waits = True

    def run(self) -> None:
        time.sleep(TOGETHER)
        self.waits = False  # before the ring: what is committed from here on needs another one
        ring_now()


_ringer: _Ringer | None = None
