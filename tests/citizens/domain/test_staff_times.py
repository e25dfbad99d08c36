import datetime

import pytest

from citizens.domain import party, staff_times
from citizens.domain.availability import Reason
from citizens.enums import PlaceShare
from tests.citizens.domain.booked import AT, book
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    HeldPlaceFactory,
    HoldFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def slot(office, case):
    """Four counters: two online, all released, and two of our own."""
    return SlotFactory(office=office, group=case.service.group, start=MOMENT)


def times(case, office, *, at=AT, own=None):
    return staff_times.times(party=party.of(case), office=office.code, day=DAY, at=at, own=own)


def test_our_own_share_comes_first(case, office, slot):
    assert times(case, office) == [staff_times.StaffTime(MOMENT, PlaceShare.INTERNAL, 4)]


def test_then_what_is_released_and_nobody_holds(case, office, slot):
    slot.internal_taken = 2
    slot.save()
    HeldPlaceFactory(slot=slot, hold=HoldFactory(created_at=AT))

    assert times(case, office) == [staff_times.StaffTime(MOMENT, PlaceShare.ONLINE, 1)]


def test_a_hold_that_ran_out_counts_no_more(case, office, slot):
    slot.internal_taken = 2
    slot.save()
    HeldPlaceFactory(slot=slot, hold=HoldFactory(created_at=AT - ONE_DAY))

    assert times(case, office)[0].free == 2


def test_what_is_not_released_yet_is_not_ours_to_give(case, office, slot):
    slot.internal_taken, slot.released = 2, 0
    slot.save()

    assert times(case, office) == [staff_times.StaffTime(MOMENT, PlaceShare.OVERBOOKED, 0)]


def test_a_long_visit_is_as_free_as_its_fullest_slot(office, slot):
    case = ServiceCaseFactory(service__group=slot.group, minutes=30)
    SlotFactory(
        office=office, group=slot.group, start=MOMENT + 15 * MINUTE, internal_taken=2, taken=1
    )

    assert times(case, office) == [staff_times.StaffTime(MOMENT, PlaceShare.ONLINE, 1)]


def test_a_time_that_has_begun_is_gone(case, office, slot):
    assert times(case, office, at=MOMENT - MINUTE)
    assert not times(case, office, at=MOMENT)


def test_the_places_of_the_appointment_that_moves_count_as_free(case, office, slot):
    slot.capacity, slot.online, slot.released = 1, 1, 1
    slot.save()
    own = book(case, slot)

    assert times(case, office)[0].free == 0
    assert times(case, office, own=own)[0].free == 1


def test_a_day_says_how_many_times_of_each_share_it_has(case, office, slot):
    SlotFactory(
        office=office, group=slot.group, start=MOMENT + 15 * MINUTE, internal_taken=2, taken=2
    )
    ClosedDayFactory(office=office, date=DAY + ONE_DAY, name="Rapat kerja")
    SlotFactory(office=office, group=slot.group, start=MOMENT + ONE_DAY)
    (place,) = staff_times.offices(party=party.of(case), at=AT)

    days = {day.date: day for day in staff_times.days(party=party.of(case), office=place, at=AT)}

    assert (days[DAY].internal, days[DAY].full) == (1, 1)
    closed = days[DAY + ONE_DAY]
    assert (closed.has_times, closed.reason, closed.note) == (False, Reason.HOLIDAY, "Rapat kerja")
    assert days[DAY + 2 * ONE_DAY].reason == Reason.CLOSED
