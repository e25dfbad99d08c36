"""Whatever is planned in whatever order: nobody points at a time that the plan does not keep, unless they are marked."""

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citizens.domain import calendar_plan, proposals
from citizens.domain.office_time import local_date
from citizens.domain.proposals import Wish
from citizens.enums import AppointmentState, AttentionReason, PlaceShare
from citizens.models import Appointment, Attention, Slot
from tests.citizens.domain.test_proposals import (
    EIGHT,
    TOMORROW,
    booked,
    capacity,
    closing,
    counts_are_true,
    office,
    staff,
    with_desks,
)
from tests.factories.citizens import MOMENT

__all__ = ["capacity", "office", "staff"]  # fixtures
pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)
QUARTER = datetime.timedelta(minutes=15)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(0, 1), st.integers(0, 3), st.integers(1, 2)),
        st.tuples(st.just("close"), st.integers(0, 1)),
        st.tuples(st.just("open"), st.integers(0, 1)),
        st.tuples(st.just("desks"), st.integers(0, 1), st.integers(0, 3)),
        st.tuples(st.just("hours"), st.integers(0, 1), st.integers(8, 10), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=7,
)


def play(step, capacity, staff):
    office = capacity.template.office
    kind, day = step[0], TOMORROW + step[1] * ONE_DAY
    if kind == "book":
        _book(capacity, EIGHT + step[1] * ONE_DAY + step[2] * QUARTER, 15 * step[3])
        return
    days = (day, day + ONE_DAY, (office.pk,))
    wish = {
        "close": lambda: closing(office, day),
        "open": lambda: Wish("Buka", (opened(office, day),), *days),
        "desks": lambda: with_desks(capacity, step[2], day),
        "hours": lambda: Wish("Jam lain", (special(office, day, step[2], step[3]),), *days),
    }[kind]()
    proposal = proposals.propose(wish=wish, staff=staff, at=MOMENT)
    proposals.apply(proposal=proposal, staff=staff, at=MOMENT)


def _book(capacity, start, minutes):
    """A citizen books where the whole visit fits, as the portal would let them."""
    slots = Slot.objects.filter(
        start__gte=start, start__lt=start + datetime.timedelta(minutes=minutes)
    )
    free = [slot for slot in slots if slot.taken < slot.released]
    if len(free) == minutes // 15 and free[0].start == start:
        booked(capacity, start, minutes=minutes, ago=Appointment.objects.count() + 1)


def opened(office, day):
    return {"op": "open_day", "office": office.pk, "date": day.isoformat()}


def special(office, day, opens, hours):
    return {
        "op": "special_day",
        "office": office.pk,
        "date": day.isoformat(),
        "name": "Jam lain",
        "place": "",
        "address": "",
        "source": "SE",
        "confirmed": True,
        "hours": [[f"{opens:02}:00", f"{opens + hours:02}:00"]],
        "capacities": [],
    }


def everybody_is_accounted_for(office):
    until = TOMORROW + 2 * ONE_DAY
    calendar = calendar_plan.read(offices=[office.pk], first=TOMORROW, until=until)
    for appointment in Appointment.objects.filter(state=AppointmentState.BOOKED):
        places = list(appointment.places.select_related("slot").order_by("slot__start"))
        marked = [place for place in places if place.share == PlaceShare.OVERBOOKED]
        needed = Attention.objects.open().filter(
            appointment=appointment, reason=AttentionReason.NO_PLACE
        )
        assert places
        assert bool(marked) <= needed.exists()
        if not needed.exists():
            assert places[0].slot.start == appointment.starts_at
            day = local_date(appointment.starts_at)
            wanted = calendar.slots(office=office.pk, day=day)[places[0].slot.group_id]
            assert {place.slot.start for place in places} <= {slot.start for slot in wanted}
    for slot in Slot.objects.all():
        assert slot.taken + slot.internal_taken <= slot.capacity
        assert slot.capacity or slot.places.exists()
    return counts_are_true()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=steps)
def test_any_sequence_of_changes_leaves_everybody_with_a_time_or_a_mark(
    plan, capacity, office, staff
):
    with transaction.atomic():
        for step in plan:
            play(step, capacity, staff)

        assert everybody_is_accounted_for(office)
        transaction.set_rollback(True)  # every example begins with the same empty slots
