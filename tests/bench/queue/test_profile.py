"""The days of the benchmark are those of the issue: how many come, until when, and for which counters."""

from collections import Counter

import pytest

from bench.queue import profile

DAYS = [profile.ORDINARY, profile.LEBARAN]


@pytest.mark.parametrize("day", DAYS, ids=["ordinary", "lebaran"])
def test_so_many_come_by_noon_and_all_of_them_before_the_office_closes(day):
    minutes = [arrival.minute for arrival in profile.arrivals(day)]

    assert len(minutes) == day.visits
    assert sum(minute < 12 * 60 for minute in minutes) == day.by_noon
    assert minutes == sorted(minutes)
    assert minutes[0] >= profile.OPENS
    assert minutes[-1] <= profile.CLOSES


def test_the_first_day_after_lebaran_brings_340_people_by_noon_and_700_in_all():
    assert (profile.LEBARAN.by_noon, profile.LEBARAN.visits) == (340, 700)


def test_an_ordinary_day_brings_450_people_and_passes_in_five_minutes():
    assert profile.ORDINARY.visits == 450
    assert 300 <= profile.ORDINARY.seconds <= 310


def test_every_run_sees_the_same_day():
    assert profile.arrivals(profile.ORDINARY) == profile.arrivals(profile.ORDINARY)


def test_people_come_for_a_service_as_often_as_it_has_counters():
    found = Counter(arrival.group for arrival in profile.arrivals(profile.ORDINARY))

    wanted = [450 * counters / 13 for counters in profile.COUNTERS]
    assert all(abs(found[group] - wanted[group]) <= 1 for group in range(len(wanted)))


def test_some_are_booked_some_have_priority_and_some_neither():
    found = Counter((one.booked, one.priority) for one in profile.arrivals(profile.LEBARAN))

    assert len(found) == 4


def test_the_thirteen_counters_are_shared_out_by_weight():
    assert profile.shares(13, profile.COUNTERS) == [0] * 5 + [1, 1, 2, 2, 3, 4, 4, 5]
