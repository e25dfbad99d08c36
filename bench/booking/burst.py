"""A thousand visitors within seconds, for two hundred places: who is refused, and whether anybody later was luckier."""

import random
import time
from collections.abc import Sequence
from statistics import median, quantiles

from django.db import connections

from bench import paths
from bench.booking import GROUP, office_day, sites
from bench.frame import Row, none
from bench.server import OURS, serving
from bench.visitors import Answer, Visitor, walk
from portal.management.commands.run import Command

VISITORS, PLACES = 1_000, 200
SECONDS = 5.0  # within which everybody sets out
PATIENCE = 1.0  # seconds: how much later than a refused request one may still be lucky


def rows() -> list[Row]:
    """Every row about the burst."""
    Command().collect_static()
    with office_day.clean_slate():
        day = office_day.make("burst", slots=1, places=PLACES)
        connections.close_all()
        with serving({"ours": ("granian", OURS)}) as ports:
            done = _visit(ports["ours"], day.office)
        beyond, miscounted = office_day.sold(day)
    answers = [answer for visitor in done for answer in visitor.answers]
    waits = [answer.given - answer.asked for answer in answers]
    p95 = quantiles(waits, n=20, method="inclusive")[18]
    booked = sum(visitor.result == paths.BOOKED for visitor in done)
    who = f"of {VISITORS:,} visitors for {PLACES} places"
    return [
        none(GROUP, f"lucky after a refused one, {who}", "people", ours=_lucky(answers)),
        none(GROUP, f"error pages, {who}", "pages", ours=_errors(answers)),
        none(GROUP, f"places not given, {who}", "places", ours=abs(PLACES - booked)),
        none(GROUP, f"places sold twice, {who}", "places", ours=beyond + miscounted),
        Row(
            *(GROUP, f"p95 of an answer, {who}", "ms", p95 * 1000),
            *("the median of the same", median(waits) * 1000, median(waits) / p95, 0.0),
        ),
    ]


def _visit(port: int, office: str) -> Sequence[Visitor]:
    """Everybody wants the one time that there is, and tries it once."""
    link = sites.times_url().replace(f"={sites.OFFICE}", f"={office}")
    begin = time.monotonic()
    return walk(
        Visitor(
            port,
            paths.shortest(link, paths.person(number), tries=1),
            address=sites.address(number),
            begin=begin + random.uniform(0, SECONDS),  # noqa: S311 - nobody guesses it
        )
        for number in range(VISITORS)
    )


def _lucky(answers: Sequence[Answer]) -> int:
    """Who got a place with a request that was sent more than PATIENCE after one that was refused."""
    holds = [answer for answer in answers if answer.path.endswith("/simpan/")]
    refused = [answer.asked for answer in holds if "penuh=" in answer.location]
    if not refused:
        return 0
    first = min(refused)
    return sum("penuh=" not in one.location and one.asked > first + PATIENCE for one in holds)


def _errors(answers: Sequence[Answer]) -> int:
    return sum(answer.status >= 400 for answer in answers)
