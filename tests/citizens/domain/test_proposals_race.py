"""Two supervisors, and citizens who book meanwhile, on connections of their own."""

import datetime
import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from citizens.domain import booking, proposals
from citizens.domain import party as parties
from citizens.enums import ProposalState
from citizens.models import Appointment, ClosedDay, Hold, Proposal, Slot
from tests.citizens.domain.test_booking import answers
from tests.citizens.domain.test_proposals import (
    EIGHT,
    capacity,
    closing,
    counts_are_true,
    office,
    propose,
    staff,
    with_desks,
)
from tests.factories.citizens import MOMENT, ServiceCaseFactory
from tests.racing import at_once

__all__ = ["capacity", "office", "staff"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 8


def apply(proposal, staff):
    return partial(
        proposals.apply,
        proposal=Proposal.objects.get(pk=proposal.pk),
        staff=staff,
        at=MOMENT,
    )


@pytest.mark.race
def test_a_proposal_that_two_apply_at_once_is_applied_once(capacity, office, staff):
    proposal = propose(closing(office), staff)

    outcomes = at_once(*(apply(proposal, staff) for _ in range(2)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Effect", "NotOpen"]
    assert ClosedDay.objects.count() == 1


@pytest.mark.race
def test_of_two_proposals_for_one_day_the_second_is_counted_anew(capacity, office, staff):
    close, shrink = propose(closing(office), staff), propose(with_desks(capacity, 1), staff)

    outcomes = at_once(apply(close, staff), apply(shrink, staff))

    states = set(Proposal.objects.values_list("state", flat=True))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Effect", "Stale"]
    assert {ProposalState.APPLIED, ProposalState.OUTDATED} <= states
    assert counts_are_true()


@pytest.mark.race
def test_nobody_who_books_while_a_day_is_closed_is_left_on_it_unseen(capacity, office, staff):
    Slot.objects.update(capacity=PEOPLE, online=PEOPLE, released=PEOPLE)
    capacity.counters = capacity.online = PEOPLE
    capacity.save()
    case = ServiceCaseFactory(service__group=capacity.group, minutes=15)
    slot = Slot.objects.get(start=EIGHT)
    holds = [_held(slot, case, number) for number in range(PEOPLE)]
    proposal = propose(closing(office), staff)
    book = [
        partial(booking.book, hold=hold, answers=answers(number), at=MOMENT)
        for number, hold in enumerate(holds, start=1)
    ]

    at_once(*book[:4], apply(proposal, staff), *book[4:])
    newest = Proposal.objects.latest("pk")
    if newest.state == ProposalState.PROPOSED:
        # Counted anew among those who booked meanwhile; by now nobody does.
        last = proposals.renew(proposal=newest, staff=staff, at=MOMENT)
        proposals.apply(proposal=last, staff=staff, at=MOMENT)

    assert ClosedDay.objects.exists()
    assert not Appointment.objects.active().filter(starts_at__lt=EIGHT + datetime.timedelta(1))
    assert counts_are_true()


def _held(slot, case, number):
    hold = Hold.objects.create(
        token=f"t{number}",
        browser=f"b{number}",
        party=parties.of(case).text,
        created_at=MOMENT,
        expires_at=MOMENT + datetime.timedelta(minutes=5),
    )
    hold.places.create(slot=slot)
    return hold


@pytest.mark.race
def test_who_is_just_booking_and_a_planner_never_wait_for_each_other(capacity, office, staff):
    """The planner has the offices and waits for the slot; the booking commits, and needs its office to be there."""
    Slot.objects.update(capacity=2, online=2, released=2)
    case = ServiceCaseFactory(service__group=capacity.group, minutes=15)
    hold = _held(Slot.objects.get(start=EIGHT), case, 1)
    proposal = propose(closing(office), staff)
    booked = threading.Event()

    def book():
        with transaction.atomic():
            made = booking.book(hold=hold, answers=answers(1), at=MOMENT)
            booked.set()
            _until_somebody_waits()
        return made

    def plan():
        booked.wait(timeout=10)
        return apply(proposal, staff)()

    made, planned = at_once(book, plan)

    assert isinstance(made, Appointment)
    assert isinstance(planned, proposals.Stale)


def _until_somebody_waits():
    """Until another connection of this database waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
