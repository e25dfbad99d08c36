"""Rows for the templates that show places, days and times: everything ready to print, no rules."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.domain import wording
from citizens.domain.availability import Day, OfficeDays, Reason, Time

NOON = 12


def places(offices: Iterable[OfficeDays], *, here: str, replaced: str) -> list[dict[str, str]]:
    """Places as choices, the earliest first; one with nothing free says so and comes last."""
    listed = list(offices)
    free = [(office.earliest, index) for index, office in enumerate(listed) if office.earliest]
    full = [office for office in listed if not office.earliest]
    ordered = [listed[index] for _earliest, index in sorted(free)]
    return [_place(office, here, replaced) for office in [*ordered, *full]]


def elsewhere(
    offices: Iterable[OfficeDays], office: OfficeDays, *, here: str, replaced: str
) -> dict[str, str] | None:
    """The place with the earliest time, when that is another one than `office` and earlier."""
    found = places(
        [
            other
            for other in offices
            if other.code != office.code
            and other.earliest
            and (office.earliest is None or other.earliest < office.earliest)
        ],
        here=here,
        replaced=replaced,
    )
    return found[0] if found else None


def chosen_day(office: OfficeDays, wanted: datetime.date | None) -> Day | None:
    """The day to show: the wanted one, else the first with a free time."""
    if wanted and (day := office.day(wanted)):
        return day
    return next((day for day in office.days if day.free), None)


def page(
    office: OfficeDays,
    chosen: Day | None,
    free: Sequence[Time],
    *,
    here: str,
    replaced: str,
) -> dict[str, Any]:
    """The context of the page of days and times of one office."""
    columns = [column for column in range(7) if any(_is_open(day, column) for day in office.days)]
    monday = datetime.date(2024, 1, 1)
    return {
        "office": office.name,
        "office_code": office.code,
        "address": office.address,
        "confirmed": office.confirmed,
        "places_url": _url(here, replaced),
        "caption_days": _("Days until %(day)s")
        % {"day": date_format(office.days[-1].date, "j F Y")},
        "weekdays": [
            {
                "short": date_format(monday + datetime.timedelta(days=column), "D"),
                "full": date_format(monday + datetime.timedelta(days=column), "l"),
            }
            for column in columns
        ],
        "weeks": _weeks(office, chosen, columns, here, replaced),
        "chosen": wording.day(chosen.date) if chosen else "",
        "reason": _why(chosen) if chosen else "",
        "groups": _groups(free),
    }


def _is_open(day: Day, column: int) -> bool:
    return day.date.weekday() == column and day.reason is not Reason.CLOSED


def _place(office: OfficeDays, here: str, replaced: str) -> dict[str, str]:
    note = (
        _("Earliest: %(when)s") % {"when": wording.when(office.earliest)}
        if office.earliest
        else _("Nothing free in the coming two weeks")
    )
    return {"title": office.name, "note": note, "url": _url(here, replaced, kantor=office.code)}


def _weeks(
    office: OfficeDays, chosen: Day | None, columns: list[int], here: str, replaced: str
) -> list[list[dict[str, Any] | None]]:
    weeks: dict[tuple[int, int], dict[int, dict[str, Any]]] = {}
    month = 0
    for day in office.days:
        year, week, _weekday = day.date.isocalendar()
        cell = _cell(office, day, day == chosen, here, replaced)
        if day.date.weekday() in columns and day.date.month != month:
            month = day.date.month
            cell["number"] = date_format(day.date, "j M")
        weeks.setdefault((year, week), {})[day.date.weekday()] = cell
    rows = [[week.get(column) for column in columns] for week in weeks.values()]
    return [row for row in rows if any(row)]


def _cell(office: OfficeDays, day: Day, selected: bool, here: str, replaced: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "number": str(day.date.day),
        "label": wording.day(day.date),
        "selected": selected,
    }
    if day.free:
        cell["free"] = ngettext("%(free)s free", "%(free)s free", day.free) % {"free": day.free}
        cell["url"] = _url(here, replaced, kantor=office.code, tanggal=day.date.isoformat())
    else:
        cell["reason"] = _short_reason(day)
    return cell


def _short_reason(day: Day) -> str:
    if day.reason is Reason.FULL:
        return _("full")
    return _("holiday") if day.reason is Reason.HOLIDAY else _("closed")


def _why(day: Day) -> str:
    """The reason in a sentence; empty when times are free."""
    if day.reason is Reason.FULL:
        return _("Every place of this day is taken. Choose another day or another place.")
    if day.reason is Reason.HOLIDAY:
        return _("The office is closed on this day: %(name)s.") % {"name": day.holiday}
    if day.reason is Reason.CLOSED:
        return _("The office is closed on this day, or its last time has passed.")
    return ""


def _groups(free: Sequence[Time]) -> list[dict[str, Any]]:
    halves = [
        (_("Morning"), [time for time in free if wording.local(time.start).hour < NOON]),
        (_("Afternoon"), [time for time in free if wording.local(time.start).hour >= NOON]),
    ]
    return [
        {
            "title": title,
            "times": [
                {
                    "label": wording.clock(time.start),
                    "value": time.start.isoformat(),
                    "free": ngettext("%(free)s place", "%(free)s places", time.free)
                    % {"free": time.free},
                }
                for time in times
            ],
        }
        for title, times in halves
        if times
    ]


def _url(here: str, replaced: str, **query: str) -> str:
    if replaced:
        query["ganti"] = replaced
    return f"{here}?{urlencode(query)}" if query else here
