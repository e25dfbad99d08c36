"""Sends what is due without a broker."""

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone

from outreach.domain import delivery

logger = logging.getLogger(__name__)

IDLE = 2  # seconds until the next look when nothing is due
TROUBLE = 10  # seconds until the next look when the database does not answer


class Command(BaseCommand):
    help = "Sends the messages that are due. Any number of these and of Celery workers may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--loop", action="store_true", help="go on until SIGINT or SIGTERM; needs no broker"
        )

    def handle(self, *args: Any, loop: bool = False, **options: Any) -> None:
        if loop:
            self._loop()
            return
        while delivery.pump(clock=timezone.now):
            pass

    def _loop(self) -> None:
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask_to_stop)
        while not stop.is_set():
            stop.wait(_run_once())


def _run_once() -> float:
    """One run; returns for how many seconds to rest."""
    try:
        return 0 if delivery.pump(clock=timezone.now) else IDLE
    except DatabaseError:
        logger.exception("the database does not answer")
        connection.close()
        return TROUBLE
