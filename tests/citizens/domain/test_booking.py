import datetime

import pytest
from django.db import connection

from citizens import signals
from citizens.domain import booking
from citizens.domain import party as parties
from citizens.domain.answers import Answers
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
    return Answers.of(full_name="Siti Aminah", birth_date=datetime.date(1990, 1, 1), **typed)


def hold(case, slot, *, browser="browser", at=AT, **values):
    return booking.hold(
        party=parties.of(case),
        office=slot.office.code,
        start=slot.start,
        browser=browser,
        at=at,
        **values,
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


def test_a_hold_that_another_tab_let_go_books_nothing_that_is_held_by_others(case, slot):
    kept = hold(case, slot, browser="a")
    Hold.objects.filter(pk=kept.pk).update(expires_at=AT)  # what this tab read is no longer true
    hold(case, slot, browser="b")
    hold(case, slot, browser="c")

    with pytest.raises(booking.SlotFull):
        booking.book(hold=kept, answers=answers(), at=AT)

    assert not Appointment.objects.exists()


def test_whoever_comes_with_a_moment_that_is_past_is_counted_again(case, slot):
    kept = hold(case, slot, browser="a")
    hold(case, slot, browser="b", at=LATER)
    hold(case, slot, browser="c", at=LATER)

    with pytest.raises(booking.SlotFull):
        booking.book(hold=kept, answers=answers(), at=kept.expires_at - MINUTE / 60)


def test_a_slot_that_was_moved_meanwhile_is_booked_at_the_time_it_has_now(case, slot):
    kept = hold(case, slot)
    Slot.objects.update(start=MOMENT + 30 * MINUTE)

    made = booking.book(hold=kept, answers=answers(), at=AT)

    assert made.starts_at == MOMENT + 30 * MINUTE


def test_a_living_hold_is_booked_without_a_count(case, slot, django_assert_num_queries):
    kept = hold(case, slot)

    # The services, a savepoint, all rows at once, the papers, the messages, the end of the savepoint.
    with django_assert_num_queries(6):
        booking.book(hold=kept, answers=answers(), at=AT)


def test_who_waited_for_the_lock_does_not_count_a_place_twice(case, slot):
    first, second = (hold(case, slot, browser=name) for name in ("first", "second"))
    booking.book(hold=first, answers=answers(1), at=AT + MINUTE)

    # Pressed a second earlier, let in a moment later.
    made = booking.book(
        hold=second, answers=answers(2), at=AT + MINUTE - datetime.timedelta(seconds=1)
    )

    assert made.state == AppointmentState.BOOKED


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
    again = Answers.of(full_name="SITI  aminah", birth_date=datetime.date(1990, 1, 1))

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
            party=parties.of(case),
            office=slot.office.code,
            start=MOMENT + shift,
            browser="browser",
            at=AT,
        )


def test_a_browser_keeps_two_places_and_lets_go_of_the_oldest(case, slot):
    slot.online = slot.released = 4
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
    slot.released = 1
    slot.save()
    first = hold(case, slot)

    assert hold(case, slot) == first


def test_what_was_typed_is_not_shown_by_a_traceback():
    assert "Siti" not in repr(answers())
