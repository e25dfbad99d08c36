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
from citizens.views import reasons

NOON = 12


def places(offices: Iterable[OfficeDays], *, here: str, replaced: str) -> list[dict[str, str]]:
    """Places as choices, the earliest first; one with nothing free says so and comes last."""
    listed = list(offices)
    free = [(office.earliest, index) for index, office in enumerate(listed) if office.earliest]
    full = [office for office in listed if not office.earliest]
    ordered = [listed[index] for _earliest, index in sorted(free)]
    return [_place(office, here, replaced) for office in [*ordered, *full]]


def elsewhere(
    offices: Iterable[OfficeDays],
    office: OfficeDays,
    chosen: Day | None = None,
    *,
    here: str,
    replaced: str,
) -> dict[str, str] | None:
    """The best other place than `office`: one that is free on a `chosen` day that is not, else one that is earlier."""
    others = [other for other in offices if other.code != office.code and other.earliest]
    if chosen and not chosen.free:
        for other in others:
            day = other.day(chosen.date)
            if day and day.earliest:
                return {
                    "title": other.name,
                    "note": _("Free on the same day: %(when)s")
                    % {"when": wording.when(day.earliest)},
                    "url": _url(here, replaced, kantor=other.code, tanggal=day.date.isoformat()),
                }
    earlier = [
        other
        for other in others
        if other.earliest and (office.earliest is None or other.earliest < office.earliest)
    ]
    found = places(earlier, here=here, replaced=replaced)
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
        "address": (chosen.place if chosen else "") or office.address,
        # The place of a day is told once it is confirmed.
        "confirmed": office.confirmed or bool(chosen and chosen.place),
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
        "reason": reasons.sentence(chosen) if chosen else reasons.of_office(office),
        "more": reasons.more(chosen) if chosen else "",
        "nearest": _nearest(office, chosen, here, replaced),
        "groups": _groups(free),
    }


def _is_open(day: Day, column: int) -> bool:
    return day.date.weekday() == column and day.reason is not Reason.CLOSED


def _place(office: OfficeDays, here: str, replaced: str) -> dict[str, str]:
    note = (
        _("Earliest: %(when)s") % {"when": wording.when(office.earliest)}
        if office.earliest
        else reasons.of_office(office)
    )
    district = _("Kecamatan %(name)s") % {"name": office.district} if office.district else ""
    return {
        "title": office.name,
        # A point in a kecamatan has its name already.
        "place": "" if office.district and office.district in office.name else district,
        "note": note,
        "url": _url(here, replaced, kantor=office.code),
    }


def _nearest(
    office: OfficeDays, chosen: Day | None, here: str, replaced: str
) -> dict[str, str] | None:
    """The free day of this place that is nearest to a chosen day without one; the later of two."""
    if chosen is None or chosen.free:
        return None
    free = [day for day in office.days if day.free]
    if not free:
        return None
    day = min(free, key=lambda one: (abs(one.date - chosen.date), one.date < chosen.date))
    return {
        "title": wording.day(day.date),
        "url": _url(here, replaced, kantor=office.code, tanggal=day.date.isoformat()),
    }


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
    else:
        cell["reason"] = reasons.short(day)
    # A day without times leads to the reason, and to what is near; one that is simply closed has none to tell.
    if day.reason is not Reason.CLOSED:
        cell["url"] = _url(here, replaced, kantor=office.code, tanggal=day.date.isoformat())
    return cell


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
    """`here`, which may name a party already, with more in its query."""
    if replaced:
        query["ganti"] = replaced
    if not query:
        return here
    return f"{here}{'&' if '?' in here else '?'}{urlencode(query)}"
