"""The waiting list for an earlier time. A place that comes back is offered to one person, and kept for that person.

Whoever has waited longest and can use the place has two hours to say yes; then it goes to the next. Nobody else
sees the place meanwhile: it is held from the moment it is offered until it is taken or passed on.
"""

import datetime
from collections.abc import Iterator
from contextlib import suppress
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from citizens import signals, tokens
from citizens.domain import availability, booking, obstacles, release, rescheduling, returned
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.appointments import TooLate
from citizens.domain.office_time import local_midnight
from citizens.domain.party import Party
from citizens.enums import (
    ON_THE_WAITLIST,
    WAITLIST_MOVES,
    Actor,
    AppointmentState,
    OfferState,
    WaitlistState,
)
from citizens.models import Appointment, Hold, Office, Slot, WaitlistEntry, WaitlistOffer

OFFER = datetime.timedelta(hours=2)
# The hold outlives the offer a little, so that the place is never seen free between two people.
GRACE = datetime.timedelta(minutes=5)
SHORTEST_OFFER = datetime.timedelta(minutes=30)
# Nobody is woken up by an offer, nor misses one by sleeping.
FIRST_HOUR, LAST_HOUR = datetime.time(7), datetime.time(20)
MOST_UNANSWERED = 3  # offers, then the person no longer waits
ENTRIES_A_RUN = 200


class OfferGone(Exception):
    """The offer is not open any more: taken, declined, or passed on to the next."""


class NothingEarlier(Exception):
    """Between the wished days no time can come that is earlier than the one at hand."""


def join(
    *,
    appointment: Appointment,
    office: Office | None,
    not_before: datetime.date,
    at: datetime.datetime,
) -> WaitlistEntry:
    """Waits for a time earlier than an appointment's, at one office or (None) at any. Joined twice, waits once.

    Raises TooLate when the visit may not be moved any more, NothingEarlier when `not_before` leaves no time.
    """
    if not appointment.may_be_moved(at=at):
        raise TooLate
    lead = appointment.visitors.order_by("position").first()
    assert lead is not None  # noqa: S101 - nobody books for nobody
    return _join(
        WaitlistEntry(
            appointment=appointment,
            party=parties.of_appointment(appointment).text,
            person_key=lead.person_key,
            office=office,
            not_before=not_before,
            before=appointment.starts_at,
        ),
        at=at,
    )


def join_without_appointment(
    *,
    party: Party,
    answers: Answers,
    office: Office | None,
    not_before: datetime.date,
    until: datetime.date,
    at: datetime.datetime,
) -> WaitlistEntry:
    """Waits for any time from `not_before` to `until` (both days wished), where nothing was free.

    Raises NothingEarlier when no time can come on these days.
    """
    return _join(
        WaitlistEntry(
            party=party.text,
            answers=answers.to_json(),
            person_key=answers.people[0].person_key,
            office=office,
            not_before=not_before,
            before=local_midnight(until + datetime.timedelta(days=1)),
        ),
        at=at,
    )


def _join(entry: WaitlistEntry, *, at: datetime.datetime) -> WaitlistEntry:
    earliest, _latest = availability.window(at=at)
    if entry.before <= max(earliest, local_midnight(entry.not_before)):
        raise NothingEarlier
    entry.token, entry.joined_at, entry.state_at = tokens.new(), at, at
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        there = WaitlistEntry.objects.filter(
            person_key=entry.person_key, party=entry.party, state__in=ON_THE_WAITLIST
        )
        # Wished anew: the place in the list stays.
        there.update(office=entry.office, not_before=entry.not_before, before=entry.before)
        return there.get()
    return entry


@transaction.atomic
def leave(*, entry: WaitlistEntry, at: datetime.datetime) -> None:
    """Leaves the list; an open offer is declined. Left already, nothing happens."""
    for offer in entry.offers.filter(state=OfferState.OPEN):
        with suppress(OfferGone):
            _close(offer, OfferState.DECLINED, at=at)
    for state in ON_THE_WAITLIST:
        _move(entry, WaitlistState.LEFT, expected=state, at=at)


@transaction.atomic
def accept(*, offer: WaitlistOffer, at: datetime.datetime) -> Appointment:
    """Takes the offered place: the appointment moves there, or is made. Accepted twice, it is the same one.

    Raises OfferGone, and what rescheduling.reschedule() or booking.book() raise; then nothing has changed.
    """
    entry, kept = offer.entry, offer.hold
    if offer.state != OfferState.OPEN or kept is None or not kept.is_alive(at=at):
        made = _taken(offer)
        if made is None:
            raise OfferGone
        return made
    if entry.appointment:
        appointment = entry.appointment
        rescheduling.reschedule(
            appointment=appointment,
            office=offer.office.code,
            start=offer.starts_at,
            at=at,
            actor=Actor.CITIZEN,
            hold=kept,
        )
    else:
        appointment = booking.book(hold=kept, answers=Answers.from_json(entry.answers or ""), at=at)
    _answer(offer, OfferState.ACCEPTED, at=at)
    Hold.objects.filter(pk=kept.pk).update(expires_at=at)
    entry.appointment = appointment
    entry.save(update_fields=["appointment"])
    _move(entry, WaitlistState.ACCEPTED, expected=WaitlistState.OFFERED, at=at)
    return appointment


@transaction.atomic
def decline(*, offer: WaitlistOffer, at: datetime.datetime) -> None:
    """Passes the offer on; the person waits on. Raises OfferGone when it is not open any more."""
    _close(offer, OfferState.DECLINED, at=at)
    _move(offer.entry, WaitlistState.WAITING, expected=WaitlistState.OFFERED, at=at)


def sweep(*, at: datetime.datetime) -> int:
    """Passes on what nobody answered, ends what is over, and offers what came back; returns the new offers.

    Safe to run twice at once, or late: each step checks under lock what it changes.
    """
    for offer in WaitlistOffer.objects.filter(
        state=OfferState.OPEN, expires_at__lte=at
    ).select_related("entry", "hold", "office"):
        with suppress(OfferGone), transaction.atomic():
            _close(offer, OfferState.LAPSED, at=at)
            _move(offer.entry, WaitlistState.WAITING, expected=WaitlistState.OFFERED, at=at)
    _end_what_is_over(at=at)
    if not FIRST_HOUR <= at.astimezone(ZoneInfo(settings.TIME_ZONE)).time() < LAST_HOUR:
        return 0
    return _offer_what_came_back(at=at)


def _end_what_is_over(*, at: datetime.datetime) -> None:
    """Ends entries whose visit can be earlier no more, and those that leave every offer unanswered."""
    earliest, _latest = availability.window(at=at)
    waiting = WaitlistEntry.objects.filter(state=WaitlistState.WAITING)
    over = waiting.filter(before__lte=earliest)
    over |= waiting.filter(appointment__isnull=False).exclude(
        appointment__state=AppointmentState.BOOKED, appointment__starts_at__gt=earliest
    )
    for entry in over:
        _move(entry, WaitlistState.ENDED, expected=WaitlistState.WAITING, at=at)
    for entry in waiting.filter(offers__state=OfferState.LAPSED).distinct():
        if entry.offers.filter(state=OfferState.LAPSED).count() >= MOST_UNANSWERED:
            _move(entry, WaitlistState.ENDED, expected=WaitlistState.WAITING, at=at)


def _offer_what_came_back(*, at: datetime.datetime) -> int:
    earliest, latest = availability.window(at=at)
    room = returned.read(first=earliest, last=latest, at=at)
    if not room.offices:
        return 0
    made = 0
    waiting = WaitlistEntry.objects.filter(state=WaitlistState.WAITING).select_related(
        "appointment", "office"
    )
    for entry in waiting.order_by("joined_at", "pk")[:ENTRIES_A_RUN]:
        with suppress(parties.UnknownParty):
            party = parties.parse(entry.party)
            made += _offer_one(entry, party, room, at=at)
    return made


def _offer_one(
    entry: WaitlistEntry, party: Party, room: returned.Room, *, at: datetime.datetime
) -> bool:
    """Offers the earliest place that the person can use and has not been offered; says whether there was one."""
    had = set(entry.offers.values_list("office", "starts_at"))
    for office, start in _usable(entry, party, room):
        if (office.pk, start) in had or _deadline(start, at) - at < SHORTEST_OFFER:
            continue
        with suppress(booking.SlotFull, obstacles.NotServed, OfferGone):
            _offer(entry, party, office, start, at=at)
            room.take(office.pk, party, start)
            return True
    return False


def _usable(
    entry: WaitlistEntry, party: Party, room: returned.Room
) -> Iterator[tuple[Office, datetime.datetime]]:
    before = entry.appointment.starts_at if entry.appointment else entry.before
    offices = [entry.office_id] if entry.office_id else list(room.offices)
    found = [
        (start, office)
        for office in offices
        for start in room.starts(office, party)
        if local_midnight(entry.not_before) <= start < before
    ]
    for start, office in sorted(found):
        yield room.offices[office], start


@transaction.atomic
def _offer(
    entry: WaitlistEntry,
    party: Party,
    office: Office,
    start: datetime.datetime,
    *,
    at: datetime.datetime,
) -> None:
    """Holds the place, writes the offer and tells the world. Raises booking.SlotFull when somebody was quicker."""
    slots, _ends = booking.lock(party=party, office=office.code, start=start, at=at)
    obstacles.check(party=party, office=office.code, start=start, at=at, own=entry.appointment)
    for slot_id, free in booking.free_places(slots, at=at).items():
        if free <= 0:
            returned.open_one(slot_id)
    until = _deadline(start, at)
    kept = booking.keep(
        slots, party=party, browser=tokens.new(), at=at, until=until + GRACE, answers=entry.answers
    )
    if not _move(entry, WaitlistState.OFFERED, expected=WaitlistState.WAITING, at=at):
        raise OfferGone
    offer = WaitlistOffer.objects.create(
        entry=entry,
        hold=kept,
        office=office,
        starts_at=start,
        made_at=at,
        expires_at=until,
        state_at=at,
    )
    signals.place_offered.send(sender=WaitlistOffer, offer=offer, at=at)


def _deadline(start: datetime.datetime, at: datetime.datetime) -> datetime.datetime:
    """Until when an offer made at `at` stands: two hours, and early enough to come."""
    lead = datetime.timedelta(minutes=settings.BOOKING_LEAD_MINUTES)
    return min(at + OFFER, start - lead)


def _close(offer: WaitlistOffer, to: OfferState, *, at: datetime.datetime) -> None:
    """Ends an offer that was not taken and hides its places again for the next. Raises OfferGone."""
    kept = offer.hold
    slots = list(
        Slot.objects.select_for_update(of=("self",)).filter(held_places__hold=kept).order_by("pk")
    )
    _answer(offer, to, at=at)
    if kept is None:
        return
    # Past its time, somebody may have taken a place meanwhile.
    free = booking.free_places(slots, at=at, own=kept)
    left = [slot for slot in slots if free[slot.pk] > 0 and slot.start > at]
    Hold.objects.filter(pk=kept.pk).update(expires_at=at, answers=None)
    Slot.objects.filter(pk__in=[slot.pk for slot in left]).update(released=F("released") - 1)
    release.hide(left, at=at)


def _answer(offer: WaitlistOffer, to: OfferState, *, at: datetime.datetime) -> None:
    """Moves an offer out of open, once. Raises OfferGone."""
    changed = WaitlistOffer.objects.filter(pk=offer.pk, state=OfferState.OPEN).update(
        state=to, state_at=at
    )
    if not changed:
        raise OfferGone
    offer.state = to


def _move(
    entry: WaitlistEntry, to: WaitlistState, *, expected: WaitlistState, at: datetime.datetime
) -> bool:
    """Changes the state of an entry from `expected`; says whether it was in it. The only place that does.

    What was typed goes when the person no longer waits.
    """
    if to not in WAITLIST_MOVES[expected]:
        raise ValueError(f"An entry does not move from {expected} to {to}.")
    gone = {} if to in ON_THE_WAITLIST else {"answers": None}
    changed = WaitlistEntry.objects.filter(pk=entry.pk, state=expected).update(
        state=to, state_at=at, **gone
    )
    if changed:
        entry.state = to
    return bool(changed)


def _taken(offer: WaitlistOffer) -> Appointment | None:
    """The appointment of an offer that was accepted before: pressed twice, or in two windows."""
    offer.refresh_from_db()
    return offer.entry.appointment if offer.state == OfferState.ACCEPTED else None
