"""Arriving: how an appointment is named, early and late, by name, and around midnight. Numbers are in test_queue."""

import datetime

import pytest

from citizens import tokens
from citizens.domain import arrivals, day_control, end_of_day
from citizens.domain.arrivals import Punctuality
from citizens.enums import Actor
from citizens.models import Ticket, TicketEvent
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    UserFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.queue_day import ClosedServiceFactory, KioskFactory

# Local midnight between Tuesday and Wednesday, 17 March 2027.
MIDNIGHT = datetime.datetime(2027, 3, 16, 17, 0, tzinfo=datetime.UTC)


@pytest.fixture
def office(db):
    return OfficeFactory(late_minutes=15)


@pytest.fixture
def staff(office):
    return UserFactory(office=office)


@pytest.fixture
def appointment(office):
    return AppointmentFactory(office=office, with_visitor=True)


def booked(office, full_name, **kwargs):
    """An appointment of somebody with this name."""
    found = AppointmentFactory(office=office, **kwargs)
    VisitorServiceFactory(visitor=VisitorFactory(appointment=found, full_name=full_name))
    return found


def walk_in(office, staff, **kwargs):
    return arrivals.issue_walk_in(
        office=office,
        staff=staff,
        **{
            "case": kwargs.pop("case", None) or ServiceCaseFactory(),
            "priority_group": None,
            "at": MOMENT,
            "submission_key": tokens.new(),
        }
        | kwargs,
    )


@pytest.mark.parametrize(
    "scanned",
    [
        "{code}",
        " {code} ",
        "{code}{code}",
        "https://portal.example.test/j/{token}/",
        "HTTPS://PORTAL.EXAMPLE.TEST/j/{token}",
        "https://portal.example.test/j/{token}/?dari=sms",
        "https://portal.example.test/j/{token}/https://portal.example.test/j/{token}/",
    ],
)
def test_a_scanner_may_send_the_code_or_the_link_even_twice(office, appointment, scanned):
    text = scanned.format(code=appointment.code, token=appointment.token)

    assert arrivals.expected(office=office, code=text, at=MOMENT) == appointment


@pytest.mark.parametrize(
    "scanned", ["https://portal.example.test/j/{other}/", "https://portal.example.test/j/{token}x/"]
)
def test_a_link_of_no_appointment_is_not_found(office, appointment, scanned):
    text = scanned.format(token=appointment.token, other=tokens.new())

    with pytest.raises(arrivals.NotFound):
        arrivals.expected(office=office, code=text, at=MOMENT)


def test_nobody_checks_in_once_the_day_was_ended(office, appointment, staff):
    end_of_day.end(office=office, at=MOMENT, staff=staff)
    appointment.refresh_from_db()
    before = appointment.state

    with pytest.raises(arrivals.CheckInRefused):
        arrivals.check_in(office=office, code=appointment.code, at=MOMENT + MINUTE, staff=staff)

    appointment.refresh_from_db()
    assert appointment.state == before
    assert not Ticket.objects.exists()


def test_who_is_booked_for_later_than_the_end_of_the_day_is_told_that_it_was_ended(
    office, appointment, staff
):
    QueueDayFactory(office=office, date=DAY, ended_at=MOMENT, ended_by=staff)

    with pytest.raises(arrivals.DayOver) as refused:
        arrivals.check_in(office=office, code=appointment.code, at=MOMENT + MINUTE, staff=staff)

    assert refused.value.appointment == appointment
    assert not Ticket.objects.exists()


def test_a_link_scanned_again_gives_the_same_ticket(office, appointment, staff):
    ticket = arrivals.check_in(office=office, code=appointment.code, at=MOMENT, staff=staff)

    with pytest.raises(arrivals.AlreadyCheckedIn) as refused:
        arrivals.check_in(office=office, code=f"/j/{appointment.token}/", at=MOMENT, staff=staff)

    assert refused.value.ticket == ticket
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-60, Punctuality.EARLY),
        (-16, Punctuality.EARLY),
        (-15, Punctuality.IN_TIME),
        (0, Punctuality.IN_TIME),
        (15, Punctuality.IN_TIME),
        (16, Punctuality.LATE),
    ],
)
def test_early_and_late_are_said_by_the_rule_of_the_day(office, minutes, expected):
    day = QueueDayFactory(office=office, date=DAY, late_minutes=15)

    found = arrivals.punctuality(day=day, due_at=MOMENT, arrived_at=MOMENT + minutes * MINUTE)

    assert found == expected


def test_before_anybody_came_the_rule_is_that_of_the_office(office):
    assert arrivals.day_or_rule(office=office, at=MOMENT).late_minutes == 15

    QueueDayFactory(office=office, date=DAY, late_minutes=40)

    assert arrivals.day_or_rule(office=office, at=MOMENT).late_minutes == 40


@pytest.mark.parametrize("typed", ["nur'aini", "NURAINI", "nur\u2019aini siti", "Nur`aini"])
def test_a_name_is_found_however_its_apostrophe_is_written(office, typed):
    found = booked(office, "Siti Nur'aini, S.Pd.")
    booked(office, "Budi Santoso")

    assert arrivals.named(office=office, name=typed, at=MOMENT) == [found]


def test_any_one_of_a_family_finds_the_one_visit(office):
    family = booked(office, "Siti Aminah")
    VisitorServiceFactory(visitor=VisitorFactory(appointment=family, full_name="Budi Aminah"))

    assert arrivals.named(office=office, name="aminah", at=MOMENT) == [family]


def test_people_of_other_days_and_offices_and_of_cancelled_visits_are_not_found_by_name(office):
    day = datetime.timedelta(days=1)
    booked(OfficeFactory(), "Siti")
    booked(office, "Siti", starts_at=MOMENT + day)
    booked(office, "Siti", starts_at=MOMENT - day)
    booked(office, "Siti", cancelled=True)
    booked(office, "Siti", served=True)

    assert arrivals.named(office=office, name="siti", at=MOMENT) == []


def test_who_has_a_number_already_is_still_found_by_name(office, staff):
    found = booked(office, "Siti")
    ticket = arrivals.check_in(office=office, code=found.code, at=MOMENT, staff=staff)

    [again] = arrivals.named(office=office, name="siti", at=MOMENT)

    assert again.ticket == ticket


def test_names_come_by_time_and_no_more_than_one_beyond_the_most(office):
    for minute in range(arrivals.MOST_NAMED + 3, 0, -1):
        booked(office, "Siti", starts_at=MOMENT + minute * MINUTE)

    found = arrivals.named(office=office, name="siti", at=MOMENT)

    assert len(found) == arrivals.MOST_NAMED + 1
    assert [one.starts_at for one in found] == sorted(one.starts_at for one in found)


@pytest.mark.parametrize("typed", ["s", " ", "12", "'", "-"])
def test_less_than_two_letters_would_find_everybody(office, typed):
    with pytest.raises(arrivals.TooShort):
        arrivals.named(office=office, name=typed, at=MOMENT)


@pytest.mark.parametrize("people", [1, 3])
def test_a_name_costs_the_same_however_many_have_it(office, people, django_assert_num_queries):
    for _ in range(people):
        booked(office, "Siti")

    with django_assert_num_queries(6):
        for found in arrivals.named(office=office, name="siti", at=MOMENT):
            assert not hasattr(found, "ticket")
            for visitor in found.visitors.all():
                assert [row.case.service.name for row in visitor.services.all()]


@pytest.mark.parametrize("minutes", [-30, -1])
def test_before_midnight_the_visit_of_the_next_day_is_another_day(office, minutes):
    tomorrow = AppointmentFactory(office=office, with_visitor=True, starts_at=MIDNIGHT)

    with pytest.raises(arrivals.OtherDay):
        arrivals.expected(office=office, code=tomorrow.code, at=MIDNIGHT + minutes * MINUTE)


@pytest.mark.parametrize("minutes", [0, 30])
def test_after_midnight_the_visit_of_the_day_before_is_another_day(office, minutes):
    yesterday = AppointmentFactory(office=office, with_visitor=True, starts_at=MIDNIGHT - MINUTE)

    with pytest.raises(arrivals.OtherDay):
        arrivals.expected(office=office, code=yesterday.code, at=MIDNIGHT + minutes * MINUTE)


def test_a_form_sent_again_after_midnight_takes_a_number_of_the_new_day(office, staff):
    case, key = ServiceCaseFactory(), tokens.new()
    numbers = [
        walk_in(office, staff, case=case, submission_key=key, at=at)
        for at in (MIDNIGHT - 30 * MINUTE, MIDNIGHT - MINUTE, MIDNIGHT + 30 * MINUTE)
    ]

    assert [ticket.number for ticket in numbers] == [1, 1, 1]
    assert [ticket.queue_day.date for ticket in numbers] == [
        DAY,
        DAY,
        DAY + datetime.timedelta(days=1),
    ]


def test_a_walk_in_may_leave_a_phone_number(office, staff):
    assert walk_in(office, staff, phone="+6281234567890").phone == "+6281234567890"


def test_a_kiosk_gives_a_number_on_behalf_of_nobody_of_staff(office):
    kiosk = KioskFactory(office=office)

    ticket = walk_in(office, None, kiosk=kiosk)

    event = TicketEvent.objects.get(ticket=ticket)
    assert (ticket.kiosk, event.actor, event.staff) == (kiosk, Actor.CITIZEN, None)


def test_a_closed_service_gives_no_number_and_takes_none(office, staff):
    case = ServiceCaseFactory()
    ClosedServiceFactory(queue_day__office=office, queue_day__date=DAY, group=case.service.group)

    with pytest.raises(day_control.ServiceClosed):
        walk_in(office, staff, case=case)

    assert walk_in(office, staff).number == 1


def test_a_form_sent_again_finds_its_number_after_the_last_one_was_given(office, staff):
    QueueDayFactory(office=office, date=DAY, walk_in_limit=1)
    case, key = ServiceCaseFactory(), tokens.new()
    first = walk_in(office, staff, case=case, submission_key=key)

    assert walk_in(office, staff, case=case, submission_key=key) == first
    with pytest.raises(day_control.NoMoreNumbers):
        walk_in(office, staff)
