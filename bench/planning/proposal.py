"""A proposal over 60 days: how its cost grows with the people who are booked, and beside bare SQL.

The main office closes an hour earlier for 60 days. Whoever is booked into the last hour gets another time, or finds
none. The peer reads the same rows as tuples: every slot from now on of the office, and of everybody in the 60 days the
appointment, its places and its services. Everything happens in transactions that are undone.
"""

import datetime
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import frame
from bench.planning import GROUP
from citizens.domain import proposals, slots
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.proposals import Wish
from citizens.models import Office, OpeningTemplate, User

DAYS = 60
FEW, MANY = 200, 20_000
TURNS = 3
ONE_DAY = datetime.timedelta(days=1)

# Everybody comes for 10 minutes to one slot. The slots are made wide enough for all of them.
FILL = """
    WITH wide AS (
        UPDATE citizens_slot SET capacity = %(wide)s, online = %(wide)s, released = %(wide)s, taken = 0
        WHERE office_id = %(office)s RETURNING id, office_id, group_id, start, minutes
    ), numbered AS (
        SELECT wide.*, row_number() OVER (ORDER BY lap, start, id) AS n
        FROM wide CROSS JOIN generate_series(1, %(wide)s) AS lap
    ), person AS (
        SELECT *, 9000000 + n AS id_of FROM numbered WHERE n <= %(people)s
    ), appointment AS (
        INSERT INTO citizens_appointment (id, token, code, submission_key, office_id, state, starts_at, ends_at,
            language, phone, email, priority_group, booked_for, booker_name, guardian_name, household_key,
            privacy_notice, booked_at, sequence)
        SELECT id_of, lpad(id_of::text, 22, '0'), lpad(to_hex(n), 8, '0'), lpad(id_of::text, 22, 'k'), office_id,
            'booked', start, start + minutes * interval '1 minute', 'id', '', 'bench@example.test', '', 'self', '', '', '',
            'bench', now() - interval '7 days', 0
        FROM person
    ), visitor AS (
        INSERT INTO citizens_visitor (id, appointment_id, position, full_name, birth_date, person_key)
        SELECT id_of, id_of, 1, 'Bench', '1990-01-01', lpad(id_of::text, 64, '0') FROM person
    ), service AS (
        INSERT INTO citizens_visitorservice (visitor_id, case_id, group_id, person_key, minutes, active)
        SELECT id_of, (SELECT min(booked.id) FROM citizens_servicecase booked
            JOIN citizens_service kind ON kind.id = booked.service_id WHERE kind.group_id = person.group_id),
            group_id, lpad(id_of::text, 64, '0'), 10, true
        FROM person
    ), place AS (
        INSERT INTO citizens_appointmentplace (appointment_id, slot_id, share, overbooked_why)
        SELECT id_of, id, 'online', '' FROM person
    )
    SELECT 1
"""
COUNT = """
    UPDATE citizens_slot slot SET taken = counted.people
    FROM (SELECT slot_id, count(*) AS people FROM citizens_appointmentplace GROUP BY slot_id) counted
    WHERE counted.slot_id = slot.id AND slot.office_id = %(office)s
"""
OPENED = "DELETE FROM citizens_release WHERE slot_id IN (SELECT id FROM citizens_slot WHERE office_id = %(office)s)"
READ = (
    """
    SELECT id, office_id, group_id, start, minutes, capacity, online, released, taken, internal_taken, overbooked
    FROM citizens_slot WHERE office_id = %(office)s AND start > %(now)s ORDER BY id
    """,
    """
    SELECT id, office_id, starts_at, ends_at, booked_at, phone, email, household_key, state
    FROM citizens_appointment WHERE office_id = %(office)s AND starts_at > %(now)s AND starts_at < %(until)s
    """,
    """
    SELECT place.appointment_id, place.slot_id, place.share FROM citizens_appointmentplace place
    JOIN citizens_appointment appointment ON appointment.id = place.appointment_id
    WHERE appointment.office_id = %(office)s AND appointment.starts_at > %(now)s AND appointment.starts_at < %(until)s
    """,
    """
    SELECT visitor.appointment_id, service.group_id, service.case_id, service.minutes
    FROM citizens_visitorservice service JOIN citizens_visitor visitor ON visitor.id = service.visitor_id
    JOIN citizens_appointment appointment ON appointment.id = visitor.appointment_id
    WHERE appointment.office_id = %(office)s AND appointment.starts_at > %(now)s AND appointment.starts_at < %(until)s
    """,
)


def rows() -> list[frame.Row]:
    """Queries with many people beside few, and the time with many beside bare SQL that reads the same rows."""
    few, _moved, _ours, _bare = _measured(FEW)
    many, moved, ours, bare = _measured(MANY)
    return [
        frame.atmost(
            GROUP,
            f"a proposal over {DAYS} days, {MANY:,} booked",
            "queries",
            ours=many,
            against=f"{FEW} booked",
            most=few,
        ),
        frame.atmost(
            GROUP,
            f"a proposal over {DAYS} days, {MANY:,} booked, {moved:,} have to move",
            "ms",
            ours=1000 * ours,
            against="3 x bare SQL",
            most=3000 * bare,
        ),
    ]


def _measured(people: int) -> tuple[int, int, float, float]:
    """Queries, people who have to move, and seconds of ours and of bare SQL, the fastest of TURNS each."""
    at = timezone.now()
    with transaction.atomic():
        office = Office.objects.get(code="utama")
        slots.top_up(at=at, days=DAYS + 1)
        values = {
            "office": office.pk,
            "people": people,
            "wide": 20,
            "now": at,
            "until": local_midnight(local_date(at) + DAYS * ONE_DAY),
        }
        with connection.cursor() as cursor:
            for statement in (OPENED, FILL, COUNT):
                cursor.execute(statement, values)
            cursor.execute("ANALYZE")
        OpeningTemplate.objects.get(office=office).capacities.update(counters=20, online=11)
        staff = User.objects.create(username="bench-planner", full_name="Bench")
        wish = _earlier(office, first=local_date(at))
        ours, bare = [], []
        for _ in range(TURNS):
            ours.append(_timed(lambda: proposals.propose(wish=wish, staff=staff, at=at)))
            bare.append(_timed(lambda: _read(values)))
        with CaptureQueriesContext(connection) as queries:
            made = proposals.propose(wish=wish, staff=staff, at=at)
        moved = made.effect["moved"] + made.effect["orphaned"]
        transaction.set_rollback(True)
    return len(queries), moved, min(ours), min(bare)


def _earlier(office: Office, *, first: datetime.date) -> Wish:
    """The week in force, closing an hour earlier for DAYS days."""
    template = OpeningTemplate.objects.get(office=office)
    hours: dict[str, list[list[str]]] = {}
    for period in template.periods.order_by("weekday", "opens"):
        hours.setdefault(str(period.weekday), []).append([f"{period.opens}", f"{period.closes}"])
    for periods in hours.values():
        closes = datetime.time.fromisoformat(periods[-1][1])
        periods[-1][1] = closes.replace(hour=closes.hour - 1).isoformat()
    edit = {
        "op": "template",
        "office": office.pk,
        "kind": 0,
        "name": "Bench",
        "valid_from": first.isoformat(),
        "valid_until": (first + DAYS * ONE_DAY).isoformat(),
        "source": "Bench",
        "confirmed": True,
        "hours": hours,
        "capacities": [
            {
                "group": row.group_id,
                "counters": row.counters,
                "online": row.online,
                "slot_minutes": row.slot_minutes,
            }
            for row in template.capacities.all()
        ],
    }
    return Wish("Bench", (edit,), first, first + DAYS * ONE_DAY, (office.pk,))


def _read(values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in READ:
            cursor.execute(statement, values)
            cursor.fetchall()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
