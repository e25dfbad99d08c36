"""The order, by examples and by properties."""

import datetime
from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from citizens.domain.order import Called, Rule, Waiting, next_ticket, sequence

NOON = datetime.datetime(2027, 3, 16, 5, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
RULE = Rule(booked_per_walk_in=2, calls_per_priority=3, ageing=45 * MINUTE)


def walk_in(number, *, waited=10, priority=False, group=1, turn=None):
    return Waiting(
        number=number,
        group=group,
        priority=priority,
        arrived_at=NOON - waited * MINUTE,
        turn_at=None if turn is None else NOON - turn * MINUTE,
    )


def booked(number, *, due=0, waited=10, priority=False, group=1, turn=None):
    """Somebody booked for `due` minutes from noon."""
    person = walk_in(number, waited=waited, priority=priority, group=group, turn=turn)
    return Waiting(**{**fields(person), "due_at": NOON + due * MINUTE})


def fields(person):
    return {name: getattr(person, name) for name in Waiting.__slots__}


def numbers(people, rule=RULE, **kwargs):
    return [person.number for person in sequence(people, rule=rule, at=NOON, **kwargs)]


def test_walk_ins_go_in_order_of_arrival():
    people = [walk_in(3, waited=5), walk_in(1, waited=20), walk_in(2, waited=10)]

    assert numbers(people) == [1, 2, 3]


def test_two_due_booked_people_go_to_one_walk_in():
    people = [booked(n, due=-n) for n in range(1, 5)] + [walk_in(n) for n in range(5, 8)]

    assert numbers(people) == [4, 3, 5, 2, 1, 6, 7]


def test_the_ratio_goes_on_where_the_last_calls_left_it():
    people = [booked(1), walk_in(2)]
    rule = RULE.remembering([Called(booked=True, priority=False)] * 2)

    assert numbers(people, rule) == [2, 1]


def test_a_booked_person_is_due_a_quarter_of_an_hour_before_the_time():
    early = booked(1, due=16)
    due = booked(2, due=15)

    assert numbers([early, walk_in(3), due]) == [2, 3, 1]


def test_a_booked_person_who_came_early_is_called_when_nobody_else_is_there():
    assert numbers([booked(1, due=90)]) == [1]


def test_who_comes_late_to_an_appointment_goes_behind_those_who_were_there():
    late = booked(1, due=-60, waited=1)
    punctual = booked(2, due=-5, waited=15)

    assert numbers([late, punctual]) == [2, 1]


def test_priority_goes_first_but_at_most_every_third_call():
    people = [walk_in(n, priority=True, waited=5) for n in (1, 2)]
    people += [walk_in(n, waited=30) for n in (3, 4, 5)]
    rule = RULE.remembering([])

    assert numbers(people, rule) == [1, 3, 4, 2, 5]


def test_the_bound_on_priority_never_puts_anybody_behind_who_came_later():
    old = walk_in(1, priority=True, waited=30)
    rule = RULE.remembering([Called(booked=False, priority=True)])

    assert numbers([walk_in(2, waited=5), old], rule) == [1, 2]


def test_who_waited_too_long_beyond_first_come_goes_before_every_ratio():
    aged = walk_in(3, waited=100, turn=45)
    not_yet = walk_in(3, waited=100, turn=44)
    others = [booked(1), walk_in(2, priority=True)]

    assert numbers([*others, aged])[0] == 3
    assert numbers([*others, not_yet])[0] == 1


def test_an_early_booked_person_does_not_age_before_the_time():
    early = booked(1, due=60, waited=120, turn=60)

    assert numbers([early, walk_in(2)]) == [2, 1]


def test_a_counter_takes_only_what_it_serves():
    people = [walk_in(1, group=1), walk_in(2, group=2)]

    assert next_ticket(people, rule=RULE, at=NOON, groups={2}).number == 2
    assert next_ticket(people, rule=RULE, at=NOON, groups={3}) is None
    assert numbers(people, groups={1}) == [1]


minutes = st.integers(0, 240)


@st.composite
def queues(draw):
    """Up to 30 people whose numbers follow their arrival."""
    arrivals = sorted(draw(st.lists(minutes, max_size=30)), reverse=True)
    people = []
    for number, waited in enumerate(arrivals, start=1):
        make = booked if draw(st.booleans()) else walk_in
        extra = {"due": draw(st.integers(-240, 240))} if make is booked else {}
        turn = draw(st.none() | st.integers(0, waited))
        people.append(
            make(
                number,
                waited=waited,
                priority=draw(st.booleans()),
                group=draw(st.integers(1, 3)),
                turn=turn,
                **extra,
            )
        )
    return people


rules = st.builds(
    Rule,
    booked_per_walk_in=st.integers(1, 4),
    calls_per_priority=st.integers(1, 5),
    ageing=minutes.map(lambda n: n * MINUTE),
    booked_in_a_row=st.integers(0, 5),
    since_priority=st.integers(0, 6),
)


@given(people=queues(), rule=rules)
def test_everybody_is_called_once(people, rule):
    assert sorted(numbers(people, rule)) == [person.number for person in people]


@given(people=queues(), rule=rules)
def test_the_sequence_is_what_calling_one_by_one_gives(people, rule):
    left, order = list(people), []
    now = rule
    while (person := next_ticket(left, rule=now, at=NOON)) is not None:
        left.remove(person)
        order.append(person.number)
        now = now.after(person)

    assert order == numbers(people, rule)


@given(people=queues(), rule=rules, seed=st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_arrive(people, rule, seed):
    shuffled = list(people)
    seed.shuffle(shuffled)

    assert numbers(shuffled, rule) == numbers(people, rule)


@given(people=queues(), rule=rules)
def test_within_a_class_who_waits_longer_is_called_first(people, rule):
    order = [p for p in sequence(people, rule=rule, at=NOON) if not p.priority]
    plain = [p for p in order if p.turn_at is None or NOON - p.turn_at < rule.ageing]
    for lane in (
        [p for p in plain if not p.booked],
        [p for p in plain if p.booked and p.is_due(at=NOON)],
        [p for p in plain if p.booked and not p.is_due(at=NOON)],
    ):
        assert lane == sorted(lane, key=lambda p: (p.since, p.number))


@given(people=queues(), rule=rules)
def test_priority_is_used_at_most_every_nth_call(people, rule):
    """Between two calls that priority alone explains lie at least n - 1 calls of other people."""
    now, left = rule, list(people)
    while (person := next_ticket(left, rule=now, at=NOON)) is not None:
        without = [Waiting(**{**fields(p), "priority": False}) for p in left]
        by_right = next_ticket(without, rule=now, at=NOON).number == person.number

        assert by_right or now.since_priority >= rule.calls_per_priority - 1

        left.remove(person)
        now = now.after(person)


@given(
    arrivals=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80),
    rule=rules,
    pace=st.integers(1, 4),
)
def test_nobody_starves(arrivals, rule, pace):
    """However people keep coming, each is called at most `ageing` and one call after the first-come turn."""
    people = deque(
        Waiting(
            number=number,
            group=1,
            priority=priority,
            arrived_at=NOON + number * MINUTE,
            due_at=NOON + number * MINUTE if is_booked else None,
        )
        for number, (is_booked, priority) in enumerate(arrivals)
    )
    step = pace * MINUTE
    waiting, turns, now, at = {}, deque(), rule, NOON
    while people or waiting:
        while people and people[0].arrived_at <= at:
            person = people.popleft()
            waiting[person.number] = person
            turns.append(person.number)
        called = next_ticket(waiting.values(), rule=now, at=at)
        if called is not None:
            if called.turn_at is not None:
                assert at - called.turn_at <= rule.ageing + step
            del waiting[called.number]
            now = now.after(called)
            first = turns.popleft()
            if first in waiting:
                waiting[first] = Waiting(**{**fields(waiting[first]), "turn_at": at})
        at += step


@given(calls=st.lists(st.builds(Called, booked=st.booleans(), priority=st.booleans())))
def test_the_latest_calls_are_all_the_memory_the_rule_needs(calls):
    everything = RULE.remembering(calls)
    latest = RULE.remembering(calls[-RULE.memory :])

    assert (everything.booked_in_a_row < RULE.booked_per_walk_in) == (
        latest.booked_in_a_row < RULE.booked_per_walk_in
    )
    assert (everything.since_priority >= RULE.calls_per_priority - 1) == (
        latest.since_priority >= RULE.calls_per_priority - 1
    )


@given(people=queues(), rule=rules, behind=st.integers(0, 12))
def test_who_is_called_again_goes_first_exactly_when_the_calls_have_passed(people, rule, behind):
    back = Waiting(**{**fields(walk_in(99)), "behind": behind})
    others = sum(person.group == back.group for person in people)

    order = sequence([*people, back], rule=rule, at=NOON)

    before = [person for person in order[: order.index(back)] if person.group == back.group]
    assert len(before) == min(behind, others)
    if behind > others:
        assert order[-1] == back
    elif before:
        assert order[order.index(back) - 1] == before[-1]
