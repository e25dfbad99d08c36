"""Propose, then apply: what is shown is what happens, or nothing happens."""

import datetime

import pytest

from citizens.domain import appointments, attention, plan_edits, proposals, rescheduling
from citizens.domain.proposals import Wish
from citizens.enums import (
    Actor,
    AppointmentState,
    AttentionEnd,
    AttentionReason,
    CallResult,
    Fate,
    PlaceShare,
    ProposalState,
)
from citizens.models import (
    AppointmentEvent,
    Attention,
    ClosedDay,
    OpeningTemplate,
    Proposal,
    Release,
    Slot,
    Weekday,
)
from tests.factories.citizens import (
    DAY,
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    SlotFactory,
    UserFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.outage import OutageFactory

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)
TOMORROW = DAY + ONE_DAY  # a Wednesday
EIGHT = MOMENT.replace(hour=1, minute=0) + ONE_DAY  # 08.00 WIB of tomorrow
LAST = MOMENT + datetime.timedelta(days=20)


@pytest.fixture
def capacity():
    """An office open Wednesdays and Thursdays from 8 to 9, four slots of 2 counters, one of them online."""
    capacity = OpeningCapacityFactory(counters=2, online=1)
    for weekday in (Weekday.WEDNESDAY, Weekday.THURSDAY):
        OpeningPeriodFactory(template=capacity.template, weekday=weekday, closes=datetime.time(9))
    for day in range(2):
        for quarter in range(4):
            SlotFactory(
                office=capacity.template.office,
                group=capacity.group,
                start=EIGHT + day * ONE_DAY + quarter * datetime.timedelta(minutes=15),
                capacity=2,
                online=1,
                released=1,
            )
    return capacity


@pytest.fixture
def office(capacity):
    return capacity.template.office


@pytest.fixture
def staff():
    return UserFactory()


def booked(capacity, start=EIGHT, *, minutes=15, share=PlaceShare.ONLINE, ago=1, **kwargs):
    """A visit with its places, counted in its slots."""
    ends = start + datetime.timedelta(minutes=minutes)
    appointment = AppointmentFactory(
        office=capacity.template.office,
        starts_at=start,
        ends_at=ends,
        booked_at=MOMENT - datetime.timedelta(days=ago),
        **{"phone": "+6281234567890", **kwargs},
    )
    VisitorServiceFactory(
        visitor=VisitorFactory(appointment=appointment),
        case__service__group=capacity.group,
        group=capacity.group,
        minutes=minutes,
    )
    for slot in Slot.objects.filter(
        office=capacity.template.office, start__gte=start, start__lt=ends
    ):
        AppointmentPlaceFactory(appointment=appointment, slot=slot, share=share)
        column = appointments.TAKEN_OF[share]
        setattr(slot, column, getattr(slot, column) + 1)
        slot.save()
    return appointment


def closing(office, day=TOMORROW, until=None):
    edit = {
        "op": "close_day",
        "office": office.pk,
        "date": day.isoformat(),
        "name": "Listrik padam",
        "kind": "office",
        "source": "SE 3/2027",
        "confirmed": True,
    }
    return Wish("Tutup sehari", (edit,), day, until or day + ONE_DAY, (office.pk,))


def with_desks(capacity, counters, day=TOMORROW):
    office = capacity.template.office
    edit = {
        "op": "desks",
        "office": office.pk,
        "date": day.isoformat(),
        "group": capacity.group.pk,
        "counters": counters,
        "online": 1,
    }
    return Wish("Loket berkurang", (edit,), day, day + ONE_DAY, (office.pk,))


def propose(wish, staff, at=MOMENT):
    return proposals.propose(wish=wish, staff=staff, at=at)


def applied(wish, staff, at=MOMENT):
    proposal = propose(wish, staff, at)
    proposals.apply(proposal=proposal, staff=staff, at=at)
    return proposal


def times(office):
    """How many places are sold at each time that is left, by day and hour."""
    return {
        (slot.start - EIGHT) // datetime.timedelta(minutes=15): slot.taken + slot.internal_taken
        for slot in Slot.objects.filter(office=office).order_by("start")
    }


def counts_are_true():
    """Every count of a slot equals the rows behind it."""
    for slot in Slot.objects.all():
        shares = list(slot.places.values_list("share", flat=True))
        assert slot.taken == shares.count(PlaceShare.ONLINE)
        assert slot.internal_taken == shares.count(PlaceShare.INTERNAL)
        assert slot.overbooked == shares.count(PlaceShare.OVERBOOKED)
        waiting = sum(Release.objects.filter(slot=slot).values_list("places", flat=True))
        assert slot.online == slot.released + waiting
    return True


def test_a_proposal_changes_nothing(capacity, office, staff):
    booked(capacity)
    before = list(Slot.objects.values())

    proposal = propose(closing(office), staff)

    assert not ClosedDay.objects.exists()
    assert list(Slot.objects.values()) == before
    assert proposal.state == ProposalState.PROPOSED
    assert {name: proposal.effect[name] for name in ("kept", "moved", "orphaned")} == {
        "kept": 0,
        "moved": 1,
        "orphaned": 0,
    }
    assert proposal.effect["sums"] == [
        [office.pk, TOMORROW.isoformat(), capacity.group.pk, 8, 0, 0]
    ]


def test_a_closed_day_moves_its_people_to_the_same_hour_of_the_next_open_day(
    capacity, office, staff
):
    appointment = booked(capacity)

    proposal = applied(closing(office), staff)

    appointment.refresh_from_db()
    [line] = proposal.lines.all()
    assert appointment.starts_at == line.to_starts_at == EIGHT + ONE_DAY
    assert line.fate == Fate.MOVED
    assert not Slot.objects.filter(start__lt=EIGHT + ONE_DAY).exists()
    event = AppointmentEvent.objects.get(appointment=appointment)
    assert (event.actor, event.staff, event.office_caused) == (Actor.STAFF, staff, True)
    assert counts_are_true()


def test_a_proposal_whose_days_have_passed_is_not_applied(office, staff):
    proposal = propose(closing(office), staff)

    with pytest.raises(proposals.OutOfReach):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT + 2 * ONE_DAY)

    assert not ClosedDay.objects.exists()
    assert Proposal.objects.get().state == ProposalState.PROPOSED


def test_who_finds_no_other_time_keeps_a_marked_place_and_needs_attention(capacity, office, staff):
    capacity.template.periods.filter(weekday=Weekday.THURSDAY).delete()
    Slot.objects.filter(start__gte=EIGHT + ONE_DAY).delete()
    appointment = booked(capacity)

    proposal = applied(closing(office), staff)

    place = appointment.places.get()
    assert place.share == PlaceShare.OVERBOOKED
    assert (place.overbooked_by, place.overbooked_why) == (staff, "Tutup sehari")
    assert (place.slot.capacity, place.slot.taken, place.slot.overbooked) == (0, 0, 1)
    row = Attention.objects.get(appointment=appointment)
    assert (row.reason, row.proposal) == (AttentionReason.NO_PLACE, proposal)
    assert counts_are_true()


def test_the_day_of_somebody_without_a_place_ends_by_the_doing_of_the_office(
    capacity, office, staff
):
    Slot.objects.filter(start__gte=EIGHT + ONE_DAY).delete()
    capacity.template.periods.filter(weekday=Weekday.THURSDAY).delete()
    appointment = booked(capacity)
    applied(closing(office), staff)

    appointments.close_past_days(at=MOMENT + 3 * ONE_DAY)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.UNSERVED
    assert appointment.events.get().office_caused
    assert Attention.objects.get().end == AttentionEnd.OVER


def test_fewer_counters_move_who_booked_last_to_the_nearest_time_of_the_day(
    capacity, office, staff
):
    first = booked(capacity, ago=5)
    last = booked(capacity, ago=2, share=PlaceShare.INTERNAL)

    applied(with_desks(capacity, 1), staff)

    first.refresh_from_db()
    last.refresh_from_db()
    assert first.starts_at == EIGHT
    assert last.starts_at == EIGHT + datetime.timedelta(minutes=15)
    assert set(Slot.objects.filter(start__lt=EIGHT + ONE_DAY).values_list("capacity")) == {(1,)}
    assert counts_are_true()


def test_a_long_visit_moves_whole(capacity, office, staff):
    appointment = booked(capacity, minutes=30)

    applied(closing(office), staff)

    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT + ONE_DAY
    assert appointment.ends_at == appointment.starts_at + datetime.timedelta(minutes=30)
    assert appointment.places.count() == 2
    assert counts_are_true()


def test_who_left_no_contact_is_moved_and_called(capacity, office, staff):
    appointment = booked(capacity, phone="", email="")

    proposal = applied(closing(office), staff)

    assert proposal.effect["unreachable"] == 1
    row = Attention.objects.open().get(appointment=appointment)
    assert row.reason == AttentionReason.NOT_TOLD
    call = {"attention": row, "note": "", "staff": staff, "at": MOMENT}
    attention.note_call(result=CallResult.NO_ANSWER, **call)
    assert attention.is_needed(appointment=appointment)
    attention.note_call(result=CallResult.THROUGH_OTHERS, **call)
    assert not attention.is_needed(appointment=appointment)


def test_a_new_time_that_somebody_takes_settles_what_was_needed(capacity, office, staff):
    appointment = booked(capacity, phone="", email="")
    applied(closing(office), staff)
    appointment.refresh_from_db()

    rescheduling.reschedule(
        appointment=appointment,
        office=office.code,
        start=EIGHT + ONE_DAY + datetime.timedelta(minutes=15),
        at=MOMENT,
        actor=Actor.STAFF,
        staff=staff,
    )

    assert Attention.objects.get().end == AttentionEnd.MOVED


def test_a_booking_that_stays_does_not_make_a_proposal_stale(capacity, office, staff):
    proposal = propose(with_desks(capacity, 1), staff)
    booked(capacity)

    proposals.apply(proposal=proposal, staff=staff, at=MOMENT)

    assert proposal.state == ProposalState.APPLIED


def test_a_proposal_on_what_has_changed_since_is_refused_and_counted_anew(capacity, office, staff):
    proposal = propose(closing(office), staff)
    appointment = booked(capacity)

    with pytest.raises(proposals.Stale) as refused:
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)

    proposal = Proposal.objects.get(pk=proposal.pk)
    fresh = refused.value.fresh
    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT
    assert not ClosedDay.objects.exists()
    assert (proposal.state, proposal.successor) == (ProposalState.OUTDATED, fresh)
    assert fresh.effect["moved"] == 1
    proposals.apply(proposal=fresh, staff=staff, at=MOMENT)


def test_a_proposal_is_applied_once(capacity, office, staff):
    proposal = applied(closing(office), staff)

    with pytest.raises(proposals.NotOpen):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)
    with pytest.raises(proposals.NotOpen):
        proposals.withdraw(proposal=proposal, staff=staff, at=MOMENT)


def test_a_withdrawn_proposal_is_not_applied(capacity, office, staff):
    proposal = propose(closing(office), staff)
    proposals.withdraw(proposal=proposal, staff=staff, at=MOMENT)

    with pytest.raises(proposals.NotOpen):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)
    assert not ClosedDay.objects.exists()


def test_a_day_that_opens_again_gets_its_slots(capacity, office, staff):
    applied(closing(office), staff)
    edit = {"op": "open_day", "office": office.pk, "date": TOMORROW.isoformat()}

    applied(Wish("Buka lagi", (edit,), TOMORROW, TOMORROW + ONE_DAY, (office.pk,)), staff)

    assert Slot.objects.filter(start__lt=EIGHT + ONE_DAY).count() == 4
    assert counts_are_true()


def test_an_outage_moves_whom_it_touches_past_its_end(capacity, office, staff):
    touched = booked(capacity)
    later = booked(capacity, EIGHT + datetime.timedelta(minutes=45), ago=2)
    outage = OutageFactory(
        office=office, starts_at=EIGHT, expected_end=EIGHT + datetime.timedelta(minutes=30)
    )
    edit = {"op": "move_outage", "outage": outage.pk}

    applied(Wish("Gangguan", (edit,), TOMORROW, TOMORROW + ONE_DAY, (office.pk,)), staff)

    touched.refresh_from_db()
    later.refresh_from_db()
    assert touched.starts_at == EIGHT + datetime.timedelta(minutes=30)
    assert later.starts_at == EIGHT + datetime.timedelta(minutes=45)
    assert counts_are_true()


def test_what_the_calendar_does_not_take_is_refused_in_words(capacity, office, staff):
    edit = {
        "op": "special_day",
        "office": office.pk,
        "date": TOMORROW.isoformat(),
        "name": "Sabtu",
        "place": "",
        "address": "",
        "source": "SK",
        "confirmed": True,
        "hours": [["09:00", "12:00"], ["11:00", "13:00"]],
        "capacities": [],
    }

    with pytest.raises(plan_edits.Refused, match=r"tumpang|overlap"):
        propose(Wish("Sabtu", (edit,), TOMORROW, TOMORROW + ONE_DAY, (office.pk,)), staff)

    assert not Proposal.objects.exists()


def test_days_that_have_passed_are_not_planned(office, staff):
    with pytest.raises(proposals.OutOfReach):
        propose(closing(office, DAY - ONE_DAY), staff)


def test_a_template_for_a_while_lets_the_old_one_go_on_afterwards(capacity, office, staff):
    edit = {
        "op": "template",
        "office": office.pk,
        "kind": 0,
        "name": "Jam pendek",
        "valid_from": TOMORROW.isoformat(),
        "valid_until": (TOMORROW + ONE_DAY).isoformat(),
        "source": "SE",
        "confirmed": True,
        "hours": {"2": [["08:00", "08:30"]]},
        "capacities": [
            {"group": capacity.group.pk, "counters": 2, "online": 1, "slot_minutes": 15}
        ],
    }

    applied(Wish("Jam pendek", (edit,), TOMORROW, DAY + 3 * ONE_DAY, (office.pk,)), staff)

    assert list(times(office)) == [0, 1, 96, 97, 98, 99]
    periods = [
        template.periods.count() for template in OpeningTemplate.objects.order_by("valid_from")
    ]
    assert periods == [2, 1, 2]


@pytest.mark.parametrize("people", [1, 12])
def test_the_number_of_queries_does_not_depend_on_how_many_are_booked(
    capacity, office, staff, people, django_assert_max_num_queries
):
    Slot.objects.update(capacity=20, online=10, released=10)
    capacity.counters, capacity.online = 20, 10
    capacity.save()
    for number in range(people):
        booked(capacity, EIGHT + number % 4 * datetime.timedelta(minutes=15), ago=number + 1)

    with django_assert_max_num_queries(34):
        propose(closing(office), staff)
