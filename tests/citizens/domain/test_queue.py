import datetime

import pytest

from citizens import tokens
from citizens.domain import arrivals, queue
from citizens.enums import (
    Actor,
    AppointmentState,
    PriorityGroup,
    TicketOrigin,
    TicketState,
)
from citizens.models import AppointmentEvent, QueueDay, Ticket, TicketEvent
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.racing import at_once


@pytest.fixture
def office(db):
    return OfficeFactory()


@pytest.fixture
def staff(office):
    return UserFactory(office=office)


@pytest.fixture
def appointment(office):
    return AppointmentFactory(office=office, with_visitor=True)


def check_in(office, code, staff, at=MOMENT):
    return arrivals.check_in(office=office, code=code, at=at, staff=staff)


def walk_in(office, staff, **kwargs):
    return arrivals.issue_walk_in(
        office=office,
        case=kwargs.pop("case", None) or ServiceCaseFactory(),
        priority_group=kwargs.pop("priority_group", None),
        at=kwargs.pop("at", MOMENT),
        staff=staff,
        submission_key=kwargs.pop("submission_key", None) or tokens.new(),
    )


def test_checking_in_gives_a_ticket_for_the_booked_time(office, staff, appointment):
    ticket = check_in(office, appointment.code, staff)

    assert ticket.label == "B-001"
    assert ticket.origin == TicketOrigin.BOOKED
    assert ticket.state == TicketState.WAITING
    assert ticket.due_at == appointment.starts_at
    assert ticket.arrived_at == MOMENT
    assert ticket.case == appointment.visitors.get().services.get().case
    assert ticket.group == ticket.case.service.group


def test_checking_in_moves_the_appointment_and_logs_both(office, staff, appointment):
    ticket = check_in(office, appointment.code, staff)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.CHECKED_IN
    event = AppointmentEvent.objects.get(appointment=appointment)
    assert (event.from_state, event.to_state) == ("booked", "checked_in")
    assert (event.actor, event.staff, event.at) == (Actor.STAFF, staff, MOMENT)
    logged = TicketEvent.objects.get(ticket=ticket)
    assert (logged.from_state, logged.to_state) == ("", "waiting")
    assert (logged.staff, logged.at) == (staff, MOMENT)


def test_a_code_may_be_typed_in_any_usual_way(office, staff, appointment):
    typed = f" {appointment.code[:4].lower()}-{appointment.code[4:].lower()} "

    assert check_in(office, typed, staff).appointment == appointment


def test_a_booked_person_of_a_priority_group_gets_the_letter_p(office, staff, appointment):
    appointment.priority_group = PriorityGroup.ELDERLY
    appointment.save()

    ticket = check_in(office, appointment.code, staff)

    assert ticket.label == "P-001"
    assert ticket.origin == TicketOrigin.BOOKED


def test_the_first_service_of_the_first_visitor_names_the_ticket(office, staff):
    appointment = AppointmentFactory(office=office)
    first = VisitorFactory(appointment=appointment, position=1)
    second = VisitorFactory(appointment=appointment, position=2)
    VisitorServiceFactory(visitor=second)
    service = VisitorServiceFactory(visitor=first)

    assert check_in(office, appointment.code, staff).case == service.case


@pytest.mark.parametrize("text", ["", "ABC", "23456789", "0010010101900001", "https://x.test/"])
def test_text_that_is_no_code_is_not_found(office, staff, text):
    with pytest.raises(arrivals.NotFound):
        check_in(office, text, staff)


def test_a_code_of_nobody_is_not_found(office, staff):
    with pytest.raises(arrivals.NotFound):
        check_in(office, tokens.new_code(), staff)


def test_a_second_scan_gives_the_same_number(office, staff, appointment):
    ticket = check_in(office, appointment.code, staff)

    with pytest.raises(arrivals.AlreadyCheckedIn) as raised:
        check_in(office, appointment.code, staff)

    assert raised.value.ticket == ticket
    assert Ticket.objects.count() == 1


def test_an_appointment_of_another_day_is_not_checked_in(office, staff):
    appointment = AppointmentFactory(
        office=office, with_visitor=True, starts_at=MOMENT + datetime.timedelta(days=1)
    )

    with pytest.raises(arrivals.OtherDay) as raised:
        check_in(office, appointment.code, staff)

    assert raised.value.appointment == appointment
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED


def test_the_day_is_that_of_the_office_not_of_utc(office, staff):
    """Booked for 00.30 WIB of the 17th, which is still the 16th in UTC."""
    midnight = datetime.datetime(2027, 3, 16, 17, 0, tzinfo=datetime.UTC)
    appointment = AppointmentFactory(
        office=office, with_visitor=True, starts_at=midnight + 30 * MINUTE
    )

    with pytest.raises(arrivals.OtherDay):
        check_in(office, appointment.code, staff, at=midnight - MINUTE)
    ticket = check_in(office, appointment.code, staff, at=midnight)

    assert ticket.queue_day.date == datetime.date(2027, 3, 17)


def test_an_appointment_of_another_office_is_not_checked_in(office, staff):
    appointment = AppointmentFactory(with_visitor=True)

    with pytest.raises(arrivals.OtherOffice) as raised:
        check_in(office, appointment.code, staff)

    assert raised.value.appointment.office == appointment.office


@pytest.mark.parametrize("trait", ["cancelled", "served"])
def test_an_appointment_that_is_over_is_not_checked_in(office, staff, trait):
    appointment = AppointmentFactory(office=office, with_visitor=True, **{trait: True})

    with pytest.raises(arrivals.AppointmentOver):
        check_in(office, appointment.code, staff)

    assert not Ticket.objects.exists()


def test_a_walk_in_gets_a_number_without_an_appointment(office, staff):
    ticket = walk_in(office, staff)

    assert ticket.label == "A-001"
    assert (ticket.appointment, ticket.due_at) == (None, None)
    assert TicketEvent.objects.get(ticket=ticket).to_state == TicketState.WAITING


def test_a_walk_in_of_a_priority_group_gets_the_letter_p(office, staff):
    ticket = walk_in(office, staff, priority_group=PriorityGroup.PREGNANT)

    assert ticket.label == "P-001"
    assert ticket.priority_group == PriorityGroup.PREGNANT


def test_a_walk_in_form_that_is_sent_twice_gives_one_ticket(office, staff):
    form = {"submission_key": tokens.new(), "case": ServiceCaseFactory()}

    assert walk_in(office, staff, **form) == walk_in(office, staff, **form)
    assert Ticket.objects.count() == 1


def test_one_run_of_numbers_serves_all_letters(office, staff, appointment):
    tickets = [
        walk_in(office, staff),
        check_in(office, appointment.code, staff),
        walk_in(office, staff, priority_group=PriorityGroup.INFANT),
    ]

    assert [ticket.label for ticket in tickets] == ["A-001", "B-002", "P-003"]
    assert QueueDay.objects.get().last_number == 3


def test_each_office_and_day_counts_from_one(office, staff):
    walk_in(office, staff)

    assert walk_in(OfficeFactory(), staff).number == 1


def test_a_move_writes_who_and_when(staff):
    ticket = TicketFactory()
    counter = CounterFactory(office=ticket.queue_day.office)

    queue.move(
        ticket=ticket,
        to=TicketState.CALLED,
        expected=TicketState.WAITING,
        at=MOMENT,
        staff=staff,
        counter=counter,
        reason="because",
    )

    ticket.refresh_from_db()
    assert ticket.state == TicketState.CALLED
    assert (ticket.called_at, ticket.called_by, ticket.counter) == (MOMENT, staff, counter)
    assert ticket.calls == 1
    event = ticket.events.get()
    assert (event.from_state, event.to_state) == ("waiting", "called")
    assert (event.at, event.staff, event.counter, event.reason) == (
        MOMENT,
        staff,
        counter,
        "because",
    )


def test_a_move_from_another_state_than_expected_changes_nothing(staff):
    ticket = TicketFactory(serving=True)

    with pytest.raises(queue.StaleTicket):
        queue.move(
            ticket=ticket,
            to=TicketState.SERVING,
            expected=TicketState.CALLED,
            at=MOMENT,
            staff=staff,
        )

    assert not ticket.events.exists()


def test_a_move_that_the_table_does_not_know_is_a_mistake_of_ours(staff):
    with pytest.raises(ValueError, match="does not move"):
        queue.move(
            ticket=TicketFactory(),
            to=TicketState.FINISHED,
            expected=TicketState.WAITING,
            at=MOMENT,
            staff=staff,
        )


def test_the_line_holds_who_waits_for_the_groups(db):
    day = QueueDayFactory()
    waiting = TicketFactory(queue_day=day, priority=True)
    TicketFactory(queue_day=day)
    TicketFactory(queue_day=day, called=True, case=waiting.case)
    TicketFactory(case=waiting.case)

    [person] = queue.line(day, groups={waiting.group_id})

    assert person.number == waiting.number
    assert (person.priority, person.booked) == (True, False)
    assert person.arrived_at == MOMENT


def test_the_rule_remembers_the_latest_calls_of_its_groups(db):
    day = QueueDayFactory(booked_per_walk_in=3, calls_per_priority=4, ageing_minutes=30)
    case = ServiceCaseFactory()
    TicketFactory(queue_day=day, case=case, called=True, priority=True, called_at=MOMENT)
    for minute in (1, 2):
        TicketFactory(
            queue_day=day, case=case, called=True, booked=True, called_at=MOMENT + minute * MINUTE
        )
    TicketFactory(queue_day=day, called=True, called_at=MOMENT + 3 * MINUTE)

    rule = queue.rule(day, groups={case.service.group_id})

    assert (rule.booked_per_walk_in, rule.calls_per_priority) == (3, 4)
    assert rule.ageing == 30 * MINUTE
    assert (rule.booked_in_a_row, rule.since_priority) == (2, 2)


def test_the_rules_of_all_groups_are_those_of_each(db):
    day = QueueDayFactory(booked_per_walk_in=2, calls_per_priority=3)
    cases = [ServiceCaseFactory(), ServiceCaseFactory(), ServiceCaseFactory()]
    for minute, (case, trait) in enumerate(
        [
            (0, "booked"),
            (1, "priority"),
            (0, "priority"),
            (1, "booked"),
            (0, "booked"),
            (0, "booked"),
        ]
    ):
        TicketFactory(
            queue_day=day,
            case=cases[case],
            called=True,
            called_at=MOMENT + minute * MINUTE,
            **{trait: True},
        )
    groups = [case.service.group_id for case in cases]

    assert queue.rules(day, groups=groups) == {
        group: queue.rule(day, groups={group}) for group in groups
    }


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_code_scanned_twice_at_once_gives_one_ticket():
    appointment = AppointmentFactory(with_visitor=True)
    staff = UserFactory(office=appointment.office)

    results = at_once(*[lambda: check_in(appointment.office, appointment.code, staff)] * 4)

    assert [type(result) for result in results].count(Ticket) == 1
    assert [type(result) for result in results].count(arrivals.AlreadyCheckedIn) == 3
    assert Ticket.objects.get().number == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_walk_in_form_sent_twice_at_once_gives_one_ticket():
    staff = UserFactory()
    case = ServiceCaseFactory()
    key = tokens.new()

    results = at_once(*[lambda: walk_in(staff.office, staff, case=case, submission_key=key)] * 4)

    assert len(set(results)) == 1
    assert Ticket.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_first_numbers_of_a_day_given_at_once_are_all_different():
    staff = UserFactory()
    case = ServiceCaseFactory()

    tickets = at_once(*[lambda: walk_in(staff.office, staff, case=case)] * 6)

    assert sorted(ticket.number for ticket in tickets) == [1, 2, 3, 4, 5, 6]
    assert QueueDay.objects.get().date == DAY


def test_a_code_of_yesterday_tells_nothing_of_todays_numbers(office, staff, appointment):
    check_in(office, appointment.code, staff)
    tomorrow = MOMENT + datetime.timedelta(days=1)
    walk_in(office, staff, at=tomorrow)

    with pytest.raises(arrivals.AppointmentOver):
        check_in(office, appointment.code, staff, at=tomorrow)


def test_the_next_person_on_an_old_form_gets_another_number(office, staff):
    key = tokens.new()

    first = walk_in(office, staff, submission_key=key)
    second = walk_in(office, staff, submission_key=key, priority_group=PriorityGroup.ELDERLY)

    assert first.number != second.number
