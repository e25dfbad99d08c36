import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.domain import patterns
from citizens.enums import Actor, AppointmentState, BookedFor
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentEventFactory,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OfficeFactory,
    SlotFactory,
    UserFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
HELPER = "+6281211112222"


@pytest.fixture
def office():
    return OfficeFactory()


def booked(office, *keys, days_ago=2, **values):
    """An appointment for people of these keys, booked by a citizen."""
    appointment = AppointmentFactory(
        **{
            "office": office,
            "starts_at": MOMENT + 5 * ONE_DAY,
            "booked_at": MOMENT - days_ago * ONE_DAY,
            "phone": HELPER,
            "email": "",
        }
        | values
    )
    for key in keys:
        VisitorFactory(appointment=appointment, person_key=key, full_name=f"Siti {key}")
    return appointment


def cancelled(appointment, *, at=MOMENT - ONE_DAY, actor=Actor.CITIZEN, **values):
    if actor == Actor.STAFF:
        values["staff"] = UserFactory()
    AppointmentEventFactory(
        appointment=appointment,
        from_state=AppointmentState.BOOKED,
        to_state=AppointmentState.CANCELLED,
        at=at,
        actor=actor,
        **values,
    )
    return appointment


def report(**values):
    return patterns.report(at=MOMENT, **values)


# --- One contact, many people -------------------------------------------------------------------------


def test_one_phone_with_three_people_is_shown_masked_with_its_appointments(office):
    made = [booked(office, key) for key in "abc"]

    [row] = report().contacts

    assert row.who == "0812-****-2222"
    assert (row.persons, row.bookings) == (3, 3)
    assert set(row.appointments) == {(each.pk, each.code) for each in made}


def test_one_address_with_three_people_is_shown_whatever_its_capitals(office):
    for key, email in (("a", "ibu@x.id"), ("b", "Ibu@x.id"), ("c", "ibu@X.id")):
        booked(office, key, phone="", email=email)

    assert [row.who for row in report().contacts] == ["i***@x.id"]


def test_two_people_are_few_and_a_family_in_one_booking_is_no_pattern(office):
    booked(office, "a")
    booked(office, "b")
    booked(office, *"cdefgh", phone="+6281233334444")

    assert report().contacts == ()


def test_bookings_by_staff_old_ones_and_what_the_office_caused_do_not_count(office):
    booked(office, "a")
    booked(office, "b", booked_by_staff=UserFactory())
    booked(office, "c", days_ago=31)
    AppointmentEventFactory(appointment=booked(office, "d"), office_caused=True)

    assert report().contacts == ()


# --- One person, many cancellations -------------------------------------------------------------------


def test_more_than_three_own_cancellations_are_shown(office):
    for _ in range(4):
        cancelled(booked(office, "a"))
    for _ in range(3):
        cancelled(booked(office, "b"))

    [row] = report().cancellers

    assert (row.who, row.bookings) == ("S*** *", 4)


@pytest.mark.parametrize(
    "values",
    [
        {"actor": Actor.STAFF},
        {"actor": Actor.SYSTEM},
        {"office_caused": True},
        {"at": MOMENT - 31 * ONE_DAY},
    ],
)
def test_cancellations_that_are_not_the_persons_own_do_not_count(office, values):
    for _ in range(3):
        cancelled(booked(office, "a"))
    cancelled(booked(office, "a"), **values)

    assert report().cancellers == ()


# --- A place given up and taken again -----------------------------------------------------------------


def swap(office, *, after=10, key="b", **values):
    """A cancels, and the same slot is booked some minutes later."""
    slot = SlotFactory(office=office)
    at = MOMENT - ONE_DAY
    first = cancelled(booked(office, "a", days_ago=3), at=at)
    second = booked(office, key, **{"booked_at": at + after * MINUTE} | values)
    for appointment in (first, second):
        AppointmentPlaceFactory(appointment=appointment, slot=slot)
    return first, second


def test_a_place_taken_again_for_another_person_by_the_same_contact_is_shown(office):
    pair = swap(office)

    [row] = report().swaps

    assert (row.who, row.bookings) == ("0812-****-2222", 1)
    assert {code for _pk, code in row.appointments} == {each.code for each in pair}


@pytest.mark.parametrize(
    "values", [{"after": 31}, {"after": -1}, {"key": "a"}, {"phone": "+6281299990000"}]
)
def test_later_or_for_the_same_person_or_by_somebody_else_it_is_no_swap(office, values):
    swap(office, **values)

    assert report().swaps == ()


def test_another_slot_is_no_swap(office):
    first, _second = swap(office)
    first.places.all().delete()

    assert report().swaps == ()


# --- Bookings for others ------------------------------------------------------------------------------


def test_one_name_that_books_for_three_others_is_shown_however_it_is_written(office):
    for key, name in (("a", "Pak  Budi"), ("b", "pak budi"), ("c", "Pak Budi")):
        booked(
            office,
            key,
            phone="",
            booked_for=BookedFor.OTHER,
            booker_name=name,
            consent_noted_at=MOMENT,
        )
    booked(office, "d", phone="", booked_for=BookedFor.CHILD, booker_name="Pak Budi")

    [row] = report().bookers

    assert row.who.lower() == "p** b***"
    assert row.persons == 3


# --- Everywhere ---------------------------------------------------------------------------------------


def test_one_office_sees_its_own_rows(office):
    elsewhere = OfficeFactory()
    for key in "abc":
        booked(elsewhere, key)

    assert report(office=office).contacts == ()
    assert len(report(office=elsewhere).contacts) == 1


def test_a_report_costs_five_queries_whatever_it_finds(office):
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            report()
        costs.append(len(queries))
        swap(office)
        for key in "abcd":
            cancelled(booked(office, key))

    assert costs[0] <= costs[1] == 5
