"""Finding a free time among many stored appointments: PostgreSQL's own time beside the best bare SQL we know."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from bench.booking import GROUP, stored
from bench.booking.office_day import one_person
from bench.frame import Row, atmost, rate
from citizens.domain import availability
from citizens.domain.party import Party

FEW, MANY = stored.STORED
# Each is repeated a few times, then it is the other's turn: caches are warm, and a busy moment meets both.
ROUNDS, REPEATS = 5, 7
MOST_QUERIES = 1
MOST_OF_BARE = 1.5
MOST_OF_FEW = 1.2
WANTED = 20

# The same answers with nothing else to say: no outage, no stock of cards, no reason for a day without a place.
BARE_NEXT = """
    SELECT office.code, slot.start
    FROM citizens_slot slot JOIN citizens_office office ON office.id = slot.office_id AND office.active
    CROSS JOIN LATERAL (
        SELECT sum(part.minutes) AS minutes, min(part.released - part.taken - (
            SELECT count(*) FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
            WHERE place.slot_id = part.id AND hold.expires_at > %(at)s
        )) AS free
        FROM citizens_slot part
        WHERE part.office_id = slot.office_id AND part.group_id = slot.group_id
            AND part.start >= slot.start AND part.start < slot.start + %(length)s
    ) visit
    WHERE slot.group_id = %(group)s AND slot.start >= %(first)s AND slot.start < %(last)s
        AND slot.taken < slot.released AND visit.minutes >= %(minutes)s AND visit.free > 0
        AND NOT EXISTS (
            SELECT FROM citizens_closedday closed
            WHERE closed.date = (slot.start AT TIME ZONE %(zone)s)::date
                AND (closed.office_id = slot.office_id OR closed.office_id IS NULL)
        )
    ORDER BY slot.start, office.sort_order, office.id LIMIT %(wanted)s
"""

BARE_DAYS = """
    WITH held AS (
        SELECT place.slot_id, count(*) AS places
        FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
        WHERE hold.expires_at > %(at)s GROUP BY place.slot_id
    ), starts AS (
        SELECT slot.office_id, slot.start, CASE WHEN sum(slot.minutes) OVER visit >= %(minutes)s
            THEN min(slot.released - slot.taken - coalesce(held.places, 0)) OVER visit ELSE 0 END AS free
        FROM citizens_slot slot LEFT JOIN held ON held.slot_id = slot.id
        WHERE slot.group_id = %(group)s AND slot.start >= %(first)s AND slot.start < %(last)s
            AND slot.office_id = ANY (ARRAY(SELECT id FROM citizens_office WHERE active))
        WINDOW visit AS (PARTITION BY slot.office_id ORDER BY slot.start
            RANGE BETWEEN CURRENT ROW AND %(reach)s FOLLOWING)
    ), days AS (
        SELECT office_id, (start AT TIME ZONE %(zone)s)::date AS day, sum(free) AS free
        FROM starts WHERE free > 0 GROUP BY office_id, day
    )
    SELECT office.code, days.day, days.free
    FROM days JOIN citizens_office office ON office.id = days.office_id AND office.active
    WHERE NOT EXISTS (
        SELECT FROM citizens_closedday closed WHERE closed.date = days.day
            AND (closed.office_id = days.office_id OR closed.office_id IS NULL)
    )
    ORDER BY office.sort_order, office.id, days.day
"""


@dataclass(frozen=True)
class Question:
    """What is asked of the portal, the bare SQL for it, and both answers in one form."""

    name: str
    ask: Callable[[Party, datetime.datetime], list[Any]]
    bare: str


def _next(party: Party, at: datetime.datetime) -> list[Any]:
    found = availability.next_times(party=party, at=at, limit=WANTED)
    return [(time.office, time.start) for time in found]


def _days(party: Party, at: datetime.datetime) -> list[Any]:
    found = availability.days(party=party, at=at)
    return [
        (office.code, day.date, day.free) for office in found for day in office.days if day.free
    ]


QUESTIONS = (
    Question(f"next {WANTED} free times", _next, BARE_NEXT),
    Question(f"calendar of {stored.DAYS} days", _days, BARE_DAYS),
)


@dataclass(frozen=True)
class Found:
    """Milliseconds: of PostgreSQL to carry out ours and the bare SQL, to plan ours, and of the whole call."""

    ours: float
    bare: float
    planned: float
    call: float
    queries: int


def rows() -> list[Row]:
    """Every row about finding a time. The databases are built first where they are missing."""
    found: dict[str, dict[str, Found]] = {}
    for name in stored.STORED:
        stored.ensure(name)
        with (
            stored.connected(name),
            override_settings(BOOKING_HORIZON_DAYS=stored.DAYS - 1),
        ):
            found[name] = {question.name: measure(question) for question in QUESTIONS}
    return [
        row
        for question in QUESTIONS
        for row in _rows(question.name, *(found[n][question.name] for n in (FEW, MANY)))
    ]


def _rows(name: str, few: Found, many: Found) -> list[Row]:
    return [
        atmost(
            *(GROUP, name, "ms in PostgreSQL"),
            ours=few.ours,
            against=f"{MOST_OF_BARE} times bare SQL",
            most=MOST_OF_BARE * few.bare,
        ),
        atmost(
            *(GROUP, f"{name}, 4,000,000 stored", "ms in PostgreSQL"),
            ours=many.ours,
            against=f"{MOST_OF_FEW} times 400,000 stored",
            most=MOST_OF_FEW * few.ours,
        ),
        # As many queries with ten times as much.
        atmost(
            *(GROUP, name, "queries"),
            ours=max(few.queries, many.queries),
            against="limit",
            most=MOST_QUERIES,
        ),
        rate(
            *(GROUP, f"{name}, whole call", "ms"),
            ours=few.call,
            against="carried out in PostgreSQL",
            other=few.ours,
            goal=0,
        ),
        rate(
            *(GROUP, f"{name}, planning", "ms"),
            ours=few.planned,
            against="carried out in PostgreSQL",
            other=few.ours,
            goal=0,
        ),
    ]


def measure(question: Question) -> Found:
    """Asks both in turn. Raises ValueError when they do not give the same answer."""
    party, at = one_person(), timezone.now()
    parameters = _parameters(party, at)
    with CaptureQueriesContext(connection) as captured:
        answer = question.ask(party, at)
    with connection.cursor() as cursor:
        cursor.execute(question.bare, parameters)
        if answer != cursor.fetchall():
            raise ValueError(f"{question.name}: the bare SQL gives another answer.")
    asked = [query["sql"] for query in captured.captured_queries]
    ours, bare, planned, call = [], [], [], []
    for _round in range(ROUNDS):
        for _repeat in range(REPEATS):
            explained = [_explained(statement) for statement in asked]
            planned.append(sum(plan for plan, _execution in explained))
            ours.append(sum(execution for _plan, execution in explained))
        bare += [_explained(question.bare, parameters)[1] for _repeat in range(REPEATS)]
        for _repeat in range(REPEATS):
            begin = time.perf_counter()
            question.ask(party, at)
            call.append((time.perf_counter() - begin) * 1000)
    return Found(*(median(times) for times in (ours, bare, planned, call)), len(asked))


def _explained(statement: str, parameters: dict[str, Any] | None = None) -> tuple[float, float]:
    """Milliseconds that PostgreSQL takes to plan, and to carry out."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
        plan = cursor.fetchone()[0][0]
    return plan["Planning Time"], plan["Execution Time"]


def _parameters(party: Party, at: datetime.datetime) -> dict[str, Any]:
    first, last = availability.window(at=at)
    length = datetime.timedelta(minutes=party.minutes)
    return {
        "at": at,
        "group": party.parts[0].group_id,
        "minutes": party.minutes,
        "length": length,
        "reach": length - datetime.timedelta(microseconds=1),
        "first": first,
        "last": last,
        "zone": settings.TIME_ZONE,
        "wanted": WANTED,
    }
