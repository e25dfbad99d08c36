"""`manage.py run`: everything a portal needs, in one terminal. `make run` calls it with DEMO=1."""

import hashlib
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.urls import reverse

from citizens.management.demo import staff
from portal import embedded
from portal.celery import QUEUES
from portal.processes import Family, web_server

HOST = "127.0.0.1"
STOP_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
)  # Ctrl-C, a supervisor, a closed terminal
WEB_PATIENCE = 60  # seconds until the web server answers
STOP_PATIENCE = 20  # seconds for a request or a task at work to end
PAUSE = 0.3  # seconds between two looks at the children


class StopSign:
    """Whether somebody asked us to stop. A step of the preparation is broken off at once."""

    def __init__(self) -> None:
        self.seen = threading.Event()
        self.breaks_off = True
        for number in STOP_SIGNALS:
            signal.signal(number, self.show)

    def show(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        self.seen.set()
        if self.breaks_off:
            self.breaks_off = False
            raise KeyboardInterrupt


class Command(BaseCommand):
    """Prepares the database, starts web server, worker and beat, and ends them all together."""

    help = "Starts the web server, a worker and beat in this terminal; Ctrl-C ends them all."
    requires_system_checks = ()  # migrate runs them, once the database is there

    def say(self, line: str) -> None:
        """Prints a line at once; a terminal that was closed keeps nobody from stopping."""
        with suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs until Ctrl-C, SIGTERM or a closed terminal.

        Raises CommandError when something is missing or a part ends by itself.
        """
        if _port_is_taken(settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} is in use. Choose another: PORT={settings.PORT + 1} make run"
            )
        sign = StopSign()
        family = Family()
        try:
            self.prepare()
            sign.breaks_off = False
            self.start(family)
            self.watch(family, sign.seen)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database of DATABASE_URL does not answer: {error}") from error
        except KeyboardInterrupt:
            pass  # while preparing: each step is done again the next time unless it was whole
        finally:
            sign.breaks_off = False
            self.say("\nStopping ...")
            family.stop(seconds=STOP_PATIENCE)
            _let_go_of_database()
            self.say("Stopped.")

    def prepare(self) -> None:
        """Folders, tables, static files and data. Each step does nothing when it is done already."""
        for folder in (settings.BROKER_DIR, settings.OUTBOX_DIR):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        self.collect_static()
        call_command("load_reference")
        if settings.DEMO:
            call_command("load_demo")
        _close_connections()

    def collect_static(self) -> None:
        """Hashes and compresses the static files, unless they are as they were the last time."""
        stamp = settings.VAR_DIR / "static.stamp"
        state = _state_of_static()
        if settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text() == state:
            return
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state)

    def start(self, family: Family) -> None:
        """Starts the children; returns at once."""
        python = [sys.executable, "-m"]
        family.start("web server", web_server(host=HOST, port=settings.PORT), env={})
        # Each task opens one connection and closes it: a pool would only start threads for that.
        # Celery's warning of root is about pickled tasks; ours are JSON.
        jobs_env = {
            "DATABASE_POOL_SIZE": "0",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        worker = "celery --quiet --app portal worker --pool prefork --concurrency 2"
        family.start(
            "worker",
            [
                *(*python, *worker.split(), "--queues", ",".join(QUEUES), "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            env=jobs_env,
        )
        beat = "celery --quiet --app portal beat --loglevel WARNING --pidfile="
        family.start(
            "beat",
            [*python, *beat.split(), "--schedule", str(settings.VAR_DIR / "beat-schedule")],
            env=jobs_env,
        )

    def watch(self, family: Family, stop: threading.Event) -> None:
        """Prints the addresses once the web server answers, and waits for the end.

        Raises CommandError when a child ends by itself.
        """
        waited = 0.0
        greeted = False
        while not stop.wait(PAUSE):
            if (ended := family.ended()) is not None:
                raise CommandError("The {} ended by itself (exit code {}).".format(*ended))
            if not greeted and _port_is_taken(settings.PORT):
                self.greet()
                greeted = True
            waited += PAUSE
            if not greeted and waited > WEB_PATIENCE:
                raise CommandError(f"The web server does not answer on port {settings.PORT}.")

    def greet(self) -> None:
        """Where to look, and whom to sign in as."""
        lines = [("Public pages", "home"), ("Staff", "admin:index")]
        if settings.TRYING_OUT:
            lines.append(("Messages sent", "outreach:outbox"))
        self.say("")
        for label, name in lines:
            self.say(f"  {label:<14} {settings.PUBLIC_URL}{reverse(name)}")
        if settings.DEMO:
            people = [("petugas1", staff.COUNTER_STAFF)]
            people += [(name, group) for name, _, group, _ in staff.PEOPLE]
            people.append((staff.ADMINISTRATOR[0], staff.ADMINISTRATOR[2]))
            self.say(f"\n  Sign in with the password {staff.PASSWORD} as")
            for name, group in people:
                self.say(f"    {name:<12} {group}")
        self.say("\n  Ctrl-C stops everything; the data stays in var/.\n")


def _port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _state_of_static() -> str:
    """A digest of the names, sizes and times of every static file of the project and its apps."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def _let_go_of_database() -> None:
    _close_connections()
    if settings.DATABASES["default"]["ENGINE"] == "portal.embedded":
        embedded.release()
