"""Who is booked for today and still to come, and how many of the booked people come at all."""

import datetime
from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import Count, Q

from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.service_minutes import ENOUGH, KEPT, WORKING_DAYS
from citizens.enums import AppointmentState
from citizens.models import Appointment, Office, QueueDay, VisitorService

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """A booked visit that has not begun: what the first person comes for, and the planned minutes of that."""

    due_at: datetime.datetime
    group: int
    case: int
    priority: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class ShowRate:
    """Of the booked visits of the last working days, how many came."""

    came: int
    booked: int

    @property
    def is_measured(self) -> bool:
        return self.booked >= ENOUGH

    @property
    def share(self) -> float:
        """Between 0 and 1. Everybody is expected below ENOUGH observations."""
        return self.came / self.booked if self.is_measured else 1.0


def still_to_come(*, office: Office, at: datetime.datetime, late_minutes: int) -> list[Expected]:
    """Booked for today and not here, the earliest first, until so long after the booked time. One query."""
    end = local_midnight(local_date(at) + ONE_DAY)
    first = VisitorService.objects.filter(
        visitor__appointment__office=office,
        visitor__appointment__state=AppointmentState.BOOKED,
        visitor__appointment__starts_at__gte=at - datetime.timedelta(minutes=late_minutes),
        visitor__appointment__starts_at__lt=end,
    )
    rows = (
        first.order_by("visitor__appointment", "visitor__position", "pk")
        .distinct("visitor__appointment")
        .values_list(
            "visitor__appointment__starts_at",
            "group",
            "case",
            "visitor__appointment__priority_group",
            "minutes",
        )
    )
    found = [
        Expected(due_at=due_at, group=group, case=case, priority=bool(priority), minutes=minutes)
        for due_at, group, case, priority, minutes in rows
    ]
    return sorted(found, key=lambda one: one.due_at)


def show_rate(*, office: Office, at: datetime.datetime) -> ShowRate:
    """Of the last WORKING_DAYS before the day of `at`. Two queries, kept for some minutes."""
    today = local_date(at)
    key = f"show-rate-{office.pk}-{today}"
    found: ShowRate | None = caches["local"].get(key)
    if found is None:
        found = _read(office, today)
        caches["local"].set(key, found, KEPT)
    return found


def _read(office: Office, today: datetime.date) -> ShowRate:
    days = QueueDay.objects.filter(office=office, date__lt=today).order_by("-date")
    first = list(days.values_list("date", flat=True)[:WORKING_DAYS])
    if not first:
        return ShowRate(came=0, booked=0)
    counts = Appointment.objects.filter(
        office=office,
        starts_at__gte=local_midnight(first[-1]),
        starts_at__lt=local_midnight(today),
    ).aggregate(
        came=Count("pk", filter=Q(state__in=CAME)),
        booked=Count("pk", filter=Q(state__in=(*CAME, AppointmentState.NO_SHOW))),
    )
    return ShowRate(**counts)


CAME = (AppointmentState.CHECKED_IN, AppointmentState.SERVED, AppointmentState.UNSERVED)
