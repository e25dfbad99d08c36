import datetime

import pytest

from citizens.domain import walk_in_room
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    SlotFactory,
    TicketFactory,
    VisitorServiceFactory,
)


@pytest.fixture
def case(db):
    return ServiceCaseFactory(minutes=20)


@pytest.fixture
def office(case):
    """Open until 10.20, an hour from now, with two counters open."""
    office = OfficeFactory()
    OpeningPeriodFactory(template__office=office, closes=datetime.time(10, 20))
    for _ in range(2):
        open_desk(office, case)
    return office


def open_desk(office, *cases):
    groups = [case.service.group for case in cases]
    return DeskSessionFactory(counter=CounterFactory(office=office, groups=groups))


def expect(office, case, *, start=MOMENT):
    booked = AppointmentFactory(office=office, starts_at=start)
    VisitorServiceFactory(visitor__appointment=booked, case=case)


def remaining(office, at=MOMENT):
    return walk_in_room.remaining(office=office, at=at)


def test_what_the_counters_can_serve_less_who_is_here_and_who_will_come(office, case):
    measure(office, case)  # a visit takes ten minutes
    day = QueueDayFactory(office=office)
    for number in (1, 2, 3):
        TicketFactory(queue_day=day, case=case, number=number)
    expect(office, case)

    room = remaining(office)

    (part,) = room.parts
    assert (part.desks, part.desk_minutes, part.planned) == (2, 120, False)
    assert (part.waiting, part.waiting_minutes) == (3, 30)
    assert (part.expected, part.expected_minutes) == (1, 10)
    assert part.minutes_each == 10
    assert room.total == room.of_group(case.service.group_id) == 8


def test_below_thirty_observations_the_planned_minutes_count(office, case):
    TicketFactory(queue_day=QueueDayFactory(office=office), case=case)

    (part,) = remaining(office).parts

    assert (part.waiting_minutes, part.minutes_each, part.room) == (20, 20, 5)


def test_as_many_booked_people_count_as_the_show_rate_says(office, case):
    measure(office, case)
    for state in ["served"] * 15 + ["no_show"] * 15:
        AppointmentFactory(
            office=office, starts_at=MOMENT - datetime.timedelta(days=1), state=state
        )
    for _ in range(2):
        expect(office, case, start=MOMENT + 10 * MINUTE)

    room = remaining(office)

    assert (room.show_rate.share, room.show_rate.booked) == (0.5, 30)
    assert (room.parts[0].expected, room.parts[0].expected_minutes) == (2, 10)


def test_the_limit_of_the_supervisor_holds_whatever_the_counters_can_do(office, case):
    day = QueueDayFactory(office=office, walk_in_limit=2)
    TicketFactory(queue_day=day, case=case, finished=True)

    room = remaining(office)

    assert (room.limit, room.given, room.total) == (2, 1, 1)
    assert room.parts[0].room == 6


def test_who_is_at_a_counter_takes_the_rest_of_a_visit(office, case):
    measure(office, case)
    TicketFactory(
        queue_day=QueueDayFactory(office=office),
        case=case,
        serving=True,
        started_at=MOMENT - 4 * MINUTE,
    )

    assert remaining(office).parts[0].waiting_minutes == 6


def test_services_that_share_no_counter_are_two_sums(office, case):
    other = ServiceCaseFactory(minutes=30)
    open_desk(office, other)
    unserved = ServiceCaseFactory().service.group

    room = remaining(office)

    assert room.of_group(case.service.group_id) == 6
    assert room.of_group(other.service.group_id) == 2
    assert room.of_group(unserved.pk) == 0
    assert room.total == 8


def test_services_that_share_a_counter_are_one_sum(office, case):
    other = ServiceCaseFactory(minutes=20)
    open_desk(office, case, other)

    (part,) = remaining(office).parts

    assert part.groups == {case.service.group_id, other.service.group_id}
    assert part.desk_minutes == 180


def test_before_the_counters_are_open_the_plan_counts(case):
    office = OfficeFactory()
    OpeningPeriodFactory(template__office=office, opens=datetime.time(9, 0))
    CounterFactory(office=office, groups=[case.service.group])
    SlotFactory(
        office=office, group=case.service.group, start=MOMENT, minutes=60, capacity=3, online=1
    )

    (early,) = remaining(office, MOMENT).parts
    (later,) = remaining(office, MOMENT + 15 * MINUTE).parts

    assert (early.planned, early.desk_minutes, early.room) == (True, 180, 9)
    assert (later.planned, later.desk_minutes) == (False, 0)


def test_without_hours_nothing_is_known_and_nobody_is_refused(case):
    office = OfficeFactory()
    open_desk(office, case)

    room = remaining(office)

    assert room.closes_at is None
    assert room.total is None
    assert room.of_group(case.service.group_id) is None


def test_after_closing_no_number_is_left(office):
    assert remaining(office, MOMENT + 61 * MINUTE).total == 0


def test_the_sum_costs_the_same_for_one_and_for_many(office, case, django_assert_num_queries):
    day = QueueDayFactory(office=office)
    TicketFactory(queue_day=day, case=case)
    remaining(office)

    with django_assert_num_queries(8):
        remaining(office)

    for _ in range(3):
        other = ServiceCaseFactory()
        open_desk(office, other)
        TicketFactory(queue_day=day, case=other)
        expect(office, other)
    with django_assert_num_queries(8):
        remaining(office)
