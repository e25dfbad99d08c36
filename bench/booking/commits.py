"""Booking commits a second with many connections on one office-day, each of them a process: no shared lock of Python."""

import datetime
import math
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from statistics import median, quantiles
from threading import BrokenBarrierError

from django.db import connections, transaction
from django.utils import timezone

from bench.booking import GROUP, bare_sql, office_day
from bench.booking.office_day import OfficeDay
from bench.frame import Row, atmost, none, rate
from citizens import tokens
from citizens.domain import booking
from citizens.domain.answers import Answers
from citizens.models import Appointment, AppointmentPlace, Hold, Slot

CONNECTIONS = 16
SLOTS, PLACES = 40, 8
ROUNDS = 5
ATTEMPTS_A_SLOT = 10  # so that a tenth and more are refused, as on a full day
WARM = 3  # bookings of each connection that do not count
OURS, OURS_WHOLE = "book", "hold and book"
BARE, BARE_WHOLE = "bare book", "bare hold and book"
ORM = "the ORM's lock, count and insert"
WAYS = (OURS, BARE, ORM, OURS_WHOLE, BARE_WHOLE)
MOST_SPREAD = 1.5  # times the same quotient of the bare SQL


@dataclass(frozen=True)
class Task:
    """One attempt: at a slot of an office, for the hold that was taken before where there is one."""

    office: str
    slot: int
    start: datetime.datetime
    hold: Hold | None = None


@dataclass(frozen=True)
class Round:
    """What one way of booking did on one office-day."""

    seconds: float
    booked: list[float]  # seconds of each attempt that got a place

    @property
    def rate(self) -> float:
        return len(self.booked) / self.seconds

    @property
    def spread(self) -> float:
        """p99 by median."""
        return quantiles(self.booked, n=100, method="inclusive")[98] / median(self.booked)


def rows() -> list[Row]:
    """Every row about commits."""
    rounds, beyond, lost = measure()
    rates = {way: median(done.rate for done in found) for way, found in rounds.items()}
    spreads = {way: median(done.spread for done in found) for way, found in rounds.items()}

    def row(name: str, ours: str, against: str, peer: str, goal: float) -> Row:
        return rate(
            *(GROUP, name, "bookings/s"),
            ours=rates[ours],
            against=against,
            other=rates[peer],
            goal=goal,
        )

    return [
        row("commits of bookings", OURS, "bare SQL, same rows", BARE, 0.4),
        row("commits of bookings", OURS, ORM, ORM, 1.0),
        row("holds and bookings", OURS_WHOLE, "bare SQL, same rows", BARE_WHOLE, 0.0),
        atmost(
            *(GROUP, "commits: p99 by median", "quotient"),
            ours=spreads[OURS],
            against=f"{MOST_SPREAD} times bare SQL",
            most=MOST_SPREAD * spreads[BARE],
        ),
        none(GROUP, "places sold twice", "places", ours=beyond),
        none(GROUP, "places lost", "places", ours=lost),
    ]


def measure() -> tuple[dict[str, list[Round]], int, int]:
    """The rounds of each way; and over all rounds the places sold beyond the capacity, and those lost."""
    rounds: dict[str, list[Round]] = {way: [] for way in WAYS}
    beyond = lost = 0
    with office_day.clean_slate():
        learned = _learn()
        with Crew(learned) as crew:
            for number in range(ROUNDS):
                for way in WAYS:
                    day = office_day.make(f"{WAYS.index(way)}-{number}", slots=SLOTS, places=PLACES)
                    done = crew.run(way, day)
                    rounds[way].append(done)
                    if way in (OURS, OURS_WHOLE):
                        sold_twice, miscounted = office_day.sold(day)
                        beyond += sold_twice
                        lost += miscounted + abs(SLOTS * PLACES - len(done.booked))
    return rounds, beyond, lost


def answers(number: int) -> Answers:
    """What somebody whom nobody else is named like has typed."""
    born = datetime.date(1960, 1, 1) + datetime.timedelta(days=number % 15_000)
    return Answers.of(
        full_name=f"Warga {number}",
        birth_date=born,
        nik=f"367301{number % 10**10:010d}",
        phone=f"+62812{number % 10**8:08d}",
    )


def _learn() -> bare_sql.Learned:
    """Books once the portal's way, which also warms it up, and reads what was written."""
    day = office_day.make("learn", slots=1, places=PLACES)
    slot = day.slots[0]
    task = Task(day.office, slot, day.starts[slot])
    made = _hold(task)
    held = Hold.objects.get(pk=made.pk)
    appointment = booking.book(hold=made, answers=answers(_anybody()), at=timezone.now())
    return bare_sql.learn(os.environ["DATABASE_URL"], hold=held.pk, appointment=appointment.pk)


class Crew:
    """Processes with one connection each (and one of the bare SQL), which book together when told to."""

    def __init__(self, learned: bare_sql.Learned) -> None:
        context = get_context("fork")
        # Nobody shares a connection with a child.
        for connection in connections.all():
            connection.close()
            if connection.settings_dict["OPTIONS"].get("pool"):
                connection.close_pool()
        barrier = context.Barrier(CONNECTIONS)
        pipes = [context.Pipe() for _number in range(CONNECTIONS)]
        self.pipes = [ours for ours, _theirs in pipes]
        self.processes = [
            context.Process(target=_work, args=(theirs, barrier, learned), daemon=True)
            for _ours, theirs in pipes
        ]

    def __enter__(self) -> "Crew":
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self.processes:
            process.terminate()
            process.join()

    def run(self, way: str, day: OfficeDay) -> Round:
        """Has everybody book the day full. Raises what went wrong in one of them."""
        warm = office_day.make(
            f"warm-{tokens.new()[:8].lower()}", slots=1, places=WARM * CONNECTIONS
        )
        tried = ATTEMPTS_A_SLOT if way in (OURS_WHOLE, BARE_WHOLE) else PLACES
        first = deal(_tasks(warm, WARM * CONNECTIONS, held=way in (OURS, BARE)))
        then = deal(_tasks(day, tried, held=way in (OURS, BARE)))
        for pipe, *parts in zip(self.pipes, first, then, strict=True):
            pipe.send((way, *parts))
        done = [pipe.recv() for pipe in self.pipes]
        if failed := [error for error in done if isinstance(error, Exception)]:
            # Whoever only waited for the others has nothing to tell.
            raise min(failed, key=lambda error: isinstance(error, BrokenBarrierError))
        begin, end = min(begin for begin, _e, _b in done), max(end for _b, end, _t in done)
        return Round(end - begin, [taken for _b, _e, booked in done for taken in booked])


def deal(tasks: list[Task]) -> list[list[Task]]:
    """The tasks in a random order, dealt out among the connections."""
    shuffled = random.sample(tasks, len(tasks))
    share = math.ceil(len(shuffled) / CONNECTIONS)
    return [shuffled[share * number : share * (number + 1)] for number in range(CONNECTIONS)]


def _tasks(day: OfficeDay, times: int, *, held: bool) -> list[Task]:
    wanted = [Task(day.office, slot, day.starts[slot]) for slot in day.slots for _n in range(times)]
    if not held:
        return wanted
    return [Task(task.office, task.slot, task.start, _hold(task)) for task in wanted]


def _hold(task: Task) -> Hold:
    return booking.hold(
        party=office_day.one_person(),
        office=task.office,
        start=task.start,
        browser=tokens.new(),
        at=timezone.now(),
    )


def _anybody() -> int:
    return random.getrandbits(60)


def _work(pipe: Connection, barrier: Barrier, learned: bare_sql.Learned) -> None:
    """The life of one process: jobs come through `pipe`, and what each took goes back."""
    for connection in connections.all():
        connection.settings_dict["OPTIONS"].pop("pool", None)
    peer = bare_sql.Peer(os.environ["DATABASE_URL"], learned)
    party = office_day.one_person()

    def ours(task: Task) -> bool:
        book(task.hold)
        return True

    def book(hold: Hold | None) -> None:
        booking.book(hold=hold, answers=answers(_anybody()), at=timezone.now())

    def ours_whole(task: Task) -> bool:
        try:
            made = booking.hold(
                party=party,
                office=task.office,
                start=task.start,
                browser=tokens.new(),
                at=timezone.now(),
            )
        except booking.SlotFull:
            return False
        book(made)
        return True

    ways: dict[str, Callable[[Task], bool]] = {
        OURS: ours,
        OURS_WHOLE: ours_whole,
        BARE: lambda task: peer.book(task.slot, task.hold.pk, timezone.now()),
        BARE_WHOLE: lambda task: peer.hold_and_book(task.slot),
        ORM: orm,
    }
    while True:
        way, warm, tasks = pipe.recv()
        try:
            pipe.send(_timed(ways[way], warm, tasks, barrier))
        except Exception as error:
            barrier.abort()
            pipe.send(error)


def _timed(
    book: Callable[[Task], bool], warm: list[Task], tasks: list[Task], barrier: Barrier
) -> tuple[float, float, list[float]]:
    for task in warm:
        book(task)
    barrier.wait(timeout=60)
    begin = now = time.monotonic()
    booked = []
    for task in tasks:
        got = book(task)
        before, now = now, time.monotonic()
        if got:
            booked.append(now - before)
    return begin, now, booked


@transaction.atomic
def orm(task: Task) -> bool:
    """The usual Django way: lock the slot, count its places, insert the appointment and its place; nothing else."""
    slot = Slot.objects.select_for_update().get(pk=task.slot)
    if AppointmentPlace.objects.filter(slot=slot).count() >= slot.released:
        return False
    appointment = Appointment.objects.create(
        token=tokens.new(),
        code=tokens.new_code(),
        submission_key=tokens.new(),
        office_id=slot.office_id,
        starts_at=slot.start,
        ends_at=slot.ends_at,
        phone="+6281234567890",
        privacy_notice="bench",
        booked_at=timezone.now(),
    )
    AppointmentPlace.objects.create(appointment=appointment, slot=slot)
    return True
