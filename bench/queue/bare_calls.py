"""Call next by hand-written SQL: the day's row locked, the first who waits updated, one row of history; nothing else.

It is called whenever a desk of ours calls, by a thread and over a connection of that desk's own.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg

DESKS = 13
TABLES = """
    DROP TABLE IF EXISTS bench_event, bench_ticket, bench_day;
    CREATE TABLE bench_day (id bigint PRIMARY KEY);
    CREATE TABLE bench_ticket (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day_id bigint NOT NULL REFERENCES bench_day,
        state text NOT NULL DEFAULT 'waiting', counter int, called_at timestamptz
    );
    CREATE INDEX ON bench_ticket (day_id, id) WHERE state = 'waiting';
    CREATE TABLE bench_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket_id bigint NOT NULL REFERENCES bench_ticket,
        to_state text NOT NULL, counter int, at timestamptz NOT NULL
    );
    INSERT INTO bench_day VALUES (1);
"""
LOCK = "SELECT id FROM bench_day WHERE id = 1 FOR UPDATE"
CALL = """
    UPDATE bench_ticket SET state = 'called', counter = %s, called_at = now()
    WHERE id = (SELECT id FROM bench_ticket WHERE day_id = 1 AND state = 'waiting' ORDER BY id LIMIT 1)
    RETURNING id
"""
LOG = "INSERT INTO bench_event (ticket_id, to_state, counter, at) VALUES (%s, 'called', %s, now())"


class BareCalls:
    """Desks that call by bare SQL; `seconds` has how long each call took."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pool = ThreadPoolExecutor(DESKS, initializer=self._connect)
        self.own = threading.local()
        self.connections: list[psycopg.Connection] = []
        self.futures: list[Future[float]] = []

    def call(self, counter: int) -> None:
        """Has a call made now, beside whatever else goes on."""
        self.futures.append(self.pool.submit(self._call, counter))

    @property
    def seconds(self) -> list[float]:
        """Of every call, from the start of its transaction to its end. Raises what went wrong in one."""
        return [future.result() for future in self.futures]

    def _connect(self) -> None:
        """Gives the thread at work its connection."""
        self.own.connection = psycopg.connect(self.address, autocommit=True, prepare_threshold=0)
        self.connections.append(self.own.connection)

    def _call(self, counter: int) -> float:
        connection = self.own.connection
        begin = time.perf_counter()
        with connection.transaction():
            connection.execute(LOCK)
            [ticket] = connection.execute(CALL, [counter]).fetchone()
            connection.execute(LOG, [ticket, counter])
        return time.perf_counter() - begin


@contextmanager
def calling(address: str, *, people: int) -> Iterator[BareCalls]:
    """Tables of the peer's own in the benchmark's database, where `people` wait; gone at the end."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO bench_ticket (day_id) SELECT 1 FROM generate_series(1, %s)", [people]
        )
        calls = BareCalls(address)
        try:
            yield calls
        finally:
            calls.pool.shutdown(cancel_futures=True)
            for one in calls.connections:
                one.close()
            connection.execute("DROP TABLE bench_event, bench_ticket, bench_day")
