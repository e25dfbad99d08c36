"""Statements that a booking cannot do without, planned by PostgreSQL once a connection instead of each time.

Planning takes longer than carrying them out (docs/adr/0014). What is read here and there stays with the ORM, or with an ordinary
cursor, whose parameters PostgreSQL may plan for.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    """Prepares what it is given, unless the connection has it prepared already."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **options | {"prepare": True})

    def _send_query_prepared(self, name: bytes, pgq: Any, *, binary: bool | None = None) -> None:
        self._query = pgq  # as for one that is not prepared: Django's log of statements reads it
        super()._send_query_prepared(name, pgq, binary=binary)


def run(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Carries one statement out in the transaction at hand; returns its rows, if it has any.

    Parameters are bound by PostgreSQL itself: one whose type the statement does not tell needs a cast. Errors are
    Django's. Give the same text each time.
    """
    django: Any = connection
    django.ensure_connection()
    driver = django.connection
    if (
        driver.prepare_threshold is None
    ):  # Django's own cursors bind by themselves and never prepare
        driver.prepare_threshold = 0
    # As connection.cursor() does: errors are translated, and tests count the statement.
    with django._prepare_cursor(_Cursor(driver)) as cursor:  # noqa: SLF001 - there is no public way
        cursor.execute(statement, parameters)
        # Asked of the result itself: the cursor would describe every column first.
        has_rows = cursor.cursor.pgresult.status == ExecStatus.TUPLES_OK
        rows: list[tuple[Any, ...]] = cursor.fetchall() if has_rows else []
    return rows
