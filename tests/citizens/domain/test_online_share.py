import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import online_share
from citizens.domain.online_share import Desks

HALF_A_DAY = 240


@st.composite
def desks(draw):
    counters = draw(st.integers(0, 12))
    minutes = draw(st.integers(1, 500))
    return Desks(minutes=minutes, counters=counters, online=draw(st.integers(0, counters)))


days = st.dictionaries(st.sampled_from("ABCDEF"), desks())
percents = st.integers(0, 100)


def day(**groups):
    """Groups by name, as (counters, online), for half a day."""
    return {name: Desks(HALF_A_DAY, *numbers) for name, numbers in groups.items()}


@given(days, percents)
def test_a_capped_day_keeps_the_rule(given_day, percent):
    found = online_share.capped(given_day, percent=percent)
    total = online_share.total(found, percent=percent)

    assert total.fits
    assert 100 * total.online <= percent * total.planned or all(
        desks.online <= 1 for desks in found.values()
    )


@given(days, percents)
def test_capping_only_takes_places_away_and_never_the_last_of_a_slot(given_day, percent):
    found = online_share.capped(given_day, percent=percent)

    assert found.keys() == given_day.keys()
    for key, before in given_day.items():
        assert min(before.online, 1) <= found[key].online <= before.online
        assert (found[key].minutes, found[key].counters) == (before.minutes, before.counters)


@given(days, percents)
def test_a_day_that_fits_stays_as_it_is(given_day, percent):
    once = online_share.capped(given_day, percent=percent)

    assert online_share.capped(once, percent=percent) == once
    if online_share.total(given_day, percent=percent).fits:
        assert once == given_day


@given(days, percents)
def test_no_more_is_taken_than_must_be(given_day, percent):
    found = online_share.capped(given_day, percent=percent)
    taken = sum(given_day[key].online - desks.online for key, desks in found.items())

    longest = max((desks.minutes for desks in given_day.values()), default=0)
    total = online_share.total(found, percent=percent)
    assert not taken or total.online + longest > total.allowed


@given(days, percents)
def test_more_desks_never_allow_less(given_day, percent):
    more = {
        key: Desks(desks.minutes, desks.counters + 1, desks.online)
        for key, desks in given_day.items()
    }

    before = online_share.total(given_day, percent=percent)
    assert online_share.total(more, percent=percent).allowed >= before.allowed


def test_the_ordinary_week_of_the_main_office_fits():
    groups = {"ktp": (5, 2), "ikd": (2, 1), "kk": (2, 1), "kia": (1, 1), "akta": (2, 1)}
    week = day(**groups, pindah=(1, 1))

    total = online_share.total(week, percent=55)

    assert (total.online, total.planned, total.percent) == (7 * 240, 13 * 240, 54)
    assert total.fits


def test_a_service_point_with_a_single_desk_can_be_booked():
    assert online_share.total(day(ktp=(1, 1)), percent=55).fits


def test_two_places_a_slot_have_to_fit_the_share():
    assert not online_share.total(day(ktp=(3, 2)), percent=55).fits
    assert online_share.total(day(ktp=(4, 2)), percent=55).fits
    assert online_share.capped(day(ktp=(3, 3)), percent=55) == day(ktp=(3, 1))


def test_whoever_has_the_largest_part_online_gives_first():
    found = online_share.capped(day(ktp=(5, 3), kk=(2, 2), akta=(4, 2)), percent=55)

    assert found == day(ktp=(5, 3), kk=(2, 1), akta=(4, 2))


@pytest.mark.parametrize(("online", "percent"), [(55, 55), (56, 56)])
def test_the_percentage_is_said_rounded_up(online, percent):
    found = online_share.total({"all": Desks(1, 100, online)}, percent=55)

    assert (found.percent, found.fits) == (percent, percent == 55)
