import datetime

import pytest

from citizens.domain import planned_desks
from citizens.domain.planned_desks import AlreadySold, NothingPlanned, ShareExceeded
from citizens.models import Release, Slot
from tests.factories.booking import ReleaseFactory
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    HeldPlaceFactory,
    OfficeFactory,
    ServiceGroupFactory,
    SlotFactory,
    UserFactory,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db
AT = MOMENT - 60 * MINUTE


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def group():
    return ServiceGroupFactory()


def make(office, group, *, count=1, start=MOMENT, **numbers):
    usual = {"capacity": 10, "online": 4}
    return [
        SlotFactory(
            office=office, group=group, start=start + 15 * MINUTE * place, **usual | numbers
        )
        for place in range(count)
    ]


def plan(office, group, counters, online, at=AT):
    return planned_desks.set_desks(
        office=office,
        date=DAY,
        group=group,
        counters=counters,
        online=online,
        staff=UserFactory(),
        at=at,
    )


def numbers(slot):
    slot.refresh_from_db()
    hidden = sum(Release.objects.filter(slot=slot).values_list("places", flat=True))
    assert slot.online == slot.released + hidden
    return slot.capacity, slot.online, slot.released


def test_every_slot_that_has_not_begun_gets_the_new_numbers(office, group):
    slots = make(office, group, count=3)
    other = make(office, ServiceGroupFactory())[0]
    tomorrow = make(office, group, start=MOMENT + datetime.timedelta(days=1))[0]

    done = plan(office, group, 8, 3, at=MOMENT)

    assert (done.slots, done.added, done.removed) == (2, 0, 2)
    assert [numbers(slot) for slot in slots] == [(10, 4, 4), (8, 3, 3), (8, 3, 3)]
    assert numbers(other) == numbers(tomorrow) == (10, 4, 4)


def test_places_that_open_last_are_taken_first_and_released_ones_after_them(office, group):
    [slot] = make(office, group, released=1)
    early = ReleaseFactory(slot=slot, places=2, due_at=AT + MINUTE)
    ReleaseFactory(slot=slot, places=1, due_at=AT + 2 * MINUTE)

    plan(office, group, 10, 2)
    early.refresh_from_db()
    assert (numbers(slot), early.places) == ((10, 2, 1), 1)

    plan(office, group, 10, 0)
    assert numbers(slot) == (10, 0, 0)


def test_new_places_open_in_shares(office, group):
    [slot] = make(office, group, online=1, taken=1, start=MOMENT + datetime.timedelta(hours=1))
    at = MOMENT - datetime.timedelta(days=5)

    done = plan(office, group, 10, 5, at=at)

    assert done.added == 4
    _capacity, online, released = numbers(slot)
    assert online == 5
    assert 1 < released < 5, "Part of them opens now, part two days ahead and in the morning."


def test_what_people_booked_or_hold_is_never_taken(office, group):
    [slot] = make(office, group, taken=1, internal_taken=3)
    HeldPlaceFactory(slot=slot, hold__created_at=AT)
    HeldPlaceFactory(slot=slot, hold__created_at=AT - 10 * MINUTE)

    with pytest.raises(AlreadySold) as caught:
        plan(office, group, 10, 1)

    [obstacle] = caught.value.slots
    assert (obstacle.start, obstacle.online_sold, obstacle.internal_sold) == (MOMENT, 2, 3)
    assert (caught.value.least_online, caught.value.least_desks) == (2, 5)
    assert numbers(slot) == (10, 4, 4)
    plan(office, group, 5, 2)
    assert numbers(slot) == (5, 2, 2)


def test_desks_that_callers_have_are_not_taken_away(office, group):
    make(office, group, internal_taken=6)

    with pytest.raises(AlreadySold):
        plan(office, group, 9, 4)


def test_one_slot_that_is_sold_keeps_all_of_them_as_they_are(office, group):
    slots = [*make(office, group), *make(office, group, start=MOMENT + 30 * MINUTE, taken=4)]

    with pytest.raises(AlreadySold):
        plan(office, group, 10, 3)

    assert [numbers(slot) for slot in slots] == [(10, 4, 4)] * 2


def test_more_online_than_desks_is_no_plan(office, group):
    with pytest.raises(planned_desks.MoreOnlineThanDesks):
        plan(office, group, 1, 2)


def test_a_day_without_slots_of_the_group_is_not_planned_here(office, group):
    make(office, ServiceGroupFactory())

    with pytest.raises(NothingPlanned):
        plan(office, group, 2, 1)


def test_the_whole_day_keeps_the_online_share(office, group):
    make(office, group)
    make(office, ServiceGroupFactory(), online=5)

    plan(office, group, 10, 6)  # 11 of 20 desks
    with pytest.raises(ShareExceeded) as caught:
        plan(office, group, 10, 7)

    assert (caught.value.day.percent, caught.value.most) == (60, 6)


def test_a_desk_that_breaks_is_taken_out_whoever_has_booked(office, group):
    [slot] = make(office, group, taken=4)

    plan(office, group, 4, 4)

    assert numbers(slot) == (4, 4, 4)


def test_one_place_a_slot_is_always_allowed(office, group):
    [slot] = make(office, group, capacity=1, online=0)

    plan(office, group, 1, 1)

    assert numbers(slot)[1] == 1


def test_the_overview_shows_what_can_still_be_planned(office, group, django_assert_num_queries):
    make(office, group, count=2, taken=1, internal_taken=2)
    make(office, ServiceGroupFactory(), start=AT)

    with django_assert_num_queries(2):
        [now] = planned_desks.overview(office=office, date=DAY, at=AT)

    assert (now.group, now.slots, now.counters, now.online, now.sold) == (group, 2, 10, 4, 6)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_groups_planned_at_once_keep_the_share_together(monkeypatch, guarded):
    """The control: with no lock both find room for themselves."""
    office, groups = OfficeFactory(), [ServiceGroupFactory(), ServiceGroupFactory()]
    for group in groups:
        make(office, group, capacity=10, online=5)
    if not guarded:
        monkeypatch.setattr(
            "django.db.models.query.QuerySet.select_for_update", lambda self, **_kwargs: self
        )
    slow = planned_desks._refuse_above_share

    def check_slowly(*args):
        slow(*args)
        list(Slot.objects.raw("SELECT 1 AS id FROM pg_sleep(0.3)"))

    monkeypatch.setattr(planned_desks, "_refuse_above_share", check_slowly)

    found = at_once(*(lambda group=group: plan(office, group, 10, 6) for group in groups))

    refused = [result for result in found if isinstance(result, ShareExceeded)]
    assert len(refused) == (1 if guarded else 0), found
