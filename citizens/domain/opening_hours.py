"""When an office is open on a day, by its special day or the template in force."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Subquery

from citizens.models import (
    ClosedDay,
    Office,
    OpeningPeriod,
    OpeningTemplate,
    SpecialDay,
    SpecialPeriod,
)

MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From opening to closing without a break, aware."""

    opens: datetime.datetime
    closes: datetime.datetime


def of_day(*, office: Office, date: datetime.date) -> list[Period]:
    """The periods of a day in order; none when the office is closed or nobody has set its hours. One query.

    The order in which the tables of the calendar have a say is that of citizens.domain.calendar_plan.
    """
    closed = ClosedDay.objects.filter(date=date)
    special = SpecialDay.objects.filter(office=office, date=date)
    template = OpeningTemplate.objects.in_force(on=date).filter(office=office).order_by("-kind")
    own = SpecialPeriod.objects.filter(
        ~Exists(closed.filter(office=office)), day__office=office, day__date=date
    )
    weekly = OpeningPeriod.objects.filter(
        ~Exists(closed.closing(office=office)),
        ~Exists(special),
        template=Subquery(template.values("pk")[:1]),
        weekday=date.weekday(),
    )
    zone = ZoneInfo(settings.TIME_ZONE)
    hours = own.values_list("opens", "closes").union(weekly.values_list("opens", "closes"))
    return [
        Period(
            opens=datetime.datetime.combine(date, opens, zone),
            closes=datetime.datetime.combine(date, closes, zone),
        )
        for opens, closes in sorted(hours)
    ]


def minutes_left(periods: Sequence[Period], *, at: datetime.datetime) -> int:
    """Whole minutes in which the office is open from `at` on."""
    left = sum(
        (max(period.closes - max(period.opens, at), datetime.timedelta()) for period in periods),
        datetime.timedelta(),
    )
    return left // MINUTE
