"""Is the portal able to work? What a monitor asks for every minute."""

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from outreach.domain import delivery
from portal.celery import app

# Seconds. The oldest due message is the honest sign of a stuck sender: a process that runs proves nothing.
OLDEST_DUE = 300
LAST_BEAT = 180


def report(*, at: datetime.datetime) -> dict[str, Any]:
    """What works, and the two ages in seconds (None: nothing due; no beat yet)."""
    found: dict[str, Any] = {"database": _database(), "broker": _broker()}
    found["oldest_due_message_seconds"] = found["last_beat_seconds"] = None
    if found["database"]:
        found["oldest_due_message_seconds"] = _seconds(at, delivery.oldest_due(at=at))
        found["last_beat_seconds"] = _seconds(at, delivery.last_sweep())
    found["healthy"] = (
        found["database"]
        and found["broker"]
        and (found["oldest_due_message_seconds"] or 0) < OLDEST_DUE
        and found["last_beat_seconds"] is not None
        and found["last_beat_seconds"] < LAST_BEAT
    )
    return found


def _seconds(at: datetime.datetime, moment: datetime.datetime | None) -> int | None:
    return None if moment is None else int((at - moment).total_seconds())


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    if not settings.REDIS_URL:
        return Path(settings.BROKER_DIR).is_dir()
    try:
        with app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
