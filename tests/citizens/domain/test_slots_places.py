"""No place is lost and none is sold twice, whatever happens in whatever order.

Random sequences of every verb run against PostgreSQL and against a plain model that counts on its fingers. After
every step each slot must say what the model says: booked + held + free + not open yet = capacity.
"""

import datetime
import os
from collections import Counter, defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citizens import tokens
from citizens.domain import (
    appointments,
    availability,
    booking,
    release,
    rescheduling,
    waitlist,
)
from citizens.domain import party as parties
from citizens.enums import Actor, OfferState
from citizens.models import AppointmentPlace, ClosedDay, Hold, Release, Slot, WaitlistOffer
from tests.citizens.domain.booked import answers, row
from tests.factories.citizens import (
    DAY,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAYS = datetime.timedelta(days=1)
START = MOMENT - 2 * DAYS
PEOPLE = 6
SLOTS = 6  # three a day, with two online places and one internal each
ONLINE, CAPACITY = 2, 3

VERBS = st.tuples(
    st.sampled_from(
        [
            "hold",
            "book",
            "expire",
            "move",
            "cancel",
            "staff",
            "join",
            "sweep",
            "answer",
            "open",
            "close",
            "reopen",
        ]
    ),
    st.integers(0, PEOPLE - 1),
    st.integers(0, SLOTS - 1),
    st.booleans(),
)


class World:
    """The rows, and beside them what somebody would note who watched."""

    def __init__(self):
        self.at = START
        self.office, self.officer = OfficeFactory(), UserFactory()
        self.cases = [ServiceCaseFactory(minutes=15)]
        self.cases.append(
            ServiceCaseFactory(minutes=30, service=self.cases[0].service, code="panjang")
        )
        self.slots = [
            slot
            for day in (0, 1)
            for slot in row(
                self.cases[0],
                self.office,
                start=MOMENT + day * DAYS,
                count=SLOTS // 2,
                online=ONLINE,
                capacity=CAPACITY,
                released=0,
            )
        ]
        for slot in self.slots:
            Release.objects.create(slot=slot, places=1, due_at=START - DAYS)
            Release.objects.create(slot=slot, places=1, due_at=slot.start - DAYS)
        release.release_due(at=self.at)
        self.closed = set()
        self.holds = {}  # person: (hold, slots, party)
        self.appointments = {}  # person: (appointment, {slot: share})
        self.opened = Counter({slot.pk: 1 for slot in self.slots})

    # --- what the model says ---------------------------------------------------------------------

    def held(self, slot, *, but=None):
        mine = sum(
            slot in slots and hold.expires_at > self.at
            for person, (hold, slots, _party) in self.holds.items()
            if person != but
        )
        offers = Hold.objects.filter(
            places__slot=slot, expires_at__gt=self.at, offer__state=OfferState.OPEN
        )
        return mine + offers.count()

    def taken(self, slot, share="online"):
        return sum(shares.get(slot) == share for _appointment, shares in self.appointments.values())

    def free(self, slot, *, but=None):
        return self.opened[slot.pk] - self.taken(slot) - self.held(slot, but=but)

    def visit(self, first, long):
        """The slots of a visit from slot number `first`; None where the day is too short or closed."""
        number = 2 if long else 1
        slots = self.slots[first : first + number]
        fits = len(slots) == number and (first % 3) + number <= 3
        return slots if fits and first // 3 not in self.closed else None

    # --- the verbs -------------------------------------------------------------------------------

    def hold(self, person, first, long):
        slots = self.visit(first, long)
        if person in self.holds:
            return
        party = parties.of(self.cases[long])
        possible = slots is not None and all(self.free(slot) > 0 for slot in slots)
        try:
            made = booking.hold(
                party=party,
                office=self.office.code,
                start=self.slots[first].start,
                browser=tokens.new(),
                at=self.at,
            )
        except booking.SlotFull:
            assert not possible
        else:
            assert possible
            self.holds[person] = (made, slots, party)

    def book(self, person, _first, _long):
        if person not in self.holds:
            return
        hold, slots, _party = self.holds.pop(person)
        possible = all(self.free(slot, but=person) > 0 for slot in slots)
        try:
            made = booking.book(hold=hold, answers=answers(person + 1), at=self.at)
        except booking.SlotFull:
            assert not possible
        except booking.AlreadyBooked:
            assert person in self.appointments
            self.holds[person] = (Hold.objects.get(pk=hold.pk), slots, _party)
        else:
            assert possible
            assert person not in self.appointments
            self.appointments[person] = (made, dict.fromkeys(slots, "online"))

    def expire(self, *_anything):
        self.at += datetime.timedelta(minutes=6)

    def move(self, person, first, _long):
        if person not in self.appointments:
            return
        appointment, shares = self.appointments[person]
        long = len(shares) == 2
        slots = self.visit(first, long)
        same = appointment.starts_at == self.slots[first].start
        new = [slot for slot in slots or [] if slot not in shares]
        possible = same or (slots is not None and all(self.free(slot) > 0 for slot in new))
        try:
            rescheduling.reschedule(
                appointment=appointment,
                office=self.office.code,
                start=self.slots[first].start,
                at=self.at,
                actor=Actor.CITIZEN,
            )
        except booking.SlotFull:
            assert not possible
            return
        assert possible
        if not same:
            self._left(slot for slot in shares if slot not in slots and shares[slot] == "online")
            self.appointments[person] = (
                appointment,
                {slot: shares.get(slot, "online") for slot in slots},
            )

    def cancel(self, person, *_anything):
        if person not in self.appointments:
            return
        appointment, shares = self.appointments.pop(person)
        appointments.cancel(appointment=appointment, at=self.at, actor=Actor.CITIZEN)
        self._left(slot for slot, share in shares.items() if share == "online")

    def staff(self, person, first, overbook):
        if person in self.appointments or self.visit(first, long=False) is None:
            return
        slot = self.slots[first]
        if self.taken(slot, "internal") < CAPACITY - ONLINE:
            share = "internal"
        elif self.free(slot) > 0:
            share = "online"
        else:
            share = "overbooked" if overbook else None
        try:
            made = booking.book_for_caller(
                party=parties.of(self.cases[0]),
                office=self.office.code,
                start=slot.start,
                answers=answers(person + 1),
                staff=self.officer,
                at=self.at,
                overbook="datang dari jauh" if overbook else "",
            )
        except booking.SlotFull:
            assert share is None
        else:
            self.appointments[person] = (made, {slot: share})

    def join(self, person, *_anything):
        if person not in self.appointments:
            return
        with_place = self.appointments[person][0]
        try:
            waitlist.join(
                appointment=with_place, office=None, not_before=DAY - 2 * DAYS, at=self.at
            )
        except waitlist.NothingEarlier:
            assert with_place.starts_at <= MOMENT

    def sweep(self, *_anything):
        """Offers are what they are; what they open and hide again is noted from the offers themselves."""
        before = self._open_offers()
        waitlist.sweep(at=self.at)
        self._note_offers(before)

    def answer(self, _person, _slot, yes):
        offer = (
            WaitlistOffer.objects.filter(state=OfferState.OPEN)
            .select_related("entry__appointment__office", "hold", "office")
            .first()
        )
        if offer is None:
            return
        slots = [slot for slot in self.slots if offer.hold.places.filter(slot=slot).exists()]
        if not yes:
            waitlist.decline(offer=offer, at=self.at)
            self._left(slots)
            return
        person = next(
            one
            for one, (made, _shares) in self.appointments.items()
            if made.pk == offer.entry.appointment_id
        )
        try:
            made = waitlist.accept(offer=offer, at=self.at)
        except (booking.SlotFull, waitlist.OfferGone):
            return
        _old, shares = self.appointments[person]
        self._left(slot for slot in shares if slot not in slots and shares[slot] == "online")
        self.appointments[person] = (made, {slot: shares.get(slot, "online") for slot in slots})

    def open(self, *_anything):
        due = Counter()
        for one in Release.objects.filter(due_at__lte=self.at):
            due[one.slot_id] += one.places
        assert release.release_due(at=self.at) == due.total()
        self.opened += due

    def close(self, _person, first, _long):
        if first // 3 in self.closed:
            return
        ClosedDayFactory(office=self.office, date=DAY + (first // 3) * DAYS)
        self.closed.add(first // 3)

    def reopen(self, _person, first, _long):
        ClosedDay.objects.filter(date=DAY + (first // 3) * DAYS).delete()
        self.closed.discard(first // 3)

    def _left(self, slots):
        """An online place that is left is hidden until its moment."""
        for slot in slots:
            self.opened[slot.pk] -= 1

    def _open_offers(self):
        return {
            offer.pk: set(offer.hold.places.values_list("slot", flat=True))
            for offer in WaitlistOffer.objects.filter(state=OfferState.OPEN)
        }

    def _note_offers(self, before):
        after = self._open_offers()
        for pk in before.keys() - after.keys():
            self.opened.subtract(before[pk])
        for pk in after.keys() - before.keys():
            for slot in before.get(pk, after[pk]):
                self.opened[slot] = Slot.objects.get(pk=slot).released

    # --- what must hold after every step -----------------------------------------------------------

    def check(self):
        standing = defaultdict(Counter)
        for slot, share in AppointmentPlace.objects.exclude(
            appointment__state="cancelled"
        ).values_list("slot", "share"):
            standing[slot][share] += 1
        hidden = Counter()
        for one in Release.objects.all():
            hidden[one.slot_id] += one.places
        free = {
            time.start: time.free
            for day in (DAY, DAY + DAYS)
            for time in availability.times(
                party=parties.of(self.cases[0]), office=self.office.code, day=day, at=self.at
            )
        }
        for number, slot in enumerate(self.slots):
            now = Slot.objects.get(pk=slot.pk)
            held, seen = self.held(slot), free.get(slot.start, 0)
            assert now.released == self.opened[slot.pk]
            assert now.taken == self.taken(slot) == standing[slot.pk]["online"]
            assert now.internal_taken == self.taken(slot, "internal")
            assert now.overbooked == self.taken(slot, "overbooked")
            assert now.released + hidden[slot.pk] == now.online == ONLINE
            if number // 3 in self.closed:
                assert seen == 0
                continue
            internal = now.internal_taken + (CAPACITY - ONLINE - now.internal_taken)
            assert now.taken + held + seen + hidden[slot.pk] + internal == CAPACITY


@settings(
    max_examples=200 if os.environ.get("DRILL") else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(VERBS, min_size=8, max_size=30))
def test_booked_held_free_and_unopened_places_are_the_capacity_after_every_verb(steps):
    with transaction.atomic():
        world = World()
        for verb, person, slot, choice in steps:
            getattr(world, verb)(person, slot, choice)
            world.check()
        transaction.set_rollback(True)
