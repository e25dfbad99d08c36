"""The promises of the order, each with its bound, for any people at any moment."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from citizens.domain.order import Waiting, next_ticket, sequence
from tests.citizens.domain.test_order import MINUTE, NOON, RULE, booked, fields, queues, rules


def is_aged(person, rule):
    return person.turn_at is not None and NOON - person.turn_at >= rule.ageing


@given(people=queues(), rule=rules)
def test_a_due_booked_person_waits_for_no_more_calls_than_the_rule_allows(people, rule):
    """Let nobody else come. Before a due booked person go, at most, the due booked people who came before, those
    whom ageing or the priority call puts first, and one walk-in for every `booked_per_walk_in` booked calls,
    and one more.
    """
    order = sequence(people, rule=rule, at=NOON)
    for place, person in enumerate(order):
        if not (person.booked and person.is_due(at=NOON)):
            continue
        before = order[:place]
        ahead = [one for one in before if one.booked and one.is_due(at=NOON)]
        by_exception = [one for one in before if not one.booked and exceptional(one, rule)]

        usual = place - len(ahead) - len(by_exception)

        assert usual <= len(ahead) // rule.booked_per_walk_in + 1


def exceptional(person, rule):
    """Whether ageing or priority may have called somebody, and not the ratio."""
    return is_aged(person, rule) or person.priority


@given(people=queues(), rule=rules)
def test_nobody_is_called_before_the_time_while_somebody_due_waits(people, rule):
    due = [one.is_due(at=NOON) for one in sequence(people, rule=rule, at=NOON)]

    assert due == sorted(due, reverse=True)


@given(people=queues(), rule=rules)
def test_priority_alone_takes_at_most_one_call_of_every_nth(people, rule):
    """Calls that nothing but the class explains lie `calls_per_priority` apart, whoever else is called."""
    left, now, places = list(people), rule, []
    for place in range(len(people)):
        person = next_ticket(left, rule=now, at=NOON)
        plain = [Waiting(**fields(one) | {"priority": False}) for one in left]
        if next_ticket(plain, rule=now, at=NOON).number != person.number:
            places.append(place)
        left.remove(person)
        now = now.after(person)

    gaps = [later - earlier for earlier, later in pairwise(places)]
    assert all(gap >= rule.calls_per_priority for gap in gaps)


@given(people=queues(), rule=rules)
def test_who_has_aged_and_is_due_goes_before_everybody_who_has_not(people, rule):
    order = sequence(people, rule=rule, at=NOON)
    aged = [is_aged(one, rule) and one.is_due(at=NOON) for one in order]

    assert aged == sorted(aged, reverse=True)


@given(late=st.integers(1, 240), others=st.lists(st.integers(0, 240), max_size=10))
def test_who_comes_late_has_among_the_booked_the_place_of_the_arrival(late, others):
    """Less late than the day's cap: still booked, yet behind whoever was there or due before."""
    tardy = booked(99, due=-late, waited=0)
    people = [booked(number, due=-due, waited=240) for number, due in enumerate(others, start=1)]

    order = sequence([tardy, *people], rule=RULE, at=NOON)

    assert order[-1] == tardy or all(one.since == NOON for one in order[order.index(tardy) :])
    assert NOON - tardy.since < MINUTE
