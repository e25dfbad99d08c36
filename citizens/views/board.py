"""The screen in the hall of an office, and the part of it that it asks for every few seconds."""

import datetime
from typing import Any

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import board as boards
from citizens.domain import hall, spoken, wording
from citizens.domain.estimate import Estimate
from citizens.models import ServiceGroup
from citizens.views import waits
from citizens.views.kept import kept
from citizens.views.shared import shared
from citizens.views.versioned import answer

# All screens of an office look at one reading for so long (seconds).
LOOKED_AT = 1.5
MADE_KEPT = 60
NEXT_SHOWN = 4
TO = "\N{EN DASH}"
THEMES = {"gelap": "dark", "terang": "light"}


@require_safe
@shared(seconds=2, parameters=("layar",))
def board(request: HttpRequest, office: str) -> HttpResponse:
    """The whole screen; ?layar= gelap or terang, else as the device prefers. No query while it is kept."""
    at = timezone.now()
    found = _look(office, at=at)
    theme = THEMES.get(request.GET.get("layar", ""), "")
    context = {
        "office": found.office,
        "part": _part(found, at=at),
        "part_url": reverse("board_part", args=[office]),
        "here": reverse("board", args=[office]),
        "theme": theme,
        "clock": wording.clock(at),
        "day": wording.day(at),
    }
    return render(request, "citizens/board/board.html", context)


@require_safe
def board_part(request: HttpRequest, office: str) -> HttpResponse:
    """What changes on the screen. A screen that knows it already costs one query, or none while it is kept."""
    at = timezone.now()
    found = _look(office, at=at)
    return answer(
        request,
        version=found.facts.version,
        served_at=f"{wording.local(at):%H.%M.%S}",
        make=lambda: _part(found, at=at),
    )


def _look(code: str, *, at: datetime.datetime) -> boards.Board:
    """The board as one of the screens of the office saw it a moment ago, or now. Raises Http404."""
    key = f"board-{code}"
    found: boards.Board | None = caches["local"].get(key)
    if found is None:
        found = boards.find(code, at=at)
        if found is None:
            raise Http404
        caches["local"].set(key, found, LOOKED_AT)
    return found


def _part(found: boards.Board, *, at: datetime.datetime) -> str:
    """The part in the language at work, made once for a version by whichever process is first."""
    key = f"board-{found.office.code}-{found.facts.version}-{get_language()}"
    return kept(
        key,
        seconds=MADE_KEPT,
        make=lambda: render_to_string("citizens/board/part.html", _context(found, at=at)),
    )


def _context(found: boards.Board, *, at: datetime.datetime) -> dict[str, Any]:
    here = hall.read(found.facts, at=at)
    names = {group.pk: group for group in found.facts.groups}
    newcomers = waits.forecast(office=found.office, told=found.facts, at=at).newcomers
    lines = [
        _line(here, line, names, newcomers) for line in here.lines if line.people or line.counters
    ]
    return {
        "calls": [_call(call) for call in found.calls],
        "lines": lines,
        "closed": [names[pk].local("name") for pk in names if pk in found.facts.closed],
        "waiting": len(here.prefixes),
        "rule": rule(found.facts.day),
        "as_of": wording.clock(at),
    }


def _call(call: boards.Call) -> dict[str, Any]:
    again = ngettext("called once", "called %(count)s times", call.nth) % {"count": call.nth}
    return {
        "label": call.label,
        "counter": call.counter,
        "key": call.key,
        "again": again if call.nth > 1 else "",
        "time": wording.clock(call.at),
        "say": spoken.call(ticket=call.label, counter=call.counter),
    }


def _line(
    here: hall.Hall,
    line: hall.Line,
    names: dict[int, ServiceGroup],
    newcomers: dict[int, Estimate],
) -> dict[str, Any]:
    found = [newcomers[pk] for pk in names if pk in line.groups and pk in newcomers]
    known = [one for one in found if one.is_known]
    # Counters with several services: the widest range is true of each.
    shortest = min((one.low or 0 for one in known), default=0)
    longest = max((one.high or 0 for one in known), default=0)
    return {
        "range": {"low": shortest, "high": longest}
        if longest and len(known) == len(found)
        else None,
        "unknown": bool(line.counters) and len(known) < len(found),
        "name": " · ".join(names[pk].local("name") for pk in names if pk in line.groups),
        "counters": _ranges(line.counters),
        "next": [here.label(person) for person in line.people[:NEXT_SHOWN]],
        "waiting": len(line.people),
    }


def _ranges(numbers: tuple[int, ...]) -> str:
    """Numbers in a row as "first-last", such as 1 to 5, then 8."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}{TO}{last}" if last > first else f"{first}" for first, last in runs)


def rule(day: dict[str, Any] | None) -> str:
    """The rule of the day in one sentence; empty before anybody has come."""
    if day is None:
        return ""
    count = spoken.number if (get_language() or "").startswith("id") else str
    booked, priority = day["booked_per_walk_in"], day["calls_per_priority"]
    return _(
        "Order today: %(booked)s with an appointment, then one without. P numbers (aged 60 or over, disability, "
        "pregnant, with a small child) go first, at most every %(priority)s calls."
    ) % {"booked": count(booked), "priority": count(priority)}
