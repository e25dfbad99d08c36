"""A year of slots for every place, made in one go, beside plain INSERT ... SELECT of as many rows.

Both write the same rows with the same indexes and foreign keys: the slots, and for each place online the row that says
when it opens. Ours reads the calendar, draws every moment, and writes; the peer copies finished rows. Each is undone
afterwards, so that the next one finds the tables as they were.
"""

import time
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from bench import frame
from bench.planning import GROUP
from citizens.domain import slots
from citizens.models import Office

DAYS = 365
TURNS = 3

KEEP = """
    CREATE TEMP TABLE kept_slot AS SELECT * FROM citizens_slot;
    CREATE TEMP TABLE kept_release AS SELECT * FROM citizens_release;
"""
COPY_SLOTS = """
    INSERT INTO citizens_slot SELECT * FROM kept_slot
"""
COPY_RELEASES = """
    INSERT INTO citizens_release SELECT * FROM kept_release
"""


def rows() -> list[frame.Row]:
    """The rate of the fastest of TURNS each: they take turns, so that both meet the same machine."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE citizens_slot CASCADE")
        made = slots.top_up(at=timezone.now(), days=DAYS)
        cursor.execute(KEEP)
        cursor.execute("SELECT count(*) FROM kept_release")
        [opened] = cursor.fetchone()
        cursor.execute("TRUNCATE citizens_slot CASCADE")
        ours, other = [], []
        for _ in range(TURNS):
            ours.append(_timed(lambda: slots.top_up(at=timezone.now(), days=DAYS)))
            other.append(_timed(_copy))
        cursor.execute("DROP TABLE kept_slot, kept_release")
        slots.top_up(at=timezone.now())
    count = made + opened
    offices = Office.objects.filter(active=True).count()
    return [
        frame.rate(
            GROUP,
            f"a year of slots, {offices} places ({made:,} slots, {opened:,} openings)",
            "rows/s",
            ours=count / min(ours),
            against="INSERT ... SELECT",
            other=count / min(other),
            goal=0.5,
        )
    ]


def _copy() -> None:
    with connection.cursor() as cursor:
        cursor.execute(COPY_SLOTS)
        cursor.execute(COPY_RELEASES)


def _timed(work: Callable[[], object]) -> float:
    """Seconds until the work stands and the foreign keys are checked; then it is undone."""
    with transaction.atomic(), connection.cursor() as cursor:
        begun = time.perf_counter()
        work()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        passed = time.perf_counter() - begun
        transaction.set_rollback(True)
    return passed
