"""Writing an appointment with its people, services, places and first event: one round trip after the appointment's row.

The caller holds the locks of the slots and has checked that there is room, or has a hold that is sure to keep it; the
constraints stand behind both.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from django.conf import settings

from citizens import crypto, tokens
from citizens.domain import prepared
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.domain.party import Party
from citizens.enums import Actor, AppointmentState, BookedFor, PlaceShare
from citizens.models import Appointment, Hold, Slot, User, Visitor, VisitorService


class NotSure(Exception):
    """A hold ends too soon for its places to be certain, or one of them is not what it was: look again."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What was written, so that nobody need read it again."""

    appointment: Appointment
    services: list[VisitorService]


def register(
    *,
    party: Party,
    slots: Sequence[Slot],
    shares: Sequence[PlaceShare],
    ends_at: datetime.datetime,
    answers: Answers,
    submission_key: str,
    at: datetime.datetime,
    hold: Hold | None = None,
    hold_outlives: datetime.datetime | None = None,
    staff: User | None = None,
    overbook: str = "",
) -> Booked:
    """Writes the appointment and takes a place of each slot out of the share named for it.

    A `hold` ends, and what was typed goes with it. With `hold_outlives` the slots need not be locked: raises NotSure,
    and the transaction must be undone, unless the hold lives longer and each slot is as it was read, with room. Raises
    IntegrityError with the name of the constraint.
    """
    appointment = _appointment(slots, ends_at, answers, at)
    appointment.submission_key, appointment.booked_by_staff = submission_key, staff
    visitors = [
        Visitor(
            appointment=appointment,
            position=number,
            full_name=person.full_name,
            nik=person.nik or None,
            birth_date=person.birth_date,
            person_key=person.person_key,
        )
        for number, person in enumerate(answers.people, 1)
    ]
    services = [
        VisitorService(
            visitor=visitor,
            case=case,
            group_id=case.service.group_id,
            person_key=visitor.person_key,
            minutes=case.minutes,
        )
        for visitor, cases in zip(visitors, party.people, strict=True)
        for case in cases
    ]
    parameters = _parameters(appointment, visitors, services, slots, shares, staff, overbook, at)
    parameters |= {"hold": hold.pk if hold else None, "hold_outlives": hold_outlives}
    _write(appointment, len(slots), parameters)
    return Booked(appointment, services)


def _appointment(
    slots: Sequence[Slot], ends_at: datetime.datetime, answers: Answers, at: datetime.datetime
) -> Appointment:
    first = min(slots, key=lambda slot: slot.start)
    return Appointment(
        token=tokens.new(),
        code=tokens.new_code(),
        office=first.office,
        starts_at=first.start,
        ends_at=ends_at,
        language=answers.language,
        phone=answers.phone,
        email=answers.email,
        subdistrict_id=answers.subdistrict or None,
        priority_group=answers.priority_group,
        booked_for=answers.booked_for,
        booker_name=answers.booker_name,
        consent_noted_at=at if answers.booked_for == BookedFor.OTHER and answers.consent else None,
        guardian_name=answers.guardian_name,
        household_key=answers.household_key,
        privacy_notice=settings.PRIVACY_NOTICE_VERSION,
        booked_at=at,
    )


# Locks the slots, in order of their ids, before anything else. Takes a place of each out of its share, judged by the row
# as it is then (a counter, docs/adr/0003). The hold ends and its places go: whoever waited for the lock with an
# earlier moment in hand would otherwise count them twice, as held and as taken. Services are written in one order, so
# that two families that share two people never wait for each other in a ring.
WRITE = """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(%(places)s::jsonb) AS given (slot_id bigint, share text, start timestamptz)
    ), locked AS (
        SELECT slot.id FROM citizens_slot slot JOIN given ON given.slot_id = slot.id ORDER BY slot.id FOR UPDATE OF slot
    ), ended AS (
        UPDATE citizens_hold SET expires_at = least(expires_at, %(at)s), answers = NULL
        WHERE id = %(hold)s AND (%(hold_outlives)s::timestamptz IS NULL OR expires_at > %(hold_outlives)s)
            AND (SELECT count(*) FROM locked) > 0
        RETURNING id
    ), made AS (
        INSERT INTO citizens_appointment ({columns}) SELECT {values}
        WHERE %(hold_outlives)s IS NULL OR EXISTS (SELECT FROM ended) RETURNING id
    ), person AS (
        INSERT INTO citizens_visitor (appointment_id, position, full_name, nik, birth_date, person_key)
        SELECT made.id, typed.* FROM made, jsonb_to_recordset(%(people)s::jsonb)
            AS typed (position smallint, full_name text, nik bytea, birth_date date, person_key text)
        RETURNING id, position, person_key
    ), service AS (
        INSERT INTO citizens_visitorservice (visitor_id, case_id, group_id, person_key, minutes, active)
        SELECT person.id, wanted.kind, wanted.of_group, person.person_key, wanted.minutes, true
        FROM jsonb_to_recordset(%(services)s::jsonb)
            AS wanted (position smallint, kind bigint, of_group bigint, minutes smallint)
        JOIN person USING (position)
        ORDER BY person.person_key, wanted.of_group
    ), place AS (
        INSERT INTO citizens_appointmentplace (appointment_id, slot_id, share, overbooked_by_id, overbooked_at, overbooked_why)
        SELECT made.id, slot_id, share,
            CASE WHEN share = 'overbooked' THEN %(staff)s::bigint END,
            CASE WHEN share = 'overbooked' THEN %(at)s::timestamptz END,
            CASE WHEN share = 'overbooked' THEN %(overbook)s ELSE '' END
        FROM made, given
    ), taken AS (
        UPDATE citizens_slot slot SET
            taken = taken + (share = 'online')::int,
            internal_taken = internal_taken + (share = 'internal')::int,
            overbooked = overbooked + (share = 'overbooked')::int
        FROM given, made WHERE slot.id = given.slot_id AND slot.start = given.start AND {room}
        RETURNING slot.id
    ), family AS (
        INSERT INTO citizens_householdvisit (appointment_id, household_key, group_id, date, active)
        SELECT DISTINCT made.id, %(household)s, of_group, %(date)s::date, true
        FROM made, jsonb_to_recordset(%(services)s::jsonb) AS wanted (of_group bigint) WHERE %(household)s <> ''
    ), handed AS (
        DELETE FROM citizens_heldplace USING ended WHERE hold_id = ended.id
    )
    INSERT INTO citizens_appointmentevent
        (appointment_id, from_state, to_state, at, actor, staff_id, reason, office_caused)
    SELECT made.id, '', %(state)s, %(at)s, %(actor)s, %(staff)s::bigint, '', false FROM made
    RETURNING appointment_id, (SELECT count(*) FROM taken)
"""


# Where nobody has counted, the row itself has to have room when it is locked.
ROOM = "(%(hold_outlives)s IS NULL OR taken < released)"


def _person(visitor: Visitor) -> dict[str, Any]:
    nik = crypto.encrypt(visitor.nik, context="visitor.nik") if visitor.nik else None
    return {
        "position": visitor.position,
        "full_name": visitor.full_name,
        "nik": f"\\x{nik.hex()}" if nik else None,
        "birth_date": visitor.birth_date,
        "person_key": visitor.person_key,
    }


@cache
def _statement() -> tuple[list[str], str]:
    """The columns of an appointment, and WRITE with them."""
    fields = Appointment._meta.local_concrete_fields
    names = [field.attname for field in fields if not field.primary_key]
    values = ", ".join(f"%({name})s" for name in names)
    # Short enough for the driver to remember how it is bound.
    return names, " ".join(WRITE.format(columns=", ".join(names), values=values, room=ROOM).split())


def _parameters(
    appointment: Appointment,
    visitors: Sequence[Visitor],
    services: Sequence[VisitorService],
    slots: Sequence[Slot],
    shares: Sequence[PlaceShare],
    staff: User | None,
    overbook: str,
    at: datetime.datetime,
) -> dict[str, Any]:
    """What WRITE binds beside the columns of the appointment and the hold."""
    return {
        "people": json.dumps([_person(visitor) for visitor in visitors], default=str),
        "services": json.dumps(
            [
                {
                    "position": service.visitor.position,
                    "kind": service.case_id,
                    "of_group": service.group_id,
                    "minutes": service.minutes,
                }
                for service in services
            ]
        ),
        "places": json.dumps(
            [
                {"slot_id": slot.pk, "share": share.value, "start": slot.start}
                for slot, share in zip(slots, shares, strict=True)
            ],
            default=str,
        ),
        "staff": staff.pk if staff else None,
        "overbook": overbook,
        "household": appointment.household_key,
        "date": local_date(appointment.starts_at),
        "state": AppointmentState.BOOKED.value,
        "actor": (Actor.STAFF if staff else Actor.CITIZEN).value,
        "at": at,
    }


def _write(appointment: Appointment, places: int, parameters: dict[str, Any]) -> None:
    names, statement = _statement()
    columns = {name: getattr(appointment, name) for name in names}
    parameters |= {
        name: value.value if isinstance(value, Enum) else value for name, value in columns.items()
    }
    written = prepared.run(statement, parameters)
    if not written or written[0][1] < places:
        raise NotSure
    appointment.pk = written[0][0]
    appointment._state.adding = False  # noqa: SLF001 - as after create(): saving again updates
