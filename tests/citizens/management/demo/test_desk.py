import datetime
from itertools import pairwise

from citizens.management.demo import rhythm
from citizens.management.demo.desk import Arrival, serve
from citizens.models import Counter, Service, ServiceCase

MINUTE = datetime.timedelta(minutes=1)
OPENS = datetime.datetime(2027, 3, 16, 1, 0, tzinfo=datetime.UTC)
BREAK = OPENS + 240 * MINUTE
BACK = OPENS + 300 * MINUTE
CLOSES = OPENS + 450 * MINUTE
PERIODS = [(OPENS, BREAK), (BACK, CLOSES)]


def arrivals(count, *, seed=1):
    rng = rhythm.chance(seed)
    case = ServiceCase(service=Service(group_id=1), minutes=12)
    return [Arrival(OPENS + MINUTE * rng.uniform(-30, 430), case, None, "") for _ in range(count)]


def calls(people, *, counters=2, seed=1):
    return serve(
        people,
        counters=[Counter(pk=number, number=number) for number in range(1, counters + 1)],
        periods=PERIODS,
        rng=rhythm.chance(seed),
    )


def test_everybody_is_called_once():
    people = arrivals(80)

    called = [call.arrival for call in calls(people)]

    assert sorted(map(id, called)) == sorted(map(id, people))


def test_nobody_is_called_before_arriving():
    for seed in range(20):
        assert all(
            call.arrival.at <= call.called_at < call.ended_at
            for call in calls(arrivals(60, seed=seed), counters=4, seed=seed)
        )


def test_a_counter_serves_one_person_at_a_time():
    made = calls(arrivals(80), counters=3)

    for number in (1, 2, 3):
        here = sorted(
            (call.called_at, call.ended_at) for call in made if call.counter.number == number
        )
        assert all(ended <= called for (_, ended), (called, _) in pairwise(here))


def test_nobody_is_called_before_the_doors_open_or_in_the_break():
    for seed in range(20):
        for call in calls(arrivals(60, seed=seed), counters=4, seed=seed):
            assert call.called_at >= OPENS
            assert not BREAK <= call.called_at < BACK


def test_a_crowd_is_worked_off_soon_after_closing_time():
    made = calls(arrivals(130), counters=3)

    assert max(call.ended_at for call in made) < CLOSES + 60 * MINUTE


def test_priority_goes_before_whoever_came_just_before():
    case = ServiceCase(service=Service(group_id=1), minutes=12)
    first, second, old = (
        Arrival(OPENS - 20 * MINUTE, case, None, ""),
        Arrival(OPENS - 19 * MINUTE, case, None, ""),
        Arrival(OPENS - 18 * MINUTE, case, None, "elderly"),
    )

    made = calls([first, second, old], counters=1)

    assert [call.arrival for call in made] == [old, first, second]
