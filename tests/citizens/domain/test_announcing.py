"""Whoever a proposal moved is told once it stands: each once, whatever was killed in between."""

import datetime

import pytest

from citizens.domain import announcing, appointments, proposals
from citizens.enums import Actor
from citizens.models import ProposalLine
from citizens.signals import appointment_moved, appointment_needs_attention
from tests.citizens.domain.test_proposals import (
    EIGHT,
    ONE_DAY,
    booked,
    capacity,
    closing,
    office,
    staff,
)
from tests.factories.citizens import MOMENT

__all__ = ["capacity", "office", "staff"]  # fixtures
pytestmark = pytest.mark.django_db

LATER = MOMENT + datetime.timedelta(minutes=1)


@pytest.fixture
def heard():
    """What the world is told, as pairs of appointment and fact."""
    said = []

    def moved(appointment, office_caused, **kwargs):
        said.append((appointment.pk, "moved"))
        assert office_caused

    def forsaken(appointment, **kwargs):
        said.append((appointment.pk, "forsaken"))

    appointment_moved.connect(moved)
    appointment_needs_attention.connect(forsaken)
    yield said
    appointment_moved.disconnect(moved)
    appointment_needs_attention.disconnect(forsaken)


def apply(office, staff, monkeypatch, *, at_once):
    """Applies a closed day; `at_once` people are told while the supervisor waits."""
    monkeypatch.setattr(proposals, "TOLD_AT_ONCE", at_once)
    proposal = proposals.propose(wish=closing(office), staff=staff, at=MOMENT)
    proposals.apply(proposal=proposal, staff=staff, at=MOMENT)
    return proposal


def test_each_is_told_once_what_became_of_the_visit(capacity, office, staff, heard, monkeypatch):
    people = [
        booked(capacity, EIGHT + number * datetime.timedelta(minutes=15)) for number in range(4)
    ]
    proposal = apply(office, staff, monkeypatch, at_once=100)

    assert announcing.tell_all(at=LATER) == 0
    assert sorted(heard) == sorted((person.pk, "moved") for person in people)
    assert announcing.waiting(proposal) == 0


def test_what_a_killed_process_did_not_tell_the_next_run_tells(
    capacity, office, staff, heard, monkeypatch
):
    person = booked(capacity)
    proposal = apply(office, staff, monkeypatch, at_once=0)
    assert (heard, announcing.waiting(proposal)) == ([], 1)

    assert announcing.tell_all(at=LATER) == 1

    assert heard == [(person.pk, "moved")]
    assert ProposalLine.objects.get().told_at == LATER


def test_a_proposal_that_nobody_applied_tells_nobody(capacity, office, staff, heard):
    booked(capacity)
    proposals.propose(wish=closing(office), staff=staff, at=MOMENT)

    assert announcing.tell_all(at=LATER) == 0
    assert heard == []


def test_who_cancelled_meanwhile_is_not_told_of_a_move(capacity, office, staff, heard, monkeypatch):
    person = booked(capacity)
    apply(office, staff, monkeypatch, at_once=0)
    person.refresh_from_db()
    appointments.cancel(appointment=person, at=MOMENT, actor=Actor.CITIZEN)

    announcing.tell_all(at=LATER)

    assert heard == []


def test_who_finds_no_other_time_is_asked_to_choose_one(
    capacity, office, staff, heard, monkeypatch
):
    capacity.template.periods.exclude(
        weekday=(EIGHT + datetime.timedelta(hours=7)).weekday()
    ).delete()
    office.slots.filter(start__gte=EIGHT + ONE_DAY).delete()
    person = booked(capacity)

    apply(office, staff, monkeypatch, at_once=100)

    assert heard == [(person.pk, "forsaken")]
