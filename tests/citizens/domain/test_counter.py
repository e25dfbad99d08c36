import datetime

import pytest

from citizens import signals
from citizens.domain import appointments, counter, queue, setting_aside
from citizens.domain.visits import Offer
from citizens.enums import AppointmentState, OfferResult, Outcome, TicketState
from citizens.models import DeskSession, Ticket, Visit
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
    VisitorServiceFactory,
)
from tests.racing import at_once


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    """An open counter that serves the group of `case`."""
    return open_desk(case)


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


def open_desk(case, **kwargs):
    desk = CounterFactory(groups=[case.service.group], **kwargs)
    return DeskSessionFactory(counter=desk)


@pytest.fixture
def heard():
    """What the signals told: a list of (name, subject)."""
    told = []
    named = {
        signals.ticket_called: "ticket_called",
        signals.appointment_ended: "appointment_ended",
    }

    def listen(signal, sender, **facts):
        told.append((named[signal], facts.get("ticket") or facts.get("appointment")))

    for signal in named:
        signal.connect(listen)
    yield told
    for signal in named:
        signal.disconnect(listen)


def finish(ticket, staff, **kwargs):
    return counter.finish(
        ticket=ticket,
        outcome=kwargs.get("outcome", Outcome.DONE),
        missing_papers=kwargs.get("missing_papers", []),
        offers=kwargs.get("offers", []),
        at=MOMENT,
        staff=staff,
    )


def test_opening_a_counter_begins_a_session(db):
    desk = CounterFactory()
    staff = UserFactory(office=desk.office)

    session = counter.open_counter(counter=desk, at=MOMENT, staff=staff)

    assert (session.counter, session.staff, session.opened_at) == (desk, staff, MOMENT)
    assert session.closed_at is None


def test_opening_twice_gives_the_same_session(session):
    again = counter.open_counter(counter=session.counter, at=MOMENT, staff=session.staff)

    assert again == session
    assert DeskSession.objects.count() == 1


def test_a_counter_that_a_colleague_has_open_is_refused(session):
    with pytest.raises(counter.CounterTaken) as raised:
        counter.open_counter(counter=session.counter, at=MOMENT, staff=UserFactory())

    assert raised.value.session == session


def test_a_second_counter_is_refused(session):
    with pytest.raises(counter.ElsewhereOpen) as raised:
        counter.open_counter(counter=CounterFactory(), at=MOMENT, staff=session.staff)

    assert raised.value.session == session


def test_a_session_left_open_overnight_is_ended_with_its_day(session):
    tomorrow = MOMENT + datetime.timedelta(days=1)

    new = counter.open_counter(counter=session.counter, at=tomorrow, staff=UserFactory())

    session.refresh_from_db()
    assert session.closed_at == datetime.datetime(2027, 3, 16, 17, 0, tzinfo=datetime.UTC)
    assert new.opened_at == tomorrow


def test_closing_a_counter_ends_the_session(session):
    counter.close_counter(session=session, at=MOMENT + MINUTE)
    counter.close_counter(session=session, at=MOMENT + 2 * MINUTE)

    session.refresh_from_db()
    assert session.closed_at == MOMENT + MINUTE


def test_a_counter_with_somebody_at_it_stays_open(session, day):
    ticket = TicketFactory(queue_day=day, serving=True, counter=session.counter)

    with pytest.raises(counter.AlreadyServing) as raised:
        counter.close_counter(session=session, at=MOMENT)

    assert raised.value.ticket == ticket
    session.refresh_from_db()
    assert session.closed_at is None


def test_calling_next_calls_whoever_the_order_names(session, day, case, heard):
    TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 5 * MINUTE)
    first = TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 10 * MINUTE)

    ticket = counter.call_next(session=session, at=MOMENT)

    assert ticket == first
    assert (ticket.state, ticket.counter, ticket.calls) == (TicketState.CALLED, session.counter, 1)
    assert (ticket.called_at, ticket.called_by) == (MOMENT, session.staff)
    assert heard == [("ticket_called", ticket)]


def test_a_booked_person_who_is_due_goes_before_a_walk_in(session, day, case):
    TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 30 * MINUTE)
    booked = TicketFactory(queue_day=day, case=case, booked=True)

    assert counter.call_next(session=session, at=MOMENT) == booked


def test_a_counter_calls_only_for_the_groups_it_serves(session, day):
    TicketFactory(queue_day=day)

    with pytest.raises(counter.NobodyWaiting):
        counter.call_next(session=session, at=MOMENT)


def test_people_of_another_day_or_office_are_not_called(session, case):
    yesterday = datetime.date(2027, 3, 15)
    TicketFactory(
        queue_day=QueueDayFactory(office=session.counter.office, date=yesterday), case=case
    )
    TicketFactory(case=case)

    with pytest.raises(counter.NobodyWaiting):
        counter.call_next(session=session, at=MOMENT)


def test_nobody_is_called_while_somebody_is_at_the_counter(session, day, case):
    TicketFactory(queue_day=day, case=case)
    there = counter.call_next(session=session, at=MOMENT)
    TicketFactory(queue_day=day, case=case)

    with pytest.raises(counter.AlreadyServing) as raised:
        counter.call_next(session=session, at=MOMENT)

    assert raised.value.ticket == there


def test_a_counter_that_was_closed_meanwhile_calls_nobody(session, day, case):
    TicketFactory(queue_day=day, case=case)
    counter.close_counter(session=session, at=MOMENT)

    with pytest.raises(counter.CounterClosed):
        counter.call_next(session=session, at=MOMENT)


def test_a_counter_left_open_overnight_calls_nobody(session, case):
    tomorrow = MOMENT + datetime.timedelta(days=1)
    new_day = QueueDayFactory(office=session.counter.office, date=datetime.date(2027, 3, 17))
    TicketFactory(queue_day=new_day, case=case)

    with pytest.raises(counter.CounterClosed):
        counter.call_next(session=session, at=tomorrow)


def test_each_call_gives_one_more_person_the_first_come_turn(session, day, case):
    oldest = TicketFactory(queue_day=day, case=case, number=1, arrived_at=MOMENT - 30 * MINUTE)
    booked = TicketFactory(queue_day=day, case=case, number=2, booked=True)

    assert counter.call_next(session=session, at=MOMENT) == booked

    oldest.refresh_from_db()
    booked.refresh_from_db()
    assert (oldest.turn_at, booked.turn_at) == (MOMENT, None)


def test_a_paper_number_that_was_entered_afterwards_has_the_turn_of_its_written_time(
    session, day, case
):
    TicketFactory(queue_day=day, case=case, number=1, arrived_at=MOMENT - 10 * MINUTE)
    paper = TicketFactory(queue_day=day, case=case, number=900, arrived_at=MOMENT - 30 * MINUTE)
    TicketFactory(queue_day=day, case=case, number=2, booked=True)

    counter.call_next(session=session, at=MOMENT)

    assert Ticket.objects.get(turn_at=MOMENT) == paper


def test_who_waits_too_long_beyond_first_come_goes_before_the_booked(session, day, case):
    day.ageing_minutes = 45
    day.save()
    aged = TicketFactory(queue_day=day, case=case, turn_at=MOMENT - 45 * MINUTE)
    TicketFactory(queue_day=day, case=case, booked=True)

    assert counter.call_next(session=session, at=MOMENT) == aged


def test_calling_again_counts_and_is_logged(session, day, case, heard):
    TicketFactory(queue_day=day, case=case)
    ticket = counter.call_next(session=session, at=MOMENT)

    again = counter.call_again(ticket=ticket, at=MOMENT + MINUTE, staff=session.staff)

    assert again.calls == 2
    assert again.called_at == MOMENT
    assert [event.to_state for event in ticket.events.order_by("pk")] == ["called", "called"]
    assert heard == [("ticket_called", ticket)] * 2


def test_a_person_is_called_three_times_at_most(session, day):
    ticket = TicketFactory(queue_day=day, called=True, calls=3)

    with pytest.raises(counter.CalledEnough):
        counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)


def test_starting_says_that_the_person_is_there(session, day):
    ticket = TicketFactory(queue_day=day, called=True)

    started = counter.start(ticket=ticket, at=MOMENT, staff=session.staff)

    assert started.state == TicketState.SERVING
    assert (started.started_at, started.started_by) == (MOMENT, session.staff)


def test_starting_twice_is_stale(session, day):
    ticket = TicketFactory(queue_day=day, called=True)
    counter.start(ticket=ticket, at=MOMENT, staff=session.staff)

    with pytest.raises(queue.StaleTicket):
        counter.start(ticket=ticket, at=MOMENT, staff=session.staff)


def test_nobody_is_absent_before_the_third_call(session, day):
    ticket = TicketFactory(queue_day=day, called=True, calls=2)

    with pytest.raises(setting_aside.CallAgainFirst):
        setting_aside.give_up(ticket=ticket, at=MOMENT, staff=session.staff)


def test_whoever_missed_three_calls_keeps_the_appointment_until_the_day_ends(session, day, heard):
    ticket = TicketFactory(queue_day=day, called=True, calls=3, booked=True)

    missed = setting_aside.give_up(ticket=ticket, at=MOMENT, staff=session.staff)

    assert missed.state == TicketState.MISSED
    assert missed.ended_at is None
    assert missed.appointment.state == AppointmentState.CHECKED_IN
    assert heard == []


def test_finishing_ends_the_ticket_and_the_appointment(session, day, heard):
    ticket = TicketFactory(queue_day=day, serving=True, booked=True)
    VisitorServiceFactory(visitor__appointment=ticket.appointment)

    visit = finish(ticket, session.staff)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.FINISHED
    assert (ticket.ended_at, ticket.ended_by) == (MOMENT, session.staff)
    assert ticket.appointment.state == AppointmentState.SERVED
    assert (visit.ticket, visit.outcome, visit.recorded_by) == (ticket, Outcome.DONE, session.staff)
    assert heard == [("appointment_ended", ticket.appointment)]


def test_finishing_twice_records_one_visit(session, day):
    ticket = TicketFactory(queue_day=day, serving=True, booked=True)
    VisitorServiceFactory(visitor__appointment=ticket.appointment)
    finish(ticket, session.staff)

    with pytest.raises(queue.StaleTicket):
        finish(ticket, session.staff)

    assert Visit.objects.count() == 1


def test_a_finish_that_cannot_be_recorded_changes_nothing(session, day):
    ticket = TicketFactory(queue_day=day, serving=True, case=ServiceCaseFactory(ktp=True))
    declined = Offer(None, OfferResult.DECLINED)

    with pytest.raises(counter.visits.ReasonNeeded):
        finish(ticket, session.staff, offers=[declined])

    ticket.refresh_from_db()
    assert ticket.state == TicketState.SERVING
    assert not Visit.objects.exists()


def test_after_finishing_the_next_person_can_be_called(session, day, case):
    TicketFactory(queue_day=day, case=case)
    ticket = counter.call_next(session=session, at=MOMENT)
    counter.start(ticket=ticket, at=MOMENT, staff=session.staff)
    finish(ticket, session.staff)
    following = TicketFactory(queue_day=day, case=case)

    assert counter.call_next(session=session, at=MOMENT) == following


def desks_and_people(case, count):
    """`count` open counters of one office, and as many people who wait."""
    first = open_desk(case)
    office = first.counter.office
    desks = [first, *(open_desk(case, office=office) for _ in range(count - 1))]
    day = QueueDayFactory(office=office)
    for number in range(1, count + 1):
        TicketFactory(queue_day=day, case=case, number=number, arrived_at=MOMENT - MINUTE)
    return desks


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_counter_that_calls_twice_at_once_gets_one_person():
    [desk] = desks_and_people(ServiceCaseFactory(), 1)

    results = at_once(*[lambda: counter.call_next(session=desk, at=MOMENT)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["AlreadyServing", "Ticket"]


def test_a_visit_left_open_overnight_can_still_be_ended(session, day, case):
    there = TicketFactory(
        queue_day=day, case=case, booked=True, serving=True, counter=session.counter
    )
    tomorrow = MOMENT + datetime.timedelta(days=1)
    appointments.close_past_days(at=tomorrow)

    finish(Ticket.objects.get(pk=there.pk), session.staff)

    there.refresh_from_db()
    assert there.state == TicketState.FINISHED
    assert there.appointment.state == AppointmentState.UNSERVED
