import datetime
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import fitting
from citizens.domain.party import Part

EIGHT = datetime.datetime(2027, 3, 16, 1, tzinfo=datetime.UTC)  # 08.00 WIB


@dataclass(frozen=True)
class Row:
    start: datetime.datetime
    minutes: int


def at(minutes):
    return EIGHT + datetime.timedelta(minutes=minutes)


def grid(minutes, *, first=0, count=8):
    return [Row(at(first + number * minutes), minutes) for number in range(count)]


def test_a_visit_takes_the_slots_that_begin_within_it():
    slots, ends = fitting.fit([Part(1, 35)], start=at(15), slots={1: grid(15)})

    assert [slot.start for slot in slots] == [at(15), at(30), at(45)]
    assert ends == at(50)


def test_the_next_group_begins_at_its_first_slot_after_the_one_before():
    slots, ends = fitting.fit(
        [Part(1, 15), Part(2, 10)], start=EIGHT, slots={1: grid(15), 2: grid(10)}
    )

    assert [slot.start for slot in slots] == [EIGHT, at(20)]
    assert ends == at(30)


def test_nobody_waits_over_a_break_between_two_parts():
    afternoon = grid(10, first=60)

    assert (
        fitting.fit([Part(1, 15), Part(2, 10)], start=EIGHT, slots={1: grid(15), 2: afternoon})
        is None
    )


def test_a_break_within_a_part_is_no_visit():
    broken = [*grid(15, count=1), *grid(15, first=30, count=1)]

    assert fitting.fit([Part(1, 30)], start=EIGHT, slots={1: broken}) is None


def test_a_moment_at_which_no_slot_begins_is_no_start():
    assert fitting.fit([Part(1, 15)], start=at(5), slots={1: grid(15)}) is None


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(5, 60)),
        min_size=1,
        max_size=3,
        unique_by=lambda part: part[0],
    ),
    st.integers(0, 20),
    st.sampled_from([5, 10, 15, 20]),
)
def test_what_fits_follows_each_other_and_covers_every_part(wanted, first, length):
    parts = [Part(group, minutes) for group, minutes in wanted]
    slots = {group: grid(length, first=group, count=20) for group in (1, 2, 3)}

    found = fitting.fit(parts, start=at(first), slots=slots)

    if found is None:
        return
    taken, ends = found
    assert taken[0].start == at(first)
    assert [slot.start for slot in taken] == sorted(slot.start for slot in taken)
    assert sum(slot.minutes for slot in taken) >= sum(part.minutes for part in parts)
    assert ends - at(first) <= fitting.reach(parts)
