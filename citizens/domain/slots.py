"""Making slots from the calendar. A job adds days that have none; it never touches one that has."""

import datetime
import random
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction

from citizens.domain import calendar_plan, release
from citizens.domain.calendar_plan import Run
from citizens.domain.office_time import local_date, local_midnight
from citizens.models import Office, Slot


@transaction.atomic
def top_up(
    *, at: datetime.datetime, days: int | None = None, draw: random.Random | None = None
) -> int:
    """Adds the slots of coming days that have none yet; returns how many it made.

    `days` is how far ahead, today included (default: the booking horizon and one day more, so that the last
    day is there before it is released); `draw` decides
    when places open (release.plan). A day of an office that has any slot is left alone: a supervisor may
    have changed it.
    """
    first = local_date(at)
    reach = (settings.BOOKING_HORIZON_DAYS + 2) if days is None else days
    wanted = [first + datetime.timedelta(days=offset) for offset in range(reach)]
    # One planner at a time; who comes second finds the days filled.
    offices = list(Office.objects.select_for_update(no_key=True).filter(active=True).order_by("pk"))
    filled = {
        (office, local_date(start))
        for office, start in Slot.objects.filter(start__gte=local_midnight(first)).values_list(
            "office_id", "start"
        )
    }
    calendar = calendar_plan.read(
        offices=[office.pk for office in offices],
        first=first,
        until=first + datetime.timedelta(days=reach),
    )
    made = _make(
        (office.pk, run)
        for office in offices
        for day in wanted
        if (office.pk, day) not in filled
        for run in calendar.runs(office=office.pk, day=day)
    )
    release.plan(made, at=at, draw=draw or release.secret)
    return len(made)


# A year of slots is some thousand runs: PostgreSQL writes them out.
MAKE = """
    INSERT INTO citizens_slot
        (office_id, group_id, start, minutes, capacity, online, released, taken, internal_taken, overbooked)
    SELECT run.office, run.kind, run.first + number * run.minutes * interval '1 minute', run.minutes, run.capacity,
        run.online, 0, 0, 0, 0
    FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[])
            AS run (office, kind, first, times, minutes, capacity, online)
        CROSS JOIN LATERAL generate_series(0, run.times - 1) AS number
    RETURNING id, office_id, group_id, start, online
"""


def _make(runs: Iterable[tuple[int, Run]]) -> list[release.Fresh]:
    """Stores the slots of runs, each with its office (id)."""
    rows = [
        (office, run.group, run.first, run.times, run.minutes, run.capacity, run.online)
        for office, run in runs
    ]
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [list(column) for column in zip(*rows, strict=True)])
        return [release.Fresh(*row) for row in cursor.fetchall()]
