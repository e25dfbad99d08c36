"""Clients that ask for pages over kept connections and count the answers: one process, one selector.

`python -m bench.load` reads a plan as JSON from standard input and prints the rates as JSON. The targets take
turns in short rounds, so that a busy moment of the machine meets them all.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

CLIENTS = 16
PATIENCE = 10  # seconds for one answer
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


class WrongAnswer(Exception):
    """A server gave another status than 200, or closed the connection in the middle."""


@dataclass(frozen=True)
class Target:
    """A page of a server on this machine."""

    port: int
    path: str
    script: bool = False  # asked for by a script of the page

    @property
    def request(self) -> bytes:
        """What a browser behind the proxy that ends TLS asks for."""
        lines = (
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "X-Forwarded-Proto: https",
            "Accept-Encoding: gzip, deflate, br, zstd",
            *(["X-Requested-With: XMLHttpRequest"] if self.script else []),
        )
        return "\r\n".join((*lines, "", "")).encode()


class Client:
    """One kept connection, and the answer it is waiting for."""

    def __init__(self, target: Target, selector: selectors.BaseSelector) -> None:
        self.target = target
        self.selector = selector
        self.request = target.request
        self.ask_anew()

    def ask_anew(self) -> None:
        """Opens a connection and sends a request."""
        self.socket = socket.create_connection(("127.0.0.1", self.target.port), PATIENCE)
        self.selector.register(self.socket, selectors.EVENT_READ, self)
        self.ask()

    def ask(self) -> None:
        """Sends a request."""
        self.received = bytearray()
        self.awaited = 0  # bytes of the whole answer, once its head is there
        self.socket.sendall(self.request)

    def read(self) -> bool:
        """Takes what has arrived; says whether the answer is whole. Raises WrongAnswer."""
        part = self.socket.recv(262_144)
        if not part:
            raise WrongAnswer(f"{self.target} closed the connection: {bytes(self.received[:80])!r}")
        self.received += part
        if not self.awaited and (head := self.received.find(b"\r\n\r\n")) >= 0:
            self.awaited = head + 4 + self._length(head + 2)
        return 0 < self.awaited <= len(self.received)

    def again(self) -> None:
        """The next request, over the same connection unless the server ends it."""
        if CLOSE.search(self.received):
            self.close()
            self.ask_anew()
        else:
            self.ask()

    def close(self) -> None:
        """Ends the connection."""
        self.selector.unregister(self.socket)
        self.socket.close()

    def _length(self, end: int) -> int:
        """Bytes of the body; `end` is where the head ends."""
        length = LENGTH.search(self.received, 0, end)
        if not self.received.startswith(b"HTTP/1.1 200") or length is None:
            raise WrongAnswer(f"{self.target} answered {bytes(self.received[:end])!r}")
        return int(length[1])


def rate(target: Target, *, seconds: float, clients: int = CLIENTS) -> float:
    """Whole answers a second while `clients` ask again as soon as they are answered.

    The clock starts when each of them has had one answer, and afterwards every request is waited for: nothing
    is left for the server to do that would disturb the next round. Raises WrongAnswer, or TimeoutError when
    nothing is answered for PATIENCE seconds.
    """
    with selectors.DefaultSelector() as selector:
        waiting = {Client(target, selector) for _index in range(clients)}
        new = set(waiting)
        answered = 0
        start = end = float("inf")
        try:
            while waiting:
                for client in _answered(selector, target):
                    now = time.perf_counter()
                    new.discard(client)
                    if not new and start > now:
                        start, end = now, now + seconds
                    answered += start < now <= end
                    if now <= end:
                        client.again()
                    else:
                        waiting.remove(client)
                        client.close()
        finally:
            for client in waiting:
                client.close()
    return answered / seconds


def _answered(selector: selectors.BaseSelector, target: Target) -> list[Client]:
    ready = selector.select(PATIENCE)
    if not ready:
        raise TimeoutError(f"{target} does not answer.")
    return [key.data for key, _events in ready if key.data.read()]


def rates(targets: Mapping[str, Target], *, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Answers a second of each target and round, measured from a process of its own."""
    plan = {
        "targets": {name: asdict(target) for name, target in targets.items()},
        "rounds": rounds,
        "seconds": seconds,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60 + 2 * rounds * seconds * len(targets),
    )
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured


def run(plan: dict) -> dict[str, list[float]]:
    """Carries a plan out: a round that does not count, then the others."""
    targets = {name: Target(**target) for name, target in plan["targets"].items()}
    found: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(plan["rounds"] + 1):
        for name, target in targets.items():
            measured = rate(target, seconds=plan["seconds"])
            if number:
                found[name].append(measured)
    return found


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
