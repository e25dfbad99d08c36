"""The real web server in a process that a test may kill, and start again at the same address."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from django.db import connection

from tests.factories.citizens import MOMENT

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30  # seconds


class Server:
    """The portal behind the real web server, on the database of the test; always at the same address."""

    def __init__(self, folder):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process = None

    def start(self):
        served = {
            "DEMO": "1",
            "DEBUG": "1",  # no collected static files are needed
            "DATABASE_POOL_SIZE": "2",
            "SERVED_DATABASE": connection.settings_dict["NAME"],
            "SERVED_STATIC": str(self.folder),
            "SERVED_MOMENT": MOMENT.isoformat(),
            "SERVED_FOR": str(os.getpid()),
        }
        options = (
            f"--interface wsgi --no-ws --log-level warning --blocking-threads 2 --port {self.port}"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", *options.split(), "tests.browser.served:application"],
            cwd=ROOT,
            env=os.environ | served,
            start_new_session=True,
        )
        wait_until(self.answers)

    def answers(self):
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        """Ends it and its workers at once, without a word to anybody."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=PATIENCE)
            self.process = None


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")
