"""When an office is open on a day, by the template in force."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Q

from citizens.models import ClosedDay, Office, OpeningPeriod, OpeningTemplate

MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From opening to closing without a break, aware."""

    opens: datetime.datetime
    closes: datetime.datetime


def of_day(*, office: Office, date: datetime.date) -> list[Period]:
    """The periods of a day in order; none when the office is closed or nobody has set its hours. One query."""
    closed = ClosedDay.objects.filter(Q(office=office) | Q(office=None), date=date)
    periods = OpeningPeriod.objects.filter(
        ~Exists(closed),
        template__in=OpeningTemplate.objects.in_force(on=date).filter(office=office),
        weekday=date.weekday(),
    )
    zone = ZoneInfo(settings.TIME_ZONE)
    return [
        Period(
            opens=datetime.datetime.combine(date, opens, zone),
            closes=datetime.datetime.combine(date, closes, zone),
        )
        for opens, closes in periods.order_by("opens").values_list("opens", "closes")
    ]


def minutes_left(periods: Sequence[Period], *, at: datetime.datetime) -> int:
    """Whole minutes in which the office is open from `at` on."""
    left = sum(
        (max(period.closes - max(period.opens, at), datetime.timedelta()) for period in periods),
        datetime.timedelta(),
    )
    return left // MINUTE
