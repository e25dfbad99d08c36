"""Patterns of cancelling and booking again, for people to judge. Nothing here blocks or punishes anybody.

Thresholds follow the reference (booking.md section 9, number 7). What the office caused is not counted: bookings by
staff, cancellations by staff or by the system, and events that are marked as caused by the office.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from citizens import masking
from citizens.enums import Actor, AppointmentState, BookedFor
from citizens.models import Appointment, Office

PERIOD = datetime.timedelta(days=30)
MANY_PERSONS = 3  # from so many on with one contact, or with one booker
MANY_CANCELLATIONS = 4  # from so many on by one person: more than three
SOON = datetime.timedelta(minutes=30)  # a place given up and taken again
MOST_ROWS = 50
MOST_CODES = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One finding: `who` is masked; `persons` and `bookings` are counts; `appointments` pairs of key and code."""

    who: str
    persons: int
    bookings: int
    appointments: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in the thirty days before the moment of asking, the most first."""

    contacts: tuple[Row, ...]
    cancellers: tuple[Row, ...]
    swaps: tuple[Row, ...]
    bookers: tuple[Row, ...]


# booked(id, code, phone, email, ...): what citizens booked themselves in the period.
BOOKED = """
    booked AS (
        SELECT appointment.* FROM citizens_appointment appointment
        WHERE appointment.booked_at > %(since)s AND appointment.booked_at <= %(at)s
            AND appointment.booked_by_staff_id IS NULL
            AND (%(office)s = 0 OR appointment.office_id = %(office)s)
            AND NOT EXISTS (
                SELECT FROM citizens_appointmentevent event
                WHERE event.appointment_id = appointment.id AND event.office_caused
            )
    )
"""

# gone(id, code, phone, email, cancelled_at): what citizens cancelled themselves in the period.
GONE = """
    gone AS (
        SELECT appointment.id, appointment.code, appointment.phone, appointment.email,
            event.at AS cancelled_at
        FROM citizens_appointmentevent event
        JOIN citizens_appointment appointment ON appointment.id = event.appointment_id
        WHERE event.to_state = %(cancelled)s AND event.from_state <> %(cancelled)s
            AND event.actor = %(citizen)s AND NOT event.office_caused
            AND event.at > %(since)s AND event.at <= %(at)s
            AND (%(office)s = 0 OR appointment.office_id = %(office)s)
    )
"""

# A family in one booking is what the portal asks for: only several bookings of one contact are shown.
CONTACTS = f"""
    WITH {BOOKED}, contacts AS (
        SELECT id, code, phone AS contact FROM booked WHERE phone <> ''
        UNION ALL
        SELECT id, code, lower(email) FROM booked WHERE email <> ''
    )
    SELECT contact, count(DISTINCT visitor.person_key), count(DISTINCT contacts.id),
        (array_agg(DISTINCT contacts.code))[:%(codes)s]
    FROM contacts JOIN citizens_visitor visitor ON visitor.appointment_id = contacts.id
    GROUP BY contact
    HAVING count(DISTINCT visitor.person_key) >= %(persons)s AND count(DISTINCT contacts.id) > 1
    ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(rows)s
"""  # noqa: S608 - composed of constants only

CANCELLERS = f"""
    WITH {GONE}
    SELECT max(visitor.full_name), 1, count(DISTINCT gone.id),
        (array_agg(DISTINCT gone.code))[:%(codes)s]
    FROM gone JOIN citizens_visitor visitor ON visitor.appointment_id = gone.id
    GROUP BY visitor.person_key
    HAVING count(DISTINCT gone.id) >= %(cancellations)s
    ORDER BY 3 DESC, 1 LIMIT %(rows)s
"""  # noqa: S608 - composed of constants only

# The same slot, by the same contact, for somebody who was not in the visit that was cancelled.
SWAPS = f"""
    WITH {GONE}, {BOOKED}, swaps AS (
        SELECT DISTINCT gone.id AS gone_id, gone.code AS gone_code, booked.id AS id, booked.code AS code,
            coalesce(nullif(booked.phone, ''), lower(booked.email)) AS contact
        FROM gone
        JOIN citizens_appointmentplace left_place ON left_place.appointment_id = gone.id
        JOIN citizens_appointmentplace new_place ON new_place.slot_id = left_place.slot_id
        JOIN booked ON booked.id = new_place.appointment_id AND booked.id <> gone.id
        WHERE booked.booked_at >= gone.cancelled_at AND booked.booked_at <= gone.cancelled_at + %(soon)s
            AND ((booked.phone <> '' AND booked.phone = gone.phone)
                OR (booked.email <> '' AND lower(booked.email) = lower(gone.email)))
            AND EXISTS (
                SELECT FROM citizens_visitor visitor
                WHERE visitor.appointment_id = booked.id AND NOT EXISTS (
                    SELECT FROM citizens_visitor earlier
                    WHERE earlier.appointment_id = gone.id AND earlier.person_key = visitor.person_key
                )
            )
    ), codes AS (
        SELECT contact, unnest(ARRAY[gone_code, code]) AS code, id FROM swaps
    )
    SELECT codes.contact, count(DISTINCT visitor.person_key), count(DISTINCT codes.id),
        (array_agg(DISTINCT codes.code))[:%(codes)s]
    FROM codes JOIN citizens_visitor visitor ON visitor.appointment_id = codes.id
    GROUP BY codes.contact
    ORDER BY 3 DESC, 1 LIMIT %(rows)s
"""  # noqa: S608 - composed of constants only

BOOKERS = f"""
    WITH {BOOKED}
    SELECT max(booker_name), count(DISTINCT visitor.person_key), count(DISTINCT booked.id),
        (array_agg(DISTINCT booked.code))[:%(codes)s]
    FROM booked JOIN citizens_visitor visitor ON visitor.appointment_id = booked.id
    WHERE booked.booked_for = %(other)s AND booker_name <> ''
    GROUP BY lower(regexp_replace(booker_name, '\\s+', ' ', 'g'))
    HAVING count(DISTINCT visitor.person_key) >= %(persons)s
    ORDER BY 2 DESC, 3 DESC, 1 LIMIT %(rows)s
"""  # noqa: S608 - composed of constants only


def report(*, at: datetime.datetime, office: Office | None = None) -> Report:
    """The patterns of the thirty days before `at`, at one office or at all. Five queries.

    Each list has at most MOST_ROWS rows, each row at most MOST_CODES appointments.
    """
    parameters: dict[str, Any] = {
        "at": at,
        "since": at - PERIOD,
        "office": office.pk if office else 0,
        "persons": MANY_PERSONS,
        "cancellations": MANY_CANCELLATIONS,
        "soon": SOON,
        "cancelled": AppointmentState.CANCELLED.value,
        "citizen": Actor.CITIZEN.value,
        "other": BookedFor.OTHER.value,
        "rows": MOST_ROWS,
        "codes": MOST_CODES,
    }
    found = []
    with connection.cursor() as cursor:
        for query in (CONTACTS, CANCELLERS, SWAPS, BOOKERS):
            cursor.execute(query, parameters)
            found.append(cursor.fetchall())
    codes = {code for rows in found for row in rows for code in row[3]}
    keys = dict(Appointment.objects.filter(code__in=codes).values_list("code", "pk"))
    contacts, cancellers, swaps, bookers = found
    return Report(
        contacts=_rows(contacts, keys, mask=_contact),
        cancellers=_rows(cancellers, keys, mask=masking.name),
        swaps=_rows(swaps, keys, mask=_contact),
        bookers=_rows(bookers, keys, mask=masking.name),
    )


def _rows(
    found: Iterable[tuple[str, int, int, list[str]]],
    keys: dict[str, int],
    *,
    mask: Callable[[str], str],
) -> tuple[Row, ...]:
    return tuple(
        Row(mask(who), persons, bookings, tuple((keys[code], code) for code in codes))
        for who, persons, bookings, codes in found
    )


def _contact(text: str) -> str:
    return masking.email(text) if "@" in text else masking.phone(text)
