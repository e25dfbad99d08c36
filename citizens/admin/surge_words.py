"""What the surge planner says: numbers of visits in whole, factors with two digits, causes with where they are from."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from citizens.admin.reports_chart import Bar, Chart
from citizens.domain.forecast import TESTED, Cause, Forecast, History, PastError
from citizens.domain.surge import GroupDay, OfficeDay, Outlook
from citizens.domain.surge_measures import Effect, Measure, Situation, Van

TIMES = "\u00d7"


def whole(visits: float) -> str:
    """ "1.234": nobody comes by halves."""
    return number_format(round(visits), force_grouping=True)


def one_digit(number: float) -> str:
    return number_format(number, decimal_pos=1, force_grouping=True)


def times(factor: float) -> str:
    """Such as 1,93 with the sign of multiplication before it."""
    return TIMES + number_format(factor, decimal_pos=2)


def short_day(day: datetime.date) -> str:
    return date_format(day, "D, j M Y")


def causes(found: Forecast | None) -> list[dict[str, Any]]:
    """The causes of a day with their factors."""
    factors = found.factors if found else ()
    return [
        {
            "pk": cause.pk,
            "name": cause.name,
            "factor": times(factor),
            "confirmed": cause.confirmed,
            "source": cause.source,
            "from": _spell(cause),
        }
        for cause, factor in factors
    ]


def _spell(cause: Cause) -> str:
    return _(
        "%(multiplier)s on %(first)s, falling evenly until it has no effect after %(days)s days"
    ) % {
        "multiplier": times(cause.multiplier),
        "first": short_day(cause.first),
        "days": cause.days,
    }


def day_row(day: OfficeDay) -> dict[str, Any]:
    """A day for the table of weeks."""
    known = day.is_known
    return {
        "iso": day.day.isoformat(),
        "day": short_day(day.day),
        "open": bool(day.plan.hours),
        "why": day.plan.why,
        "known": known,
        "forecast": whole(day.expected) if known else "-",
        "capacity": whole(day.capacity),
        "short": whole(day.short) if known else "-",
        "is_short": known and day.short >= 1,
        "causes": causes(day.forecast),
        "has_slots": day.has_slots,
    }


def chart(outlook: Outlook) -> Chart:
    """Forecast and planned, day by day."""
    return Chart(
        [
            Bar(
                short_day(day.day),
                (day.expected, day.capacity),
                _bar_words(day),
            )
            for day in outlook.days
            if day.is_known
        ],
        (_("visits expected"), _("visits that the planned desks can serve")),
    )


def _bar_words(day: OfficeDay) -> str:
    numbers = {"expected": whole(day.expected), "planned": whole(day.capacity)}
    if day.short >= 1:
        words = _("%(expected)s of %(planned)s: %(short)s too many")
        return words % {**numbers, "short": whole(day.short)}
    return _("%(expected)s of %(planned)s") % numbers


def group_row(one: GroupDay, found: Forecast, names: Mapping[int, str]) -> dict[str, Any]:
    """A service group for the table of a day."""
    minutes = one.minutes
    how = (
        _("measured, n = %(count)s") % {"count": whole(minutes.measured)}
        if minutes.measured
        else _("length of a slot: fewer than 30 visits were measured")
    )
    known = one.forecast is not None
    return {
        "name": names.get(one.group, "-"),
        "mean": one_digit(found.means.get(one.group, 0.0)) if known else "-",
        "forecast": whole(one.forecast or 0) if known else "-",
        "desks": one.desks,
        "online": one.online,
        "minutes": one_digit(minutes.each),
        "how": how,
        "capacity": whole(one.capacity),
        "short": whole(one.short) if known else "-",
        "is_short": known and one.short >= 1,
    }


def errors(history: History, names: Mapping[int, str]) -> dict[str, Any] | None:
    """How far both forecasts were off, for all visits and by group; None when nothing could be tested."""
    found = history.past_error()
    if found is None:
        return None
    groups = {group for day in history.arrivals.values() for group in day}
    rows = [_error_row(_("All services"), found)]
    for group, name in names.items():
        own = history.past_error(group=group) if group in groups else None
        if own is not None:
            rows.append(_error_row(name, own))
    days = [one.day for one in found.tested]
    return {
        "rows": rows,
        "first": short_day(min(days)),
        "last": short_day(max(days)),
        "count": found.count,
        "tested": TESTED,
        "better": found.ours < found.naive,
    }


def _error_row(name: str, found: PastError) -> dict[str, Any]:
    return {
        "name": name,
        "count": found.count,
        "came": one_digit(found.came),
        "ours": one_digit(found.ours),
        "ours_percent": one_digit(100 * found.ours / found.came),
        "naive": one_digit(found.naive),
        "naive_percent": one_digit(100 * found.naive / found.came),
    }


# --- Measures -------------------------------------------------------------------------------------


def title_of(measure: Measure) -> str:
    return {
        Measure.HOURS: _("Longer hours"),
        Measure.DESKS: _("More desks"),
        Measure.ONLINE: _("More places online"),
        Measure.VAN: _("The van before the door"),
    }[measure]


def what(at_hand: Situation, found: Effect, names: Mapping[int, str]) -> str:
    """What a measure changes, in words and numbers."""
    measure = found.measures[0]
    if measure == Measure.HOURS:
        return _hours(at_hand, found)
    if measure == Measure.VAN:
        return _van(at_hand.van, names)
    before, after = at_hand.plan.groups, found.plan.groups
    changed = [group for group in after if after[group] != before[group]]
    if measure == Measure.DESKS:
        return ", ".join(
            _("%(group)s %(before)s to %(after)s")
            % {
                "group": names[group],
                "before": before[group].counters,
                "after": after[group].counters,
            }
            for group in changed
        )
    return ", ".join(
        _("%(group)s %(before)s to %(after)s places a slot")
        % {"group": names[group], "before": before[group].online, "after": after[group].online}
        for group in changed
    )


def _hours(at_hand: Situation, found: Effect) -> str:
    old, new = at_hand.plan.hours, found.plan.hours
    return _("%(new_opens)s to %(new_closes)s in place of %(opens)s to %(closes)s") % {
        "opens": f"{old[0].opens:%H.%M}",
        "closes": f"{old[-1].closes:%H.%M}",
        "new_opens": f"{new[0].opens:%H.%M}",
        "new_closes": f"{new[-1].closes:%H.%M}",
    }


def _van(van: Van | None, names: Mapping[int, str]) -> str:
    if van is None:
        return ""
    words = (
        _("%(van)s, %(groups)s, in place of its usual round")
        if van.is_planned
        else _("%(van)s, %(groups)s, on a day without a round")
    )
    groups = ", ".join(names[group] for group in van.capacities if group in names)
    return words % {"van": van.office.short_name, "groups": groups}


def brings(found: Effect, beside: Effect | None = None) -> str:
    """The effect in visits and in places to book; of what brings nothing alone, that beside the other measures."""
    if found.brings_something:
        return ", ".join(_parts(found))
    if beside is not None and beside.brings_something:
        return _("%(effect)s with the other measures") % {"effect": ", ".join(_parts(beside))}
    return _("nothing on this day")


def _parts(found: Effect) -> list[str]:
    parts = []
    if found.served >= 1:
        parts.append(_("+%(visits)s visits") % {"visits": whole(found.served)})
    if found.online > 0:
        parts.append(_("+%(places)s places online") % {"places": whole(found.online)})
    return parts
