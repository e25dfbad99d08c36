"""Thirty real connections for the last places of a slot, each test with what happens when the guard is off."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from citizens.domain import booking, registration
from citizens.domain import party as parties
from citizens.models import Appointment, Hold, Slot
from tests.citizens.domain.test_booking import AT, answers, hold
from tests.factories.citizens import MINUTE, MOMENT, ServiceCaseFactory, SlotFactory
from tests.racing import at_once

CROWD = 30
PLACES = 5


@pytest.fixture
def crowd(transactional_db):
    """A slot with five places, and thirty people who all held it while nothing was sold."""
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=PLACES, capacity=PLACES)
    holds = [
        Hold.objects.create(
            token=f"t{n}",
            browser=f"b{n}",
            party=parties.of(case).text,
            created_at=AT,
            expires_at=AT,
        )
        for n in range(CROWD)
    ]
    for kept in holds:
        kept.places.create(slot=slot)
    return slot, holds


def book_all(holds):
    return at_once(
        *(
            partial(booking.book, hold=kept, answers=answers(number), at=AT)
            for number, kept in enumerate(holds, start=1)
        )
    )


@pytest.mark.race
def test_thirty_people_at_once_get_exactly_the_places_there_are(crowd):
    slot, holds = crowd

    outcomes = book_all(holds)

    slot.refresh_from_db()
    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == PLACES
    assert sum(isinstance(outcome, booking.SlotFull) for outcome in outcomes) == CROWD - PLACES
    assert (Appointment.objects.count(), slot.taken) == (PLACES, PLACES)


@pytest.fixture
def no_lock(monkeypatch):
    """The control: the same code without the row lock, everybody having counted before anybody writes."""
    counted = threading.Barrier(CROWD)
    free_places = booking.free_places

    def count_and_wait(slots, **values):
        free = free_places(slots, **values)
        counted.wait(timeout=30)
        return free

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", count_and_wait)


@pytest.fixture
def no_constraint(transactional_db):
    """Takes the constraint behind the lock away for one test."""
    constraint = next(c for c in Slot._meta.constraints if c.name == "slot_never_oversold")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Slot, constraint)
    yield
    Slot.objects.update(taken=0)
    with connection.schema_editor() as editor:
        editor.add_constraint(Slot, constraint)


@pytest.mark.race
def test_without_the_lock_and_the_constraint_the_same_crowd_oversells(
    crowd, no_lock, no_constraint
):
    _slot, holds = crowd

    book_all(holds)

    assert Appointment.objects.count() == CROWD > PLACES


@pytest.mark.race
def test_without_the_lock_the_constraint_still_refuses_to_oversell(crowd, no_lock):
    slot, holds = crowd

    outcomes = book_all(holds)

    slot.refresh_from_db()
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == CROWD - PLACES
    assert (Appointment.objects.count(), slot.taken) == (PLACES, PLACES)


@pytest.fixture
def more_holds_than_places(crowd):
    """Everybody's hold lives, and then planning took places away."""
    slot, holds = crowd
    for kept in holds:
        kept.expires_at = AT + 5 * MINUTE
        kept.save()
    return slot, holds


@pytest.mark.race
def test_thirty_living_holds_on_fewer_places_get_exactly_the_places_there_are(
    more_holds_than_places,
):
    slot, holds = more_holds_than_places

    outcomes = book_all(holds)

    slot.refresh_from_db()
    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == PLACES
    assert sum(isinstance(outcome, booking.SlotFull) for outcome in outcomes) == CROWD - PLACES
    assert (Appointment.objects.count(), slot.taken) == (PLACES, PLACES)


@pytest.mark.race
def test_without_a_look_at_the_locked_row_living_holds_oversell(
    more_holds_than_places, no_constraint, monkeypatch
):
    _slot, holds = more_holds_than_places
    monkeypatch.setattr(registration, "ROOM", "true")
    registration._statement.cache_clear()

    try:
        book_all(holds)
    finally:
        registration._statement.cache_clear()

    assert Appointment.objects.count() > PLACES


@pytest.mark.race
def test_thirty_browsers_at_once_hold_exactly_the_places_there_are(transactional_db):
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=PLACES, capacity=PLACES)

    outcomes = at_once(*(partial(hold, case, slot, browser=f"b{n}") for n in range(CROWD)))

    assert sum(isinstance(outcome, Hold) for outcome in outcomes) == PLACES
    assert sum(isinstance(outcome, booking.SlotFull) for outcome in outcomes) == CROWD - PLACES


@pytest.mark.race
def test_the_same_form_sent_many_times_at_once_makes_one_appointment(transactional_db):
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=PLACES, capacity=PLACES)
    kept = hold(case, slot)

    outcomes = at_once(*[partial(booking.book, hold=kept, answers=answers(), at=AT)] * 8)

    slot.refresh_from_db()
    assert set(outcomes) == {Appointment.objects.get()}
    assert slot.taken == 1


@pytest.mark.race
def test_one_person_at_eight_screens_gets_one_appointment(transactional_db):
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=8, capacity=8)
    holds = [hold(case, slot, browser=f"b{index}") for index in range(8)]

    outcomes = at_once(
        *(partial(booking.book, hold=kept, answers=answers(), at=AT) for kept in holds)
    )

    assert sum(isinstance(outcome, Appointment) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, booking.AlreadyBooked) for outcome in outcomes) == 7
