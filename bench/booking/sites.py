"""Whole bookings over HTTP: ours by the shortest and the longest way, a bare Django site's, and django-appointment's."""

import datetime
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import psycopg
from django.db import connections
from django.urls import reverse
from django.utils.http import urlencode

from bench import databases, load, paths
from bench.booking import GROUP, office_day
from bench.frame import Row, limit, rate
from bench.peers import appointment_path, environment
from bench.server import BARE_SITE, OURS, PEER, serving
from bench.visitors import Path, Visitor, in_turn, walk
from portal.management.commands.run import Command

CLIENTS = 16
ROUNDS, SECONDS = 5, 4  # of each way
PAGE_ROUNDS, PAGE_SECONDS = 5, 1
PLACES = 40
OFFICE = "utama"
PEER_DATABASE = "portal_bench_peer"
PEER_MODULE = "appointment_site"
SERVICE = 1
SHORTEST, LONGEST, BARE, THEIRS = "shortest", "longest", "bare", "django-appointment"
# What a booking of ours and of the bare site adds rows to.
TABLES = (
    *("citizens_hold", "citizens_heldplace", "citizens_appointment", "citizens_appointmentplace"),
    *("citizens_visitor", "citizens_visitorservice", "citizens_appointmentevent"),
    *("outreach_message", "citizens_attemptcount", "django_session"),
)
_numbers = itertools.count(random.getrandbits(24))


@dataclass(frozen=True)
class Way:
    """A way to an appointment: the server's port, a path for the next visitor, and how many requests it takes."""

    port: int
    path: Callable[[], Path]
    requests: int

    def visitor(self) -> Visitor:
        """Somebody new, with an address of one's own: no limit by network stands in the way."""
        return Visitor(self.port, self.path(), address=address(next(_numbers)))


def rows() -> list[Row]:
    """Every row about whole bookings."""
    Command().collect_static()
    prepare_peer()
    with office_day.clean_slate(), office_day.plenty(PLACES):
        one = office_day.make("one", slots=1, places=1)
        connections.close_all()
        servers = {
            "ours": ("granian", OURS),
            "bare": ("granian", BARE_SITE),
            "peer": ("granian of the peers", PEER),
        }
        with serving(servers) as ports, their_codes() as code:
            ways = make_ways(ports, code)
            compare_rows(ways)
            return [*page_rows(ports), *flow_rows(ways), *one_place_rows(ports, one.office, code)]


def address(number: int) -> str:
    """An IPv4 address for a visitor; each has another one."""
    return ".".join(str(10 if place == 3 else number >> 8 * place & 255) for place in (3, 2, 1, 0))


def prepare_peer() -> None:
    """The environment of django-appointment, and its database, unless they are there."""
    environment.ensure()
    os.environ["PEER_DATABASE_URL"] = databases.address(PEER_DATABASE)
    site = environment.HERE / f"{PEER_MODULE}.py"
    # Its appointments lie around the day on which they were made.
    state = f"{environment.REQUIREMENTS.read_text()}{site.read_text()}{datetime.date.today()}"  # noqa: DTZ011 - the machine's
    databases.ensure(PEER_DATABASE, state=state, build=lambda: environment.run(PEER_MODULE))


@contextmanager
def their_codes() -> Iterator[Callable[[str], str]]:
    """What django-appointment has sent to an e-mail address, read where it keeps it."""
    query = """SELECT code FROM appointment_emailverificationcode sent
        JOIN auth_user person ON person.id = sent.user_id WHERE person.email = %s"""
    with psycopg.connect(os.environ["PEER_DATABASE_URL"], autocommit=True) as connection:

        def code(email: str) -> str:
            found = connection.execute(query, [email]).fetchone()
            return str(found[0]) if found else ""

        yield code


def times_url() -> str:
    """The link that names service, case and place."""
    here = reverse("times", args=[office_day.SERVICE, office_day.CASE])
    return f"{here}?{urlencode({'kantor': OFFICE})}"


def make_ways(ports: Mapping[str, int], code: Callable[[str], str]) -> dict[str, Way]:
    """Each way by its name."""
    link, case = times_url(), reverse("case", args=[office_day.SERVICE, office_day.CASE])
    steps = [
        reverse("home"),
        reverse("service", args=[office_day.SERVICE]),
        case,
        link.partition("?")[0],
        link,
    ]
    bare = f"/waktu/?kantor={OFFICE}"
    return {
        SHORTEST: Way(
            ports["ours"],
            lambda: paths.shortest(link, paths.person(next(_numbers))),
            paths.SHORTEST,
        ),
        BARE: Way(
            ports["bare"],
            lambda: paths.shortest(bare, paths.person(next(_numbers))),
            paths.SHORTEST,
        ),
        LONGEST: Way(
            ports["ours"], lambda: paths.longest(steps, paths.person(next(_numbers))), paths.LONGEST
        ),
        THEIRS: Way(ports["peer"], lambda: their_path(code), appointment_path.REQUESTS),
    }


def their_path(code: Callable[[str], str], *, day: int = 0, start: str = "") -> Path:
    """Somebody who books at django-appointment with one of its staff: on any day, or `day` days ahead at `start`."""
    today = datetime.date.today()  # noqa: DTZ011 - the machine's own day, as the package reads it
    return appointment_path.book(
        service=SERVICE,
        staff=1 if start else random.randint(1, 6),  # noqa: S311 - anybody's choice
        day=today + datetime.timedelta(days=day or random.randint(1, 59)),  # noqa: S311 - anybody's choice
        email=f"person{next(_numbers)}@example.com",
        code=code,
        time=start,
    )


def compare_rows(ways: Mapping[str, Way]) -> None:
    """One booking each, to warm up. Raises ValueError when the bare site writes other rows than ours."""
    written = {}
    for name, way in ways.items():
        before = _counts()
        [done] = walk([way.visitor()])
        if (done.result, len(done.answers)) != (paths.BOOKED, way.requests):
            raise ValueError(f"{name}: {done.result} after {len(done.answers)} requests.")
        written[name] = {table: now - before[table] for table, now in _counts().items()}
    if written[SHORTEST] != written[BARE]:
        raise ValueError(f"Ours writes {written[SHORTEST]}, the bare site {written[BARE]}.")


def _counts() -> dict[str, int]:
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)  # noqa: S608 - constants
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return dict(connection.execute(query).fetchall())


def page_rows(ports: Mapping[str, int]) -> list[Row]:
    """Our page of days and free times beside the call that lists the free times of one day and one of the staff."""
    link = times_url()
    day = datetime.date.today() + datetime.timedelta(days=8)  # noqa: DTZ011 - as their_path
    call = appointment_path.slots(service=SERVICE, staff=1, day=day).path
    measured = load.rates(
        {
            "ours": load.Target(ports["ours"], link),
            "ours, made anew": load.Target(ports["ours"], f"{link}&anew"),
            "theirs": load.Target(ports["peer"], call, script=True),
        },
        rounds=PAGE_ROUNDS,
        seconds=PAGE_SECONDS,
    )
    rates = {name: median(found) for name, found in measured.items()}

    def row(name: str, ours: str, goal: float) -> Row:
        peer = f"{THEIRS}'s free slots"
        return rate(
            *(GROUP, name, "requests/s"),
            ours=rates[ours],
            against=peer,
            other=rates["theirs"],
            goal=goal,
        )

    return [
        row("page of free times", "ours", 4.0),
        row("page of free times, made anew", "ours, made anew", 0.0),
    ]


def flow_rows(ways: Mapping[str, Way]) -> list[Row]:
    """Whole bookings a second."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, way in ways.items():
            begin = time.monotonic()
            done = in_turn(way.visitor, clients=CLIENTS, seconds=SECONDS)
            found[name].append(progress(done, way.requests, begin=begin, seconds=SECONDS))
    rates = {name: median(values) for name, values in found.items()}

    def row(name: str, ours: str, against: str, peer: str, goal: float) -> Row:
        return rate(
            *(GROUP, name, "bookings/s"),
            ours=rates[ours],
            against=against,
            other=rates[peer],
            goal=goal,
        )

    return [
        row("whole booking, 5 requests", SHORTEST, f"{THEIRS}, 8 requests", THEIRS, 4.0),
        row("whole booking, 5 requests", SHORTEST, "bare Django site, same rows", BARE, 0.5),
        row("whole booking, 11 requests", LONGEST, "bare Django site, 5 requests", BARE, 0.0),
        row("whole booking, 11 requests", LONGEST, f"{THEIRS}, 8 requests", THEIRS, 0.0),
        limit(GROUP, "whole booking", "requests", ours=ways[SHORTEST].requests, most=5),
    ]


def progress(done: Sequence[Visitor], requests: int, *, begin: float, seconds: float) -> float:
    """Bookings a second: every answer given in time is a part of one."""
    end = begin + seconds
    answered = sum(
        min(
            1.0,
            sum(answer.given <= end for answer in visitor.answers)
            / max(requests, len(visitor.answers)),
        )
        for visitor in done
        if visitor.result == paths.BOOKED
    )
    return answered / seconds


def one_place_rows(ports: Mapping[str, int], office: str, code: Callable[[str], str]) -> list[Row]:
    """One place, and as many people as clients who all want it: how many are told that it is theirs."""
    link = times_url().replace(f"={OFFICE}", f"={office}")
    ours = walk(
        Visitor(
            ports["ours"],
            paths.shortest(link, paths.person(next(_numbers)), tries=1),
            address=address(next(_numbers)),
        )
        for _client in range(CLIENTS)
    )
    [look] = walk([Visitor(ports["peer"], _look_at_slots())])
    day, start = look.result
    theirs = walk(
        Visitor(ports["peer"], their_path(code, day=day, start=start)) for _client in range(CLIENTS)
    )
    told, told_there = (
        sum(visitor.result == paths.BOOKED for visitor in visitors) for visitors in (ours, theirs)
    )
    name = f'told "booked" of {CLIENTS} for one place'
    return [
        limit(GROUP, name, "people", ours=told, most=1),
        Row(GROUP, name, "people", told, THEIRS, told_there, told_there / max(told, 1), 0.0),
    ]


def _look_at_slots() -> Path:
    """A day ahead, and a time that is free on it."""
    for ahead in range(3, 30):
        day = datetime.date.today() + datetime.timedelta(days=ahead)  # noqa: DTZ011 - as their_path
        answer = yield appointment_path.slots(service=SERVICE, staff=1, day=day)
        free = appointment_path.free(answer)
        if free:
            return ahead, free[0]
    raise ValueError("django-appointment has no free time in a month.")
