"""Group `pages`: speed beside a bare view, queries, the weight of a visit, and the choice of web server."""

import shutil
from statistics import median

from django.core.cache import caches
from django.db import connection, connections
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from bench import browser, load
from bench.frame import Row, limit, rate
from bench.ground import BARE_TEMPLATES
from bench.server import BARE, OURS, serving
from citizens.domain import availability
from citizens.models import Slot
from citizens.views.services import case_or_404
from portal.management.commands.run import Command

GROUP = "pages"
SERVICE, CASE = "ktp", "hilang"
ROUNDS = 9
SECONDS = 1  # of a round
MOST_QUERIES = 3
# Pages whose speed is measured, and what share of the bare view's rate they should reach: as they are served,
# and when no reader of the last seconds has had the page made (an unknown parameter sees to that).
GOALS = {"home page": 0.6, "slot page": 0.4}
GOALS_ANEW = {"home page": 0.03, "slot page": 0.015}
PEERS = ("gunicorn", "gunicorn with threads")


def rows() -> list[Row]:
    """Every row of the group, in about three minutes."""
    Command().collect_static()
    fill_slots()
    pages = addresses()
    client = Client(headers={"host": "127.0.0.1"})
    queries = [queries_row(name, client, path) for name, path in pages.items()]
    make_bare({name: client.get(pages[name], secure=True).content for name in GOALS})
    connections.close_all()
    servers = {
        "ours": ("granian", OURS),
        "bare": ("granian", BARE),
        **{peer: (peer, OURS) for peer in PEERS},
    }
    with serving(servers) as ports:
        return [
            *speed_rows(pages, ports),
            *queries,
            *browser.rows(GROUP, ports["ours"], pages),
        ]


def fill_slots() -> None:
    """About half of the places are taken, unevenly."""
    Slot.objects.update(taken=F("pk") % (F("online") + 1))


def addresses() -> dict[str, str]:
    """The public pages of the shortest way to an appointment; the slot page shows a day with many times."""
    times = reverse("times", args=[SERVICE, CASE])
    offices = availability.days(case=case_or_404(SERVICE, CASE), at=timezone.now())
    day = max(offices[0].days, key=lambda day: day.free)
    query = urlencode({"kantor": offices[0].code, "tanggal": day.date.isoformat()})
    return {
        "home page": reverse("home"),
        "service page": reverse("service", args=[SERVICE]),
        "case page": reverse("case", args=[SERVICE, CASE]),
        "places page": times,
        "slot page": f"{times}?{query}",
    }


def queries_row(name: str, client: Client, path: str) -> Row:
    """The queries of a page when nothing is remembered."""
    caches["local"].clear()
    with CaptureQueriesContext(connection) as captured:
        client.get(path, secure=True)
    return limit(GROUP, name, "queries", ours=len(captured), most=MOST_QUERIES)


def make_bare(pages: dict[str, bytes]) -> None:
    """Writes each page as a template with nothing to fill in."""
    shutil.rmtree(BARE_TEMPLATES, ignore_errors=True)
    BARE_TEMPLATES.mkdir(parents=True)
    for name, content in pages.items():
        (BARE_TEMPLATES / f"{_slug(name)}.html").write_bytes(content)


def speed_rows(pages: dict[str, str], ports: dict[str, int]) -> list[Row]:
    """Our pages beside bare views, and beside themselves on other web servers."""
    targets = {}
    for name in GOALS:
        targets[f"ours {name}"] = load.Target(ports["ours"], pages[name])
        targets[f"bare {name}"] = load.Target(ports["bare"], f"/{_slug(name)}/")
        targets[f"ours {name}, made anew"] = load.Target(ports["ours"], _anew(pages[name]))
        targets |= {f"{peer} {name}": load.Target(ports[peer], pages[name]) for peer in PEERS}
    measured = load.rates(targets, rounds=ROUNDS, seconds=SECONDS)
    rates = {name: median(found) for name, found in measured.items()}

    def row(name: str, server: str, goal: float, *, note: str = "", against: str = "") -> Row:
        return rate(
            GROUP,
            f"{name}{note}",
            "requests/s",
            ours=rates[f"ours {name}{note}"],
            against=against or server,
            other=rates[f"{server} {name}"],
            goal=goal,
        )

    return [
        *(row(name, "bare", goal, against="a bare view") for name, goal in GOALS.items()),
        *(
            row(name, "bare", goal, note=", made anew", against="a bare view")
            for name, goal in GOALS_ANEW.items()
        ),
        *(row(name, peer, 1.0) for peer in PEERS for name in GOALS),
    ]


def _anew(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}anew"


def _slug(name: str) -> str:
    return name.replace(" ", "-")
