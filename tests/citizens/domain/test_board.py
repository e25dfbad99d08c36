import pytest

from citizens.domain import arrivals, board, counter, queue, setting_aside, undoing
from citizens.enums import TicketState
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    """An open counter, number 3."""
    desk = CounterFactory(office=OfficeFactory(code="utama"), number=3, groups=[case.service.group])
    return DeskSessionFactory(counter=desk)


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


def shown(*, at=MOMENT):
    return [(call.label, call.counter, call.nth) for call in board.find("utama", at=at).calls]


def call(session, *, at=MOMENT):
    return counter.call_next(session=session, at=at)


def leave(ticket, session):
    """The counter is free again, and the number is called no more."""
    for _ in range(2):
        counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)
    setting_aside.give_up(ticket=ticket, at=MOMENT, staff=session.staff)


def test_the_last_calls_come_newest_first_and_each_number_once(case, day, session):
    for number in (1, 2):
        TicketFactory(queue_day=day, case=case, number=number)
    leave(call(session), session)
    call(session, at=MOMENT + MINUTE)

    assert shown(at=MOMENT + MINUTE) == [("A-002", 3, 1), ("A-001", 3, 3)]


def test_a_call_again_is_the_newest_call_and_another_one(case, day, session):
    TicketFactory(queue_day=day, case=case, number=7)
    ticket = call(session)
    first = board.find("utama", at=MOMENT).calls[0]

    counter.call_again(ticket=ticket, at=MOMENT + MINUTE, staff=session.staff)

    again = board.find("utama", at=MOMENT + MINUTE).calls[0]
    assert (first.nth, again.nth) == (1, 2)
    assert first.key != again.key


def test_a_call_that_was_taken_back_is_not_shown(case, day, session):
    arrivals.issue_walk_in(
        office=day.office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=session.staff,
        submission_key="one",
    )
    call(session)
    assert len(shown()) == 1

    undoing.undo(session=session, at=MOMENT)

    assert shown() == []


def test_what_an_undo_brings_back_is_no_new_call(case, day, session):
    TicketFactory(queue_day=day, case=case, number=7)
    ticket = call(session)
    first = board.find("utama", at=MOMENT).calls
    counter.start(ticket=ticket, at=MOMENT + MINUTE, staff=session.staff)
    started = ticket.events.order_by("-pk")[0]

    ticket.state = TicketState.CALLED
    queue.log(ticket, from_state="serving", at=MOMENT, staff=session.staff, undoes=started)

    assert board.find("utama", at=MOMENT + MINUTE).calls == first


def test_only_the_newest_calls_are_shown(case, day, session):
    for number in range(1, board.CALLS_SHOWN + 3):
        TicketFactory(queue_day=day, case=case, number=number)
    for _ in range(board.CALLS_SHOWN + 2):
        leave(call(session), session)

    assert len(shown()) == board.CALLS_SHOWN
    assert shown()[0] == (f"A-{board.CALLS_SHOWN + 2:03d}", 3, 3)


def test_calls_of_another_office_or_day_are_not_shown(case, day, session):
    TicketFactory(queue_day=day, case=case)
    call(session)

    assert shown(at=MOMENT + 24 * 60 * MINUTE) == []


def test_an_office_that_is_not_in_use_has_no_board():
    OfficeFactory(code="tutup", active=False)

    assert board.find("tutup", at=MOMENT) is None
    assert board.find("tidak-ada", at=MOMENT) is None
