"""Web servers on free ports, with the application as in production; they end with the `with` block."""

import http.client
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.peers import environment
from portal.processes import Family, web_server

HOST = "127.0.0.1"
OURS = "portal.wsgi:application"
BARE = "bench.bare:application"
BARE_SITE = "bench.bare_site:application"
PEER = "bench.peers.appointment_site:application"
PATIENCE = 60  # seconds until a server answers
STOP_PATIENCE = 10  # seconds for a server to end by itself
PAUSE = 0.1  # seconds between two tries


@contextmanager
def serving(commands: dict[str, tuple[str, str]]) -> Iterator[dict[str, int]]:
    """Starts servers, each `name: (kind of KINDS, application)`; gives the port of each name.

    Raises TimeoutError when one does not answer, RuntimeError when one ends.
    """
    family = Family()
    ports: dict[str, int] = {}
    try:
        for name, (kind, application) in commands.items():
            ports[name] = _free_port()
            family.start(name, KINDS[kind](ports[name], application), env={})
        for port in ports.values():
            _wait(port, family)
        yield ports
    finally:
        family.stop(seconds=STOP_PATIENCE)


def granian(port: int, application: str) -> Sequence[str]:
    """What `manage.py run` starts."""
    return web_server(host=HOST, port=port, application=application)


def gunicorn(port: int, application: str, *options: str) -> Sequence[str]:
    """gunicorn with its own choice of one request at a time in each of two workers."""
    return [
        *(sys.executable, "-m", "gunicorn", "--workers", "2", "--log-level", "warning"),
        *(*options, "--bind", f"{HOST}:{port}", application),
    ]


def gunicorn_threads(port: int, application: str) -> Sequence[str]:
    """gunicorn with as many threads as granian has, and kept connections."""
    return gunicorn(port, application, "--worker-class", "gthread", "--threads", "4")


def granian_of_peers(port: int, application: str) -> Sequence[str]:
    """The same web server with the same options, in the environment of the peers."""
    return [str(environment.PYTHON), *granian(port, application)[1:]]


KINDS = {
    "granian": granian,
    "granian of the peers": granian_of_peers,
    "gunicorn": gunicorn,
    "gunicorn with threads": gunicorn_threads,
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, family: Family) -> None:
    """Returns once the server gives an answer, whichever."""
    end = time.monotonic() + PATIENCE
    while True:
        if (ended := family.ended()) is not None:
            raise RuntimeError("The server {} ended with exit code {}.".format(*ended))
        connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            if time.monotonic() > end:
                raise TimeoutError(f"Port {port} does not answer.") from None
            time.sleep(PAUSE)
        else:
            return
        finally:
            connection.close()
