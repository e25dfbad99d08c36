"""The same rows as a booking of the portal, by hand-written SQL: one prepared statement a table, one transaction.

Which rows these are it learns from one booking: whatever the portal writes, the peer writes too.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

# Tables in the order in which they refer to each other, and which rows of each belong to a booking.
OF_HOLD = {
    "citizens_hold": "id = %(hold)s",
    "citizens_heldplace": "hold_id = %(hold)s",
}
OF_APPOINTMENT = {
    "citizens_appointment": "id = %(appointment)s",
    "citizens_appointmentplace": "appointment_id = %(appointment)s",
    "citizens_visitor": "appointment_id = %(appointment)s",
    "citizens_visitorservice": "visitor_id IN (SELECT id FROM citizens_visitor WHERE appointment_id = %(appointment)s)",
    "citizens_householdvisit": "appointment_id = %(appointment)s",
    "citizens_appointmentevent": "appointment_id = %(appointment)s",
    "outreach_message": "appointment_id = %(appointment)s",
}
# What must differ from booking to booking, by the number of characters.
FRESH = {
    "token": 22,
    "browser": 22,
    "submission_key": 22,
    "code": 8,
    "person_key": 64,
    "unique_key": 60,
}
# What a later row refers to, by the table whose row was written before.
REFERS = {
    "hold_id": "citizens_hold",
    "appointment_id": "citizens_appointment",
    "visitor_id": "citizens_visitor",
}
CLAIM = "UPDATE citizens_slot SET taken = taken + 1 WHERE id = %s AND taken < released"
END = "UPDATE citizens_hold SET expires_at = least(expires_at, %s), answers = NULL WHERE id = %s"


@dataclass(frozen=True)
class Insert:
    """The rows of one table that a booking writes, as one statement."""

    table: str
    statement: str
    rows: list[dict[str, Any]]

    def values(self, ids: dict[str, int], fresh: dict[str, str]) -> list[Any]:
        """What to bind; `ids` by table and "slot", `fresh` by column."""
        return [
            self._value(name, value, number, ids, fresh)
            for number, row in enumerate(self.rows)
            for name, value in row.items()
        ]

    def _value(
        self, name: str, value: Any, number: int, ids: dict[str, int], fresh: dict[str, str]
    ) -> Any:
        if name == "slot_id":
            return ids["slot"]
        if value is None:
            return None
        if name in REFERS:
            return ids[REFERS[name]]
        return f"{number}{fresh[name][1:]}" if name in FRESH else value


@dataclass(frozen=True)
class Learned:
    """The statements of one booking: of its hold, and of the appointment."""

    hold: list[Insert]
    appointment: list[Insert]

    @property
    def rows(self) -> int:
        return sum(len(insert.rows) for insert in (*self.hold, *self.appointment))


def learn(address: str, *, hold: int, appointment: int) -> Learned:
    """Reads the rows of a booking: the ids of its hold and of the appointment."""
    keys = {"hold": hold, "appointment": appointment}
    with psycopg.connect(address, row_factory=dict_row) as connection:
        return Learned(
            list(_inserts(connection, OF_HOLD, keys)),
            list(_inserts(connection, OF_APPOINTMENT, keys)),
        )


def _inserts(
    connection: psycopg.Connection[dict[str, Any]], tables: dict[str, str], keys: dict[str, int]
) -> Iterable[Insert]:
    for table, condition in tables.items():
        query = f"SELECT * FROM {table} WHERE {condition} ORDER BY id"  # noqa: S608 - constants only
        rows = connection.execute(query, keys).fetchall()
        for row in rows:
            del row["id"]
        if rows:
            yield Insert(table, _statement(connection, table, rows), rows)


def _statement(connection: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> str:
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(rows[0])))
    return (
        sql.SQL("INSERT INTO {} ({}) VALUES {} RETURNING id")
        .format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, rows[0])),
            sql.SQL(", ").join([one] * len(rows)),
        )
        .as_string(connection)
    )


class Peer:
    """One connection that books."""

    def __init__(self, address: str, learned: Learned) -> None:
        self.connection = psycopg.connect(address, autocommit=True, prepare_threshold=0)
        self.learned = learned

    def hold_and_book(self, slot: int) -> bool:
        """Writes a hold and the appointment it becomes; says whether there was a place."""
        ids, fresh = {"slot": slot}, _fresh()
        with self.connection.transaction():
            if not self.connection.execute(CLAIM, [slot]).rowcount:
                return False
            self._write(self.learned.hold, ids, fresh)
            self._write(self.learned.appointment, ids, fresh)
        return True

    def book(self, slot: int, hold: int, at: Any) -> bool:
        """Writes the appointment of a hold that is there; says whether there was a place."""
        ids, fresh = {"slot": slot}, _fresh()
        with self.connection.transaction():
            if not self.connection.execute(CLAIM, [slot]).rowcount:
                return False
            self.connection.execute(END, [at, hold])
            self._write(self.learned.appointment, ids, fresh)
        return True

    def _write(self, inserts: list[Insert], ids: dict[str, int], fresh: dict[str, str]) -> None:
        for insert in inserts:
            found = self.connection.execute(insert.statement, insert.values(ids, fresh))
            ids[insert.table] = found.fetchone()[0]


def _fresh() -> dict[str, str]:
    random = secrets.token_hex(32)
    return {name: random[:length] for name, length in FRESH.items()}
