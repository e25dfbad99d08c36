import datetime
from functools import partial

import pytest

from citizens.domain import counter, end_of_day, undoing
from citizens.enums import Actor, AppointmentState, DayChange, Outcome, TicketState
from citizens.models import Appointment, DeskSession, QueueDay, QueueDayEvent, Ticket, Visit
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories.queue_day import DeskPauseFactory
from tests.racing import at_once

EVENING = MOMENT + datetime.timedelta(hours=7)  # 16.20 WIB
NIGHT = MOMENT + datetime.timedelta(hours=15)  # 00.20 WIB of the day after


@pytest.fixture
def day(db):
    return QueueDayFactory()


@pytest.fixture
def supervisor(day):
    return UserFactory(office=day.office)


def end(day, supervisor, at=EVENING):
    return end_of_day.end(office=day.office, at=at, staff=supervisor)


def missed(queue_day, **kwargs):
    return TicketFactory(queue_day=queue_day, was_called=True, state=TicketState.MISSED, **kwargs)


def set_aside(queue_day, **kwargs):
    asked = {"parked_at": MOMENT, "parked_by": UserFactory(office=queue_day.office)} | kwargs
    return TicketFactory(queue_day=queue_day, was_called=True, state=TicketState.PARKED, **asked)


def state(row):
    return type(row).objects.get(pk=row.pk).state


# --- How each one ends ------------------------------------------------------------------------------------------------


SITUATIONS = {
    "waiting": (partial(TicketFactory), TicketState.UNSERVED),
    "called once": (partial(TicketFactory, called=True), TicketState.UNSERVED),
    "called three times": (partial(TicketFactory, called=True, calls=3), TicketState.ABSENT),
    "missed": (missed, TicketState.ABSENT),
    "set aside": (set_aside, TicketState.UNSERVED),
    "finished": (partial(TicketFactory, finished=True), TicketState.FINISHED),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_only_whoever_did_not_come_to_three_calls_is_absent(day, supervisor, situation):
    make, ends_as = SITUATIONS[situation]
    ticket = make(queue_day=day)

    end(day, supervisor)

    assert state(ticket) == ends_as


def test_who_ended_a_ticket_and_when_is_in_the_row_and_in_the_history(day, supervisor):
    ticket = TicketFactory(queue_day=day)

    end(day, supervisor)

    ticket.refresh_from_db()
    event = ticket.events.get()
    assert (ticket.ended_at, ticket.ended_by) == (EVENING, supervisor)
    assert (event.actor, event.staff, event.at) == (Actor.STAFF, supervisor, EVENING)


@pytest.mark.parametrize(
    ("make", "appointment_state", "office_caused"),
    [
        (missed, AppointmentState.NO_SHOW, False),
        (set_aside, AppointmentState.UNSERVED, True),
    ],
)
def test_an_appointment_ends_with_its_ticket_and_the_office_takes_the_blame_for_its_own(
    day, supervisor, make, appointment_state, office_caused
):
    ticket = make(day, booked=True)

    end(day, supervisor)

    assert state(ticket.appointment) == appointment_state
    event = ticket.appointment.events.get()
    assert (event.office_caused, event.staff) == (office_caused, supervisor)


def test_who_is_booked_and_has_not_come_is_no_no_show_before_midnight(day, supervisor):
    yet_to_come = AppointmentFactory(office=day.office, starts_at=MOMENT)

    end(day, supervisor)

    assert state(yet_to_come) == AppointmentState.BOOKED


def test_people_of_another_office_or_day_go_on_waiting(day, supervisor):
    other_day = QueueDayFactory(office=day.office, date=day.date - datetime.timedelta(days=1))
    others = [TicketFactory(), TicketFactory(queue_day=other_day)]

    end(day, supervisor)

    assert [state(ticket) for ticket in others] == [TicketState.WAITING] * 2


# --- The day itself ---------------------------------------------------------------------------------------------------


def test_the_end_is_written_down_and_every_counter_of_the_office_is_closed(day, supervisor):
    missed(day)
    TicketFactory.create_batch(2, queue_day=day)
    pause = DeskPauseFactory(session__counter__office=day.office)
    elsewhere = DeskSessionFactory()

    done = end(day, supervisor)

    day.refresh_from_db()
    pause.refresh_from_db()
    assert done == end_of_day.Ended(absent=1, unserved=2, counters=1)
    assert (day.ended_at, day.ended_by) == (EVENING, supervisor)
    assert pause.ended_at == EVENING
    assert list(DeskSession.objects.open()) == [elsewhere]
    event = QueueDayEvent.objects.get()
    assert (event.what, event.staff) == (DayChange.DAY_ENDED, supervisor)
    assert end_of_day.Ended.read(event.after) == done


def test_a_day_that_is_ended_twice_keeps_its_first_end(day, supervisor):
    end(day, supervisor)
    late = TicketFactory(queue_day=day)

    again = end(day, UserFactory(office=day.office), at=EVENING + MINUTE)

    day.refresh_from_db()
    assert (day.ended_at, day.ended_by) == (EVENING, supervisor)
    assert again.unserved == 1
    assert state(late) == TicketState.UNSERVED
    assert QueueDayEvent.objects.count() == 1


def test_while_somebody_is_being_served_the_day_does_not_end(day, supervisor):
    desk = CounterFactory(office=day.office, number=9)
    TicketFactory(queue_day=day, serving=True, counter=desk)
    waiting = TicketFactory(queue_day=day)

    with pytest.raises(end_of_day.StillServing) as refused:
        end(day, supervisor)

    assert [ticket.counter for ticket in refused.value.tickets] == [desk]
    assert state(waiting) == TicketState.WAITING
    assert not QueueDay.objects.get().ended_at


def test_after_the_end_no_counter_takes_its_last_action_back(day, supervisor):
    case = ServiceCaseFactory()
    desk = DeskSessionFactory(counter=CounterFactory(office=day.office), opened_at=MOMENT)
    ticket = TicketFactory(queue_day=day, case=case, counter=desk.counter, serving=True)
    counter.finish(
        ticket=ticket,
        outcome=Outcome.DONE,
        missing_papers=(),
        offers=(),
        at=EVENING,
        staff=desk.staff,
    )

    end(day, supervisor)

    with pytest.raises(counter.CounterClosed):
        undoing.undo(session=desk, at=EVENING + MINUTE / 2)


@pytest.mark.race
def test_a_person_is_either_called_or_ended_when_the_day_ends_at_that_moment(transactional_db):
    case = ServiceCaseFactory()
    day = QueueDayFactory()
    desk = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )
    supervisor = UserFactory(office=day.office)
    TicketFactory(queue_day=day, case=case)

    ended, called = at_once(
        partial(end, day, supervisor), partial(counter.call_next, session=desk, at=EVENING)
    )

    assert ended.unserved == 1
    assert isinstance(called, Ticket | counter.CounterClosed)
    assert Ticket.objects.get().state == TicketState.UNSERVED


@pytest.mark.race
def test_of_an_end_and_a_finish_at_once_the_visit_has_one_end(transactional_db):
    day = QueueDayFactory()
    desk = DeskSessionFactory(counter=CounterFactory(office=day.office))
    supervisor = UserFactory(office=day.office)
    ticket = TicketFactory(queue_day=day, counter=desk.counter, serving=True)
    finish = partial(
        counter.finish,
        ticket=ticket,
        outcome=Outcome.DONE,
        missing_papers=(),
        offers=(),
        at=EVENING,
        staff=desk.staff,
    )

    ended, finished = at_once(partial(end, day, supervisor), finish)

    assert isinstance(ended, end_of_day.Ended | end_of_day.StillServing)
    assert isinstance(finished, Visit)
    assert state(ticket) == TicketState.FINISHED


# --- The night after --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_night_ends_tickets_the_same_way_without_staff(day, situation):
    make, ends_as = SITUATIONS[situation]
    ticket = make(queue_day=day)
    ended_by = ticket.ended_by

    end_of_day.close_past_days(at=NIGHT)

    ticket.refresh_from_db()
    assert (ticket.state, ticket.ended_by) == (ends_as, ended_by)
    assert [event.actor for event in ticket.events.all()] in ([Actor.SYSTEM], [])


def test_the_night_ends_nothing_before_midnight(day):
    ticket = TicketFactory(queue_day=day, booked=True)

    assert end_of_day.close_past_days(at=NIGHT - 21 * MINUTE) == 0
    assert state(ticket) == TicketState.WAITING


def test_the_night_counts_each_ticket_once_and_whoever_never_came(day):
    came = TicketFactory(queue_day=day, booked=True)
    stayed_away = AppointmentFactory(office=day.office)

    assert end_of_day.close_past_days(at=NIGHT) == 2
    assert end_of_day.close_past_days(at=NIGHT) == 0

    assert state(came.appointment) == AppointmentState.UNSERVED
    assert state(stayed_away) == AppointmentState.NO_SHOW
    assert [e.office_caused for e in came.appointment.events.all()] == [True]


def test_the_night_leaves_who_is_still_being_served_to_the_counter(day):
    case = ServiceCaseFactory()
    desk = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )
    there = TicketFactory(queue_day=day, case=case, booked=True, serving=True, counter=desk.counter)

    end_of_day.close_past_days(at=NIGHT)

    assert state(there) == TicketState.SERVING
    assert Appointment.objects.get().state == AppointmentState.UNSERVED
    counter.finish(
        ticket=there,
        outcome=Outcome.DONE,
        missing_papers=(),
        offers=(),
        at=NIGHT + 480 * MINUTE,
        staff=desk.staff,
    )
    assert state(there) == TicketState.FINISHED


def test_the_night_closes_counters_that_were_left_open_with_their_day(day):
    forgotten = DeskSessionFactory(counter=CounterFactory(office=day.office))
    pause = DeskPauseFactory(session=forgotten)
    TicketFactory(queue_day=day, called=True, counter=forgotten.counter)

    end_of_day.close_past_days(at=NIGHT)

    forgotten.refresh_from_db()
    pause.refresh_from_db()
    assert forgotten.closed_at == pause.ended_at == NIGHT - 20 * MINUTE
