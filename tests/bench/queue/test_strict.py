"""Whoever was called before the turn is found."""

import datetime

from bench.queue import strict
from citizens.domain import order

BEGIN = datetime.datetime(2026, 11, 24, 1, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
RULE = order.Rule(booked_per_walk_in=2, calls_per_priority=3, ageing=45 * MINUTE)
KTP, KK = 1, 2


def came(number, *, group=KTP, booked=False, priority=False):
    arrived = BEGIN + number * MINUTE
    due = arrived if booked else None
    return strict.Came(order.Waiting(number, group, priority, arrived_at=arrived, due_at=due))


def call(number, *, minute=10, groups=(KTP,)):
    return strict.Call(number, BEGIN + minute * MINUTE, frozenset(groups))


def wrong(*steps):
    return strict.out_of_order(steps, fresh=RULE)


def test_calls_in_the_order_of_coming_are_right():
    assert wrong(came(1), came(2), call(1), came(3), call(2), call(3)) == 0


def test_two_booked_people_go_before_a_walk_in():
    people = [came(1), came(2, booked=True), came(3, booked=True), came(4, booked=True)]

    assert wrong(*people, call(2, minute=10), call(3, minute=11), call(1, minute=12)) == 0
    assert wrong(*people, call(2, minute=10), call(3, minute=11), call(4, minute=12)) == 1


def test_a_priority_person_goes_first():
    assert wrong(came(1), came(2, priority=True), call(2)) == 0
    assert wrong(came(1), came(2, priority=True), call(1)) == 1


def test_another_service_has_a_line_of_its_own():
    assert wrong(came(1), came(2, group=KK), call(2, groups=[KK])) == 0


def test_whoever_was_passed_over_is_found():
    assert wrong(came(1), came(2), call(2), call(1)) == 1


def test_somebody_called_twice_is_found():
    assert wrong(came(1), came(2), call(1), call(1)) == 1
