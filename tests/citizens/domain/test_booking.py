import datetime
import threading
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from citizens import signals
from citizens.domain import booking
from citizens.domain.booking import Answers
from citizens.enums import AppointmentState
from citizens.models import Appointment, Hold, Slot, VisitorService
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    ServiceCaseFactory,
    SlotFactory,
    SubdistrictFactory,
)
from tests.racing import at_once

AT = MOMENT - datetime.timedelta(hours=2)
LATER = AT + 6 * MINUTE  # a hold made at AT has run out


@pytest.fixture
def slot(db):
    case = ServiceCaseFactory(minutes=15)
    return SlotFactory(group=case.service.group, start=MOMENT, online=2, capacity=4)


@pytest.fixture
def case(slot):
    return slot.group.services.get().cases.get()


def answers(number=1, **values):
    """What an invented person typed; the demo NIK begins with 00."""
    typed = {"nik": f"001001010190{number:04d}", "phone": "+6281200000000"} | values
    return Answers(full_name="Siti Aminah", birth_date=datetime.date(1990, 1, 1), **typed)


def hold(case, slot, *, browser="browser", at=AT, **values):
    return booking.hold(
        case=case, office=slot.office.code, start=slot.start, browser=browser, at=at, **values
    )


def test_a_booking_makes_the_appointment_with_its_person_service_and_place(case, slot):
    home = SubdistrictFactory()

    made = booking.book(hold=hold(case, slot), answers=answers(subdistrict=home.pk), at=AT)

    service = VisitorService.objects.get(visitor__appointment=made)
    slot.refresh_from_db()
    assert (made.state, made.starts_at, made.subdistrict) == (AppointmentState.BOOKED, MOMENT, home)
    assert (service.case, service.group, service.active) == (case, slot.group, True)
    assert (service.visitor.full_name, service.visitor.nik) == ("Siti Aminah", "0010010101900001")
    assert slot.taken == 1
    assert made.places.get().slot == slot
    assert made.events.get().to_state == AppointmentState.BOOKED


def test_a_hold_keeps_the_last_place_from_others(case, slot):
    hold(case, slot, browser="a")
    hold(case, slot, browser="b")

    with pytest.raises(booking.SlotFull):
        hold(case, slot, browser="c")


def test_an_expired_hold_keeps_nothing(case, slot):
    hold(case, slot, browser="a")
    hold(case, slot, browser="b")

    assert hold(case, slot, browser="c", at=LATER).is_alive(at=LATER)


def test_a_hold_that_ran_out_still_books_while_the_place_is_free(case, slot):
    kept = hold(case, slot)

    assert booking.book(hold=kept, answers=answers(), at=LATER).starts_at == MOMENT


def test_a_hold_that_ran_out_books_nothing_when_the_slot_filled_meanwhile(case, slot):
    kept = hold(case, slot, browser="slow")
    for number in (1, 2):
        quick = hold(case, slot, browser=f"quick {number}", at=LATER)
        booking.book(hold=quick, answers=answers(number), at=LATER)

    with pytest.raises(booking.SlotFull):
        booking.book(hold=kept, answers=answers(3), at=LATER)


def test_what_was_typed_is_kept_encrypted_and_goes_with_the_booking(case, slot):
    kept = hold(case, slot)
    booking.keep_answers(hold=kept, answers=answers())

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM citizens_hold")
        [(stored,)] = cursor.fetchall()
    assert b"Siti" not in bytes(stored)
    assert Answers.from_json(Hold.objects.get().answers) == answers()

    booking.book(hold=kept, answers=answers(), at=AT)
    assert Hold.objects.get().answers is None


def test_one_person_has_one_active_appointment_in_a_service_group(case, slot):
    booking.book(hold=hold(case, slot), answers=answers(), at=AT)
    again = hold(case, slot)

    with pytest.raises(booking.AlreadyBooked):
        booking.book(hold=again, answers=answers(), at=AT)
    slot.refresh_from_db()
    assert slot.taken == 1


def test_without_a_nik_the_name_and_date_of_birth_tell_the_person(case, slot):
    booking.book(hold=hold(case, slot), answers=answers(nik=""), at=AT)
    again = Answers(full_name="SITI  aminah", birth_date=datetime.date(1990, 1, 1))

    with pytest.raises(booking.AlreadyBooked):
        booking.book(hold=hold(case, slot), answers=again, at=AT)


def test_a_long_visit_takes_every_slot_it_needs(slot, case):
    case.minutes = 30
    case.save()
    following = SlotFactory(office=slot.office, group=slot.group, start=MOMENT + 15 * MINUTE)

    made = booking.book(hold=hold(case, slot), answers=answers(), at=AT)

    assert [place.slot for place in made.places.order_by("slot__start")] == [slot, following]
    assert made.ends_at == MOMENT + 30 * MINUTE
    assert set(Slot.objects.values_list("taken", flat=True)) == {1}


def test_a_long_visit_is_refused_where_a_slot_is_missing(slot, case):
    case.minutes = 30
    case.save()

    with pytest.raises(booking.SlotFull):
        hold(case, slot)


@pytest.mark.parametrize(
    "shift",
    [datetime.timedelta(minutes=1), datetime.timedelta(days=60), datetime.timedelta(days=-1)],
)
def test_a_moment_that_is_no_slot_or_not_open_for_booking_is_refused(case, slot, shift):
    with pytest.raises(booking.SlotFull):
        booking.hold(
            case=case, office=slot.office.code, start=MOMENT + shift, browser="browser", at=AT
        )


def test_a_browser_keeps_two_places_and_lets_go_of_the_oldest(case, slot):
    slot.online = 4
    slot.save()
    first, second, third = (hold(case, slot, at=AT + step * MINUTE) for step in range(3))

    now = AT + 2 * MINUTE
    assert [Hold.objects.get(pk=kept.pk).is_alive(at=now) for kept in (first, second, third)] == [
        False,
        True,
        True,
    ]


def test_old_holds_are_deleted_with_what_was_typed(case, slot):
    kept = hold(case, slot)
    booking.keep_answers(hold=kept, answers=answers())

    booking.purge_holds(at=AT + datetime.timedelta(hours=23))
    assert Hold.objects.count() == 1
    booking.purge_holds(at=AT + datetime.timedelta(hours=25))
    assert Hold.objects.count() == 0


def test_a_broken_receiver_undoes_the_whole_booking(case, slot):
    def broken(**fact):
        raise RuntimeError("broken receiver")

    signals.appointment_booked.connect(broken)
    try:
        with pytest.raises(RuntimeError, match="broken receiver"):
            booking.book(hold=hold(case, slot), answers=answers(), at=AT)
    finally:
        signals.appointment_booked.disconnect(broken)
    slot.refresh_from_db()
    assert (Appointment.objects.count(), slot.taken) == (0, 0)


def test_a_day_that_was_closed_meanwhile_cannot_be_held(case, slot):
    ClosedDayFactory(office=slot.office)

    with pytest.raises(booking.SlotFull):
        hold(case, slot)


def test_the_last_place_pressed_twice_is_held_once_for_the_same_browser(case, slot):
    slot.online = 1
    slot.save()
    first = hold(case, slot)

    assert hold(case, slot) == first


def test_what_was_typed_is_not_shown_by_a_traceback():
    assert "Siti" not in repr(answers())


# --- Races: 30 real connections for the last places ------------------------------------------------

CROWD = 30
PLACES = 5


@pytest.fixture
def crowd(transactional_db):
    """A slot with five places, and thirty people who all held it while nothing was sold."""
    case = ServiceCaseFactory(minutes=15)
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=PLACES, capacity=PLACES)
    holds = [
        Hold.objects.create(token=f"t{n}", browser=f"b{n}", case=case, created_at=AT, expires_at=AT)
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
    check_room = booking._check_room

    def count_and_wait(slots, **values):
        check_room(slots, **values)
        counted.wait(timeout=30)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **values: rows.all())
    monkeypatch.setattr(booking, "_check_room", count_and_wait)


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
