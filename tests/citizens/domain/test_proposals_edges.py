"""What a plan must not do to anybody at its edges: visits that have begun, marked places, groups, families, outages."""

import datetime

import pytest

from citizens.domain import (
    announcing,
    appointments,
    booking,
    plan_edits,
    plan_seats,
    plan_writing,
    proposals,
    rescheduling,
    staff_times,
)
from citizens.domain import party as parties
from citizens.domain.proposals import Wish
from citizens.enums import Actor, AppointmentState, AttentionEnd, PlaceShare, ProposalState
from citizens.models import (
    AppointmentEvent,
    Attention,
    ClosedDay,
    Hold,
    HouseholdVisit,
    Release,
    Slot,
    Weekday,
)
from citizens.signals import appointment_moved
from tests.citizens.domain.test_proposals import (
    EIGHT,
    ONE_DAY,
    TOMORROW,
    applied,
    booked,
    capacity,
    closing,
    counts_are_true,
    office,
    propose,
    staff,
    with_desks,
)
from tests.factories.citizens import MOMENT, OfficeFactory, OpeningPeriodFactory, ServiceCaseFactory
from tests.factories.group_visit import GroupPlaceFactory, GroupVisitFactory
from tests.factories.outage import OutageFactory
from tests.factories.planning import ShiftFactory

__all__ = ["capacity", "office", "staff"]  # fixtures
pytestmark = pytest.mark.django_db

QUARTER = datetime.timedelta(minutes=15)


@pytest.fixture
def nowhere(capacity):
    """There is no other day to go to."""
    capacity.template.periods.filter(weekday=Weekday.THURSDAY).delete()
    Slot.objects.filter(start__gte=EIGHT + ONE_DAY).delete()


def one_day(title, edit, office, days=1):
    return Wish(title, (edit,), TOMORROW, TOMORROW + days * ONE_DAY, (office.pk,))


def out_of(outage, office, days=1):
    return one_day("Gangguan", {"op": "move_outage", "outage": outage.pk}, office, days)


def slots_of(office, capacity, minutes):
    """A special day with slots of another length."""
    own = {"group": capacity.group.pk, "counters": 2, "online": 1, "slot_minutes": minutes}
    edit = {
        "op": "special_day",
        "office": office.pk,
        "date": TOMORROW.isoformat(),
        "name": "Jam lain",
        "place": "",
        "address": "",
        "source": "SE",
        "confirmed": True,
        "hours": [["08:00", "09:00"]],
        "capacities": [own],
    }
    return one_day("Jam lain", edit, office)


def held(slot, case, number):
    hold = Hold.objects.create(
        token=f"t{number}",
        browser=f"b{number}",
        party=parties.of(case).text,
        created_at=MOMENT,
        expires_at=MOMENT + datetime.timedelta(minutes=5),
    )
    hold.places.create(slot=slot)


def overbook(appointment, staff):
    place = appointment.places.get()
    Slot.objects.filter(pk=place.slot_id).update(taken=0, overbooked=1)
    place.share, place.overbooked_why = PlaceShare.OVERBOOKED, "Sakit"
    place.overbooked_by, place.overbooked_at = staff, MOMENT
    place.save()


def test_a_visit_that_has_begun_is_served_where_it_is(capacity, office, staff):
    appointment = booked(capacity, minutes=30)

    applied(closing(office), staff, at=EIGHT + datetime.timedelta(minutes=10))

    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT
    assert appointment.places.count() == 2
    assert counts_are_true()


def test_whoever_staff_gave_a_place_beyond_the_capacity_leaves_a_closed_day_too(
    capacity, office, staff
):
    appointment = booked(capacity)
    overbook(appointment, staff)

    applied(closing(office), staff)

    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT + ONE_DAY
    assert appointment.places.get().share != PlaceShare.OVERBOOKED
    assert counts_are_true()


def test_fewer_counters_leave_a_place_beyond_the_capacity_alone(capacity, office, staff):
    appointment = booked(capacity)
    overbook(appointment, staff)

    applied(with_desks(capacity, 1), staff)

    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT


def test_a_group_in_the_way_is_planned_anew_first(capacity, office, staff):
    group = GroupVisitFactory(planned=True, office=office, starts_at=EIGHT, ends_at=EIGHT + QUARTER)
    slot = Slot.objects.get(start=EIGHT)
    Slot.objects.filter(pk=slot.pk).update(internal_taken=1)
    GroupPlaceFactory(group_visit=group, slot=slot, places=1)

    with pytest.raises(plan_edits.Refused, match=group.code):
        propose(closing(office), staff)

    assert not ClosedDay.objects.exists()


def test_a_slot_that_is_wanted_no_more_is_in_nobodys_way(capacity, office, staff):
    """A cancelled visit keeps its row, with capacity 0, between the slots of the new rhythm."""
    gone = booked(capacity, EIGHT + QUARTER)
    appointments.cancel(appointment=gone, at=MOMENT, actor=Actor.CITIZEN)
    applied(slots_of(office, capacity, 20), staff)
    Release.objects.all().delete()
    Slot.objects.filter(capacity__gt=0).update(released=1)
    long, short = (
        parties.of(ServiceCaseFactory(service__group=capacity.group, minutes=minutes))
        for minutes in (40, 15)
    )

    hold = booking.hold(party=long, office=office.code, start=EIGHT, browser="b", at=MOMENT)
    times = staff_times.times(party=short, office=office.code, day=TOMORROW, at=MOMENT)

    assert hold.places.count() == 2
    assert EIGHT + QUARTER not in [time.start for time in times]


def test_who_moved_meanwhile_makes_it_another_proposal(capacity, office, staff, nowhere):
    appointment = booked(capacity)
    proposal = propose(closing(office), staff)
    rescheduling.reschedule(
        appointment=appointment,
        office=office.code,
        start=EIGHT + QUARTER,
        at=MOMENT,
        actor=Actor.CITIZEN,
    )

    with pytest.raises(proposals.Stale):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)


def test_who_was_never_told_of_a_move_is_no_no_show(capacity, office, staff):
    appointment = booked(capacity, phone="", email="")
    applied(closing(office), staff)

    appointments.close_past_days(at=MOMENT + 4 * ONE_DAY)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.UNSERVED


def test_a_real_place_ends_what_was_needed(capacity, office, staff, nowhere):
    appointment = booked(capacity)
    applied(closing(office), staff)
    OpeningPeriodFactory(
        template=capacity.template, weekday=Weekday.THURSDAY, closes=datetime.time(9)
    )
    until = EIGHT + datetime.timedelta(hours=2)
    outage = OutageFactory(office=office, starts_at=EIGHT, expected_end=until)

    applied(out_of(outage, office, days=2), staff)

    appointment.refresh_from_db()
    assert appointment.starts_at == EIGHT + ONE_DAY
    assert Attention.objects.get().end == AttentionEnd.MOVED
    assert counts_are_true()


def test_a_day_that_opens_again_gives_its_people_their_time_back_unsaid(
    capacity, office, staff, nowhere
):
    appointment = booked(capacity)
    applied(closing(office), staff)
    edit = {"op": "open_day", "office": office.pk, "date": TOMORROW.isoformat()}

    proposal = applied(one_day("Buka lagi", edit, office), staff)

    place = appointment.places.get()
    assert (place.slot.start, place.share) == (EIGHT, PlaceShare.INTERNAL)
    assert Attention.objects.get().end == AttentionEnd.PLACED
    assert not proposal.lines.exists()
    assert counts_are_true()


def test_a_time_that_stays_is_no_move(capacity, office, staff):
    appointment = booked(capacity, minutes=10)

    proposal = applied(slots_of(office, capacity, 10), staff)

    assert proposal.effect["moved"] == 0
    assert proposal.effect["kept"] == 1
    assert not AppointmentEvent.objects.filter(appointment=appointment).exists()
    assert counts_are_true()


def test_a_long_visit_that_leaves_makes_room_in_each_of_its_slots(capacity, office, staff):
    leaves = booked(capacity, minutes=30, ago=2)
    booked(capacity, ago=5, share=PlaceShare.INTERNAL)
    booked(capacity, EIGHT + QUARTER, ago=1, share=PlaceShare.INTERNAL)

    proposal = applied(with_desks(capacity, 1), staff)

    assert [line.appointment_id for line in proposal.lines.all()] == [leaves.pk]
    assert counts_are_true()


def test_an_outage_moves_nobody_of_another_office(capacity, office, staff):
    appointment = booked(capacity)
    until = EIGHT + datetime.timedelta(hours=2)
    outage = OutageFactory(everywhere=True, starts_at=EIGHT, expected_end=until)

    proposal = applied(out_of(outage, OfficeFactory()), staff)

    assert not proposal.lines.exists()
    assert appointment.places.count() == 1


def test_an_outage_to_come_without_an_end_lasts_until_its_midnight(capacity, office, staff):
    booked(capacity, EIGHT + QUARTER)
    outage = OutageFactory(office=office, starts_at=EIGHT, expected_end=None)

    assert propose(out_of(outage, office), staff).effect["moved"] == 1


def test_an_outage_whose_end_has_passed_moves_nobody(office, staff):
    begun = MOMENT - datetime.timedelta(hours=2)
    outage = OutageFactory(office=office, starts_at=begun, expected_end=MOMENT)

    with pytest.raises(plan_edits.Refused):
        propose(out_of(outage, office), staff)


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "end_shift", "shift": 999, "until": "2027-05-01"},
        {"op": "move_outage", "outage": 999},
        {"op": "desks", "date": "2027-03-17", "group": 999, "counters": -1, "online": 0},
    ],
    ids=lambda edit: edit["op"],
)
def test_what_is_gone_or_does_not_fit_is_refused_in_words(office, staff, edit):
    with pytest.raises(plan_edits.Refused) as refused:
        propose(one_day("Apa saja", edit | {"office": office.pk}, office), staff)

    assert "violates" not in str(refused.value)
    assert "matching query" not in str(refused.value)


def test_an_older_proposal_lengthens_no_shift_that_has_ended(office, staff):
    shift = ShiftFactory(counter__office=office, weekday=Weekday.WEDNESDAY)

    def ending(days):
        until = TOMORROW + days * ONE_DAY
        edit = {"op": "end_shift", "shift": shift.pk, "until": until.isoformat()}
        return Wish("Akhiri", (edit,), until, until + 60 * ONE_DAY, (office.pk,))

    late = propose(ending(40), staff)
    applied(ending(7), staff)
    proposals.apply(proposal=late, staff=staff, at=MOMENT)

    shift.refresh_from_db()
    assert shift.valid_until == TOMORROW + 7 * ONE_DAY


def test_nothing_is_written_to_a_slot_that_was_not_locked(capacity, office, staff, monkeypatch):
    """While the planner waits for locks, holds go: the second count would choose a place that the first did not."""
    booked(capacity)
    proposal = propose(closing(office), staff)
    case = ServiceCaseFactory(service__group=capacity.group, minutes=15)
    target = Slot.objects.get(start=EIGHT + ONE_DAY)
    for number in range(2):
        held(target, case, number)
    lock = plan_seats.lock

    def wait(slots):
        lock(slots)
        Hold.objects.update(expires_at=MOMENT)

    monkeypatch.setattr(plan_seats, "lock", wait)

    with pytest.raises(proposals.Stale):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)


def test_a_relative_who_takes_the_day_meanwhile_makes_it_another_proposal(
    capacity, office, staff, monkeypatch
):
    """Between the last count and the write: only PostgreSQL knows, and it is no failure of the page."""
    appointment = booked(capacity, household_key="f")
    family = {"household_key": "f", "group": capacity.group}
    HouseholdVisit.objects.create(appointment=appointment, date=TOMORROW, **family)
    proposal = propose(closing(office), staff)
    write, come = plan_writing.write, []

    def late(effect, **values):
        if not come:
            come.append(booked(capacity, EIGHT + ONE_DAY + 2 * QUARTER, household_key="f"))
            relative = {"appointment": come[0], "date": TOMORROW + ONE_DAY}
            HouseholdVisit.objects.create(**relative, **family)
        return write(effect, **values)

    monkeypatch.setattr(plan_writing, "write", late)

    with pytest.raises(proposals.Stale):
        proposals.apply(proposal=proposal, staff=staff, at=MOMENT)


def test_one_who_cannot_be_told_keeps_nobody_waiting_and_fails_nothing(
    capacity, office, staff, caplog
):
    people = [booked(capacity, EIGHT + number * QUARTER) for number in range(2)]
    told = []

    def hear(appointment, **values):
        if appointment == people[0]:
            raise RuntimeError
        told.append(appointment)

    appointment_moved.connect(hear)
    try:
        proposal = applied(closing(office), staff)
    finally:
        appointment_moved.disconnect(hear)

    assert (proposal.state, told) == (ProposalState.APPLIED, [people[1]])
    assert "was not told" in caplog.text
    assert announcing.tell_all(at=MOMENT) == 1
