"""The tables of waits, arrivals, told waits, appointments that nobody came to, and desks."""

import datetime
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.admin.reports_chart import Bar, Chart
from citizens.admin.reports_tables import Asked, Report, Table, TableOf, clock_hour, share, shown
from citizens.domain import reports_queue
from citizens.domain.reports import Row

MOST_BARS = 31


def _wait_headings(*words: str) -> tuple[str, ...]:
    return (
        *words,
        _("People called"),
        _("Half waited at most (p50, minutes)"),
        _("Nine of ten waited at most (p90, minutes)"),
    )


def _waits_chart(rows: Sequence[Row]) -> Chart:
    return Chart(
        [
            Bar(
                row[0],
                (row[-2], row[-1]),
                _("%(half)s and %(most)s min, n = %(people)s")
                % {"half": f"{row[-2]:.0f}", "most": f"{row[-1]:.0f}", "people": row[-3]},
            )
            for row in rows
        ],
        (_("half waited at most (p50)"), _("nine of ten waited at most (p90)")),
    )


def waits_by_service(asked: Asked) -> Table:
    rows = reports_queue.waits_by_service(asked.scope)
    return Table(_wait_headings(_("Service")), rows, chart=_waits_chart(rows))


def waits_by_hour(asked: Asked) -> Table:
    found = reports_queue.waits_by_hour(asked.scope)
    rows = [(clock_hour(row[0]), *row[1:]) for row in found]
    return Table(_wait_headings(_("Hour of arrival")), rows, chart=_waits_chart(rows))


def waits_by_both(asked: Asked) -> Table:
    found = reports_queue.waits_by_service_and_hour(asked.scope)
    rows = [(row[0], clock_hour(row[1]), *row[2:]) for row in found]
    return Table(_wait_headings(_("Service"), _("Hour of arrival")), rows, words=2)


def told_waits(asked: Asked) -> Table:
    rows = reports_queue.told_waits(asked.scope)
    held, told = sum(row[2] for row in rows), sum(row[1] for row in rows)
    return Table(
        (_("Service"), _("Waits told"), _("Of these held")),
        rows,
        chart=Chart(
            [Bar(row[0], (row[1], row[2]), f"{row[2]} / {row[1]}") for row in rows],
            (_("waits told"), _("of these held")),
        ),
        shares=share(
            _("Told waits that held"),
            held,
            _("first calls in the range told"),
            told,
            _("ranges told to people who were called"),
        ),
    )


def arrivals(asked: Asked) -> Table:
    found = reports_queue.arrivals_by_hour(asked.scope)
    rows = [(clock_hour(row[0]), row[1], row[2], row[1] + row[2]) for row in found]
    booked, all_of_them = sum(row[1] for row in rows), sum(row[3] for row in rows)
    return Table(
        (_("Hour of arrival"), _("With an appointment"), _("Walk-in"), _("Numbers in all")),
        rows,
        chart=Chart(
            [
                Bar(row[0], (row[1], row[2]), _("%(booked)s and %(walk_in)s") % _doors(row))
                for row in rows
            ],
            (_("with an appointment"), _("walk-in")),
        ),
        shares=share(
            _("Came with an appointment"),
            booked,
            _("numbers of people with an appointment"),
            all_of_them,
            _("queue numbers given"),
        ),
    )


def _doors(row: Row) -> dict[str, int]:
    return {"booked": row[1], "walk_in": row[2]}


def _no_show_headings(first: str) -> tuple[str, ...]:
    return (
        first,
        _("Booked"),
        _("Came"),
        _("Of these gone when called"),
        _("Of these not served by the office"),
        _("Did not come"),
        _("Not decided yet"),
    )


def no_shows_by_hour(asked: Asked) -> Table:
    found = reports_queue.no_shows_by_hour(asked.scope)
    rows = [(clock_hour(row[0]), *row[1:]) for row in found]
    came, missed = sum(row[2] for row in rows), sum(row[5] for row in rows)
    return Table(
        _no_show_headings(_("Hour of the booked time")),
        rows,
        chart=Chart(
            [
                Bar(
                    row[0],
                    (row[5],),
                    _("%(part)s of %(whole)s") % {"part": row[5], "whole": row[2] + row[5]},
                )
                for row in rows
            ]
        ),
        shares=share(
            _("Booked and did not come"),
            missed,
            _("appointments that nobody came to"),
            came + missed,
            _("appointments of which it is known (came or did not come, cancelled ones left out)"),
        ),
    )


def no_shows_by_day(asked: Asked) -> Table:
    rows = reports_queue.no_shows_by_day(asked.scope)
    return Table(_no_show_headings(_("Day")), rows)


def desks(asked: Asked) -> Table:
    rows = reports_queue.desks_by_day(asked.scope, at=asked.at)
    planned, opened = sum(row[1] for row in rows), sum(row[2] for row in rows)
    bars = _by_week(rows) if len(rows) > MOST_BARS else [(_day(row[0]), *row[1:3]) for row in rows]
    return Table(
        (
            _("Day"),
            _("Planned (desk hours)"),
            _("Open without pauses (desk hours)"),
            _("Paused (desk hours)"),
            _("Counters that were open"),
            _("Desk sessions"),
        ),
        rows,
        chart=Chart(
            [
                Bar(
                    label,
                    (plan, real),
                    _("%(planned)s and %(opened)s h")
                    % {"planned": shown(float(plan)), "opened": shown(float(real))},
                )
                for label, plan, real in bars
            ],
            (_("planned"), _("open without pauses")),
        ),
        shares=share(
            _("Desk hours open of those planned"),
            round(opened),
            _("desk hours open without pauses"),
            round(planned),
            _("desk hours planned by the slots"),
        ),
    )


def _day(date: datetime.date) -> str:
    return date_format(date, "D, j M")


def _by_week(rows: Sequence[Row]) -> list[tuple[str, float, float]]:
    """Planned and real hours summed by the week, which begins on Monday."""
    weeks: dict[datetime.date, list[float]] = {}
    for date, planned, opened, *_rest in rows:
        week = weeks.setdefault(date - datetime.timedelta(days=date.weekday()), [0, 0])
        week[0] += planned
        week[1] += opened
    return [
        (_("Week of %(day)s") % {"day": date_format(monday, "j M")}, week[0], week[1])
        for monday, week in weeks.items()
    ]


WAITS = Report(
    "tunggu",
    gettext_lazy("Waits"),
    gettext_lazy(
        "The wait is the time from arrival, or from the booked time where that is later, to the first call. Whoever was"
        " called before the booked time waited 0 minutes. Counted are people who were called; numbers from paper are"
        " left out, because their times were written afterwards."
    ),
    (
        TableOf(
            "layanan", gettext_lazy("For which service do people wait longest?"), waits_by_service
        ),
        TableOf(
            "jam", gettext_lazy("At which hour of arrival do people wait longest?"), waits_by_hour
        ),
        TableOf(
            "layanan-jam", gettext_lazy("How long for each service at each hour?"), waits_by_both
        ),
        TableOf("perkiraan", gettext_lazy("How many of the waits that we told held?"), told_waits),
    ),
)
ARRIVALS = Report(
    "kedatangan",
    gettext_lazy("Arrivals"),
    gettext_lazy(
        "Counted are queue numbers by the hour in which they were given, those from paper too."
    ),
    (TableOf("jam", gettext_lazy("At which hour do people come, and by which door?"), arrivals),),
)
NO_SHOWS = Report(
    "tidak-datang",
    gettext_lazy("Did not come"),
    gettext_lazy(
        "Whoever booked, did not cancel and got no queue number did not come. Whoever came and was not served by the"
        " office, or was gone when called, came. Not decided yet: the day is not ended."
    ),
    (
        TableOf("jam", gettext_lazy("At which booked times do people not come?"), no_shows_by_hour),
        TableOf(
            "hari", gettext_lazy("What became of the appointments of each day?"), no_shows_by_day
        ),
    ),
)
DESKS = Report(
    "loket",
    gettext_lazy("Desks planned and open"),
    gettext_lazy(
        "Planned: the counters of each slot times its length, without closed days. Open: desk sessions less their"
        " pauses; one left open counts until midnight. Of today, both count until now."
    ),
    (TableOf("hari", gettext_lazy("Were as many desks open as planned?"), desks),),
)
