"""A sender in a process of its own, on the database of the test."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]


def start_pump(email_url, *arguments):
    """Starts `manage.py pump`, which sends e-mail to that server. No broker is named."""
    database = connection.settings_dict
    user, password, host = (str(database[name]) for name in ("USER", "PASSWORD", "HOST"))
    socket_folder = host.startswith("/")
    address = "" if socket_folder else f"{host}:{database['PORT'] or 5432}"
    environment = {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": f"postgres://{quote(user)}:{quote(password)}@{address}/{database['NAME']}",
        "EMAIL_URL": email_url.geturl(),
    }
    environment.pop("REDIS_URL", None)
    if socket_folder:
        environment["PGHOST"] = host
    return subprocess.Popen(
        [sys.executable, "manage.py", "pump", *arguments], cwd=PROJECT, env=environment
    )
