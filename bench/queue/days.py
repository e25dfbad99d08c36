"""An ordinary day and the first day after Lebaran, with everything that staff, screens and phones ask meanwhile.

What is real: the web server of production with two workers, PostgreSQL, the cache, every page and every button over
HTTP, by 13 desks, 3 receptions, 2 screens, and phones that ask 20 times a second in sum. The clock is the real one:
only the times between arrivals and at the counter are divided by the speed of the profile, and the booked times come
nearer at that speed. The pages ask for their parts as often as they do in real time; there is something new on them as often as
the day is quickened, so that each answer that is kept for a version is made anew much more often than in an office.

What is not: the browsers, which are connections of this process; the sign-in, which is written into the sessions.
The bare calls of the peer are made beside ours, at the same moments, in the same database.
"""

import os
import time
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from statistics import median, quantiles

import psycopg
from django.db import connections

from bench.frame import Row, limit, none, rate
from bench.queue import GROUP, bare_calls, counted, office, people, profile, strict
from bench.queue.office import Place
from bench.queue.people import Day
from bench.queue.profile import Profile
from bench.server import serving
from bench.visitors import Answer, walk
from citizens.models import QueueDay
from portal.management.commands.run import Command

SOON = 2.0  # seconds until the day begins, for everybody to be ready
APPLICATION = f"{counted.__name__}:application"
ANYBODY = """
    SELECT token FROM citizens_ticket ticket JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    WHERE day.office_id = %s AND day.last_number > 0 ORDER BY state <> 'waiting', random() LIMIT 1
"""
MOST_QUERIES = 1  # of a poll with nothing new
LEAST_RATE = 0.95  # of the phones' polls: the rest is lost where the machine is too slow


def rows() -> list[Row]:
    """Every row about days."""
    Command().collect_static()
    return [row for plan in (profile.ORDINARY, profile.LEBARAN) for row in measure(plan)]


def measure(plan: Profile) -> list[Row]:
    """Lets the day pass. Raises WrongAnswer when a page or a button does not answer as it should."""
    with office.clean_slate():
        office.wait_for_one_date(2 * plan.seconds)
        place = office.make("queue")
        arrivals = profile.arrivals(plan)
        codes = office.book(place, arrivals)
        connections.close_all()
        with (
            serving({"ours": ("granian", APPLICATION)}) as ports,
            bare_calls.calling(os.environ["DATABASE_URL"], people=5 * plan.visits) as bare,
            psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection,
        ):
            day = Day(
                place=place,
                profile=plan,
                port=ports["ours"],
                begin=time.monotonic() + SOON,
                coming=iter(zip(arrivals, codes, strict=True)),
                bare_call=bare.call,
                find_token=lambda: _anybody(connection, place),
                bring_nearer=lambda by: connection.execute(office.NEARER, [by]),
            )
            day.to_come.update(arrival.group for arrival in arrivals)
            visitors = people.everybody(day)
            walk(chain.from_iterable(visitors.values()))
            bare_seconds = bare.seconds
        answers = {
            who: [answer for visitor in several for answer in visitor.answers]
            for who, several in visitors.items()
        }
        return [
            *_kept(day),
            *_calls(day, bare_seconds),
            *_polls(day, answers),
            _errors(day, answers),
        ]


def _kept(day: Day) -> list[Row]:
    """Nobody lost, nobody twice, everybody in the order."""
    queue_day = QueueDay.objects.latest("date")
    finished = strict.finished(queue_day)
    given = Counter(day.numbers)
    wrong = strict.out_of_order(strict.steps(queue_day), fresh=strict.rule(queue_day))
    twice = sum(given.values()) - len(given) + len(day.seen) - len(set(day.seen))
    lost = len({*range(1, day.profile.visits + 1)} ^ finished)
    name = day.profile.title
    return [
        none(GROUP, f"{name}: tickets lost", "tickets", ours=lost),
        none(GROUP, f"{name}: numbers given twice", "tickets", ours=twice),
        none(GROUP, f"{name}: called by two desks", "tickets", ours=strict.calls_by_two(queue_day)),
        none(GROUP, f"{name}: called out of order", "calls", ours=wrong),
    ]


def _calls(day: Day, bare: Sequence[float]) -> list[Row]:
    """What calling the next person takes, beside a bare call made at the same moment."""
    theirs = _p95(bare) * 1000
    whole = _p95([answer.given - answer.asked for answer in day.calls]) * 1000
    inside = _p95([float(answer.header(counted.MILLISECONDS)) for answer in day.calls])
    name = f"{day.profile.title}: p95 of call next"

    def row(what: str, ours: float) -> Row:
        against = "p95 of a bare locked UPDATE"
        return Row(GROUP, f"{name}, {what}", "ms", ours, against, theirs, theirs / ours, 0.0)

    return [row("answer over HTTP", whole), row("in the portal", inside)]


def _polls(day: Day, answers: dict[str, list[Answer]]) -> list[Row]:
    """What phones and screens are told while nothing is new, and whether the phones could ask as often as they do."""
    phones, name = answers["phones"], day.profile.title
    polls = [answer for answer in phones + answers["boards"] if answer.known]
    unchanged = [one for one in polls if _tag(one.header("etag")) == _tag(one.known)]
    told = [answer for answer in unchanged if answer.status == 304]
    queries = max((int(answer.header(counted.QUERIES)) for answer in told), default=0)
    lasted = max(one.asked for one in phones) - min(one.asked for one in phones)
    waits = [answer.given - answer.asked for answer in phones]
    middle, p95 = median(waits), _p95(waits)
    return [
        rate(
            *(GROUP, f"{name}: polls answered 304", "polls"),
            ours=len(told),
            against="polls with nothing new",
            other=len(unchanged),
            goal=1.0,
        ),
        limit(GROUP, f"{name}: most for a 304", "queries", ours=queries, most=MOST_QUERIES),
        rate(
            *(GROUP, f"{name}: polls of phones", "requests/s"),
            ours=len(phones) / lasted,
            against="wanted",
            other=people.PHONES_A_SECOND,
            goal=LEAST_RATE,
        ),
        Row(
            *(GROUP, f"{name}: p95 of a phone's poll", "ms", p95 * 1000),
            *("the median of the same", middle * 1000, middle / p95, 0.0),
        ),
    ]


def _errors(day: Day, answers: dict[str, list[Answer]]) -> Row:
    wrong = sum(one.status >= 400 for several in answers.values() for one in several)
    total = sum(map(len, answers.values()))
    name = f"{day.profile.title}: error pages of {total:,} answers"
    return none(GROUP, name, "pages", ours=wrong)


def _anybody(connection: psycopg.Connection, place: Place) -> str:
    """The token of somebody who waits, or did, as it is printed on the number; empty when nobody has come yet."""
    found = connection.execute(ANYBODY, [place.office.pk]).fetchone()
    return str(found[0]) if found else ""


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[18]


def _tag(header: str) -> str:
    """Compression makes a tag weak on its way."""
    return header.removeprefix("W/")
