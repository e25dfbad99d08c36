"""The database engine `portal.embedded`: Django's for PostgreSQL, with a server that starts itself."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient

from portal import embedded


class DatabaseClient(PostgresqlClient):
    """`manage.py dbshell` with the wheel's psql."""

    executable_name = str(embedded.binary("psql"))

    def runshell(self, parameters: Iterable[str]) -> None:
        """Runs psql on the server, started when needed."""
        embedded.ensure_running()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks for the server before each new connection, pooled or not."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, once the server answers."""
        embedded.ensure_running()
        # PGPORT may point at another server.
        return super().get_connection_params() | {"port": 5432}
