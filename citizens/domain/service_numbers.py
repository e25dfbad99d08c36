"""The public counter: places that were released, booked, came for and are free, day by day.

Everything is counted in online places, so that numbers of one kind add up; what staff give away of the internal share
and slots of closed days are not in it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from citizens.domain import availability, release
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import AppointmentState, PlaceShare
from citizens.models import Release

DAYS = 14
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """A day to come, today included, in places: those `released` so far are booked, being booked, free or over."""

    date: datetime.date
    released: int
    booked: int
    held: int
    free: int  # may still be booked
    unreleased: int


@dataclass(frozen=True, slots=True)
class Past:
    """A day that is over, in places: those `booked` were came for or not; the rest was never ended."""

    date: datetime.date
    released: int
    booked: int
    came: int
    no_show: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Days in order of time; only those on which places were or are given."""

    coming: tuple[Coming, ...]
    past: tuple[Past, ...]


NUMBERS = f"""
    WITH slots AS (
        SELECT slot.id, (slot.start AT TIME ZONE %(zone)s)::date AS day,
            slot.online, slot.released, slot.taken,
            slot.start >= %(earliest)s AND slot.start < %(latest)s AS open
        FROM citizens_slot slot JOIN citizens_office office ON office.id = slot.office_id
        WHERE slot.start >= %(first)s AND slot.start < %(last)s
            AND (%(office)s = '' OR office.code = %(office)s)
            AND {availability.ON_OPEN_DAYS}
    ), {availability.HELD}, days AS (
        SELECT day, sum(online) AS online, sum(released) AS released, sum(taken) AS taken,
            sum(coalesce(held.places, 0)) AS held,
            sum(CASE WHEN open
                THEN greatest(released - taken - coalesce(held.places, 0), 0) ELSE 0 END) AS free
        FROM slots LEFT JOIN held ON held.slot_id = slots.id
        GROUP BY day
    ), ended AS (
        SELECT slots.day,
            count(*) FILTER (WHERE appointment.state = ANY(%(came)s)) AS came,
            count(*) FILTER (WHERE appointment.state = %(no_show)s) AS no_show
        FROM slots
        JOIN citizens_appointmentplace place ON place.slot_id = slots.id AND place.share = %(online)s
        JOIN citizens_appointment appointment ON appointment.id = place.appointment_id
        WHERE slots.day < %(today)s
        GROUP BY slots.day
    )
    SELECT days.day, days.online::int, days.released::int, days.taken::int, days.held::int, days.free::int,
        coalesce(ended.came, 0)::int, coalesce(ended.no_show, 0)::int
    FROM days LEFT JOIN ended ON ended.day = days.day
    WHERE days.online > 0 OR days.taken > 0
    ORDER BY days.day
"""  # noqa: S608 - composed of constants only


def numbers(*, at: datetime.datetime, office: str = "") -> Numbers:
    """The fourteen days before today and the fourteen from today on, at the office of this code or at all. One query."""
    today = local_date(at)
    earliest, latest = availability.window(at=at)
    parameters: dict[str, Any] = {
        "at": at,
        "zone": settings.TIME_ZONE,
        "office": office,
        "today": today,
        "first": local_midnight(today - DAYS * ONE_DAY),
        "last": local_midnight(today + DAYS * ONE_DAY),
        "earliest": earliest,
        "latest": latest,
        "came": [
            AppointmentState.CHECKED_IN.value,
            AppointmentState.SERVED.value,
            AppointmentState.UNSERVED.value,
        ],
        "no_show": AppointmentState.NO_SHOW.value,
        "online": PlaceShare.ONLINE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, parameters)
        rows = cursor.fetchall()
    return Numbers(
        coming=tuple(
            Coming(day, released, taken, held, free, online - released)
            for day, online, released, taken, held, free, _came, _no_show in rows
            if day >= today
        ),
        past=tuple(
            Past(day, released, taken, came, no_show)
            for day, _online, released, taken, _held, _free, came, no_show in rows
            if day < today
        ),
    )


def next_release(
    *, at: datetime.datetime, office: str = ""
) -> tuple[datetime.datetime, datetime.datetime] | None:
    """The day and hours in which places open next, or None; never the minute. One query.

    Places that came back are not in it: their moment is not announced.
    """
    rows = Release.objects.filter(returned=False, due_at__gt=at, slot__start__gt=at)
    if office:
        rows = rows.filter(slot__office__code=office)
    due = rows.order_by("due_at").values_list("due_at", flat=True).first()
    return release.window_of(due) if due else None


def total(days: Sequence[Coming] | Sequence[Past], name: str) -> int:
    """The sum of one column over days."""
    return sum(getattr(day, name) for day in days)
