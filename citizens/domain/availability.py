"""Which times are free. One definition of "free", used by every page; the commit path locks and counts anew."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection

from citizens.domain import fitting, obstacles, release
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.party import Party
from citizens.enums import OutageCause


class Reason(StrEnum):
    """Why a day has no free time."""

    FULL = "full"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    OUTAGE = "outage"
    NO_CARDS = "no_cards"
    NOT_RELEASED = "not_released"


@dataclass(frozen=True, slots=True)
class Time:
    """A time at which a visit may begin, and how many such visits may."""

    start: datetime.datetime
    free: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one office for one party: `free` counts the places left; with none there is a `reason`.

    `note` is the name of a holiday or what people should know of an outage; `opens` is between which two moments more
    places open; `times` are known already for several groups; `place` is where the office is, if elsewhere.
    """

    date: datetime.date
    free: int
    earliest: datetime.datetime | None
    reason: Reason | None
    note: str = ""
    opens: tuple[datetime.datetime, datetime.datetime] | None = None
    times: tuple[Time, ...] | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """A free time and its office."""

    office: str  # code
    name: str
    start: datetime.datetime
    free: int


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """An office and its days over the booking horizon, in order."""

    code: str
    name: str
    address: str
    district: str
    confirmed: bool
    days: tuple[Day, ...]

    @property
    def earliest(self) -> datetime.datetime | None:
        """The first free time here, or None."""
        return next((day.earliest for day in self.days if day.earliest), None)

    @property
    def opens(self) -> tuple[datetime.datetime, datetime.datetime] | None:
        """Between which two moments the next places open here, or None."""
        return min((day.opens for day in self.days if day.opens), default=None)

    def day(self, date: datetime.date) -> Day | None:
        return next((day for day in self.days if day.date == date), None)


# Live holds count; expired ones do not, whether or not somebody has cleaned them up.
HELD = """
    held AS (
        SELECT place.slot_id, count(*) AS places
        FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
        WHERE hold.expires_at > %(at)s
        GROUP BY place.slot_id
    )
"""

# A day that closes every office does not close one that has hours of its own on it. `closed` is a closed day.
CLOSES = """
    (closed.office_id = {office} OR closed.office_id IS NULL AND NOT EXISTS (
        SELECT FROM citizens_specialday special
        WHERE special.office_id = {office} AND special.date = closed.date
    ))
"""

ON_OPEN_DAYS = f"""
    NOT EXISTS (
        SELECT FROM citizens_closedday closed
        WHERE closed.date = (slot.start AT TIME ZONE %(zone)s)::date AND {CLOSES.format(office="slot.office_id")}
    )
"""

# A visit of one group may begin at a slot when the slots that begin within its length cover it without a gap and
# each has a place left: what citizens.domain.fitting says, for the case in which SQL can say it in one window.
STARTS_OF_ONE_GROUP = """
    starts AS (
        SELECT slot.office_id, slot.start,
            CASE WHEN sum(slot.minutes) OVER visit >= %(minutes)s
                THEN greatest(min(slot.released - slot.taken - coalesce(held.places, 0)) OVER visit, 0)
                ELSE 0
            END AS free
        FROM citizens_slot slot LEFT JOIN held ON held.slot_id = slot.id
        WHERE slot.group_id = %(group)s AND slot.start >= %(first)s AND slot.start < %(last)s AND slot.capacity > 0
            -- An index finds these at once, however many slots are past.
            AND slot.office_id = ANY (ARRAY(
                SELECT id FROM citizens_office WHERE active AND (%(office)s = '' OR code = %(office)s)
            ))
        WINDOW visit AS (
            PARTITION BY slot.office_id ORDER BY slot.start
            RANGE BETWEEN CURRENT ROW AND %(reach)s FOLLOWING
        )
    )
"""

# The same for a visit of several groups, fitted by citizens.domain.fitting and handed over as rows.
STARTS_AS_GIVEN = """
    starts AS (
        SELECT * FROM unnest(%(start_offices)s::bigint[], %(start_times)s::timestamptz[], %(start_free)s::int[])
            AS given (office_id, start, free)
    )
"""

SLOTS = f"""
    WITH {HELD}
    SELECT slot.office_id, slot.group_id, slot.start, slot.minutes,
        greatest(slot.released - slot.taken - coalesce(held.places, 0), 0)
    FROM citizens_slot slot LEFT JOIN held ON held.slot_id = slot.id
    WHERE slot.group_id = ANY(%(groups)s) AND slot.start >= %(first)s AND slot.start < %(last)s
        AND slot.capacity > 0 AND {ON_OPEN_DAYS}
    ORDER BY slot.start
"""  # noqa: S608 - composed of constants only

# What nothing stands in the way of: not an outage during the visit. A start that several outages touch is there
# several times, each time with nothing free. `short` are the offices with too few blank cards.
POSSIBLE = f"""
    {obstacles.OUTAGES}, {obstacles.CARDS},
    short AS (SELECT cards.office_id FROM cards WHERE cards.cards_left < %(cards)s),
    possible AS (
        SELECT starts.office_id, starts.start, outages.cause || ' ' || outages.note AS outage,
            CASE WHEN outages.begins IS NULL THEN starts.free ELSE 0 END AS free
        FROM starts LEFT JOIN (SELECT * FROM outages OFFSET 0) outages -- looked up once, not for each start
            ON (outages.office_id IS NULL OR outages.office_id = starts.office_id)
            AND outages.begins < starts.start + %(length)s AND outages.ends > starts.start
    )
"""  # noqa: S608 - composed of constants only

# Closed days and offices without cards are taken out of the days, not slot by slot.
DAYS = """
    WITH {starts}, {possible},
    days AS (
        SELECT office_id, (start AT TIME ZONE %(zone)s)::date AS day, max(outage) AS outage,
            sum(free)::int AS free, min(start) FILTER (WHERE free > 0) AS earliest, {known}
        FROM possible GROUP BY office_id, day
    ),
    opening AS (
        SELECT slot.office_id, (slot.start AT TIME ZONE %(zone)s)::date AS day, min(release.due_at) AS due
        FROM citizens_release release JOIN citizens_slot slot ON slot.id = release.slot_id
        WHERE slot.group_id = ANY(%(groups)s) AND slot.start >= %(first)s AND slot.start < %(last)s
            AND NOT release.returned
        GROUP BY slot.office_id, day
    )
    SELECT office.code, office.name, office.address, district.name, office.confirmed,
        calendar.day::date, days.office_id IS NOT NULL,
        CASE WHEN here.id IS NULL AND everywhere.id IS NULL AND short.office_id IS NULL
            THEN coalesce(days.free, 0) ELSE 0 END,
        days.earliest, coalesce(here.name, everywhere.name), days.outage, short.office_id IS NOT NULL, opening.due,
        days.starts, days.places,
        CASE WHEN special.confirmed AND special.place <> ''
            THEN concat_ws(', ', special.place, nullif(special.address, '')) END
    FROM citizens_office office
    LEFT JOIN citizens_district district ON district.code = office.district_id
    CROSS JOIN generate_series(%(first_day)s::date, %(last_day)s::date, interval '1 day') AS calendar(day)
    LEFT JOIN days ON days.office_id = office.id AND days.day = calendar.day::date
    LEFT JOIN short ON short.office_id = office.id
    LEFT JOIN opening ON opening.office_id = office.id AND opening.day = calendar.day::date
    LEFT JOIN citizens_closedday here ON here.date = calendar.day::date AND here.office_id = office.id
    LEFT JOIN citizens_specialday special ON special.date = calendar.day::date AND special.office_id = office.id
    LEFT JOIN citizens_closedday everywhere
        ON everywhere.date = calendar.day::date AND everywhere.office_id IS NULL AND special.id IS NULL
    WHERE office.active AND office.id IN (SELECT office_id FROM days)
    ORDER BY office.sort_order, office.id, calendar.day
"""

# Of several groups the times of each day come with it: to fit them again would cost two queries more.
KNOWN_TIMES = """array_agg(start ORDER BY start) FILTER (WHERE free > 0) AS starts,
    array_agg(free ORDER BY start) FILTER (WHERE free > 0) AS places"""
NO_TIMES = "NULL::timestamptz[] AS starts, NULL::int[] AS places"

TIMES = """
    WITH {starts}, {possible}
    SELECT possible.start, possible.free FROM possible
    JOIN citizens_office office ON office.id = possible.office_id
    WHERE possible.free > 0 AND office.code = %(office)s AND NOT EXISTS (
        SELECT FROM citizens_closedday closed WHERE closed.date = %(day)s AND {closes}
    ) AND office.id NOT IN (SELECT office_id FROM short)
    ORDER BY possible.start
"""

# Read in the order of time from the index of slots with places left, until enough are found.
NEXT = f"""
    WITH {obstacles.OUTAGES}, {obstacles.CARDS}
    SELECT office.code, office.name, slot.start, visit.free
    FROM citizens_slot slot
    JOIN citizens_office office ON office.id = slot.office_id AND office.active
    CROSS JOIN LATERAL (
        SELECT sum(part.minutes) AS minutes, min(part.free)::int AS free FROM (
            SELECT one.minutes, one.released - one.taken - (
                SELECT count(*) FROM citizens_heldplace place JOIN citizens_hold hold ON hold.id = place.hold_id
                WHERE place.slot_id = one.id AND hold.expires_at > %(at)s
            ) AS free
            FROM citizens_slot one
            WHERE one.office_id = slot.office_id AND one.group_id = slot.group_id AND one.capacity > 0
                AND one.start >= slot.start AND one.start <= slot.start + %(reach)s
            OFFSET 0 -- holds are counted once
        ) part
    ) visit
    WHERE slot.group_id = %(group)s AND slot.start >= %(first)s AND slot.start < %(last)s
        AND slot.taken < slot.released AND {ON_OPEN_DAYS}
        AND visit.minutes >= %(minutes)s AND visit.free > 0
        AND slot.office_id <> ALL (ARRAY(SELECT office_id FROM cards WHERE cards_left < %(cards)s))
        AND NOT EXISTS (
            SELECT FROM outages
            WHERE (outages.office_id IS NULL OR outages.office_id = slot.office_id)
                AND outages.begins < slot.start + %(length)s AND outages.ends > slot.start
        )
    ORDER BY slot.start, office.sort_order, office.id LIMIT %(limit)s
"""  # noqa: S608 - composed of constants only


def window(*, at: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """The first moment that may be booked when it is `at`, and the first that may not any more."""
    last_day = local_date(at) + datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS)
    earliest = at + datetime.timedelta(minutes=settings.BOOKING_LEAD_MINUTES)
    return earliest, local_midnight(last_day + datetime.timedelta(days=1))


def days(*, party: Party, at: datetime.datetime) -> list[OfficeDays]:
    """Every office that serves the party, with each day of the horizon. One query; two for several groups."""
    first, last = window(at=at)
    last_day = local_date(last) - datetime.timedelta(days=1)
    parameters = _parameters(party, at, first, last) | {
        "first_day": local_date(at),
        "last_day": last_day,
    }
    offices: dict[str, tuple[tuple[str, str, str, bool], list[Day]]] = {}
    for code, name, address, district, confirmed, *of_day in _read(DAYS, party, parameters):
        facts = (name, address, district or "", confirmed)
        day = _day(*of_day[:-1])
        day = replace(day, place=of_day[-1]) if of_day[-1] else day
        offices.setdefault(code, (facts, []))[1].append(day)
    return [OfficeDays(code, *facts, tuple(found)) for code, (facts, found) in offices.items()]


def times(*, party: Party, office: str, day: datetime.date, at: datetime.datetime) -> list[Time]:
    """The free times of a party at an office (its code) on one day, in order. One query; two for several groups."""
    earliest, latest = window(at=at)
    first = max(earliest, local_midnight(day))
    last = min(latest, local_midnight(day + datetime.timedelta(days=1)))
    parameters = _parameters(party, at, first, last) | {"office": office, "day": day}
    return [Time(start, free) for start, free in _read(TIMES, party, parameters)]


def times_of(*, party: Party, office: OfficeDays, day: Day, at: datetime.datetime) -> list[Time]:
    """The free times of a day that days() found. No query when there are none, or they are known; else one."""
    if not day.free:
        return []
    if day.times is not None:
        return list(day.times)
    return times(party=party, office=office.code, day=day.date, at=at)


def next_times(*, party: Party, at: datetime.datetime, limit: int = 20) -> list[OfficeTime]:
    """The next free times over all offices, the earliest first. One query; two for several groups."""
    first, last = window(at=at)
    parameters = _parameters(party, at, first, last)
    if len(party.parts) == 1:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, parameters | {"limit": limit})
            return [OfficeTime(*row) for row in cursor.fetchall()]
    statement = """
        WITH {starts}, {possible}
        SELECT office.code, office.name, possible.start, possible.free FROM possible
        JOIN citizens_office office ON office.id = possible.office_id AND office.active
        WHERE possible.free > 0 AND office.id NOT IN (SELECT office_id FROM short)
        ORDER BY possible.start, office.sort_order, office.id LIMIT %(limit)s
    """
    return [OfficeTime(*row) for row in _read(statement, party, parameters | {"limit": limit})]


def _read(statement: str, party: Party, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement about the possible starts of a party."""
    with connection.cursor() as cursor:
        if len(party.parts) == 1:
            starts, known = f"{HELD}, {STARTS_OF_ONE_GROUP}", NO_TIMES
        else:
            cursor.execute(SLOTS, parameters)
            parameters = parameters | _fitted(party, cursor.fetchall())
            starts, known = STARTS_AS_GIVEN, KNOWN_TIMES
        parts = {"starts": starts, "possible": POSSIBLE, "known": known}
        cursor.execute(
            statement.format(**parts, closes=CLOSES.format(office="office.id")), parameters
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@dataclass(frozen=True, slots=True)
class _Slot:
    start: datetime.datetime
    minutes: int
    free: int


def _fitted(party: Party, rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """The starts of a visit of several groups, as parameters of STARTS_AS_GIVEN."""
    offices: dict[int, dict[int, list[_Slot]]] = defaultdict(lambda: defaultdict(list))
    for office, group, start, minutes, free in rows:
        offices[office][group].append(_Slot(start, minutes, free))
    given = [
        (office, slot.start, min(taken.free for taken in found[0]))
        for office, groups in offices.items()
        for slot in groups.get(party.parts[0].group_id, ())
        if (found := fitting.fit(party.parts, start=slot.start, slots=groups))
    ]
    return {
        "start_offices": [office for office, _start, _free in given],
        "start_times": [start for _office, start, _free in given],
        "start_free": [free for _office, _start, free in given],
    }


def _parameters(
    party: Party, at: datetime.datetime, first: datetime.datetime, last: datetime.datetime
) -> dict[str, Any]:
    length = fitting.reach(party.parts)
    return obstacles.parameters(party=party, at=at) | {
        "groups": [part.group_id for part in party.parts],
        "office": "",  # any
        "group": party.parts[0].group_id,  # for what SQL says of a visit of one group alone
        "minutes": party.parts[0].minutes,
        "length": length,
        # A slot that begins just when the visit ends is not part of it.
        "reach": length - datetime.timedelta(microseconds=1),
        "first": first,
        "last": last,
    }


def _day(
    date: datetime.date,
    served: bool,
    free: int,
    earliest: datetime.datetime | None,
    closed: str | None,
    outage: str | None,
    no_cards: bool | None,
    due: datetime.datetime | None,
    starts: list[datetime.datetime] | None,
    places: list[int] | None,
) -> Day:
    opens = release.window_of(due) if due else None
    if free:
        known = tuple(map(Time, starts, places)) if starts and places else None
        return Day(date, free, earliest, None, opens=opens, times=known)
    if closed:
        return Day(date, 0, None, Reason.HOLIDAY, note=closed)
    if not served:
        return Day(date, 0, None, Reason.CLOSED)
    if outage:
        cause, _space, note = outage.partition(" ")
        label = str(OutageCause(cause).label)
        return Day(date, 0, None, Reason.OUTAGE, note=f"{label}. {note}" if note else f"{label}.")
    if no_cards:
        return Day(date, 0, None, Reason.NO_CARDS)
    if opens:
        return Day(date, 0, None, Reason.NOT_RELEASED, opens=opens)
    return Day(date, 0, None, Reason.FULL)
