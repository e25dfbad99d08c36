"""The office's clock: its zone decides days and hours."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def local_date(at: datetime.datetime) -> datetime.date:
    """The day at the office when it is `at`."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def local_midnight(day: datetime.date) -> datetime.datetime:
    """The moment at which the office's day `day` begins, aware."""
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(settings.TIME_ZONE))
