"""Booking: keep places, keep what was typed, make the appointment.

The order is always: lock the slot rows in id order, read anew, write. A count read before the lock, or in the
same statement as it, is stale (docs/adr/0003).
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction

from citizens import crypto, signals, tokens
from citizens.domain import availability, fitting, obstacles, prepared
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.domain.party import Party
from citizens.domain.registration import Booked, NotSure, register
from citizens.enums import PlaceShare
from citizens.models import Appointment, Hold, Office, Slot, User

# A browser may keep places for two visits at once, not more; a network address as many as a village needs.
HOLDS_A_BROWSER = 2
# Whoever waited for a lock comes with a moment that is past: longer than any such wait, and than clocks differ.
SURE = datetime.timedelta(seconds=30)
ONE_ACTIVE = "one_active_appointment_a_person_and_group"
ONE_A_HOUSEHOLD = "one_active_visit_a_household_group_and_day"
# Codes are short enough to read aloud, so two may be alike once in thousands of bookings: draw again.
CODE_TAKEN = "citizens_appointment_code"
CODE_ATTEMPTS = 3


class SlotFull(Exception):
    """No place is left at that time, or it is not a time that may be booked."""


class AlreadyBooked(Exception):
    """Somebody of the party has an active appointment in a service group of the visit."""


class HouseholdBooked(Exception):
    """The family card has an active appointment on that day in a service group of the visit."""


@transaction.atomic
def hold(
    *,
    party: Party,
    office: str,
    start: datetime.datetime,
    browser: str,
    at: datetime.datetime,
    answers: str | None = None,
) -> Hold:
    """Keeps a place in every slot that a visit from `start` needs, for settings.HOLD_MINUTES.

    `office` is its code; `browser` names who holds (tokens.new() in a signed cookie); `answers` is what was
    already typed under a hold that ran out.
    Raises SlotFull, and obstacles.NotServed when something stands in the way of the service.
    """
    slots, _ends = lock(party=party, office=office, start=start, at=at)
    obstacles.check(party=party, office=office, start=start, at=at)
    free = free_places(slots, at=at, browser=browser)
    if min(free.values()) <= 0:
        # Pressed twice: the first press holds the last place for this browser already.
        held = Hold.objects.filter(browser=browser, party=party.text, expires_at__gt=at)
        if mine := held.filter(places__slot=slots[0]).first():
            return mine
        raise SlotFull
    return keep(
        slots,
        party=party,
        browser=browser,
        at=at,
        until=at + datetime.timedelta(minutes=settings.HOLD_MINUTES),
        answers=answers,
    )


def keep(
    slots: Sequence[Slot],
    *,
    party: Party,
    browser: str,
    at: datetime.datetime,
    until: datetime.datetime,
    answers: str | None = None,
) -> Hold:
    """Writes a hold on slots that the caller has locked and found free."""
    made = Hold(
        token=tokens.new(),
        browser=browser,
        party=party.text,
        created_at=at,
        expires_at=until,
        answers=answers,
    )
    values: dict[str, Any] = {
        "token": made.token,
        "browser": browser,
        "party": made.party,
        "created": at,
        "expires": until,
        "answers": crypto.encrypt(answers, context="hold.answers") if answers else None,
        "slots": [slot.pk for slot in slots],
    }
    [[made.pk]] = prepared.run(KEEP, values)
    made.slots = sorted(slots, key=lambda slot: slot.start)
    # As after create(): saving it again updates the row.
    made._state.adding = False  # noqa: SLF001 - documented for a row written by other means
    return made


# The hold and its places in one round trip.
KEEP = """
    WITH made AS (
        INSERT INTO citizens_hold (token, browser, party, created_at, expires_at, answers)
        VALUES (%(token)s, %(browser)s, %(party)s, %(created)s, %(expires)s, %(answers)s)
        RETURNING id
    ), places AS (
        INSERT INTO citizens_heldplace (hold_id, slot_id)
        SELECT made.id, slot_id FROM made CROSS JOIN unnest(%(slots)s::bigint[]) AS given (slot_id)
    )
    SELECT id FROM made
"""


def lock(
    *,
    party: Party,
    office: str,
    start: datetime.datetime,
    at: datetime.datetime,
    also: Collection[int] = (),
    by_staff: bool = False,
) -> tuple[list[Slot], datetime.datetime]:
    """Locks the slots of a visit from `start` at an office (its code); returns them and when the visit ends.

    `also` are the ids of slots of another visit that are locked in the same statement, in one order with these; they
    are not returned. Raises SlotFull when the visit does not fit there, or may not be booked when it is `at`
    (staff may book until it begins).
    """
    earliest, latest = availability.window(at=at)
    if not (at if by_staff else earliest) <= start < latest:
        raise SlotFull
    parameters = {
        "office": office,
        "groups": [part.group_id for part in party.parts],
        "start": start,
        "until": start + fitting.reach(party.parts),
        "date": local_date(start),
        "also": sorted(also),
    }
    locked = _locked(WANTED, parameters)
    of_group: dict[int, list[Slot]] = defaultdict(list)
    for slot in sorted(locked, key=lambda slot: slot.start):
        if slot.office.code == office and slot.start >= start:
            of_group[slot.group_id].append(slot)
    found = fitting.fit(party.parts, start=start, slots=of_group)
    if found is None:
        raise SlotFull
    return found


def keep_answers(*, hold: Hold, answers: Answers) -> None:
    """Keeps what was typed with the hold, alive or not: nothing typed is ever lost."""
    hold.answers = answers.to_json()
    hold.save(update_fields=["answers"])


def book(*, hold: Hold, answers: Answers, at: datetime.datetime) -> Appointment:
    """Makes the appointment of a hold. The same hold submitted twice gives the same appointment.

    A hold that ran out is no obstacle while its places are still free. Raises SlotFull when they are not,
    AlreadyBooked when a person has an active appointment in a service group of the party, HouseholdBooked
    when the family card has one on that day, and obstacles.NotServed.
    """
    party = parties.kept(hold.party)

    def written(slots: Sequence[Slot], *, hold_outlives: datetime.datetime | None) -> Appointment:
        return _register(
            party,
            slots,
            answers,
            at=at,
            hold=hold,
            hold_outlives=hold_outlives,
            submission_key=hold.token,
            shares=[PlaceShare.ONLINE] * len(slots),
        )

    def surely() -> Appointment:
        """Nobody else can have been given what a hold keeps: there is nothing to count."""
        if not hold.slots or hold.slots[0].start <= at:
            raise NotSure
        return written(hold.slots, hold_outlives=at + SURE)

    try:
        return _retrying(surely, submission_key=hold.token)
    except NotSure:
        return _retrying(
            lambda: written(_counted(hold, party, at=at), hold_outlives=None),
            submission_key=hold.token,
        )


def _counted(hold: Hold, party: Party, *, at: datetime.datetime) -> list[Slot]:
    """Locks the slots of a hold and finds a place in each, whether it still keeps them or not."""
    slots = _locked(HELD, {"hold": hold.pk})
    if not slots or min(slot.start for slot in slots) <= at:
        raise SlotFull
    if not hold.is_alive(at=at):
        start = min(slot.start for slot in slots)
        obstacles.check(party=party, office=slots[0].office.code, start=start, at=at)
    if min(free_places(slots, at=at, own=hold).values()) <= 0:
        raise SlotFull
    return slots


_SLOT, _OFFICE = (
    [field.attname for field in model._meta.concrete_fields] for model in (Slot, Office)
)
SLOTS = f"""
    SELECT {", ".join(f"slot.{name}" for name in _SLOT)}, {", ".join(f"office.{name}" for name in _OFFICE)}
    FROM citizens_slot slot JOIN citizens_office office ON office.id = slot.office_id
"""  # noqa: S608 - composed of the names of columns
HELD = "WHERE slot.id IN (SELECT slot_id FROM citizens_heldplace WHERE hold_id = %(hold)s)"
WANTED = f"""
    WHERE slot.id = ANY (%(also)s::bigint[] || ARRAY(
        SELECT wanted.id FROM citizens_slot wanted JOIN citizens_office place ON place.id = wanted.office_id
        WHERE place.code = %(office)s AND place.active AND wanted.group_id = ANY (%(groups)s::bigint[])
            AND wanted.start >= %(start)s AND wanted.start < %(until)s
            -- A slot that the calendar does not want any more stays for whoever is still in it.
            AND wanted.capacity > 0
            AND NOT EXISTS (
                SELECT FROM citizens_closedday closed
                WHERE closed.date = %(date)s AND {availability.CLOSES.format(office="place.id")}
            )
    ))
"""  # noqa: S608 - composed of constants only
# In order of their ids, so that two that want some of the same never wait for each other in a ring.
LOCK = "ORDER BY slot.id FOR UPDATE OF slot"


def _locked(which: str, parameters: dict[str, Any]) -> list[Slot]:
    """Locks slots; each has its office read."""
    slots = []
    for row in prepared.run(f"{SLOTS} {which} {LOCK}", parameters):
        slot = Slot.from_db(DEFAULT_DB_ALIAS, _SLOT, row[: len(_SLOT)])
        slot.office = Office.from_db(DEFAULT_DB_ALIAS, _OFFICE, row[len(_SLOT) :])
        slots.append(slot)
    return slots


def book_for_caller(
    *,
    party: Party,
    office: str,
    start: datetime.datetime,
    answers: Answers,
    staff: User,
    at: datetime.datetime,
    submission_key: str = "",
    overbook: str = "",
) -> Appointment:
    """Makes an appointment that staff take down, out of the internal share first, then of what is released.

    `overbook` is the reason to go beyond the capacity where nothing is left; it is kept on the place with who
    gave it. The same `submission_key` twice gives the same appointment. Raises as book() does.
    """
    key = submission_key or tokens.new()

    def attempt() -> Appointment:
        slots, _ends = lock(party=party, office=office, start=start, at=at, by_staff=True)
        obstacles.check(party=party, office=slots[0].office.code, start=start, at=at)
        return _register(
            party,
            slots,
            answers,
            at=at,
            submission_key=key,
            staff=staff,
            shares=shares_for_staff(slots, at=at, overbook=overbook),
            overbook=overbook,
        )

    return _retrying(attempt, submission_key=key)


def shares_for_staff(
    slots: Sequence[Slot], *, at: datetime.datetime, overbook: str = ""
) -> list[PlaceShare]:
    """Out of which share staff give a place of each slot, locked by the caller. Raises SlotFull."""
    free = free_places(slots, at=at)
    given = []
    for slot in slots:
        if slot.internal_taken < slot.capacity - slot.online:
            given.append(PlaceShare.INTERNAL)
        elif free[slot.pk] > 0:
            given.append(PlaceShare.ONLINE)
        elif overbook:
            given.append(PlaceShare.OVERBOOKED)
        else:
            raise SlotFull
    return given


def _register(party: Party, slots: Sequence[Slot], answers: Answers, **facts: Any) -> Appointment:
    """Writes everything of an appointment and tells the world, in the caller's transaction."""
    ordered = sorted(slots, key=lambda slot: slot.start)
    of_group: dict[int, list[Slot]] = defaultdict(list)
    for slot in ordered:
        of_group[slot.group_id].append(slot)
    found = fitting.fit(party.parts, start=ordered[0].start, slots=of_group)
    if found is None:
        raise SlotFull
    booked: Booked = register(party=party, slots=slots, ends_at=found[1], answers=answers, **facts)
    signals.appointment_booked.send(
        sender=Appointment,
        appointment=booked.appointment,
        services=booked.services,
        at=facts["at"],
    )
    return booked.appointment


def _retrying(attempt: Any, *, submission_key: str) -> Appointment:
    """Runs `attempt` in a transaction of its own, and says in our words what PostgreSQL refused."""
    for _attempt in range(CODE_ATTEMPTS):
        try:
            with transaction.atomic():
                made: Appointment = attempt()
                return made
        except (IntegrityError, SlotFull) as error:
            # Sent twice: the first one took the place, or is just taking it.
            if earlier := Appointment.objects.filter(submission_key=submission_key).first():
                return earlier
            if ONE_ACTIVE in str(error):
                raise AlreadyBooked from error
            if ONE_A_HOUSEHOLD in str(error):
                raise HouseholdBooked from error
            if CODE_TAKEN not in str(error):
                raise
    raise SlotFull


HELD_BY_OTHERS = """
    WITH released AS (
        UPDATE citizens_hold SET expires_at = %(at)s WHERE id IN (
            SELECT hold.id FROM citizens_hold hold
            WHERE browser = %(browser)s AND browser <> '' AND expires_at > %(at)s
            ORDER BY created_at DESC, id DESC OFFSET %(kept)s
        ) RETURNING id
    )
    SELECT place.slot_id, count(*) FROM citizens_heldplace place
    JOIN citizens_hold hold ON hold.id = place.hold_id
    WHERE place.slot_id = ANY(%(slots)s) AND hold.expires_at > %(at)s
        AND hold.id <> %(own)s AND hold.id NOT IN (SELECT id FROM released)
    GROUP BY place.slot_id
"""


def free_places(
    slots: Sequence[Slot], *, at: datetime.datetime, browser: str = "", own: Hold | None = None
) -> dict[int, int]:
    """How many released places of each slot, locked by the caller, nobody has taken and nobody else holds.

    Lets go of the browser's oldest holds, so that with a new one it has no more than HOLDS_A_BROWSER.
    """
    parameters: dict[str, Any] = {
        "at": at,
        "browser": browser,
        "kept": HOLDS_A_BROWSER - 1,
        "slots": [slot.pk for slot in slots],
        "own": own.pk if own else 0,
    }
    held = dict(prepared.run(HELD_BY_OTHERS, parameters))
    return {slot.pk: slot.released - slot.taken - held.get(slot.pk, 0) for slot in slots}


def purge_holds(*, at: datetime.datetime) -> int:
    """Deletes holds (and what was typed) that ran out a day ago; returns how many rows went."""
    old = Hold.objects.filter(expires_at__lt=at - datetime.timedelta(days=1))
    return old.delete()[0]
