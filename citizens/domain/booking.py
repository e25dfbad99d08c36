"""Booking: keep a place, keep what was typed, make the appointment.

The order is always: lock the slot rows in id order, read anew, write. A count read before the lock, or in the
same statement as it, is stale (docs/adr/0003).
"""

import datetime
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from citizens import crypto, signals, tokens
from citizens.domain import availability
from citizens.domain.slots import local_date
from citizens.enums import Actor, AppointmentState, Language
from citizens.models import (
    Appointment,
    ClosedDay,
    HeldPlace,
    Hold,
    Office,
    ServiceCase,
    Slot,
    Visitor,
    VisitorService,
)

# A browser may keep places for two people at once, not more.
HOLDS_A_BROWSER = 2
ONE_ACTIVE = "one_active_appointment_a_person_and_group"
# Codes are short enough to read aloud, so two may be alike once in thousands of bookings: draw again.
CODE_TAKEN = "citizens_appointment_code"
CODE_ATTEMPTS = 3


class SlotFull(Exception):
    """No place is left at that time, or it is not a time that may be booked."""


class AlreadyBooked(Exception):
    """This person has an active appointment in this service group."""


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """What a citizen typed about one visitor. Kept encrypted on the hold until the booking.

    Without a repr that shows it: tracebacks and debug pages print what they meet.
    """

    full_name: str
    birth_date: datetime.date
    nik: str = ""
    phone: str = ""
    email: str = ""
    subdistrict: str = ""  # code; empty: lives outside Kota Serang
    language: str = Language.INDONESIAN.value
    priority_group: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Answers":
        found = cls(**json.loads(text))
        return replace(found, birth_date=datetime.date.fromisoformat(str(found.birth_date)))

    @property
    def person_key(self) -> str:
        return crypto.person_key(
            nik=self.nik or None, full_name=self.full_name, birth_date=self.birth_date
        )


@transaction.atomic
def hold(
    *,
    case: ServiceCase,
    office: str,
    start: datetime.datetime,
    browser: str,
    at: datetime.datetime,
    answers: str | None = None,
) -> Hold:
    """Keeps a place in every slot that a visit from `start` needs, for settings.HOLD_MINUTES.

    `office` is its code; `browser` names who holds (tokens.new() in a signed cookie); `answers` is what was
    already typed under a hold that ran out. Raises SlotFull.
    """
    earliest, latest = availability.window(at=at)
    if not earliest <= start < latest:
        raise SlotFull
    ends = start + datetime.timedelta(minutes=case.minutes)
    closed = ClosedDay.objects.filter(
        Q(office=OuterRef("office")) | Q(office=None), date=local_date(start)
    )
    slots = list(
        Slot.objects.select_for_update(of=("self",))
        .filter(office__code=office, office__active=True, group_id=case.service.group_id)
        .filter(~Exists(closed), start__gte=start, start__lt=ends)
        .order_by("pk")
    )
    _check_cover(slots, start=start, minutes=case.minutes)
    try:
        _check_room(slots, at=at, browser=browser)
    except SlotFull:
        # Pressed twice: the first press holds the last place for this browser already.
        held = Hold.objects.filter(browser=browser, case=case, expires_at__gt=at)
        if mine := held.filter(places__slot=slots[0]).first():
            return mine
        raise
    made = Hold.objects.create(
        token=tokens.new(),
        browser=browser,
        case=case,
        created_at=at,
        expires_at=at + datetime.timedelta(minutes=settings.HOLD_MINUTES),
        answers=answers,
    )
    HeldPlace.objects.bulk_create([HeldPlace(hold=made, slot=slot) for slot in slots])
    return made


def keep_answers(*, hold: Hold, answers: Answers) -> None:
    """Keeps what was typed with the hold, alive or not: nothing typed is ever lost."""
    hold.answers = answers.to_json()
    hold.save(update_fields=["answers"])


def book(*, hold: Hold, answers: Answers, at: datetime.datetime) -> Appointment:
    """Makes the appointment of a hold. The same hold submitted twice gives the same appointment.

    A hold that ran out is no obstacle while its places are still free. Raises SlotFull when they are not, and
    AlreadyBooked when the person has an active appointment in the service group.
    """
    for _attempt in range(CODE_ATTEMPTS):
        try:
            with transaction.atomic():
                return _book(hold, answers, at)
        except (IntegrityError, SlotFull) as error:
            # Sent twice: the first one took the place, or is just taking it.
            if made := Appointment.objects.filter(submission_key=hold.token).first():
                return made
            if ONE_ACTIVE in str(error):
                raise AlreadyBooked from error
            if CODE_TAKEN not in str(error):
                raise
    raise SlotFull


def _book(hold: Hold, answers: Answers, at: datetime.datetime) -> Appointment:
    slots = list(
        Slot.objects.select_for_update(of=("self",))
        .filter(held_places__hold=hold)
        .select_related("office")
        .order_by("pk")
    )
    if not slots or min(slot.start for slot in slots) <= at:
        raise SlotFull
    _check_room(slots, at=at, own=hold)
    appointment = _create_appointment(hold, slots, answers, at)
    _hand_over_places(hold, appointment, at)
    visitor = Visitor.objects.create(
        appointment=appointment,
        position=1,
        full_name=answers.full_name,
        nik=answers.nik or None,
        birth_date=answers.birth_date,
        person_key=answers.person_key,
    )
    service = VisitorService.objects.create(
        visitor=visitor,
        case=hold.case,
        group_id=slots[0].group_id,
        person_key=visitor.person_key,
        minutes=hold.case.minutes,
    )
    signals.appointment_booked.send(
        sender=Appointment, appointment=appointment, services=[service], at=at
    )
    return appointment


def _check_cover(slots: list[Slot], *, start: datetime.datetime, minutes: int) -> None:
    """Raises SlotFull unless the slots begin at `start` and follow each other for `minutes`."""
    if (
        not slots
        or min(slot.start for slot in slots) != start
        or sum(s.minutes for s in slots) < minutes
    ):
        raise SlotFull


HELD_BY_OTHERS = """
    WITH released AS (
        UPDATE citizens_hold SET expires_at = %(at)s WHERE id IN (
            SELECT id FROM citizens_hold WHERE browser = %(browser)s AND expires_at > %(at)s
            ORDER BY created_at DESC, id DESC OFFSET %(kept)s
        ) RETURNING id
    )
    SELECT place.slot_id, count(*) FROM citizens_heldplace place
    JOIN citizens_hold hold ON hold.id = place.hold_id
    WHERE place.slot_id = ANY(%(slots)s) AND hold.expires_at > %(at)s
        AND hold.id <> %(own)s AND hold.id NOT IN (SELECT id FROM released)
    GROUP BY place.slot_id
"""


def _check_room(
    slots: list[Slot], *, at: datetime.datetime, browser: str = "", own: Hold | None = None
) -> None:
    """Raises SlotFull unless each slot, locked by the caller, has a place that nobody else holds.

    Lets go of the browser's oldest holds, so that with the new one it has no more than HOLDS_A_BROWSER.
    """
    parameters: dict[str, Any] = {
        "at": at,
        "browser": browser,
        "kept": HOLDS_A_BROWSER - 1,
        "slots": [slot.pk for slot in slots],
        "own": own.pk if own else 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(HELD_BY_OTHERS, parameters)
        held = dict(cursor.fetchall())
    if any(slot.taken + held.get(slot.pk, 0) >= slot.online for slot in slots):
        raise SlotFull


def _create_appointment(
    hold: Hold, slots: list[Slot], answers: Answers, at: datetime.datetime
) -> Appointment:
    first = min(slots, key=lambda slot: slot.start)
    office: Office = first.office
    return Appointment.objects.create(
        token=tokens.new(),
        code=tokens.new_code(),
        submission_key=hold.token,
        office=office,
        starts_at=first.start,
        ends_at=first.start + datetime.timedelta(minutes=hold.case.minutes),
        language=answers.language,
        phone=answers.phone,
        email=answers.email,
        subdistrict_id=answers.subdistrict or None,
        priority_group=answers.priority_group,
        privacy_notice=settings.PRIVACY_NOTICE_VERSION,
        booked_at=at,
    )


# One round trip for the counter, the places, the first event, and the end of the hold with what was typed.
HAND_OVER = """
    WITH taken AS (
        UPDATE citizens_slot SET taken = taken + 1
        WHERE id IN (SELECT slot_id FROM citizens_heldplace WHERE hold_id = %(hold)s)
    ), ended AS (
        UPDATE citizens_hold SET expires_at = least(expires_at, %(at)s), answers = NULL WHERE id = %(hold)s
    ), logged AS (
        INSERT INTO citizens_appointmentevent (appointment_id, from_state, to_state, at, actor, reason)
        VALUES (%(appointment)s, '', %(state)s, %(at)s, %(actor)s, '')
    )
    INSERT INTO citizens_appointmentplace (appointment_id, slot_id)
    SELECT %(appointment)s, slot_id FROM citizens_heldplace WHERE hold_id = %(hold)s
"""


def _hand_over_places(hold: Hold, appointment: Appointment, at: datetime.datetime) -> None:
    parameters: dict[str, Any] = {
        "hold": hold.pk,
        "appointment": appointment.pk,
        "at": at,
        "state": AppointmentState.BOOKED.value,
        "actor": Actor.CITIZEN.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER, parameters)


def purge_holds(*, at: datetime.datetime) -> int:
    """Deletes holds (and what was typed) that ran out a day ago; returns how many rows went."""
    old = Hold.objects.filter(expires_at__lt=at - datetime.timedelta(days=1))
    return old.delete()[0]
