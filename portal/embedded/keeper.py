"""The process that starts the embedded server, waits until nobody uses it, and stops it.

`python -m portal.embedded.keeper VAR` returns once the server answers (0) or cannot start (1); the
keeper stays behind as its forked child.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured

from portal.embedded import account, locks
from portal.embedded.account import Account
from portal.embedded.place import Place

PAUSE = 0.5  # seconds between two looks at whether anybody uses the server
PATIENCE = 60  # seconds for the server to answer, and to stop
DATABASE = "portal"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement and the DETAIL of an error hold the values people typed.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postmaster:
    """The server's first process: our child, or one whose keeper was killed."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.child = child

    def is_alive(self) -> bool:
        """Whether the process still runs; a child that ended is collected."""
        if self.child is not None:
            return self.child.poll() is None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def stop(self) -> None:
        """Ends it: fast first (open transactions roll back), at once after PATIENCE seconds."""
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            end = time.monotonic() + PATIENCE
            if self.is_alive():
                os.kill(self.pid, request)
            while self.is_alive() and time.monotonic() < end:
                time.sleep(locks.PAUSE)


def connect(place: Place) -> psycopg.Connection:
    """A connection to the server's own database. Raises psycopg.OperationalError."""
    return psycopg.connect(
        host=str(place.socket_dir),
        port=5432,
        user="postgres",
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    )


def orphan(place: Place) -> Postmaster | None:
    """The server that a killed keeper left running."""
    try:
        found = Postmaster(int((place.data / "postmaster.pid").read_text().split("\n", 1)[0]))
        if found.is_alive():
            connect(place).close()
            return found
    except (FileNotFoundError, ValueError, psycopg.OperationalError):
        pass
    return None


def make_data(place: Place, runner: Account) -> None:
    """Makes the data directory whole or not at all. Raises RuntimeError when initdb fails."""
    draft = place.data.with_name("postgres.new")
    if draft.exists():
        shutil.rmtree(draft)
    runner.own(draft)
    made = runner.popen(
        "initdb",
        f"--pgdata={draft}",
        "--username=postgres",
        "--auth=trust",  # the socket's folder is open to its owner alone, and there is no TCP
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    )
    if made.wait() != 0:
        raise RuntimeError("initdb failed.")
    draft.rename(place.data)


def start(place: Place) -> Postmaster:
    """Starts the server without waiting for it to answer."""
    runner = account.choose(place)
    if not place.data.exists():
        make_data(place, runner)
    runner.own(place.socket_dir)
    options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    child = runner.popen("postgres", "-D", str(place.data), "-k", str(place.socket_dir), *options)
    return Postmaster(child.pid, child)


def first_connection(place: Place, server: Postmaster) -> psycopg.Connection:
    """Waits until the server answers.

    Raises RuntimeError when the server ends, TimeoutError when it stays silent.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return connect(place)
        except psycopg.OperationalError as error:
            if not server.is_alive():
                raise RuntimeError("The server ended while it started.") from error
            if time.monotonic() > end:
                raise TimeoutError("The server does not answer.") from error
            time.sleep(locks.PAUSE)


def make_database(connection: psycopg.Connection) -> None:
    """Makes the portal's database unless it is there."""
    names = connection.execute("SELECT datname FROM pg_database").fetchall()
    if (DATABASE,) not in names:
        connection.execute(f"CREATE DATABASE {DATABASE}")


def keep(place: Place, report: int) -> None:
    """Runs the server until nobody uses it; writes one byte to `report` once it answers."""
    told_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told_to_stop.append(number))
    keeper = locks.wait_lock(place.keeper_lock, seconds=PATIENCE)
    server = orphan(place) or start(place)
    users = None
    try:
        with first_connection(place, server) as connection:
            make_database(connection)
        os.write(report, b"1")
        os.close(report)
        while server.is_alive() and not told_to_stop and users is None:
            time.sleep(PAUSE)
            users = locks.try_lock(place.users_lock)
    finally:
        server.stop()
        place.socket.unlink(missing_ok=True)  # a killed server leaves it behind
        with suppress(OSError):
            place.socket_dir.rmdir()
        # In this order: the next user waits for the second and then expects the first to be free.
        os.close(keeper)
        if users is not None:
            os.close(users)


def main() -> None:
    """Forks the keeper and tells by the exit code whether the server answers."""
    ready, report = os.pipe()
    if os.fork():
        os.close(report)
        sys.exit(0 if os.read(ready, 1) else 1)
    os.close(ready)
    try:
        keep(Place(Path(sys.argv[1])), report)
    except (ImproperlyConfigured, OSError, RuntimeError, psycopg.Error) as error:
        sys.exit(str(error))  # the end of the log is what the user is shown


if __name__ == "__main__":
    main()
