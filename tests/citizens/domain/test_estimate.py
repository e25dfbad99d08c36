import datetime

import pytest
from django.core.cache import caches

from citizens.domain import counter as counters
from citizens.domain import estimate, hall
from citizens.domain.estimate import Unknown
from citizens.models import Ticket
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    VisitorServiceFactory,
)
from tests.factories.queue_day import DeskPauseFactory


@pytest.fixture
def case(db):
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def office(case):
    return OfficeFactory()


@pytest.fixture
def day(office):
    return QueueDayFactory(office=office)


def open_desk(office, *groups):
    return DeskSessionFactory(counter=CounterFactory(office=office, groups=groups))


def wait(day, case, *numbers, **values):
    return [
        TicketFactory(
            queue_day=day,
            case=case,
            number=number,
            arrived_at=MOMENT - (100 - number) * MINUTE,
            **values,
        )
        for number in numbers
    ]


def told(office, at=MOMENT):
    """By number: people before, and the range."""
    found = estimate.forecast(office=office, at=at).tickets
    return {number: (one.ahead, one.low, one.high) for number, one in found.items()}


def test_a_wait_is_a_range_between_the_quartiles_in_steps_of_five_minutes(office, day, case):
    measure(office, case)  # 8, 10 and 12 minutes
    open_desk(office, case.service.group)
    wait(day, case, 1, 2, 3)

    assert told(office) == {1: (0, 0, 5), 2: (1, 5, 15), 3: (2, 15, 25)}


def test_two_counters_halve_the_wait(office, day, case):
    measure(office, case)
    for _ in range(2):
        open_desk(office, case.service.group)
    wait(day, case, 1, 2, 3, 4, 5)

    assert told(office)[5] == (4, 15, 25)


def test_who_is_at_a_counter_leaves_it_after_the_rest_of_a_visit(office, day, case):
    measure(office, case)
    desk = open_desk(office, case.service.group)
    TicketFactory(
        queue_day=day, case=case, serving=True, counter=desk.counter, started_at=MOMENT - 2 * MINUTE
    )
    wait(day, case, 1)

    assert told(office) == {1: (0, 5, 10)}


def test_a_visit_that_lasts_long_already_may_last_longer(office, day, case):
    measure(office, case)
    desk = open_desk(office, case.service.group)
    TicketFactory(
        queue_day=day,
        case=case,
        serving=True,
        counter=desk.counter,
        started_at=MOMENT - 60 * MINUTE,
    )
    wait(day, case, 1)

    assert told(office) == {1: (0, 0, 10)}


def test_below_thirty_observations_there_is_no_range_and_the_reason_is_told(office, day, case):
    measure(office, case, count=29)
    open_desk(office, case.service.group)
    wait(day, case, 1, 2)

    forecast = estimate.forecast(office=office, at=MOMENT)

    # Whoever is next waits for nobody: that needs no measure.
    assert forecast.tickets[1].is_known
    assert forecast.tickets[2] == estimate.Estimate(ahead=1, unknown=Unknown.NOT_MEASURED)
    assert forecast.finish_high is None
    assert not forecast.is_measured


def test_a_rare_service_at_one_counter_leaves_the_others_their_range(office, day, case):
    measure(office, case)
    seldom = ServiceCaseFactory()
    desks = [open_desk(office, case.service.group, seldom.service.group) for _ in range(2)]
    TicketFactory(queue_day=day, case=seldom, serving=True, counter=desks[0].counter)
    wait(day, case, 1, 2)

    found = estimate.forecast(office=office, at=MOMENT).tickets

    assert (found[2].low, found[2].high) == (0, 15)


def test_without_an_open_counter_it_says_so(office, day, case):
    measure(office, case)
    wait(day, case, 1, 2)

    found = estimate.forecast(office=office, at=MOMENT).tickets

    assert found == {
        1: estimate.Estimate(ahead=0, unknown=Unknown.NO_COUNTER),
        2: estimate.Estimate(ahead=1, unknown=Unknown.NO_COUNTER),
    }


def test_a_counter_on_pause_serves_nobody(office, day, case):
    measure(office, case)
    DeskPauseFactory(session=open_desk(office, case.service.group))
    wait(day, case, 1)

    assert estimate.forecast(office=office, at=MOMENT).tickets[1].unknown == Unknown.NO_COUNTER


def test_a_counter_left_open_yesterday_serves_nobody(office, day, case):
    desk = CounterFactory(office=office, groups=[case.service.group])
    DeskSessionFactory(counter=desk, opened_at=MOMENT - datetime.timedelta(days=1))
    wait(day, case, 1)

    assert estimate.forecast(office=office, at=MOMENT).tickets[1].unknown == Unknown.NO_COUNTER


def test_a_newcomer_is_told_what_the_next_ticket_would_be(office, day, case):
    measure(office, case)
    open_desk(office, case.service.group)
    wait(day, case, 1, 2)

    newcomer = estimate.forecast(office=office, at=MOMENT).newcomers[case.service.group_id]
    wait(day, case, 3)

    assert (newcomer.ahead, newcomer.low, newcomer.high) == told(office)[3]


def test_people_who_are_booked_and_still_to_come_lengthen_the_wait(office, day, case):
    measure(office, case)
    open_desk(office, case.service.group)
    wait(day, case, 1, 2)
    for _ in range(3):
        booked = AppointmentFactory(office=office, starts_at=MOMENT)
        VisitorServiceFactory(visitor__appointment=booked, case=case)

    # Nobody else was called yet today: two booked people go before the first walk-in.
    assert told(office)[1] == (0, 15, 25)


def test_the_day_is_over_when_the_last_person_is_through(office, day, case):
    measure(office, case)
    open_desk(office, case.service.group)
    wait(day, case, 1, 2)

    forecast = estimate.forecast(office=office, at=MOMENT)

    assert forecast.finish_low == MOMENT + 16 * MINUTE
    assert forecast.finish_high == MOMENT + 24 * MINUTE
    assert forecast.is_measured


def test_who_is_not_called_before_closing_is_named(office, day, case):
    """At 09.20, with the doors closing at 09.40 and visits of ten minutes."""
    measure(office, case)
    open_desk(office, case.service.group)
    OpeningPeriodFactory(template__office=office, closes=datetime.time(9, 40))
    wait(day, case, 1, 2, 3, 4)

    forecast = estimate.forecast(office=office, at=MOMENT)

    assert forecast.closes_at == MOMENT + 20 * MINUTE
    assert forecast.unserved == [3, 4]


def test_nobody_is_called_in_the_break(office, day, case):
    measure(office, case)
    open_desk(office, case.service.group)
    morning = OpeningPeriodFactory(template__office=office, closes=datetime.time(9, 25))
    OpeningPeriodFactory(
        template=morning.template, opens=datetime.time(10, 20), closes=datetime.time(15, 0)
    )
    wait(day, case, 1, 2)

    assert told(office)[2] == (1, 60, 65)


def test_before_anybody_has_come_there_is_nothing_to_tell(office):
    assert estimate.forecast(office=office, at=MOMENT).tickets == {}


def test_who_does_not_wait_has_no_estimate(day, case):
    (ticket,) = wait(day, case, 1, finished=True)

    assert estimate.of_ticket(ticket=ticket, at=MOMENT) is None


def test_estimate_board_and_calls_have_the_same_order(office, day, case):
    """Walk-ins, booked and priority people, one put back: told, shown, and then really called.

    All within the time in which nobody ages: the board shows the order of this moment.
    """
    measure(office, case, minutes=(1, 3))
    desk = open_desk(office, case.service.group)
    wait(day, case, *range(1, 7))
    wait(day, case, 7, 8, priority=True)
    wait(day, case, 9, 10, 11, 12, booked=True, due_at=MOMENT)
    wait(day, case, 13, recall_after=2, was_called=True)

    estimated = list(estimate.forecast(office=office, at=MOMENT).tickets)
    (line,) = hall.read(hall.facts_of(office, at=MOMENT), at=MOMENT).lines
    called = list(call_everybody(desk, every=MINUTE / 60))

    assert estimated == [person.number for person in line.people] == called


def test_calls_at_the_measured_pace_come_as_they_were_told(office, day, case):
    """Early people become due and others age while the calls are made."""
    measure(office, case)
    desk = open_desk(office, case.service.group)
    wait(day, case, *range(1, 9))
    wait(day, case, 9, 10, booked=True, due_at=MOMENT + 40 * MINUTE)
    wait(day, case, 11, 12, booked=True, due_at=MOMENT)

    estimated = list(estimate.forecast(office=office, at=MOMENT).tickets)

    assert list(call_everybody(desk, every=10 * MINUTE)) == estimated


def call_everybody(session, *, every):
    at = MOMENT
    while True:
        try:
            ticket = counters.call_next(session=session, at=at)
        except counters.NobodyWaiting:
            return
        yield ticket.number
        Ticket.objects.filter(pk=ticket.pk).update(state="finished", ended_at=at)
        at += every


def test_an_estimate_costs_the_same_for_one_and_for_many(
    office, day, case, django_assert_num_queries
):
    measure(office, case)
    open_desk(office, case.service.group)
    wait(day, case, 1)
    estimate.forecast(office=office, at=MOMENT)

    with django_assert_num_queries(5):
        estimate.forecast(office=office, at=MOMENT)

    wait(day, case, 2, 3)
    for _ in range(3):
        open_desk(office, case.service.group, ServiceCaseFactory().service.group)
    with django_assert_num_queries(5):
        estimate.forecast(office=office, at=MOMENT)


def test_what_was_measured_is_read_once_in_some_minutes(office, day, case):
    measure(office, case)
    estimate.forecast(office=office, at=MOMENT)

    assert caches["local"].get(f"service-minutes-{office.pk}-{DAY}").groups
