"""When a visit is reminded of: settings.REMINDERS, on the office's clock."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from citizens.domain import reconfirmation
from citizens.domain.office_time import local_date
from citizens.models import Appointment

MORNING = datetime.time(9)  # when a reminder of some days before leaves
# Later than this before the visit a reminder no longer helps; sooner than this after the confirmation neither.
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of a visit: which of the settings it is, when it is due and until when it helps."""

    kind: str
    due: datetime.datetime
    until: datetime.datetime
    asks: bool  # whether the person will come


def to_come(*, appointment: Appointment, at: datetime.datetime) -> list[Reminder]:
    """The reminders of a visit that are still to come after its confirmation at `at`, in order.

    Each is good until the next one is due, so that two never leave together after a failure.
    """
    start = appointment.starts_at
    dues = sorted((due_at(kind=kind, start=start), kind) for kind in settings.REMINDERS)
    ends = [due for due, _kind in dues[1:]] + [start - HOUR]
    return [
        Reminder(kind, due, until, asks=reconfirmation.is_asked(appointment, reminder=kind))
        for (due, kind), until in zip(dues, ends, strict=False)
        if due - at >= HOUR
    ]


def due_at(*, kind: str, start: datetime.datetime) -> datetime.datetime:
    """When a reminder is due: "3d" at nine so many days before the visit, "2h" exactly so long before."""
    count = int(kind[:-1])
    if kind.endswith("h"):
        return start - datetime.timedelta(hours=count)
    day = local_date(start) - datetime.timedelta(days=count)
    return datetime.datetime.combine(day, MORNING, ZoneInfo(settings.TIME_ZONE))
