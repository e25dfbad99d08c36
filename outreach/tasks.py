"""The doorbell. The work list is in PostgreSQL: a ring that is lost, doubled or late does no harm."""

import datetime
import logging

from celery import current_app, shared_task
from django.utils import timezone
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from outreach.domain import delivery

logger = logging.getLogger(__name__)

BUDGET = datetime.timedelta(seconds=20)  # well within the time limits of a task
EXPIRES = 30  # seconds: beat rings again by then
# A person waits for this ring: one second, where a worker's connection may take longer. kombu would
# try again after two seconds if it were not told otherwise.
BELL = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}


@shared_task(name="outreach.pump")
def pump() -> None:
    """Sends what is due."""
    delivery.pump(clock=timezone.now, budget=BUDGET)


def ring() -> None:
    """Asks for a run of the pump, after the commit. A broker that is away is logged; beat comes by anyway."""
    connection = current_app.connection_for_write(transport_options=BELL)
    try:
        with producers[connection].acquire(block=True, timeout=1) as producer:
            pump.apply_async(expires=EXPIRES, retry=False, producer=producer)
    except (OperationalError, LimitExceeded, OSError) as error:
        logger.warning("the doorbell did not ring: %s", type(error).__name__)
