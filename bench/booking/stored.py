"""Databases full of appointments: 60 days to come at six offices for ten service groups, and more or less of a past.

What is still to come is the same in each, so that only what is stored behind it differs.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections

from bench import databases, ground

OFFICES, GROUPS, DAYS, SLOTS_A_DAY, PLACES = 6, 10, 60, 30, 8
MINUTES = 10
SERVICE, CASE = "ktp", "hilang"
# Name of the database, appointments in it, and days of the past in which those are that are not to come.
STORED = {
    "portal_bench_400k": (400_000, 12),
    "portal_bench_4m": (4_000_000, 700),
}
HOLDS = 500  # alive, as in a busy hour

PREPARE = """
    TRUNCATE citizens_slot CASCADE;
    UPDATE citizens_office SET active = false;
    INSERT INTO citizens_office (code, kind, name, short_name, address, phone, active, confirmed, note, sort_order)
        SELECT 'bench-' || n, 'main', 'Office ' || n, 'O' || n, 'Jl. Bench', '', true, true, '', n
        FROM generate_series(1, {offices}) n;
    INSERT INTO citizens_servicegroup (id, code, name, name_en, letter, sort_order)
        SELECT 1000 + n, 'bench-' || n, 'Bench', 'Bench', 'Z', n FROM generate_series(2, {groups}) n;
"""

# Of each slot about two fifths are taken, some are full; the same slot is the same in every database.
FILL_SLOTS = """
    INSERT INTO citizens_slot (office_id, group_id, start, minutes, capacity, online, released, taken, internal_taken, overbooked)
    SELECT office.id, kind.id,
        ((%(today)s::date + day + time '08:00') AT TIME ZONE 'Asia/Jakarta') + n * %(minutes)s::int * interval '1 minute',
        %(minutes)s, {places}, {places}, {places},
        CASE WHEN day >= 0 AND day < 3 THEN {places} ELSE (office.sort_order * 7 + kind.place * 5 + day * 3 + n * 11 + 7000) %% 7 END,
        0, 0
    FROM generate_series(%(first)s::int, %(last)s::int) day
    CROSS JOIN generate_series(0, {slots} - 1) n
    CROSS JOIN (SELECT id, sort_order FROM citizens_office WHERE active) office
    CROSS JOIN (SELECT id, row_number() OVER (ORDER BY (id <> %(group)s::bigint), id DESC) AS place
                FROM citizens_servicegroup ORDER BY (id <> %(group)s::bigint), id DESC LIMIT {groups}) kind
"""

# The latest first, so that all of the coming days are there whatever the number.
NUMBERED = """
    SELECT slot.*, row_number() OVER (ORDER BY slot.start DESC, slot.id) AS n
    FROM citizens_slot slot CROSS JOIN LATERAL generate_series(1, slot.taken)
"""

FILL_APPOINTMENTS = f"""
    INSERT INTO citizens_appointment (id, token, code, submission_key, office_id, state, starts_at, ends_at,
        language, phone, email, priority_group, booked_for, booker_name, guardian_name, household_key,
        privacy_notice, booked_at, sequence)
    SELECT n, lpad(n::text, 22, '0'), lpad(to_hex(n), 8, '0'), lpad(n::text, 22, 'k'), office_id,
        CASE WHEN start > now() THEN 'booked' ELSE 'served' END, start, start + minutes * interval '1 minute', 'id',
        '', '', '', 'self', '', '', '', 'bench', start - interval '7 days', 0
    FROM ({NUMBERED}) places WHERE n <= %(wanted)s
"""  # noqa: S608 - composed of constants only

FILL_PLACES = f"""
    INSERT INTO citizens_appointmentplace (appointment_id, slot_id, share, overbooked_why)
    SELECT n, id, 'online', '' FROM ({NUMBERED}) places WHERE n <= %(wanted)s
"""  # noqa: S608 - composed of constants only

FILL_HOLDS = """
    WITH made AS (
        INSERT INTO citizens_hold (token, browser, party, created_at, expires_at)
        SELECT 'hold-' || n, 'browser-' || n, 'ktp.hilang', now(), now() + interval '10 days'
        FROM generate_series(1, %(holds)s::int) n RETURNING id
    )
    INSERT INTO citizens_heldplace (hold_id, slot_id)
    SELECT made.id, slot.id
    FROM (SELECT id, row_number() OVER () AS n FROM made) made
    JOIN (SELECT id, row_number() OVER (ORDER BY start, id) AS n FROM citizens_slot
          WHERE group_id = %(group)s AND start > now() + interval '3 days' AND taken < released) slot USING (n)
"""


def ensure(name: str) -> None:
    """Builds a database of STORED unless it is there, from the tables of today and seen from today."""
    state = f"{ground.state()} {_today()} {STORED[name]}"
    databases.ensure(name, state=state, build=lambda: _build(name))


@contextmanager
def connected(name: str) -> Iterator[None]:
    """Django reads the database `name` inside of the block."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    _change(name)
    try:
        yield
    finally:
        _change(before)


def _change(name: str) -> None:
    connection = connections["default"]
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()
    connection.settings_dict["NAME"] = name


def _today() -> str:
    with psycopg.connect(databases.address("postgres")) as connection:
        found = connection.execute("SELECT (now() AT TIME ZONE 'Asia/Jakarta')::date").fetchone()
    return str(found[0]) if found else ""


def _build(name: str) -> None:
    environment = os.environ | {"DATABASE_URL": databases.address(name)}
    for command in ("migrate", "load_reference"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity=0"],
            env=environment,
            cwd=ground.ROOT,
            check=True,
        )
    wanted, past = STORED[name]
    with psycopg.connect(databases.address(name), autocommit=True) as connection:
        # The rows are right by construction: no trigger need look at each.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute(_numbers(PREPARE))
        group = connection.execute(
            "SELECT group_id FROM citizens_service WHERE code = %s", [SERVICE.upper()]
        ).fetchone()
        values = {
            "group": group[0] if group else 0,
            "minutes": MINUTES,
            "today": _today(),
            "first": -past,
            "last": DAYS,
            "wanted": wanted,
            "holds": HOLDS,
        }
        connection.execute(_numbers(FILL_SLOTS), values)
        for table, statement in (
            ("citizens_appointment", FILL_APPOINTMENTS),
            ("citizens_appointmentplace", FILL_PLACES),
        ):
            with _without_indexes(connection, table):
                connection.execute(statement, values)
        connection.execute(FILL_HOLDS, values)
        connection.execute("VACUUM ANALYZE")
        stored = connection.execute("SELECT count(*) FROM citizens_appointment").fetchone()
    if stored != (wanted,):
        raise ValueError(f"{name} has {stored} appointments instead of {wanted}.")


def _numbers(statement: str) -> str:
    return statement.format(offices=OFFICES, groups=GROUPS, slots=SLOTS_A_DAY, places=PLACES)


@contextmanager
def _without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """The table has no index inside of the block: one built at the end is quicker than one kept all along."""
    constraints = connection.execute(
        """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = %s::regclass AND contype = 'u'""",
        [table],
    ).fetchall()
    for name, _definition in constraints:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname <> %s",
        [table, f"{table}_pkey"],
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for name, definition in constraints:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _name, definition in indexes:
        connection.execute(definition)
