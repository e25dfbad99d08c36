"""What every group stands on: the settings of production, and a database of its own with reference data."""

import hashlib
import io
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
from django.core.management import call_command

from bench import databases
from portal import embedded

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DATA = VAR / "bench-data"
BARE_TEMPLATES = DATA / "bare"
DATABASE = "portal_bench"
# The database is built anew when one of these changes.
SOURCES = ("*/migrations/*.py", "citizens/data/**/*.toml")


def prepare() -> None:
    """Sets the environment and Django up, and builds the database unless it is there. Once a process."""
    if "BENCH" in os.environ:
        return
    DATA.mkdir(parents=True, exist_ok=True)
    os.environ |= production()
    django.setup()
    databases.ensure(DATABASE, state=state(), build=_make_tables)
    call_command("load_reference", stdout=io.StringIO())


def _make_tables() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def production() -> dict[str, str]:
    """The environment of a portal in production, with secrets of this run."""
    return {
        "BENCH": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        **dict.fromkeys(("DEMO", "DEBUG"), "0"),
        "DATABASE_POOL_SIZE": "8",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": secrets.token_hex(32),
        "HASH_KEY": secrets.token_hex(32),
        "PUBLIC_URL": "https://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
        **_database(),
    }


def _database() -> dict[str, str]:
    """DATABASE_URL of the benchmark's own database, on the server in use."""
    if address := os.environ.get("DATABASE_URL"):
        return {"DATABASE_URL": urlunsplit(urlsplit(address)._replace(path=f"/{DATABASE}"))}
    # The embedded server, reached like any other: it stays for as long as this process lives.
    embedded.ensure_running()
    return {
        "DATABASE_URL": f"postgres://postgres@/{DATABASE}",
        "PGHOST": embedded.SOCKET_DIR,
        "PGPORT": "5432",
    }


def state() -> str:
    """A digest of the migrations and the reference data."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
