"""The one undo of a counter, with the whole ticket compared to what it was before."""

import datetime

import pytest

from citizens.domain import counter, queue, setting_aside, ticket_log, undoing, visits
from citizens.enums import (
    ActivationSource,
    AppointmentState,
    OfferResult,
    Outcome,
    ParkReason,
    TicketState,
)
from citizens.models import DigitalIdActivation, Ticket, TicketEvent, Visit, VisitorService
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    UserFactory,
)

SECOND = datetime.timedelta(seconds=1)
COLUMNS = sorted(ticket_log.Told.__slots__)


@pytest.fixture
def case(db):
    return ServiceCaseFactory(service__offers_digital_id=True)


@pytest.fixture
def session(case):
    return DeskSessionFactory(counter=CounterFactory(groups=[case.service.group]))


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


@pytest.fixture
def ticket(day, case, session):
    return wait(day, case, session)


def wait(day, case, session, **columns):
    return queue.issue(
        day,
        case=case,
        prefix="A",
        priority_group=None,
        at=MOMENT - MINUTE,
        staff=session.staff,
        **columns,
    )


def columns(ticket):
    return Ticket.objects.filter(pk=ticket.pk).values(*COLUMNS, "turn_at").get()


def call(ticket, session):
    return counter.call_next(session=session, at=MOMENT)


def start(ticket, session):
    return counter.start(ticket=ticket, at=MOMENT, staff=session.staff)


def call_again(ticket, session):
    return counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)


def put_back(ticket, session):
    return setting_aside.put_back(ticket=ticket, at=MOMENT, staff=session.staff)


def park(ticket, session):
    return setting_aside.park(
        ticket=ticket, reason=ParkReason.PAPERS, at=MOMENT, staff=session.staff
    )


def give_up(ticket, session):
    return setting_aside.give_up(ticket=ticket, at=MOMENT, staff=session.staff)


def turned_up(ticket, session):
    return setting_aside.turned_up(ticket=ticket, at=MOMENT, staff=session.staff)


def call_back(ticket, session):
    return counter.call_back(ticket=ticket, session=session, at=MOMENT)


def transfer(ticket, session):
    """To another service, at another counter alone."""
    other = ServiceCaseFactory().service.group
    desk = CounterFactory(groups=[other], office=session.counter.office)
    DeskSessionFactory(counter=desk)
    return setting_aside.transfer(
        ticket=ticket, group=other, to_counter=desk, at=MOMENT, staff=session.staff
    )


def finish(ticket, session, *offers):
    return counter.finish(
        ticket=ticket,
        outcome=Outcome.DONE,
        missing_papers=[],
        offers=offers,
        at=MOMENT,
        staff=session.staff,
    )


THREE_CALLS = [call, call_again, call_again]
WAYS = {
    "call": [call],
    "call again": [call, call_again],
    "start": [call, start],
    "put back": [call, put_back],
    "call after put back": [call, put_back, call],
    "give up": [*THREE_CALLS, give_up],
    "turn up": [*THREE_CALLS, give_up, turned_up],
    "call back who missed it": [*THREE_CALLS, give_up, call_back],
    "park who was called": [call, park],
    "park who was served": [call, start, park],
    "call back who was parked": [call, start, park, call_back],
    "transfer who was called": [call, transfer],
    "transfer who was served": [call, start, transfer],
    "finish": [call, start, finish],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_undo_gives_the_whole_ticket_back_and_both_stay_in_its_history(ticket, session, way):
    for action in way[:-1]:
        action(ticket, session)
    before = columns(ticket)
    way[-1](ticket, session)

    undone = undoing.undo(session=session, at=MOMENT + SECOND)

    assert undone == ticket
    assert columns(ticket) == before
    assert not Visit.objects.exists()
    taken_back, last = ticket.events.order_by("-pk")[:2][::-1]
    assert last.undoes == taken_back
    assert (last.staff, last.at) == (session.staff, MOMENT + SECOND)
    told = ticket_log.replay(list(ticket.events.order_by("pk")))
    assert {name: getattr(told, name) for name in COLUMNS} == {n: before[n] for n in COLUMNS}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_replaying_its_history_gives_the_ticket(ticket, session, way):
    for action in way:
        action(ticket, session)

    told = ticket_log.replay(list(ticket.events.order_by("pk")))

    now = columns(ticket)
    assert {name: getattr(told, name) for name in COLUMNS} == {n: now[n] for n in COLUMNS}


def test_there_is_one_undo_and_not_a_second(ticket, session):
    call(ticket, session)
    start(ticket, session)
    undoing.undo(session=session, at=MOMENT)

    with pytest.raises(undoing.NothingToUndo):
        undoing.undo(session=session, at=MOMENT)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.CALLED


def test_after_an_undo_the_next_action_can_be_taken_back_again(ticket, session):
    call(ticket, session)
    undoing.undo(session=session, at=MOMENT)
    call(ticket, session)

    undoing.undo(session=session, at=MOMENT)

    assert columns(ticket)["state"] == TicketState.WAITING


def test_after_a_minute_nothing_is_taken_back(ticket, session):
    call(ticket, session)

    assert undoing.last_action(session=session, at=MOMENT + MINUTE)
    assert undoing.last_action(session=session, at=MOMENT + MINUTE + SECOND) is None


def test_what_somebody_else_went_on_with_is_not_taken_back(ticket, session, case):
    call(ticket, session)
    park(ticket, session)
    colleague = DeskSessionFactory(
        counter=CounterFactory(groups=[case.service.group], office=session.counter.office)
    )
    call_back(ticket, colleague)

    with pytest.raises(undoing.NothingToUndo):
        undoing.undo(session=session, at=MOMENT)

    ticket.refresh_from_db()
    assert (ticket.state, ticket.counter) == (TicketState.CALLED, colleague.counter)


def test_of_two_people_in_a_row_the_later_action_is_taken_back(ticket, session, day, case):
    wait(day, case, session)
    call(ticket, session)
    park(ticket, session)
    second = call(None, session)

    undoing.undo(session=session, at=MOMENT)

    second.refresh_from_db()
    assert second.state == TicketState.WAITING
    assert columns(ticket)["state"] == TicketState.PARKED


def test_the_end_of_the_day_is_not_taken_back(ticket, session):
    queue.move(
        ticket=ticket,
        to=TicketState.UNSERVED,
        expected=TicketState.WAITING,
        at=MOMENT,
        staff=session.staff,
    )

    assert undoing.last_action(session=session, at=MOMENT) is None


def served_appointment(day, case, session, offer):
    """A booked person who was served, with the digital ID activated; returns the ticket."""
    appointment = AppointmentFactory(
        office=session.counter.office, with_visitor=True, checked_in=True
    )
    visitor = appointment.visitors.get()
    visitor.services.update(case=case, group=case.service.group)
    booked = wait(day, case, session, appointment=appointment)
    call(booked, session)
    start(booked, session)
    finish(booked, session, visits.Offer(visitor, offer))
    return booked


def test_an_undone_end_makes_the_appointment_the_active_one_of_its_people_again(day, case, session):
    booked = served_appointment(day, case, session, OfferResult.APPOINTMENT_MADE)
    rows = VisitorService.objects.filter(visitor__appointment=booked.appointment)
    assert not rows.get().active

    undoing.undo(session=session, at=MOMENT)

    booked.appointment.refresh_from_db()
    assert booked.appointment.state == AppointmentState.CHECKED_IN
    assert rows.get().active


def test_an_activation_that_only_the_undone_visit_told_goes_with_it(day, case, session):
    served_appointment(day, case, session, OfferResult.ACTIVATED)
    assert DigitalIdActivation.objects.count() == 1

    undoing.undo(session=session, at=MOMENT)

    assert not DigitalIdActivation.objects.exists()


def test_an_activation_that_was_known_before_stays(day, case, session):
    appointment = AppointmentFactory(
        office=session.counter.office, with_visitor=True, checked_in=True
    )
    visitor = appointment.visitors.get()
    known = DigitalIdActivation.objects.create(
        person_key=visitor.person_key, source=ActivationSource.IMPORT, activated_at=MOMENT
    )
    booked = wait(day, case, session, appointment=appointment)
    visitor.services.update(case=case, group=case.service.group)
    call(booked, session)
    start(booked, session)
    finish(booked, session, visits.Offer(visitor, OfferResult.ACTIVATED))

    undoing.undo(session=session, at=MOMENT)

    known.refresh_from_db()
    assert known.offer is None


def test_the_undo_of_a_colleague_leaves_my_last_action(ticket, session):
    call(ticket, session)
    other = DeskSessionFactory(
        counter=CounterFactory(office=session.counter.office), staff=UserFactory()
    )

    assert undoing.last_action(session=other, at=MOMENT) is None
    assert TicketEvent.objects.filter(undoes=None).count() == 2
