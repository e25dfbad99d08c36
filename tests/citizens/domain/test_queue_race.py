"""Two verbs for one person at the same moment, on real connections; and thirteen counters that call at once."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from citizens.domain import counter, queue, setting_aside, ticket_log, undoing
from citizens.enums import Outcome, TicketState
from citizens.models import Ticket
from tests.citizens.domain.test_undoing import call, park, start, wait
from tests.factories.citizens import (
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
)
from tests.racing import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def open_office(*, desks, people):
    """The sessions of `desks` counters with one service, for which `people` wait."""
    case, office = ServiceCaseFactory(), OfficeFactory()
    day = QueueDayFactory(office=office)
    sessions = [
        DeskSessionFactory(counter=CounterFactory(office=office, groups=[case.service.group]))
        for _ in range(desks)
    ]
    for _ in range(people):
        wait(day, case, sessions[0])
    return sessions


def table_is_the_log():
    for ticket in Ticket.objects.all():
        told = ticket_log.replay(list(ticket.events.order_by("pk")))
        assert (told.state, told.counter_id) == (ticket.state, ticket.counter_id)
    return True


@pytest.mark.parametrize("desks", [2, 5, 13])
def test_counters_that_call_at_once_get_different_people_in_strict_order(desks):
    sessions = open_office(desks=desks, people=desks + 3)

    called = at_once(
        *(partial(counter.call_next, session=session, at=MOMENT) for session in sessions)
    )

    assert sorted(ticket.number for ticket in called) == list(range(1, desks + 1))
    logged = Ticket.objects.filter(events__to_state=TicketState.CALLED).order_by("events__pk")
    assert list(logged.values_list("number", flat=True)) == list(range(1, desks + 1))
    assert table_is_the_log()


@pytest.mark.parametrize("desks", [2, 5, 13])
def test_without_the_lock_counters_go_for_the_same_person(monkeypatch, desks):
    """The control: what the lock is for. The expected-state check of the move still refuses all but one."""
    sessions = open_office(desks=desks, people=desks + 3)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **kwargs: self)

    for _ in range(20):
        called = at_once(
            *(partial(counter.call_next, session=session, at=MOMENT) for session in sessions)
        )
        if any(isinstance(result, queue.StaleTicket | IntegrityError) for result in called):
            return
        Ticket.objects.update(
            state=TicketState.WAITING, counter=None, calls=0, called_at=None, called_by=None
        )
    pytest.fail("no two counters went for the same person")


class PowerCut(Exception):
    """What a transaction dies of after it has chosen."""


@pytest.mark.parametrize("desks", [2, 5, 13])
def test_a_call_that_fails_after_choosing_leaves_its_person_to_the_next_counter(desks):
    failing, *others = open_office(desks=desks, people=desks + 3)

    def fail():
        with transaction.atomic():
            chosen = counter.call_next(session=failing, at=MOMENT)
            raise PowerCut(chosen.number)

    lost, *called = at_once(
        fail, *(partial(counter.call_next, session=session, at=MOMENT) for session in others)
    )

    assert isinstance(lost, PowerCut)
    assert sorted(ticket.number for ticket in called) == list(range(1, desks))
    logged = Ticket.objects.filter(events__to_state=TicketState.CALLED).order_by("events__pk")
    assert list(logged.values_list("number", flat=True)) == list(range(1, desks))
    assert counter.call_next(session=failing, at=MOMENT).number == desks
    assert table_is_the_log()


def test_a_transfer_and_a_call_at_once_leave_the_person_in_one_place():
    here, there = open_office(desks=2, people=1)
    ticket = call(None, here)

    sent, called = at_once(
        partial(
            setting_aside.transfer,
            ticket=ticket,
            to_counter=there.counter,
            at=MOMENT,
            staff=here.staff,
        ),
        partial(counter.call_next, session=there, at=MOMENT),
    )

    assert sent == ticket
    ticket.refresh_from_db()
    if isinstance(called, counter.NobodyWaiting):
        assert (ticket.state, ticket.for_counter) == (TicketState.WAITING, there.counter)
    else:
        assert (ticket.state, ticket.counter) == (TicketState.CALLED, there.counter)
    assert table_is_the_log()


def test_an_undone_call_and_the_call_of_a_colleague_lose_and_double_nobody():
    here, there = open_office(desks=2, people=2)
    call(None, here)

    undone, called = at_once(
        partial(undoing.undo, session=here, at=MOMENT),
        partial(counter.call_next, session=there, at=MOMENT),
    )

    assert isinstance(undone, Ticket)
    assert called.number in (1, 2)
    states = sorted(Ticket.objects.values_list("state", flat=True))
    assert states == [TicketState.CALLED, TicketState.WAITING]
    assert table_is_the_log()


def test_of_a_park_and_a_finish_at_once_one_happens():
    [here] = open_office(desks=1, people=1)
    ticket = start(call(None, here), here)

    results = at_once(
        partial(park, ticket, here),
        partial(
            counter.finish,
            ticket=ticket,
            outcome=Outcome.DONE,
            missing_papers=[],
            offers=[],
            at=MOMENT,
            staff=here.staff,
        ),
    )

    assert sum(isinstance(result, queue.StaleTicket) for result in results) == 1
    assert ticket.events.count() == 4
    assert table_is_the_log()


def test_a_counter_that_closes_while_somebody_is_sent_there_strands_nobody():
    here, there = open_office(desks=2, people=1)
    ticket = start(call(None, here), here)

    at_once(
        partial(
            setting_aside.transfer,
            ticket=ticket,
            to_counter=there.counter,
            at=MOMENT,
            staff=here.staff,
        ),
        partial(counter.close_counter, session=there, at=MOMENT),
    )

    ticket.refresh_from_db()
    assert ticket.for_counter is None
    assert ticket.state in (TicketState.WAITING, TicketState.SERVING)
