"""Which times are free. One definition of "free", used by every page; the commit path locks and counts anew."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from citizens.domain.slots import local_date, local_midnight
from citizens.models import ServiceCase


class Reason(StrEnum):
    """Why a day has no free time."""

    FULL = "full"
    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one office for one case: `free` counts the places left; with none there is a `reason`."""

    date: datetime.date
    free: int
    earliest: datetime.datetime | None
    reason: Reason | None
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """A time at which a visit may begin, and how many such visits may."""

    start: datetime.datetime
    free: int


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """An office and its days over the booking horizon, in order."""

    code: str
    name: str
    address: str
    confirmed: bool
    days: tuple[Day, ...]

    @property
    def earliest(self) -> datetime.datetime | None:
        """The first free time here, or None."""
        return next((day.earliest for day in self.days if day.earliest), None)

    def day(self, date: datetime.date) -> Day | None:
        return next((day for day in self.days if day.date == date), None)


# A visit may begin at a slot when the slots that begin within its length cover it without a gap and each has a
# place left. Live holds count; expired ones do not, whether or not somebody has cleaned them up.
POSSIBLE_STARTS = """
    held AS (
        SELECT place.slot_id, count(*) AS places
        FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
        WHERE hold.expires_at > %(at)s
        GROUP BY place.slot_id
    ),
    starts AS (
        SELECT slot.office_id, slot.start,
            CASE WHEN sum(slot.minutes) OVER visit >= %(minutes)s
                THEN greatest(min(slot.online - slot.taken - coalesce(held.places, 0)) OVER visit, 0)
                ELSE 0
            END AS free
        FROM citizens_slot slot LEFT JOIN held ON held.slot_id = slot.id
        WHERE slot.group_id = %(group)s AND slot.start >= %(first)s AND slot.start < %(last)s
            AND NOT EXISTS (
                SELECT FROM citizens_closedday closed
                WHERE closed.date = (slot.start AT TIME ZONE %(zone)s)::date
                    AND (closed.office_id = slot.office_id OR closed.office_id IS NULL)
            )
        WINDOW visit AS (
            PARTITION BY slot.office_id ORDER BY slot.start
            RANGE BETWEEN CURRENT ROW AND %(reach)s FOLLOWING
        )
    )
"""

DAYS = f"""
    WITH {POSSIBLE_STARTS},
    days AS (
        SELECT office_id, (start AT TIME ZONE %(zone)s)::date AS day,
            count(*) AS slots, sum(free)::int AS free, min(start) FILTER (WHERE free > 0) AS earliest
        FROM starts GROUP BY office_id, day
    )
    SELECT office.code, office.name, office.address, office.confirmed,
        calendar.day::date, days.slots, coalesce(days.free, 0), days.earliest,
        coalesce(here.name, everywhere.name)
    FROM citizens_office office
    CROSS JOIN generate_series(%(first_day)s::date, %(last_day)s::date, interval '1 day') AS calendar(day)
    LEFT JOIN days ON days.office_id = office.id AND days.day = calendar.day::date
    LEFT JOIN citizens_closedday here ON here.date = calendar.day::date AND here.office_id = office.id
    LEFT JOIN citizens_closedday everywhere
        ON everywhere.date = calendar.day::date AND everywhere.office_id IS NULL
    WHERE office.active AND office.id IN (SELECT office_id FROM days)
    ORDER BY office.sort_order, office.id, calendar.day
"""  # noqa: S608 - composed of constants only

TIMES = f"""
    WITH {POSSIBLE_STARTS}
    SELECT starts.start, starts.free FROM starts
    JOIN citizens_office office ON office.id = starts.office_id
    WHERE starts.free > 0 AND office.code = %(office)s
    ORDER BY starts.start
"""  # noqa: S608 - composed of constants only


def window(*, at: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """The first moment that may be booked when it is `at`, and the first that may not any more."""
    last_day = local_date(at) + datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS)
    earliest = at + datetime.timedelta(minutes=settings.BOOKING_LEAD_MINUTES)
    return earliest, local_midnight(last_day + datetime.timedelta(days=1))


def days(*, case: ServiceCase, at: datetime.datetime) -> list[OfficeDays]:
    """Every office that serves the case, with each day of the horizon. One query."""
    first, last = window(at=at)
    last_day = local_date(last) - datetime.timedelta(days=1)
    parameters = _parameters(case, at, first, last) | {
        "first_day": local_date(at),
        "last_day": last_day,
    }
    with connection.cursor() as cursor:
        cursor.execute(DAYS, parameters)
        rows = cursor.fetchall()
    offices: dict[str, tuple[tuple[str, str, bool], list[Day]]] = {}
    for code, name, address, confirmed, date, slots, free, earliest, closed in rows:
        _, found = offices.setdefault(code, ((name, address, confirmed), []))
        found.append(Day(date, free, earliest, _reason(slots, free, closed), closed or ""))
    return [OfficeDays(code, *facts, tuple(found)) for code, (facts, found) in offices.items()]


def times(
    *, case: ServiceCase, office: str, day: datetime.date, at: datetime.datetime
) -> list[Time]:
    """The free times of a case at an office (its code) on one day, in order. One query."""
    earliest, latest = window(at=at)
    first = max(earliest, local_midnight(day))
    last = min(latest, local_midnight(day + datetime.timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute(TIMES, _parameters(case, at, first, last) | {"office": office})
        return [Time(start, free) for start, free in cursor.fetchall()]


def _parameters(
    case: ServiceCase, at: datetime.datetime, first: datetime.datetime, last: datetime.datetime
) -> dict[str, Any]:
    return {
        "at": at,
        "group": case.service.group_id,
        "minutes": case.minutes,
        # A slot that begins just when the visit ends is not part of it.
        "reach": datetime.timedelta(minutes=case.minutes, microseconds=-1),
        "first": first,
        "last": last,
        "zone": settings.TIME_ZONE,
    }


def _reason(slots: int | None, free: int, closed: str | None) -> Reason | None:
    if free:
        return None
    if closed:
        return Reason.HOLIDAY
    return Reason.FULL if slots else Reason.CLOSED
