"""What the screen and the desk cost when the day has 10 tickets and when it has 1,000: queries, and bytes on the way.

Asked for in this process, at production's settings, with caches that know nothing of the office. Half of the tickets
wait, the others were called and served. Bytes are those of the compressed answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http.response import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench.frame import Row, atmost
from bench.queue import GROUP, office
from bench.queue.counted import CACHE_TABLE
from bench.queue.office import Place
from citizens.domain import counter
from citizens.enums import TicketState
from citizens.models import User
from portal.management.commands.run import Command

FEW, MANY = 10, 1_000
MOST = 1.2
LIST = "desk page's list"


@dataclass(frozen=True, slots=True)
class Cost:
    """Queries and compressed bytes of one answer."""

    queries: int
    bytes: int


def rows() -> list[Row]:
    """Every row about the cost."""
    Command().collect_static()
    with office.clean_slate():
        office.wait_for_one_date(60)
        few, many = measure(FEW), measure(MANY)
    return [row for page in few for row in _rows(page, few[page], many[page])]


def measure(number: int) -> dict[str, Cost]:
    """The cost of each page with so many tickets."""
    place = office.make(f"cost-{number}")
    _fill(place, number)
    code = place.office.code
    pages = {
        "board": reverse("board", args=[code]),
        "desk page": reverse("admin:citizens_today"),
        LIST: reverse("admin:citizens_line", args=[code]),
    }
    client = Client(headers={"accept-encoding": "gzip", "host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = place.desks[0]
    return {
        name: _cost(lambda path=path: client.get(path, secure=True)) for name, path in pages.items()
    }


def _fill(place: Place, number: int) -> None:
    """Half of the tickets wait; the others were called to the first counter and are served; a desk is open."""
    at = timezone.now()
    staff = User.objects.get(username=f"{place.office.code}-{office.RECEPTIONS}")
    counter.open_counter(counter=place.counters[0], at=at, staff=staff)
    half = number // 2
    served = ("called", "started", "ended")
    office.tickets(
        *(place, range(1, half + 1)),
        counter=place.counters[0],
        calls=1,
        state=TicketState.FINISHED,
        **{f"{what}_at": at for what in served},
        **{f"{what}_by": staff for what in served},
    )
    office.tickets(place, range(half + 1, number + 1))


def _cost(ask: Callable[[], HttpResponse]) -> Cost:
    """Of an answer that nothing was kept for in this process. Raises ValueError unless it is a whole page."""
    caches["local"].clear()
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
    if answer.status_code != 200:
        raise ValueError(f"A page answered {answer.status_code}.")
    queries = [query for query in captured.captured_queries if CACHE_TABLE not in query["sql"]]
    return Cost(len(queries), len(answer.content))


def _rows(page: str, few: Cost, many: Cost) -> list[Row]:
    def row(unit: str, few: int, many: int) -> Row:
        return atmost(
            *(GROUP, f"{page}, {MANY:,} tickets of the day", unit),
            ours=many,
            against=f"{MOST} times {FEW} tickets",
            most=MOST * few,
        )

    queries = row("queries", few.queries, many.queries)
    # The list alone has at most so many rows, and fewer with ten tickets.
    return [queries] if page == LIST else [queries, row("bytes", few.bytes, many.bytes)]
