"""Writing an appointment with its people, services, places and first event: one round trip after the appointment's row.

The caller holds the locks of the slots and has checked that there is room; the constraints stand behind it.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection

from citizens import crypto, tokens
from citizens.domain import prepared
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.domain.party import Party
from citizens.enums import Actor, AppointmentState, BookedFor, PlaceShare
from citizens.models import Appointment, Hold, Slot, User, Visitor, VisitorService


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
    staff: User | None = None,
    overbook: str = "",
) -> Booked:
    """Writes the appointment and takes a place of each slot out of the share named for it.

    A `hold` ends, and what was typed goes with it. Raises IntegrityError with the name of the constraint.
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
    _write(appointment, visitors, services, slots, shares, hold, staff, overbook, at)
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


# Takes a place of each slot out of its share. The hold ends and its places go: whoever waited for the lock with an
# earlier moment in hand would otherwise count them twice, as held and as taken. Services are written in one order, so
# that two families that share two people never wait for each other in a ring.
WRITE = """
    WITH made AS (
        INSERT INTO citizens_appointment ({columns}) VALUES ({values}) RETURNING id
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
    ), given AS (
        SELECT * FROM jsonb_to_recordset(%(places)s::jsonb) AS given (slot_id bigint, share text)
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
        FROM given WHERE slot.id = given.slot_id
    ), family AS (
        INSERT INTO citizens_householdvisit (appointment_id, household_key, group_id, date, active)
        SELECT DISTINCT made.id, %(household)s, of_group, %(date)s::date, true
        FROM made, jsonb_to_recordset(%(services)s::jsonb) AS wanted (of_group bigint) WHERE %(household)s <> ''
    ), ended AS (
        UPDATE citizens_hold SET expires_at = least(expires_at, %(at)s), answers = NULL WHERE id = %(hold)s
    ), handed AS (
        DELETE FROM citizens_heldplace WHERE hold_id = %(hold)s
    )
    INSERT INTO citizens_appointmentevent
        (appointment_id, from_state, to_state, at, actor, staff_id, reason, office_caused)
    SELECT made.id, '', %(state)s, %(at)s, %(actor)s, %(staff)s::bigint, '', false FROM made
    RETURNING appointment_id
"""


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
def _statement() -> tuple[list[Any], str]:
    """The columns of an appointment, and WRITE with them."""
    fields = [field for field in Appointment._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(field.attname for field in fields)
    values = ", ".join(f"%({field.attname})s" for field in fields)
    # Short enough for the driver to remember how it is bound.
    return fields, " ".join(WRITE.format(columns=columns, values=values).split())


def _write(
    appointment: Appointment,
    visitors: Sequence[Visitor],
    services: Sequence[VisitorService],
    slots: Sequence[Slot],
    shares: Sequence[PlaceShare],
    hold: Hold | None,
    staff: User | None,
    overbook: str,
    at: datetime.datetime,
) -> None:
    parameters: dict[str, Any] = {
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
                {"slot_id": slot.pk, "share": share.value}
                for slot, share in zip(slots, shares, strict=True)
            ]
        ),
        "staff": staff.pk if staff else None,
        "overbook": overbook,
        "household": appointment.household_key,
        "date": local_date(appointment.starts_at),
        "hold": hold.pk if hold else None,
        "state": AppointmentState.BOOKED.value,
        "actor": (Actor.STAFF if staff else Actor.CITIZEN).value,
        "at": at,
    }
    fields, statement = _statement()
    parameters |= {
        field.attname: field.get_db_prep_save(getattr(appointment, field.attname), connection)
        for field in fields
    }
    [[appointment.pk]] = prepared.run(statement, parameters)
    appointment._state.adding = False  # noqa: SLF001 - as after create(): saving again updates
