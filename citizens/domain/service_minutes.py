"""How long a visit takes at the counter: measured in the last working days of an office, never guessed."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db import connection

from citizens.domain.office_time import local_date
from citizens.models import Office

WORKING_DAYS = 20  # days with a queue, before today
ENOUGH = 30  # observations; fewer say nothing
# Outside of these somebody pressed the wrong key, or left a visit open over lunch or overnight: left out.
SHORTEST = datetime.timedelta(seconds=10)
LONGEST = datetime.timedelta(hours=4)
KEPT = 10 * 60  # seconds; the days that are read are over


@dataclass(frozen=True, slots=True)
class Measured:
    """25th, 50th and 75th percentile of the minutes of `count` visits."""

    low: float
    median: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured at an office, by service group and by (group, case). Only what has ENOUGH visits."""

    groups: Mapping[int, Measured]
    cases: Mapping[tuple[int, int], Measured]

    def of(self, *, group: int, case: int | None = None) -> Measured | None:
        """Of the case where it was seen often enough, else of its group; None below ENOUGH visits."""
        if case is not None and (group, case) in self.cases:
            return self.cases[group, case]
        return self.groups.get(group)


# Read by queue day: a day has some hundred tickets, however many years there are.
VISITS = """
    SELECT group_id, case_id, count(*),
        percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY minutes)
    FROM (
        SELECT group_id, case_id, extract(epoch FROM ended_at - started_at) / 60 AS minutes
        FROM citizens_ticket
        WHERE state = 'finished' AND ended_at - started_at BETWEEN %(shortest)s AND %(longest)s
            AND queue_day_id = ANY(ARRAY(
                SELECT id FROM citizens_queueday
                WHERE office_id = %(office)s AND date < %(today)s
                ORDER BY date DESC LIMIT %(days)s
            ))
    ) visit
    GROUP BY GROUPING SETS ((group_id), (group_id, case_id))
    HAVING count(*) >= %(enough)s
"""


def measured(*, office: Office, at: datetime.datetime) -> Measures:
    """The visits of the last WORKING_DAYS before the day of `at`. One query, kept for some minutes."""
    today = local_date(at)
    key = f"service-minutes-{office.pk}-{today}"
    found: Measures | None = caches["local"].get(key)
    if found is None:
        found = _read(office, today)
        caches["local"].set(key, found, KEPT)
    return found


def _read(office: Office, today: datetime.date) -> Measures:
    groups: dict[int, Measured] = {}
    cases: dict[tuple[int, int], Measured] = {}
    parameters: dict[str, Any] = {
        "office": office.pk,
        "today": today,
        "days": WORKING_DAYS,
        "enough": ENOUGH,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(VISITS, parameters)
        for group, case, count, (low, median, high) in cursor.fetchall():
            row = Measured(low=low, median=median, high=high, count=count)
            if case is None:
                groups[group] = row
            else:
                cases[group, case] = row
    return Measures(groups=groups, cases=cases)
