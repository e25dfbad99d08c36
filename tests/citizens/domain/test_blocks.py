import datetime

import pytest

from citizens.domain import blocks
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    HeldPlaceFactory,
    OfficeFactory,
    ServiceGroupFactory,
    SlotFactory,
)

pytestmark = pytest.mark.django_db
AT = MOMENT - datetime.timedelta(days=3)


@pytest.fixture
def row():
    """Four slots in a row of six places each: two internal, four online, of which two are released."""
    office, group = OfficeFactory(), ServiceGroupFactory()
    slots = []
    for number in range(4):
        slot = SlotFactory(
            office=office,
            group=group,
            start=MOMENT + 15 * number * MINUTE,
            capacity=6,
            online=4,
            released=2,
        )
        slot.releases.create(places=2, due_at=MOMENT - 60 * MINUTE)
        slots.append(slot)
    return slots


def block(slots, minutes, *, use_online=False, start=MOMENT):
    pieces = blocks.block(
        blocks.supplies(slots, at=AT), start=start, minutes=minutes, use_online=use_online
    )
    return [(piece.internal, piece.unreleased, piece.released) for piece in pieces]


def test_internal_places_are_enough(row):
    assert block(row, 75) == [(2, 0, 0), (2, 0, 0), (1, 0, 0)]


def test_a_place_that_is_not_filled_counts_whole(row):
    assert block(row, 31) == [(2, 0, 0), (1, 0, 0)]


def test_every_internal_place_goes_before_one_of_the_online_share(row):
    assert block(row, 10 * 15, use_online=True) == [(2, 2, 0), (2, 0, 0), (2, 0, 0), (2, 0, 0)]


def test_what_citizens_see_goes_last(row):
    assert block(row, 17 * 15, use_online=True) == [(2, 2, 1), (2, 2, 0), (2, 2, 0), (2, 2, 0)]


def test_online_places_are_left_alone_unless_allowed(row):
    with pytest.raises(blocks.NotEnoughPlaces) as refused:
        block(row, 9 * 15)

    assert refused.value.short == 15


def test_the_shortfall_is_said_in_desk_minutes(row):
    with pytest.raises(blocks.NotEnoughPlaces) as refused:
        block(row, 25 * 15, use_online=True)

    assert refused.value.short == 15


def test_a_live_hold_counts_as_taken_and_a_dead_one_does_not(row):
    HeldPlaceFactory(slot=row[0], hold__created_at=AT)
    HeldPlaceFactory(slot=row[1], hold__created_at=AT - 6 * MINUTE)

    there = blocks.supplies(row, at=AT)

    assert [supply.released for supply in there] == [1, 2, 2, 2]


def test_a_place_that_came_back_is_promised_to_the_waiting_list(row):
    row[0].releases.update(returned=True)

    assert [supply.unreleased for supply in blocks.supplies(row, at=AT)] == [0, 2, 2, 2]


def test_a_row_ends_at_the_break(row):
    row[2].start += 60 * MINUTE
    row[3].start += 60 * MINUTE

    with pytest.raises(blocks.NotEnoughPlaces) as refused:
        block(row, 5 * 15)

    assert refused.value.short == 15


@pytest.mark.parametrize("start", [MOMENT + MINUTE, MOMENT - 15 * MINUTE, MOMENT + 60 * MINUTE])
def test_no_block_begins_between_slots(row, start):
    with pytest.raises(blocks.NoSuchTime):
        block(row, 15, start=start)


def test_no_block_begins_where_the_group_takes_nothing(row):
    row[0].internal_taken = 2

    for use_online in (False, True):
        with pytest.raises(blocks.NoSuchTime):
            block(row, 15, use_online=use_online)

    assert block(row, 7 * 15, use_online=True) == [(0, 1, 0), (2, 0, 0), (2, 0, 0), (2, 0, 0)]
