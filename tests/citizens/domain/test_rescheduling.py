import datetime

import pytest

from citizens import signals
from citizens.domain import appointments, booking, obstacles, rescheduling
from citizens.domain.appointments import StaleAppointment, TooLate
from citizens.enums import Actor, AppointmentState, PlaceShare
from citizens.models import Appointment, Release, Slot
from tests.citizens.domain.booked import AT, book, row
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    UserFactory,
)
from tests.factories.outage import OutageFactory

pytestmark = pytest.mark.django_db
DAYS = datetime.timedelta(days=1)


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def slot(case, office):
    return row(case, office)[0]


@pytest.fixture
def later(case, office):
    return row(case, office, start=MOMENT + DAYS)[0]


@pytest.fixture
def appointment(case, slot):
    return book(case, slot)


def move(appointment, slot, *, at=AT, actor=Actor.CITIZEN, **values):
    rescheduling.reschedule(
        appointment=appointment,
        office=slot.office.code,
        start=slot.start,
        at=at,
        actor=actor,
        **values,
    )


def counts():
    """What every slot has, by its start: online, released, taken, internal, overbooked."""
    return list(
        Slot.objects.order_by("start", "pk").values_list(
            "online", "released", "taken", "internal_taken", "overbooked"
        )
    )


def test_a_visit_moves_to_another_time_and_its_old_place_comes_back_unseen(appointment, later):
    move(appointment, later)

    moved = Appointment.objects.get()
    assert (moved.starts_at, moved.ends_at) == (later.start, later.start + 15 * MINUTE)
    assert (moved.sequence, moved.changed_at, moved.state) == (1, AT, AppointmentState.BOOKED)
    assert counts() == [(1, 0, 0, 0, 0), (1, 1, 1, 0, 0)]
    assert Release.objects.get(returned=True).slot.start == MOMENT
    event = moved.events.last()
    assert (event.from_starts_at, event.to_starts_at) == (MOMENT, later.start)
    assert (event.from_office, event.to_office) == (later.office, later.office)


def test_the_world_is_told_once(appointment, later):
    told = []

    def listen(**fact):
        told.append((fact["appointment"], fact["office_caused"]))

    signals.appointment_moved.connect(listen)
    try:
        move(appointment, later, actor=Actor.SYSTEM, office_caused=True)
        move(appointment, later, actor=Actor.SYSTEM)
    finally:
        signals.appointment_moved.disconnect(listen)
    assert told == [(appointment, True)]


def test_a_move_to_a_full_slot_changes_nothing(appointment, case, later):
    book(case, later, 2)
    before = counts()

    with pytest.raises(booking.SlotFull):
        move(appointment, later)

    assert counts() == before
    kept = Appointment.objects.get(pk=appointment.pk)
    assert (kept.starts_at, kept.sequence, kept.events.count()) == (MOMENT, 0, 1)
    assert kept.places.get().slot.start == MOMENT


def test_a_move_to_where_the_visit_is_already_does_nothing(appointment, slot):
    move(appointment, slot)

    assert Appointment.objects.get().sequence == 0


def test_a_long_visit_may_move_into_places_of_its_own(office):
    long = ServiceCaseFactory(minutes=30)
    first, second, _third = row(long, office, count=3)
    appointment = book(long, first)

    move(appointment, second)

    assert counts() == [(1, 0, 0, 0, 0), (1, 1, 1, 0, 0), (1, 1, 1, 0, 0)]


def test_a_citizen_may_move_until_two_hours_before(appointment, later):
    with pytest.raises(TooLate):
        move(appointment, later, at=MOMENT - 120 * MINUTE)

    move(appointment, later, at=MOMENT - 121 * MINUTE)


def test_a_cancelled_visit_does_not_move(appointment, later):
    appointments.cancel(appointment=appointment, at=AT, actor=Actor.CITIZEN)

    with pytest.raises(StaleAppointment):
        move(appointment, later)


def test_a_closed_day_or_an_outage_is_no_place_to_move_to(appointment, later):
    OutageFactory(office=later.office, starts_at=later.start, expected_end=later.start + DAYS)
    with pytest.raises(obstacles.NotServed):
        move(appointment, later)

    ClosedDayFactory(office=later.office, date=DAY + DAYS)
    with pytest.raises(booking.SlotFull):
        move(appointment, later)


def test_who_said_to_come_is_asked_again_after_a_move(appointment, later):
    Appointment.objects.update(reconfirmed_at=AT)

    move(appointment, later)

    assert Appointment.objects.get().reconfirmed_at is None


def test_a_family_does_not_move_onto_a_day_on_which_it_has_a_visit(case, office, later):
    first, second = row(case, office, count=2)
    book(case, first, 1, household_key="family")
    other = book(case, row(case, office, start=MOMENT + 2 * DAYS)[0], 2, household_key="family")

    with pytest.raises(booking.HouseholdBooked):
        move(other, second)
    assert Appointment.objects.get(pk=other.pk).starts_at == MOMENT + 2 * DAYS

    move(other, later)
    assert other.household_visits.get().date == DAY + DAYS


def test_staff_use_the_internal_share_first_and_go_beyond_only_with_a_reason(case, office):
    slot = row(case, office)[0]
    full = row(case, office, start=MOMENT + DAYS, online=1, capacity=2)[0]
    staff = UserFactory()
    moved = [book(case, slot, 1)]
    by_staff = {"actor": Actor.STAFF, "staff": staff, "reason": "minta lewat telepon"}

    move(moved[0], full, **by_staff)
    assert moved[0].places.get().share == PlaceShare.INTERNAL

    for number, share in ((2, PlaceShare.ONLINE), (3, PlaceShare.OVERBOOKED)):
        other = book(case, row(case, office, start=MOMENT + number * 30 * MINUTE)[0], number)
        move(other, full, overbook="datang dari jauh", **by_staff)
        place = other.places.get()
        assert place.share == share
    assert (place.overbooked_by, place.overbooked_why) == (staff, "datang dari jauh")

    last = book(case, row(case, office, start=MOMENT + 150 * MINUTE)[0], 4)
    with pytest.raises(booking.SlotFull):
        move(last, full, **by_staff)


def test_every_share_gets_back_what_it_gave(case, office, later):
    full = row(case, office, online=0, capacity=1)[0]
    staff = UserFactory()
    shared = {"actor": Actor.STAFF, "staff": staff, "reason": "minta lewat telepon"}
    for start in (later, row(case, office, start=MOMENT + 2 * DAYS)[0]):
        made = book(case, start, start.pk % 9000 + 1)
        move(made, full, overbook="datang dari jauh", **shared)
    full.refresh_from_db()
    assert (full.internal_taken, full.overbooked) == (1, 1)

    for made in Appointment.objects.filter(starts_at=MOMENT):
        appointments.cancel(appointment=made, at=AT, actor=Actor.STAFF, staff=staff, reason="tutup")
    full.refresh_from_db()
    assert (full.internal_taken, full.overbooked, full.taken) == (0, 0, 0)
