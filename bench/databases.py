"""Databases of the benchmark on the server in use: each built once, and anew when what it is made from changes."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def address(name: str) -> str:
    """The address of a database on the server of DATABASE_URL."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def ensure(name: str, *, state: str, build: Callable[[], None]) -> None:
    """Has `build` fill an empty database `name`, unless one built from the same `state` is there, whole."""
    with psycopg.connect(address("postgres"), autocommit=True, connect_timeout=5) as connection:
        if _state(connection, name) == state:
            return
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        build()
        mark = sql.SQL("COMMENT ON DATABASE {} IS {}").format(identifier, sql.Literal(state))
        connection.execute(mark)


def _state(connection: psycopg.Connection, name: str) -> str | None:
    """What a database was built from; None when it is not there or not whole."""
    found = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return found[0] if found else None
