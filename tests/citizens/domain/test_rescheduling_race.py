"""Real connections behind a barrier; each race with what happens when the guard is off."""

import datetime
import threading
from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from citizens.domain import appointments, booking, rescheduling
from citizens.enums import Actor
from citizens.models import Appointment, AppointmentPlace, Release, Slot
from tests.citizens.domain.booked import AT, answers, book, row
from tests.factories.citizens import MINUTE, MOMENT, OfficeFactory, ServiceCaseFactory
from tests.racing import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 5
DAY = datetime.timedelta(days=1)


def move(appointment, slot):
    rescheduling.reschedule(
        appointment=Appointment.objects.get(pk=appointment.pk),
        office=slot.office.code,
        start=slot.start,
        at=AT,
        actor=Actor.CITIZEN,
    )


def cancel(appointment):
    appointments.cancel(
        appointment=Appointment.objects.get(pk=appointment.pk), at=AT, actor=Actor.CITIZEN
    )


def assert_every_place_is_accounted_for():
    """Taken is what stands; a place is released or waits to be."""
    for slot in Slot.objects.all():
        standing = AppointmentPlace.objects.filter(
            slot=slot, appointment__state__in=["booked", "checked_in"]
        ).count()
        waiting = sum(Release.objects.filter(slot=slot).values_list("places", flat=True))
        assert slot.taken == standing
        assert slot.released + waiting == slot.online


def test_moving_into_the_last_place_while_its_owner_cancels_it():
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    for number in range(ROUNDS):
        first, wanted = row(case, office, start=MOMENT + number * DAY, count=2)
        mine, theirs = book(case, first, 2 * number + 1), book(case, wanted, 2 * number + 2)

        moved, cancelled = at_once(partial(move, mine, wanted), partial(cancel, theirs))

        # A cancelled place is not free at once: whoever comes at that moment keeps the old place.
        assert isinstance(moved, booking.SlotFull)
        assert cancelled is None
        assert Appointment.objects.get(pk=mine.pk).starts_at == first.start
        assert_every_place_is_accounted_for()


def test_two_people_move_into_the_last_place():
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    first, second, wanted = row(case, office, count=3)
    movers = [book(case, first, 1), book(case, second, 2)]

    outcomes = at_once(*(partial(move, mover, wanted) for mover in movers))

    assert sorted(map(type, outcomes), key=str) == sorted([type(None), booking.SlotFull], key=str)
    assert_every_place_is_accounted_for()


def test_without_the_lock_the_same_two_run_into_the_constraint(monkeypatch):
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    first, second, wanted = row(case, office, count=3)
    movers = [book(case, first, 1), book(case, second, 2)]
    counted = threading.Barrier(2)
    free_places = booking.free_places

    def count_and_wait(slots, **values):
        free = free_places(slots, **values)
        counted.wait(timeout=30)
        return free

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", count_and_wait)

    outcomes = at_once(*(partial(move, mover, wanted) for mover in movers))

    wanted.refresh_from_db()
    lost = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    # Two places stand where one is counted, or the constraint refused the second.
    assert lost or AppointmentPlace.objects.filter(slot=wanted).count() > wanted.taken


def test_the_same_visit_moved_to_two_places_at_once_ends_in_one():
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    first, *wanted = row(case, office, count=3)
    mine = book(case, first, 1)

    outcomes = at_once(*(partial(move, mine, slot) for slot in wanted))

    assert None in outcomes
    assert Appointment.objects.get().places.count() == 1
    assert Appointment.objects.get().places.get().slot.start == Appointment.objects.get().starts_at
    assert_every_place_is_accounted_for()


def test_two_visits_that_swap_their_slots_never_deadlock():
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    first, second = row(case, office, count=2, online=2)
    one, other = book(case, first, 1), book(case, second, 2)

    outcomes = at_once(partial(move, one, second), partial(move, other, first))

    assert outcomes == [None, None]
    assert_every_place_is_accounted_for()


def long_holds():
    """Three slots, two long visits that overlap in the middle one, each held while nothing was sold."""
    case, office = ServiceCaseFactory(minutes=30), OfficeFactory()
    slots = row(case, office, count=3)
    held = []
    for start in slots[:2]:
        held.append(
            booking.hold(
                party=booking.parties.of(case),
                office=office.code,
                start=start.start,
                browser=f"b{start.pk}",
                at=AT - 10 * MINUTE * (9 - len(held)),
            )
        )
        held[-1].expires_at = held[-1].created_at
        held[-1].save()
    return slots, held


def test_the_last_two_of_three_consecutive_slots_go_to_one_long_visit():
    _slots, held = long_holds()

    outcomes = at_once(
        *(
            partial(booking.book, hold=kept, answers=answers(number), at=AT)
            for number, kept in enumerate(held, 1)
        )
    )

    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, booking.SlotFull) for outcome in outcomes) == 1
    assert_every_place_is_accounted_for()


def test_without_the_lock_two_long_visits_run_into_the_constraint(monkeypatch):
    _slots, held = long_holds()
    counted = threading.Barrier(2)
    free_places = booking.free_places

    def count_and_wait(slots, **values):
        free = free_places(slots, **values)
        counted.wait(timeout=30)
        return free

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", count_and_wait)

    outcomes = at_once(
        *(
            partial(booking.book, hold=kept, answers=answers(number), at=AT)
            for number, kept in enumerate(held, 1)
        )
    )

    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1


def test_without_the_lock_a_cancelled_place_is_counted_wrongly(monkeypatch):
    """Two places, one taken: while somebody moves into the free one, the other is cancelled."""
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    first, wanted = row(case, office, online=2, count=2)
    mine, theirs = book(case, first, 1), book(case, wanted, 2)
    counted, cancelled = threading.Event(), threading.Event()
    free_places = booking.free_places

    def count_and_wait(slots, **values):
        free = free_places(slots, **values)
        counted.set()
        cancelled.wait(timeout=30)
        return free

    def cancel_meanwhile():
        counted.wait(timeout=30)
        cancel(theirs)
        cancelled.set()

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", count_and_wait)

    moved, _cancelled = at_once(partial(move, mine, wanted), cancel_meanwhile)

    assert isinstance(moved, IntegrityError)
