import datetime

import pytest

from citizens import signals
from citizens.domain import appointments, booking, release, waitlist
from citizens.domain import party as parties
from citizens.domain.appointments import TooLate
from citizens.enums import Actor, OfferState, WaitlistState
from citizens.models import Appointment, Hold, Release, WaitlistEntry, WaitlistOffer
from tests.citizens.domain.booked import answers, book, row
from tests.factories.citizens import DAY, MINUTE, MOMENT, OfficeFactory, ServiceCaseFactory

pytestmark = pytest.mark.django_db
DAYS = datetime.timedelta(days=1)
AT = MOMENT - 3 * DAYS + datetime.timedelta(hours=1)  # in the hours in which offers are made
TOMORROW = AT + DAYS


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def early(case, office):
    """The wanted time: one place, taken by somebody who may cancel."""
    return row(case, office)[0]


@pytest.fixture
def owner(case, early):
    return book(case, early, 100)


@pytest.fixture
def people(case, office, owner):
    """Three people with later times, who wait in the order of their numbers."""
    found = []
    for number in (1, 2, 3):
        slot = row(case, office, start=MOMENT + number * DAYS)[0]
        found.append(book(case, slot, number))
        join(found[-1], at=AT - 60 * MINUTE + number * MINUTE)
    return found


def join(appointment, *, at=AT, office=None, not_before=DAY - 3 * DAYS):
    return waitlist.join(appointment=appointment, office=office, not_before=not_before, at=at)


def cancel(appointment, *, at=AT):
    appointments.cancel(appointment=appointment, at=at, actor=Actor.CITIZEN)


def states():
    return list(WaitlistEntry.objects.order_by("joined_at").values_list("state", flat=True))


def the_offer():
    return WaitlistOffer.objects.select_related("entry__appointment", "hold", "office").get(
        state=OfferState.OPEN
    )


def test_a_place_that_comes_back_is_held_for_whoever_waits_longest(people, owner, early):
    told = []

    def listen(**fact):
        told.append(fact["offer"].entry.appointment)

    cancel(owner)
    signals.place_offered.connect(listen)
    try:
        assert waitlist.sweep(at=AT) == 1
    finally:
        signals.place_offered.disconnect(listen)

    offer = the_offer()
    assert told == [people[0]]
    assert (offer.starts_at, offer.expires_at) == (MOMENT, AT + datetime.timedelta(hours=2))
    assert states() == [WaitlistState.OFFERED, WaitlistState.WAITING, WaitlistState.WAITING]
    early.refresh_from_db()
    assert (early.released, early.taken) == (1, 0)


def test_nobody_else_can_take_an_offered_place(people, owner, early, case):
    cancel(owner)
    waitlist.sweep(at=AT)

    with pytest.raises(booking.SlotFull):
        book(case, early, 200, at=AT + 119 * MINUTE)


def test_an_accepted_offer_moves_the_visit_and_frees_its_old_place(people, owner, early):
    cancel(owner)
    waitlist.sweep(at=AT)

    made = waitlist.accept(offer=the_offer(), at=AT + 30 * MINUTE)

    assert made == people[0]
    moved = Appointment.objects.get(pk=people[0].pk)
    assert (moved.starts_at, moved.sequence) == (MOMENT, 1)
    assert states()[0] == WaitlistState.ACCEPTED
    assert Release.objects.filter(returned=True, slot__start=MOMENT + DAYS).exists()
    early.refresh_from_db()
    assert (early.released, early.taken) == (1, 1)


def test_an_offer_accepted_twice_is_the_same_visit(people, owner):
    cancel(owner)
    waitlist.sweep(at=AT)
    offer = the_offer()
    waitlist.accept(offer=offer, at=AT)

    again = WaitlistOffer.objects.select_related("entry", "hold", "office").get(pk=offer.pk)
    assert waitlist.accept(offer=again, at=AT + MINUTE) == people[0]
    assert Appointment.objects.get(pk=people[0].pk).sequence == 1


def test_without_an_answer_the_place_goes_to_the_next_and_is_never_seen_free(
    people, owner, early, case
):
    cancel(owner)
    waitlist.sweep(at=AT)
    over = AT + 121 * MINUTE
    with pytest.raises(booking.SlotFull):
        book(case, early, 200, at=over)

    assert waitlist.sweep(at=over) == 1

    assert the_offer().entry.appointment == people[1]
    assert states() == [WaitlistState.WAITING, WaitlistState.OFFERED, WaitlistState.WAITING]
    with pytest.raises(booking.SlotFull):
        book(case, early, 200, at=over)


def test_the_same_place_is_offered_once_to_each_and_then_opens_to_everybody(
    people, owner, early, case
):
    cancel(owner)
    for number in range(4):
        waitlist.sweep(at=AT + number * 121 * MINUTE)

    assert WaitlistOffer.objects.filter(state=OfferState.LAPSED).count() == 3
    assert Release.objects.filter(slot=early, returned=True).exists()
    release.release_due(at=MOMENT - DAYS)
    assert book(case, early, 200, at=MOMENT - DAYS).starts_at == MOMENT


def test_a_declined_offer_goes_to_the_next_at_once_and_the_person_waits_on(people, owner):
    cancel(owner)
    waitlist.sweep(at=AT)

    waitlist.decline(offer=the_offer(), at=AT + MINUTE)
    waitlist.sweep(at=AT + 2 * MINUTE)

    assert the_offer().entry.appointment == people[1]
    assert states()[0] == WaitlistState.WAITING


def test_who_leaves_is_not_asked_and_gives_an_open_offer_back(people, owner):
    cancel(owner)
    waitlist.sweep(at=AT)

    waitlist.leave(entry=the_offer().entry, at=AT + MINUTE)
    waitlist.leave(entry=WaitlistEntry.objects.order_by("joined_at")[1], at=AT + MINUTE)
    waitlist.sweep(at=AT + 2 * MINUTE)

    assert the_offer().entry.appointment == people[2]
    assert states() == [WaitlistState.LEFT, WaitlistState.LEFT, WaitlistState.OFFERED]


def test_an_offer_that_was_passed_on_cannot_be_accepted(people, owner):
    cancel(owner)
    waitlist.sweep(at=AT)
    first = the_offer()
    waitlist.sweep(at=AT + 121 * MINUTE)

    with pytest.raises(waitlist.OfferGone):
        waitlist.accept(
            offer=WaitlistOffer.objects.select_related("entry", "hold").get(pk=first.pk),
            at=AT + 122 * MINUTE,
        )
    assert Appointment.objects.get(pk=people[0].pk).sequence == 0


def test_a_later_time_is_no_offer(case, office, owner):
    slot = row(case, office, start=MOMENT - DAYS)[0]
    join(book(case, slot, 1))

    cancel(owner)

    assert waitlist.sweep(at=AT) == 0


def test_wishes_for_a_place_and_a_first_day_are_kept(case, office, owner):
    slot = row(case, office, start=MOMENT + DAYS)[0]
    entry = join(book(case, slot, 1), office=OfficeFactory())
    cancel(owner)
    assert waitlist.sweep(at=AT) == 0

    WaitlistEntry.objects.filter(pk=entry.pk).update(office=None, not_before=DAY + DAYS)
    assert waitlist.sweep(at=AT) == 0

    WaitlistEntry.objects.filter(pk=entry.pk).update(not_before=DAY)
    assert waitlist.sweep(at=AT) == 1


def test_nobody_is_woken_up_by_an_offer(people, owner):
    midnight = MOMENT - datetime.timedelta(days=2, hours=8)
    cancel(owner, at=midnight)

    assert waitlist.sweep(at=midnight) == 0
    assert waitlist.sweep(at=midnight + datetime.timedelta(hours=8)) == 1


def test_joined_twice_somebody_waits_once_with_the_newest_wish(people, office):
    entry = join(people[0], office=office)

    assert WaitlistEntry.objects.count() == 3
    assert entry.office == office
    assert entry.joined_at < AT


def test_a_visit_that_may_not_move_any_more_does_not_wait(case, early, owner):
    with pytest.raises(TooLate):
        join(owner, at=MOMENT - 60 * MINUTE)
    with pytest.raises(waitlist.NothingEarlier):
        join(owner, not_before=DAY + DAYS)


def test_without_an_appointment_an_offer_books_the_whole_visit(case, owner, early):
    entry = waitlist.join_without_appointment(
        party=parties.of(case),
        answers=answers(7),
        office=None,
        not_before=DAY - DAYS,
        until=DAY,
        at=AT,
    )
    cancel(owner)
    waitlist.sweep(at=AT)

    made = waitlist.accept(offer=the_offer(), at=AT + MINUTE)

    entry.refresh_from_db()
    assert made.starts_at == MOMENT
    assert made.visitors.get().full_name == "Siti Aminah 7"
    assert (entry.state, entry.answers, entry.appointment) == (WaitlistState.ACCEPTED, None, made)
    assert not Hold.objects.exclude(answers__isnull=True).exists()


def test_the_list_ends_for_a_visit_that_came_or_was_cancelled(people):
    cancel(people[0])
    waitlist.sweep(at=MOMENT + 2 * DAYS)

    assert states() == [WaitlistState.ENDED, WaitlistState.ENDED, WaitlistState.WAITING]


def test_three_offers_without_an_answer_end_the_waiting(case, office, owner):
    slots = row(case, office, start=MOMENT + 60 * MINUTE, count=3)
    others = [book(case, slot, 50 + index) for index, slot in enumerate(slots)]
    join(book(case, row(case, office, start=MOMENT + DAYS)[0], 1))

    for number, other in enumerate(others):
        cancel(other, at=AT + number * 121 * MINUTE)
        waitlist.sweep(at=AT + number * 121 * MINUTE)
    waitlist.sweep(at=AT + 3 * 121 * MINUTE)

    assert states() == [WaitlistState.ENDED]
