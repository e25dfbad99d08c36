"""What staff, screens and phones ask of the portal on one day, each over a connection of its own."""

import datetime
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.conf import settings
from django.urls import reverse

from bench.queue import profile
from bench.queue.office import Place
from bench.queue.profile import Arrival, Profile
from bench.visitors import Answer, Ask, Path, Rest, Visitor, WrongAnswer
from citizens import tokens
from citizens.enums import Outcome, PriorityGroup

# Seconds, as the scripts of the pages have them, in real time.
LINE_EVERY, ASIDE_EVERY, BOARD_EVERY, PHONE_EVERY = 4, 8, 3, 10
PHONES_A_SECOND = 20
BOARDS = 2
NEARER_EVERY = 1.0
LOOKS = 5  # of one phone, before somebody else takes one out
LOOK_AGAIN = 0.2  # seconds until a desk with nobody in its line looks again
# Seconds after the last visit in which only phones and screens ask, each phone once and half of them twice: from
# then on nothing is new.
QUIET = 15.0
START = re.compile(r"/(\d+)/mulai/")
NUMBER = re.compile(r"\bnomor=(\d+)")


@dataclass(slots=True)
class Day:
    """One day under way. Times are of time.monotonic; `waiting` counts by service group what the desks can know."""

    place: Place
    profile: Profile
    port: int
    begin: float
    coming: Iterator[tuple[Arrival, str]]  # with the code of an appointment, if there is one
    bare_call: Callable[[int], None]
    find_token: Callable[[], str]
    bring_nearer: Callable[[datetime.timedelta], None]  # the times of all bookings to come
    waiting: Counter[int] = field(default_factory=Counter)
    to_come: Counter[int] = field(default_factory=Counter)
    numbers: list[int] = field(default_factory=list)  # as they were given
    seen: list[str] = field(default_factory=list)  # keys of the tickets that desks had before them
    calls: list[Answer] = field(default_factory=list)  # to the POST that called somebody
    desks_open: int = 0
    closed: float = 0.0  # when the last desk closed

    def when(self, minute: float) -> float:
        """The moment of a minute of the day."""
        return self.begin + self.profile.after(minute)

    def soon(self, seconds: float) -> Rest:
        """A rest of so many seconds of the day."""
        return Rest(time.monotonic() + seconds / self.profile.speed)

    @property
    def on_break(self) -> bool:
        return self.when(profile.BREAK[0]) <= time.monotonic() < self.when(profile.BREAK[1])

    @property
    def over(self) -> bool:
        return bool(self.closed) and time.monotonic() > self.closed + QUIET


class Staff:
    """A browser that is signed in, at the day page of its office."""

    def __init__(self, day: Day, session: str, *, begin: float) -> None:
        self.day = day
        self.cookies = {settings.SESSION_COOKIE_NAME: session}
        self.begin = begin

    def visitor(self, path: Path) -> Visitor:
        """Somebody who goes this path with this sign-in."""
        return Visitor(self.day.port, path, begin=self.begin, cookies=self.cookies)

    def press(self, verb: str, *which: int, **fields: str) -> Ask:
        """The POST of a button, to be followed by the page that it leads to."""
        token = {"csrfmiddlewaretoken": self.cookies[settings.CSRF_COOKIE_NAME]}
        return Ask(self._address(verb, *which), token | fields)

    def refresh(self, verb: str, every: float) -> Path:
        """The page's own asking for a part of it, until the last desk is closed."""
        address, known = self._address(verb), ""
        while not self.day.closed:
            answer = yield Ask(address, ajax=True, known=known)
            known = answer.header("etag")
            yield Rest(answer.asked + every)

    def _address(self, verb: str, *which: int) -> str:
        return reverse(f"admin:citizens_{verb}", args=[self.day.place.office.code, *which])


def desk(day: Day, staff: Staff, nth: int) -> Path:
    """Opens the counter, calls, starts and finishes until nobody is left, and closes it."""
    counter, group = day.place.counters[nth], day.place.served_by(nth)
    chance = random.Random(nth)  # noqa: S311 - a length of time, no secret
    yield Ask(reverse("admin:citizens_today"))
    yield from _press(staff.press("open_counter", counter=str(counter.pk)))
    while day.waiting[group] or day.to_come[group]:
        if day.on_break or not day.waiting[group]:
            yield Rest(time.monotonic() + LOOK_AGAIN)
            continue
        day.bare_call(counter.number)
        pressed = yield staff.press("call_next")
        _expect(pressed, 302)
        page = yield Ask(pressed.location)
        called = START.search(page.text)
        if called is None:  # a colleague was quicker
            yield Rest(time.monotonic() + LOOK_AGAIN)
            continue
        day.waiting[group] -= 1
        day.seen.append(called[1])
        day.calls.append(pressed)
        yield day.soon(20)  # the person walks to the counter
        page = yield from _press(staff.press("start", int(called[1])))
        yield day.soon(profile.at_the_counter(day.profile, chance) * day.profile.speed)
        form = next(form for form in page.forms if form.action.endswith("/selesai/"))
        yield from _press(form.filled({"outcome": Outcome.DONE.value}))
    yield from _press(staff.press("close_counter"))
    day.desks_open -= 1
    if not day.desks_open:
        day.closed = time.monotonic()


def reception(day: Day, staff: Staff) -> Path:
    """Gives whoever comes next a number, until all have come."""
    yield Ask(reverse("admin:citizens_today"))
    for arrival, code in day.coming:
        yield Rest(day.when(arrival.minute))
        if arrival.booked:
            found = yield staff.press("check_in", code=code)
            _expect(found, 200)
            yield day.soon(20)  # the card beside what was booked
            given = yield from _press(staff.press("check_in", code=code, cocok="1"))
        else:
            yield day.soon(20)  # what do you come for?
            case = day.place.cases[arrival.group]
            given = yield from _press(
                staff.press(
                    "walk_in",
                    case=str(case.pk),
                    priority_group=PriorityGroup.ELDERLY.value if arrival.priority else "",
                    submission_key=tokens.new(),
                )
            )
        day.numbers.append(int(NUMBER.findall(given.path)[0]))
        day.to_come[arrival.group] -= 1
        day.waiting[arrival.group] += 1


def bookings(day: Day) -> Path:
    """Nobody: the booked times, which come nearer as fast as the day passes."""
    passed = 0.0  # seconds of the day by which they have come nearer, beside those of the clock
    while any(day.to_come.values()):
        yield Rest(time.monotonic() + NEARER_EVERY)
        now = (time.monotonic() - day.begin) * (day.profile.speed - 1)
        day.bring_nearer(datetime.timedelta(seconds=now - passed))
        passed = now


def board(day: Day) -> Path:
    """A screen in the hall."""
    code = day.place.office.code
    yield Ask(reverse("board", args=[code]))
    address, known, turn = reverse("board_part", args=[code]), "", time.monotonic()
    while not day.over:
        answer = yield Ask(address, ajax=True, known=known)
        known = answer.header("etag")
        turn += BOARD_EVERY
        yield Rest(turn)


def phones(day: Day, nth: int) -> Path:
    """Ten phones of people who wait, whose polls come in turn over one connection of the proxy.

    Somebody else takes a phone out after LOOKS polls of it.
    """
    held: list[tuple[str, str]] = [("", "")] * PHONE_EVERY  # the address and which answer is known
    turn = day.begin + nth / PHONES_A_SECOND
    for poll in count():
        yield Rest(turn + poll)
        if day.over:
            return
        place = poll % PHONE_EVERY
        if not held[place][0] or poll // PHONE_EVERY % LOOKS == 0:
            token = day.find_token()
            held[place] = (reverse("ticket_part", args=[token]) if token else "", "")
        address, known = held[place]
        if address:
            answer = yield Ask(address, ajax=True, known=known)
            held[place] = (address, answer.header("etag"))


def everybody(day: Day) -> dict[str, list[Visitor]]:
    """All who take part, by what they are."""
    desks = [Staff(day, key, begin=day.begin) for key in day.place.desks]
    receptions = [Staff(day, key, begin=day.begin) for key in day.place.receptions]
    day.desks_open = len(desks)
    return {
        "desks": [one.visitor(desk(day, one, nth)) for nth, one in enumerate(desks)],
        "receptions": [one.visitor(reception(day, one)) for one in receptions],
        "refreshes": [
            one.visitor(one.refresh(verb, every))
            for one in [*desks, *receptions]
            for verb, every in (("line", LINE_EVERY), ("set_aside", ASIDE_EVERY))
        ],
        "bookings": [Visitor(day.port, bookings(day), begin=day.begin)],
        "boards": [Visitor(day.port, board(day), begin=day.begin) for _nth in range(BOARDS)],
        "phones": [
            Visitor(day.port, phones(day, nth), begin=day.begin) for nth in range(PHONES_A_SECOND)
        ],
    }


def _press(ask: Ask) -> Any:
    """Presses, and gives the page that follows."""
    pressed = yield ask
    _expect(pressed, 302)
    page = yield Ask(pressed.location)
    _expect(page, 200)
    return page


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise WrongAnswer(f"{answer.path} answered {answer.status}: {answer.text[-300:]}")
