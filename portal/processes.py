"""Child processes that start together and end together, each in a session of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

PAUSE = 0.1  # seconds between two looks at the children


def web_server(*, host: str, port: int, application: str = "portal.wsgi:application") -> list[str]:
    """The command of the web server; see docs/adr/0006 for the choice."""
    options = "--interface wsgi --no-ws --workers 2 --blocking-threads 4 --backpressure 64"
    return [
        *(sys.executable, "-m", "granian", *options.split(), "--respawn-failed-workers"),
        *("--log-level", "warning", "--host", host, "--port", str(port), application),
    ]


class Family:
    """Named children. A terminal's Ctrl-C does not reach them: whoever made them ends them."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str]) -> None:
        """Starts `command` as the leader of its own session, with `env` added to our own."""
        self.children[name] = subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def ended(self) -> tuple[str, int] | None:
        """Name and exit code (negative: the signal) of a child that ended, if any did."""
        for name, child in self.children.items():
            if child.poll() is not None:
                return name, child.returncode
        return None

    def stop(self, *, seconds: float) -> None:
        """Asks every child to end, and after `seconds` ends what is left of their sessions."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(c.poll() is None for c in self.children.values()):
            time.sleep(PAUSE)
        for child in self.children.values():
            # A leader that was killed, by us or by others, leaves its own children behind.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.children.clear()
