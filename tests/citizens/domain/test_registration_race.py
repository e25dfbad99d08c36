"""Two family bookings that overlap, at the same moment: in a person, or in the family card and the day."""

from functools import partial

import pytest
from django.db import connection

from citizens import tokens
from citizens.domain import booking
from citizens.domain import party as parties
from citizens.models import Appointment, HouseholdVisit, Slot, Visitor, VisitorService
from tests.citizens.domain.booked import AT, answers, row
from tests.factories.citizens import OfficeFactory, ServiceCaseFactory
from tests.racing import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def book_both():
    """Books two families of two for the same case, each from slots of its own, at the same moment."""
    case, office = ServiceCaseFactory(minutes=15), OfficeFactory()
    slots = row(case, office, count=4)
    party = parties.Party(((case,), (case,)))

    def book(first, second):
        held = [
            booking.hold(
                party=party,
                office=office.code,
                start=slot.start,
                browser=tokens.new(),
                at=AT,
            )
            for slot in (slots[0], slots[2])
        ]
        return at_once(
            *(
                partial(booking.book, hold=kept, answers=typed, at=AT)
                for kept, typed in zip(held, (first, second), strict=True)
            )
        )

    return book


@pytest.fixture
def without():
    """Takes a constraint away for one test."""
    gone = []

    def drop(model, name):
        constraint = next(one for one in model._meta.constraints if one.name == name)
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
        gone.append((model, constraint))

    yield drop
    VisitorService.objects.all().delete()
    HouseholdVisit.objects.all().delete()
    for model, constraint in gone:
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def taken():
    return sorted(Slot.objects.values_list("taken", flat=True))


def test_two_families_with_one_person_in_both_make_one_booking(book_both):
    outcomes = book_both(answers(1, 2), answers(2, 3))

    assert kinds(outcomes) == ["AlreadyBooked", "Appointment"]
    assert Visitor.objects.count() == 2
    assert taken() == [0, 0, 1, 1]


def test_in_the_opposite_order_they_do_not_wait_for_each_other_in_a_ring(book_both):
    outcomes = book_both(answers(1, 2), answers(2, 1))

    assert kinds(outcomes) == ["AlreadyBooked", "Appointment"]


def test_without_the_constraint_on_a_person_both_families_are_booked(book_both, without):
    without(VisitorService, booking.ONE_ACTIVE)

    book_both(answers(1, 2), answers(2, 3))

    assert Appointment.objects.count() == 2


def test_one_family_card_makes_one_booking_a_day(book_both):
    outcomes = book_both(
        answers(1, 2, household_key="family"), answers(3, 4, household_key="family")
    )

    assert kinds(outcomes) == ["Appointment", "HouseholdBooked"]
    assert taken() == [0, 0, 1, 1]


def test_without_the_constraint_on_the_family_both_are_booked(book_both, without):
    without(HouseholdVisit, booking.ONE_A_HOUSEHOLD)

    book_both(answers(1, 2, household_key="family"), answers(3, 4, household_key="family"))

    assert Appointment.objects.count() == 2
