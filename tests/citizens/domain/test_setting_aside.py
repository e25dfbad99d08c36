"""Where people go who do not finish at a counter, and who calls them then."""

import pytest

from citizens.domain import counter, queue, setting_aside
from citizens.enums import ParkReason, TicketState
from tests.citizens.domain.test_undoing import call, give_up, park, put_back, start, wait
from tests.factories.citizens import (
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
)


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    return DeskSessionFactory(counter=CounterFactory(groups=[case.service.group]))


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


@pytest.fixture
def ticket(day, case, session):
    return wait(day, case, session)


def colleague(session, *groups):
    return DeskSessionFactory(counter=CounterFactory(office=session.counter.office, groups=groups))


def call_and_finish(session):
    """Serves the next one; returns the number."""
    called = counter.call_next(session=session, at=MOMENT)
    start(called, session)
    queue.move(
        ticket=called,
        to=TicketState.FINISHED,
        expected=TicketState.SERVING,
        at=MOMENT,
        staff=session.staff,
    )
    return called.number


def send(ticket, session, **where):
    return setting_aside.transfer(ticket=ticket, at=MOMENT, staff=session.staff, **where)


def test_who_was_put_back_is_called_after_five_more_numbers(ticket, session, day, case):
    call(ticket, session)
    put_back(ticket, session)
    for _ in range(7):
        wait(day, case, session)

    assert [call_and_finish(session) for _ in range(8)] == [2, 3, 4, 5, 6, 1, 7, 8]


def test_who_was_put_back_is_called_earlier_when_nobody_else_waits(ticket, session, day, case):
    call(ticket, session)
    put_back(ticket, session)
    wait(day, case, session)

    assert [call_and_finish(session) for _ in range(2)] == [2, 1]


def test_who_turns_up_after_missing_the_calls_waits_for_five_more(ticket, session, day, case):
    call(ticket, session)
    for _ in range(2):
        counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)
    give_up(ticket, session)
    setting_aside.turned_up(ticket=ticket, at=MOMENT, staff=session.staff)
    for _ in range(6):
        wait(day, case, session)

    assert [call_and_finish(session) for _ in range(7)] == [2, 3, 4, 5, 6, 1, 7]


def test_nobody_is_given_up_before_the_third_call(ticket, session):
    call(ticket, session)

    with pytest.raises(setting_aside.CallAgainFirst):
        give_up(ticket, session)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.CALLED


def test_parking_frees_the_counter_and_says_why(ticket, session, day, case):
    second = wait(day, case, session)
    call(ticket, session)
    setting_aside.park(
        ticket=ticket,
        reason=ParkReason.PAPERS,
        note="fotokopi KK",
        at=MOMENT,
        staff=session.staff,
    )

    assert call(None, session) == second
    ticket.refresh_from_db()
    assert (ticket.state, ticket.parked_by) == (TicketState.PARKED, session.staff)
    assert ticket.events.last().reason == "papers: fotokopi KK"


def test_a_transferred_person_keeps_the_number_and_goes_first_at_the_other_service(
    ticket, session, day
):
    other = ServiceCaseFactory()
    there = colleague(session, other.service.group)
    wait(day, other, session)
    call(ticket, session)

    send(ticket, session, group=other.service.group)

    called = call(None, there)
    assert (called, called.number, called.counter) == (ticket, ticket.number, there.counter)


def test_who_was_transferred_to_a_counter_is_called_by_that_one_alone(ticket, session, case):
    there = colleague(session, case.service.group)
    call(ticket, session)

    send(ticket, session, to_counter=there.counter)

    with pytest.raises(counter.NobodyWaiting):
        call(ticket, session)
    called = call(ticket, there)
    assert called == ticket
    assert (called.for_counter, called.recall_after) == (None, None)


def test_when_that_counter_closes_any_other_calls_them(ticket, session, case):
    there = colleague(session, case.service.group)
    call(ticket, session)
    send(ticket, session, to_counter=there.counter)

    counter.close_counter(session=there, at=MOMENT)

    assert ticket.events.last().for_counter is None
    assert call(ticket, session) == ticket


def test_nobody_is_sent_to_a_counter_that_is_not_open(ticket, session, case):
    there = colleague(session, case.service.group)
    counter.close_counter(session=there, at=MOMENT)
    call(ticket, session)

    with pytest.raises(setting_aside.NotServedThere):
        send(ticket, session, to_counter=there.counter)


def test_nobody_is_sent_to_a_service_that_the_counter_does_not_have(ticket, session):
    there = colleague(session, ServiceCaseFactory().service.group)
    call(ticket, session)

    with pytest.raises(setting_aside.NotServedThere):
        send(ticket, session, to_counter=there.counter)


@pytest.mark.parametrize("verb", [put_back, park, give_up])
def test_who_is_not_at_a_counter_goes_nowhere(ticket, session, verb):
    with pytest.raises(queue.StaleTicket):
        verb(ticket, session)

    assert ticket.events.count() == 1


def test_only_a_counter_with_the_service_or_the_one_that_parked_them_calls_somebody_back(
    ticket, session, case
):
    other = colleague(session, ServiceCaseFactory().service.group)
    same = colleague(session, case.service.group)
    call(ticket, session)
    park(ticket, session)

    with pytest.raises(counter.NotServedHere):
        counter.call_back(ticket=ticket, session=other, at=MOMENT)

    assert counter.call_back(ticket=ticket, session=same, at=MOMENT).counter == same.counter


def test_a_counter_calls_back_whom_it_parked_whatever_it_serves_by_now(ticket, session):
    call(ticket, session)
    park(ticket, session)
    session.counter.groups.clear()

    assert counter.call_back(ticket=ticket, session=session, at=MOMENT).counter == session.counter
