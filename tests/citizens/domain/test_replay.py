"""The replay asks the one ordering function about few people; these tests ask it about all of them."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import order, replay
from citizens.domain.order import Rule, Waiting, next_ticket

NOON = datetime.datetime(2027, 3, 16, 5, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
RULE = Rule(booked_per_walk_in=2, calls_per_priority=3, ageing=45 * MINUTE)
KTP = frozenset({1})


def person(number, **values):
    values = {"group": 1, "priority": False, "arrived_at": NOON - (100 - number) * MINUTE} | values
    return Waiting(number=number, **values)


def situation(waiting, *, rule=RULE, desks=(KTP,), **values):
    rules = dict.fromkeys(desks, rule) | {frozenset({n}): rule for n in (1, 2, 3)}
    return replay.Situation(at=NOON, waiting=waiting, rules=rules, **values)


def played(here, *desks, minutes=10, free=0):
    open_desks = [
        replay.Desk(counter, groups, NOON + free * MINUTE)
        for counter, groups in enumerate(desks, start=1)
    ]
    return list(replay.calls(here, desks=open_desks, lasts=lambda _number: minutes * MINUTE))


def times(calls):
    return {call.number: (call.at - NOON) // MINUTE for call in calls}


def test_two_counters_call_two_people_at_once_and_go_on_when_they_are_free():
    calls = played(situation([person(n) for n in range(1, 6)]), KTP, KTP)

    assert times(calls) == {1: 0, 2: 0, 3: 10, 4: 10, 5: 20}


def test_nobody_is_called_in_a_break():
    lunch = (NOON + 5 * MINUTE, NOON + 65 * MINUTE)
    here = situation([person(n) for n in range(1, 4)], breaks=[lunch])

    assert times(played(here, KTP)) == {1: 0, 2: 65, 3: 75}


def test_a_counter_does_not_call_what_it_does_not_serve():
    here = situation([person(1, group=2), person(2)])

    assert times(played(here, KTP)) == {2: 0}


def test_who_is_booked_for_later_goes_before_walk_ins_when_due():
    here = situation(
        [person(n) for n in range(1, 5)],
        coming=[person(9, arrived_at=NOON + 15 * MINUTE, due_at=NOON + 15 * MINUTE)],
    )

    assert times(played(here, KTP)) == {1: 0, 2: 10, 9: 20, 3: 30, 4: 40}


def test_a_counter_that_is_out_of_work_waits_for_who_is_expected():
    here = situation(
        [person(1, group=2)],
        desks=(KTP, frozenset({2})),
        coming=[person(9, arrived_at=NOON + 5 * MINUTE, due_at=NOON + 5 * MINUTE)],
    )

    assert times(played(here, KTP, frozenset({2}), free=3)) == {1: 3}


def test_who_only_asks_holds_up_nobody():
    asking = [person(8, arrived_at=NOON), person(9, arrived_at=NOON)]
    here = situation([person(1), person(2)], asking=asking)

    assert times(played(here, KTP)) == {1: 0, 2: 10, 8: 20, 9: 20}


def test_a_counter_with_a_visit_of_unknown_length_calls_nobody_after_it():
    here = situation([person(n) for n in (1, 2, 3)])
    desk = replay.Desk(1, KTP, NOON)

    calls = list(replay.calls(here, desks=[desk], lasts=lambda _number: None))

    assert [(call.number, call.until) for call in calls] == [(1, None)]


group_sets = st.frozensets(st.integers(1, 3), min_size=1)
desk_sets = st.lists(group_sets, min_size=1, max_size=4)
rules = st.builds(
    Rule,
    booked_per_walk_in=st.integers(1, 3),
    calls_per_priority=st.integers(1, 4),
    ageing=st.integers(0, 60).map(lambda n: n * MINUTE),
    booked_in_a_row=st.integers(0, 3),
    since_priority=st.integers(0, 4),
)


@st.composite
def queues(draw):
    """Up to 25 people: walk-ins, booked ones, early ones, some put back, some sent to one counter."""
    people = []
    for number in range(1, draw(st.integers(0, 25)) + 1):
        due = draw(st.none() | st.integers(-60, 60))
        people.append(
            person(
                number,
                arrived_at=NOON - draw(st.integers(0, 100)) * MINUTE,  # paper numbers come late
                group=draw(st.integers(1, 3)),
                priority=draw(st.booleans()),
                due_at=None if due is None else NOON + due * MINUTE,
                turn_at=draw(st.none() | st.integers(0, 90).map(lambda n: NOON - n * MINUTE)),
                behind=draw(st.none() | st.none() | st.integers(0, 4)),
                for_counter=draw(st.none() | st.none() | st.integers(1, 4)),
            )
        )
    return people


@given(people=queues(), desks=desk_sets, rule=rules, minutes=st.integers(1, 20))
def test_the_replay_calls_whom_the_order_calls_among_everybody(people, desks, rule, minutes):
    fast = played(situation(people, rule=rule, desks=desks), *desks, minutes=minutes)

    assert [(call.number, call.at) for call in fast] == slowly(people, desks, rule, minutes)


def slowly(people, desks, rule, minutes):
    """The same, as the counters do it: everybody is looked at for every call."""
    left = {one.number: one for one in people}
    turnless = {one.number: one for one in people if one.turn_at is None}
    made = {1: 0, 2: 0, 3: 0}
    memory = dict.fromkeys(desks, rule)
    free = [(NOON, counter, groups) for counter, groups in enumerate(desks, start=1)]
    found = []
    while free and left:
        at, counter, groups = min(free, key=lambda desk: desk[:2])
        free.remove((at, counter, groups))
        line = [with_calls(one, made) for one in left.values()]
        chosen = next_ticket(line, rule=memory[groups], at=at, groups=groups, counter=counter)
        if chosen is None:
            continue
        found.append((chosen.number, at))
        del left[chosen.number]
        free.append((at + minutes * MINUTE, counter, groups))
        for other in memory:
            if chosen.group in other:
                memory[other] = order.after(chosen, rule=memory[other])
        if chosen.behind is None:
            made[chosen.group] += 1
            mine = [one for one in turnless.values() if one.group in groups]
            oldest = min(mine, key=lambda one: (one.arrived_at, one.number), default=None)
            first = oldest and oldest.number
            turnless.pop(first, None)
            if first in left:
                left[first] = with_turn(left[first], at)
    return found


def with_calls(one, made):
    if one.behind is None:
        return one
    return changed(one, behind=max(0, one.behind - made[one.group]))


def with_turn(one, at):
    return changed(one, turn_at=at)


def changed(one, **values):
    return Waiting(**{name: getattr(one, name) for name in Waiting.__slots__} | values)


@given(
    people=st.lists(st.booleans(), max_size=25),
    desks=st.integers(1, 5),
    minutes=st.lists(st.integers(1, 30), min_size=25, max_size=25),
)
def test_one_more_counter_lengthens_nobodys_wait(people, desks, minutes):
    """As long as the counters serve the same and everybody is due: nothing but the calls decides the order."""
    calm = Rule(booked_per_walk_in=2, calls_per_priority=3, ageing=10_000 * MINUTE)
    line = [
        person(number, due_at=NOON - 100 * MINUTE if booked else None)
        for number, booked in enumerate(people, start=1)
    ]
    here = situation(line, rule=calm)

    def waits(count):
        open_desks = [replay.Desk(counter, KTP, NOON) for counter in range(count)]
        calls = replay.calls(here, desks=open_desks, lasts=lambda n: minutes[n - 1] * MINUTE)
        return times(calls)

    before, after = waits(desks), waits(desks + 1)

    assert all(after[number] <= before[number] for number in before)
