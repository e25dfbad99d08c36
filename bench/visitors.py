"""Visitors who follow a path of pages and forms, each over a connection of their own: one process, one selector.

A path is a generator: it yields an Ask and is sent the Answer, or yields a Rest; it returns what it reached.
"""

import gzip
import heapq
import re
import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

PATIENCE = 30  # seconds for any answer at all
REDIRECTS = (301, 302, 303)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
HEADER = re.compile(r"^([A-Za-z-]+): *(.*?)\r?$", re.MULTILINE)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|button|select|textarea)\b[^>]*>")
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


class WrongAnswer(Exception):
    """A server closed the connection in the middle, or a page is not the one that a path expects."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: GET, or the POST of a form. `known` is the ETag of the answer that one has already."""

    path: str
    form: dict[str, str] | None = None
    ajax: bool = False
    known: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is asked until the time.monotonic `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, and when (time.monotonic) it was asked for and given; `known` is as in the Ask."""

    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    asked: float
    given: float
    known: str = ""

    @property
    def location(self) -> str:
        """Where a redirect leads, as a path on the same site; empty otherwise."""
        found = self.header("location")
        target = urlsplit(urljoin(self.path, found))
        return f"{target.path}?{target.query}" if target.query else target.path if found else ""

    def header(self, name: str) -> str:
        """The value of a header by its name in lower case; empty without one."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        packed = self.header("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()

    @property
    def forms(self) -> "list[Form]":
        return [Form.read(self.path, *found.groups()) for found in FORM.finditer(self.text)]


@dataclass(frozen=True, slots=True)
class Form:
    """Where a form goes, and its fields with what stands in them; a button with a name is an empty one."""

    action: str
    post: bool
    fields: dict[str, str]

    @classmethod
    def read(cls, path: str, attributes: str, content: str) -> "Form":
        own = _attributes(attributes)
        fields: dict[str, str] = {}
        for found in FIELD.finditer(content):
            seen = _attributes(found[0])
            # A button counts only when it is pressed: give it a value to press it.
            unchosen = found[0].startswith("<button") or (
                seen.get("type") in ("checkbox", "radio") and "checked" not in seen
            )
            if "name" in seen:
                before = fields.get(seen["name"], "")  # of radio buttons, one is checked
                fields[seen["name"]] = before or ("" if unchosen else seen.get("value", ""))
        return cls(urljoin(path, own.get("action", "")), own.get("method", "") == "post", fields)

    def filled(self, answers: dict[str, str]) -> Ask:
        """The form as sent: what is known is filled in, what is empty is left out."""
        known = {name: answers.get(name, value) for name, value in self.fields.items()}
        sent = {name: value for name, value in known.items() if value}
        return (
            Ask(self.action, sent) if self.post else Ask(f"{self.action}?{urlencode(sent)}", None)
        )


Path = Generator[Ask | Rest, Answer, object]


@dataclass(slots=True, eq=False)
class Visitor:
    """Somebody on a path: the cookies, the connection, what is awaited, and what was answered."""

    port: int
    path: Path
    address: str = ""
    begin: float = 0.0  # time.monotonic when to set out; at once when it is past
    answers: list[Answer] = field(default_factory=list)
    result: object = None
    done: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    connection: socket.socket | None = None
    received: bytearray = field(default_factory=bytearray)
    awaited: int = 0
    ask: Ask = Ask("/")
    asked: float = 0.0
    rest: Rest | None = None  # what begins now

    @property
    def began(self) -> float:
        return self.answers[0].asked

    @property
    def ended(self) -> float:
        return self.answers[-1].given

    def go_on(self, selector: selectors.BaseSelector, answer: Answer | None = None) -> None:
        """Makes the next step of the path: at the start, after a rest, and with each answer."""
        try:
            step = self.path.send(answer)  # type: ignore[arg-type]  # nothing is sent at the start and after a rest
        except StopIteration as end:
            self.result, self.done = end.value, True
            self.close(selector)
            return
        if isinstance(step, Rest):
            self.rest = step
        else:
            self._send(step, selector)

    def read(self, selector: selectors.BaseSelector) -> None:
        """Takes what has arrived; with a whole answer it goes on. Raises WrongAnswer."""
        assert self.connection  # noqa: S101 - tells a reader that it is only called on one
        part = self.connection.recv(262_144)
        if not part and not self.asked:  # the server ends what was not used for a while
            self.close(selector)
            return
        if not part:
            raise WrongAnswer(f"{self.ask.path} was not answered: {bytes(self.received[:80])!r}")
        self.received += part
        if not self.awaited and (head := self.received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.received, 0, head + 2)
            self.awaited = head + 4 + (int(length[1]) if length else 0)
        if 0 < self.awaited <= len(self.received):
            self._take(selector)

    def close(self, selector: selectors.BaseSelector) -> None:
        """Ends the connection."""
        if self.connection:
            selector.unregister(self.connection)
            self.connection.close()
            self.connection = None

    def _take(self, selector: selectors.BaseSelector) -> None:
        head, _, body = bytes(self.received).partition(b"\r\n\r\n")
        lines = head.decode("latin-1")
        found = ((name.lower(), value) for name, value in HEADER.findall(lines))
        headers = tuple(found)
        for name, value in headers:
            if name == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key.strip()] = kept
        answer = Answer(
            *(self.ask.path, int(lines[9:12]), headers, body, self.asked, time.monotonic()),
            known=self.ask.known,
        )
        self.answers.append(answer)
        self.asked = 0.0
        if CLOSE.search(head + b"\r\n"):
            self.close(selector)
        self.go_on(selector, answer)

    def _send(self, ask: Ask, selector: selectors.BaseSelector) -> None:
        self.ask, self.received, self.awaited = ask, bytearray(), 0
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
            selector.register(self.connection, selectors.EVENT_READ, self)
        self.asked = time.monotonic()
        self.connection.sendall(self._request())

    def _request(self) -> bytes:
        """What a browser behind the proxy that ends TLS sends."""
        body = b"" if self.ask.form is None else urlencode(self.ask.form).encode()
        here = f"127.0.0.1:{self.port}"
        lines = [
            f"{'GET' if self.ask.form is None else 'POST'} {self.ask.path} HTTP/1.1",
            f"Host: {here}",
            "X-Forwarded-Proto: https",
            "Accept-Encoding: gzip",
        ]
        if self.address:
            lines.append(f"X-Forwarded-For: {self.address}")
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if self.ask.ajax:
            lines.append("X-Requested-With: XMLHttpRequest")
        if self.ask.known:
            lines.append(f"If-None-Match: {self.ask.known}")
        if self.ask.form is not None:
            lines += [
                f"Origin: https://{here}",
                f"Referer: https://{here}/",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join((*lines, "", "")).encode() + body


def walk(visitors: Iterable[Visitor]) -> list[Visitor]:
    """Has every visitor set out at its time, and waits until the last has come to its end.

    Raises WrongAnswer, or TimeoutError when nobody is answered for PATIENCE seconds.
    """
    everybody = list(visitors)
    return list(_walk(everybody, lambda: None))


def in_turn(make: Callable[[], Visitor], *, clients: int, seconds: float) -> list[Visitor]:
    """`clients` at a time, each followed by the next until `seconds` are over; those under way end their path."""
    end = time.monotonic() + seconds
    first = [make() for _number in range(clients)]
    return list(_walk(first, lambda: make() if time.monotonic() < end else None))


def _walk(first: list[Visitor], following: Callable[[], Visitor | None]) -> Iterator[Visitor]:
    """Yields each visitor at the end of the path; `following` says who takes its turn."""
    with selectors.DefaultSelector() as selector:
        later = [(visitor.begin, number, visitor) for number, visitor in enumerate(first)]
        heapq.heapify(later)
        under_way: set[Visitor] = set()
        numbers = iter(range(len(first), 1_000_000_000))
        try:
            for visitor in _moved(selector, later, under_way):
                if visitor.rest is not None:
                    heapq.heappush(later, (visitor.rest.until, next(numbers), visitor))
                    visitor.rest = None
                elif visitor.done:
                    under_way.remove(visitor)
                    yield visitor
                    if (follower := following()) is not None:
                        heapq.heappush(later, (follower.begin, next(numbers), follower))
        finally:
            for visitor in under_way:
                visitor.close(selector)


def _moved(
    selector: selectors.BaseSelector,
    later: list[tuple[float, int, Visitor]],
    under_way: set[Visitor],
) -> Iterator[Visitor]:
    """Each visitor after each step, until nobody is under way and nobody sets out `later`."""
    while later or under_way:
        while later and later[0][0] <= time.monotonic():
            visitor = heapq.heappop(later)[2]
            under_way.add(visitor)
            visitor.go_on(selector)
            yield visitor
        if later or under_way:
            for visitor in _ready(selector, later[0][0] if later else None):
                visitor.read(selector)
                yield visitor


def _ready(selector: selectors.BaseSelector, until: float | None) -> list[Visitor]:
    """Who has something to read by the time `until`, at which the next one sets out."""
    wait = PATIENCE if until is None else max(0.0, until - time.monotonic())
    ready = selector.select(wait)
    if not ready and until is None:
        raise TimeoutError(f"Nobody was answered for {PATIENCE} seconds.")
    return [key.data for key, _events in ready]


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}
