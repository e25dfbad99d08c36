"""A group's block against citizens who book the same last places, behind a barrier."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from citizens.domain import blocks, booking, group_visits
from citizens.domain import party as parties
from citizens.models import Appointment, GroupPlace, Hold, Slot
from tests.citizens.domain.booked import AT, answers
from tests.factories.citizens import MOMENT, ServiceCaseFactory, SlotFactory, UserFactory
from tests.factories.group_visit import GroupVisitFactory
from tests.racing import at_once

CITIZENS = 6
PLACES = 15

pytestmark = pytest.mark.race


@pytest.fixture
def visit(transactional_db):
    """Fifteen people who need every place of the one slot there is."""
    case = ServiceCaseFactory(minutes=15)
    visit = GroupVisitFactory(case=case, people=PLACES)
    SlotFactory(
        office=visit.office,
        group=case.service.group,
        start=MOMENT,
        capacity=PLACES,
        online=PLACES,
    )
    return visit


@pytest.fixture
def holds(visit):
    """Citizens who looked at the same slot, and whose holds have just run out."""
    made = [
        Hold.objects.create(
            token=f"t{n}",
            browser=f"b{n}",
            party=parties.of(visit.case).text,
            created_at=AT,
            expires_at=AT,
        )
        for n in range(CITIZENS)
    ]
    for kept in made:
        kept.places.create(slot=Slot.objects.get())
    return made


def race(visit, holds):
    """What became of the plan, and of each booking."""
    plan = partial(
        group_visits.plan,
        group_visit=visit,
        start=MOMENT,
        staff=UserFactory(office=visit.office),
        at=AT,
        use_online=True,
    )
    books = [
        partial(booking.book, hold=kept, answers=answers(number), at=AT)
        for number, kept in enumerate(holds, start=1)
    ]
    planned, *booked = at_once(plan, *books)
    return planned, booked


def given():
    """Places that the group has, and that citizens have."""
    return sum(place.places for place in GroupPlace.objects.all()), Appointment.objects.count()


@pytest.mark.parametrize("_round", range(5))
def test_either_the_group_gets_every_place_or_the_citizens_get_theirs(visit, holds, _round):
    planned, booked = race(visit, holds)

    slot = Slot.objects.get()
    group, citizens = given()
    if isinstance(planned, list):
        assert (group, citizens) == (PLACES, 0)
        assert all(isinstance(outcome, booking.SlotFull) for outcome in booked)
    else:
        assert isinstance(planned, blocks.NotEnoughPlaces)
        assert (group, citizens) == (0, CITIZENS)
    assert (slot.internal_taken, slot.taken) == (group, citizens)
    assert slot.online == PLACES - group


@pytest.fixture
def no_lock(monkeypatch):
    """The control: the same code without the row lock, everybody having counted before anybody writes."""
    counted = threading.Barrier(CITIZENS + 1)

    def waiting(count):
        def count_and_wait(slots, **values):
            found = count(slots, **values)
            counted.wait(timeout=30)
            return found

        return count_and_wait

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "LOCK", "")
    monkeypatch.setattr(booking, "free_places", waiting(booking.free_places))
    monkeypatch.setattr(blocks, "supplies", waiting(blocks.supplies))


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


def test_without_the_lock_and_the_constraint_a_place_is_given_twice(
    visit, holds, no_lock, no_constraint
):
    race(visit, holds)

    assert given() == (PLACES, CITIZENS)
    assert sum(given()) > Slot.objects.get().capacity


def test_without_the_lock_the_constraint_still_refuses_to_give_a_place_twice(visit, holds, no_lock):
    planned, booked = race(visit, holds)

    assert any(isinstance(outcome, IntegrityError) for outcome in [planned, *booked])
    assert sum(given()) <= PLACES


def test_two_supervisors_at_once_plan_a_visit_once(visit):
    Slot.objects.update(capacity=2 * PLACES)
    plan = partial(
        group_visits.plan,
        start=MOMENT,
        staff=UserFactory(office=visit.office),
        at=AT,
        use_online=True,
    )
    same = type(visit).objects.get(pk=visit.pk)

    outcomes = at_once(partial(plan, group_visit=visit), partial(plan, group_visit=same))

    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, group_visits.StaleGroupVisit) for outcome in outcomes) == 1
    assert Slot.objects.get().internal_taken == PLACES
