from functools import partial

import pytest

from citizens.domain import arrivals, order, paper_numbers, queue, ticket_log
from citizens.domain.paper_numbers import Slip
from citizens.enums import AppointmentState, DayChange, Outcome, PriorityGroup, TicketState
from citizens.models import QueueDay, QueueDayEvent, Ticket
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
    VisitorServiceFactory,
)
from tests.racing import at_once

HOUR = 60 * MINUTE


@pytest.fixture
def day(db):
    return QueueDayFactory()


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


def enter(day, *slips):
    return paper_numbers.enter(
        office=day.office, slips=slips, at=MOMENT, staff=UserFactory(office=day.office)
    )


def written(number, minutes, case=None, **kwargs):
    """A number written so many minutes ago."""
    return Slip(number=number, written_at=MOMENT - minutes * MINUTE, case=case, **kwargs)


def test_a_number_is_entered_as_it_was_written(day, case):
    slip = written(901, 70, case, priority_group=PriorityGroup.ELDERLY)

    (ticket,) = enter(day, slip)

    assert (ticket.label, ticket.arrived_at, ticket.case) == ("P-901", slip.written_at, case)
    assert (ticket.state, ticket.from_paper) == (TicketState.WAITING, True)
    event = ticket.events.get()
    assert (event.at, event.staff.office) == (MOMENT, day.office)


def test_people_keep_the_order_in_which_they_came(day, case):
    TicketFactory(queue_day=day, case=case, number=5, arrived_at=MOMENT - 50 * MINUTE)
    enter(day, written(902, 40, case), written(901, 45, case), written(900, 60, case))

    groups = [case.service.group_id]
    line = queue.line(day, groups=groups)
    sequence = order.sequence(line, rule=queue.rule(day, groups=groups), at=MOMENT)

    assert [one.number for one in sequence] == [900, 5, 901, 902]


def test_numbers_written_in_the_same_minute_come_in_the_order_of_the_numbers(day, case):
    entered = enter(day, written(911, 30, case), written(910, 30, case))

    assert [ticket.number for ticket in entered] == [910, 911]


def test_the_numbers_of_the_system_go_on_as_if_nothing_had_been_entered(day, case):
    enter(day, written(900, 30, case))

    made = arrivals.issue_walk_in(
        office=day.office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=UserFactory(office=day.office),
        submission_key="k",
    )

    assert made.number == 1


def test_who_was_served_on_paper_is_entered_with_the_outcome(day, case):
    (ticket,) = enter(day, written(900, 90, case, outcome=Outcome.DONE))

    assert (ticket.state, ticket.visit.outcome) == (TicketState.FINISHED, Outcome.DONE)
    assert ticket.started_at is None
    told = ticket_log.replay(list(ticket.events.all()))
    assert (told.state, told.ended_at) == (ticket.state, ticket.ended_at)


def test_whoever_was_booked_is_checked_in_at_the_booked_time(day):
    booked = VisitorServiceFactory(
        visitor__appointment__office=day.office,
        visitor__appointment__starts_at=MOMENT - HOUR,
        visitor__appointment__priority_group=PriorityGroup.PREGNANT,
    )
    appointment = booked.visitor.appointment

    (ticket,) = enter(day, written(900, 65, code=appointment.code))

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.CHECKED_IN
    assert (ticket.label, ticket.due_at) == ("P-900", MOMENT - HOUR)
    assert (ticket.case, ticket.appointment) == (booked.case, appointment)


def test_whoever_was_booked_and_served_on_paper_is_served(day):
    appointment = AppointmentFactory(office=day.office, with_visitor=True)

    enter(day, written(900, 5, code=appointment.code, outcome=Outcome.AWAITING_PRINT))

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.SERVED


def test_what_was_entered_is_written_down(day, case):
    enter(day, written(900, 90, case), written(903, 80, case))

    event = QueueDayEvent.objects.get()
    assert (event.what, event.after) == (DayChange.PAPER_NUMBERS, "900-903 (2)")


REFUSED = {
    "number of the system": ([(899, 10)], paper_numbers.NoPaperNumber),
    "beyond the printed ones": ([(1000, 10)], paper_numbers.NoPaperNumber),
    "entered before": ([(950, 10)], paper_numbers.NumberTaken),
    "twice in one go": ([(901, 10), (901, 5)], paper_numbers.NumberTaken),
    "in the future": ([(901, -1)], paper_numbers.NotToday),
    "before midnight": ([(901, 9 * 60 + 21)], paper_numbers.NotToday),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_with_one_wrong_slip_nothing_is_entered(day, case, reason):
    slips, error = REFUSED[reason]
    enter(day, written(950, 20, case))

    with pytest.raises(error) as refused:
        enter(day, written(960, 30, case), *[written(*slip, case) for slip in slips])

    assert refused.value.slip.number == slips[-1][0]
    assert Ticket.objects.count() == 1


def test_an_appointment_of_another_office_is_refused_and_says_why(day, case):
    elsewhere = AppointmentFactory(with_visitor=True)

    with pytest.raises(paper_numbers.NotBooked) as refused:
        enter(day, written(901, 10, case), written(902, 5, code=elsewhere.code))

    assert isinstance(refused.value.__cause__, arrivals.OtherOffice)
    assert not Ticket.objects.exists()


def test_after_the_end_of_the_day_only_who_was_served_is_entered(day, case):
    QueueDay.objects.update(ended_at=MOMENT, ended_by=UserFactory(office=day.office))

    with pytest.raises(paper_numbers.NothingWaitsAnyMore):
        enter(day, written(901, 10, case))

    assert enter(day, written(901, 10, case, outcome=Outcome.DONE))


def test_a_slip_names_a_case_or_an_appointment(day):
    with pytest.raises(ValueError, match="case or an appointment"):
        enter(day, written(901, 10))


def test_nothing_to_enter_is_no_change(day):
    assert enter(day) == []
    assert not QueueDayEvent.objects.exists()


@pytest.mark.race
def test_a_number_that_two_people_enter_at_once_is_entered_once(transactional_db):
    day, case = QueueDayFactory(), ServiceCaseFactory()

    outcomes = at_once(*[partial(enter, day, written(900, 10, case)) for _ in range(4)])

    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, paper_numbers.NumberTaken) for outcome in outcomes) == 3
    assert Ticket.objects.get().number == 900
