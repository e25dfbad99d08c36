"""What somebody does at a kiosk without staff."""

import datetime

import pytest

from citizens import tokens
from citizens.domain import arrivals, day_control, lookup, self_service
from citizens.domain.lookup import Fact
from citizens.enums import Actor, AppointmentState, PriorityGroup
from citizens.models import Appointment, AppointmentEvent, Ticket
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    ServiceCaseFactory,
)
from tests.factories.queue_day import ClosedServiceFactory, KioskFactory

RIGHT = Fact(digits="0001")
ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def kiosk(db):
    return KioskFactory()


@pytest.fixture
def case(kiosk):
    case = ServiceCaseFactory(minutes=20)
    desk = CounterFactory(office=kiosk.office, groups=[case.service.group])
    DeskSessionFactory(counter=desk)
    return case


@pytest.fixture
def booked(kiosk):
    return AppointmentFactory(
        office=kiosk.office, starts_at=MOMENT, with_visitor=True, phone="+6281234560001"
    )


def take(kiosk, case, *, key=None, **kwargs):
    given = {"priority_group": None, "phone": "", "at": MOMENT} | kwargs
    return self_service.take_number(
        kiosk=kiosk, case=case, submission_key=key or tokens.new(), **given
    )


def arrive(kiosk, code, fact=RIGHT):
    return self_service.check_in(kiosk=kiosk, code=code, fact=fact, at=MOMENT)


def closing_in_an_hour(kiosk):
    """Room for three walk-ins of 20 minutes at one counter."""
    OpeningPeriodFactory(template__office=kiosk.office, closes=datetime.time(10, 20))


def test_only_what_a_counter_of_the_office_serves_is_offered(kiosk, case):
    ServiceCaseFactory()
    ServiceCaseFactory(service=case.service, active=False)

    assert self_service.cases(kiosk=kiosk) == [case]


def test_a_number_says_which_kiosk_gave_it_and_that_no_staff_did(kiosk, case):
    ticket = take(kiosk, case, priority_group=PriorityGroup.ELDERLY, phone="+6281234567890")

    event = ticket.events.get()
    assert (ticket.kiosk, event.actor, event.staff) == (kiosk, Actor.CITIZEN, None)
    assert (ticket.label[0], ticket.phone) == ("P", "+6281234567890")
    kiosk.refresh_from_db()
    assert kiosk.last_seen_at == MOMENT


def test_there_is_room_where_no_opening_hours_are_known(kiosk, case):
    assert take(kiosk, case).number == 1


def test_numbers_end_when_the_counters_are_taken_until_closing(kiosk, case):
    closing_in_an_hour(kiosk)
    keys = [tokens.new() for _ in range(4)]
    given = [take(kiosk, case, key=key) for key in keys[:3]]

    with pytest.raises(self_service.NoRoom):
        take(kiosk, case, key=keys[3])

    # Pressed again, the last one is given again, though it took the last room itself.
    assert take(kiosk, case, key=keys[2]) == given[2]
    assert Ticket.objects.count() == 3


def test_a_closed_service_and_a_day_that_has_ended_are_seen_at_once(kiosk, case):
    assert self_service.shut(kiosk=kiosk, at=MOMENT) == self_service.Shut()
    day = QueueDayFactory(office=kiosk.office)
    ClosedServiceFactory(queue_day=day, group=case.service.group)
    ClosedServiceFactory(queue_day=day, opened_at=MOMENT, opened_by=kiosk.registered_by)

    shut = self_service.shut(kiosk=kiosk, at=MOMENT)

    assert (shut.groups, shut.day_ended) == (frozenset({case.service.group_id}), False)
    with pytest.raises(day_control.ServiceClosed):
        take(kiosk, case)


def test_the_limit_of_the_supervisor_holds_at_the_kiosk_too(kiosk, case):
    QueueDayFactory(office=kiosk.office, walk_in_limit=1)
    take(kiosk, case)

    with pytest.raises(day_control.NoMoreNumbers):
        take(kiosk, case)


@pytest.mark.parametrize("form", ["{code}", "https://contoh.example/j/{token}/"], ids=str)
def test_who_is_booked_arrives_with_code_or_link_and_a_second_fact(kiosk, booked, form):
    text = form.format(code=booked.code, token=booked.token)

    ticket = arrive(kiosk, text)

    assert (ticket.appointment, ticket.kiosk) == (booked, kiosk)
    moved = AppointmentEvent.objects.get(to_state=AppointmentState.CHECKED_IN)
    assert (moved.actor, moved.staff) == (Actor.CITIZEN, None)
    assert arrive(kiosk, text) == ticket


@pytest.mark.parametrize("text", ["{code}", "https://contoh.example/j/{token}/"], ids=str)
def test_without_the_fact_a_code_gives_no_number(kiosk, booked, text):
    with pytest.raises(lookup.NotFound):
        arrive(kiosk, text.format(code=booked.code, token=booked.token), Fact(digits="9999"))

    booked.refresh_from_db()
    assert booked.state == AppointmentState.BOOKED
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"starts_at": MOMENT + ONE_DAY, "ends_at": MOMENT + 2 * ONE_DAY}, {"state": "cancelled"}],
    ids=["another day", "cancelled"],
)
def test_nothing_is_told_about_an_appointment_before_the_fact_is_right(kiosk, booked, changes):
    Appointment.objects.update(**changes)

    with pytest.raises(lookup.NotFound):
        arrive(kiosk, booked.code, Fact(digits="9999"))
    with pytest.raises(arrivals.NotExpected):
        arrive(kiosk, booked.code)


@pytest.mark.parametrize("text", ["", "tidak ada", "7KQ4XM2H", "/j/aaaaaaaaaaaaaaaaaaaaaa/"])
def test_what_is_no_code_is_not_found(kiosk, text):
    with pytest.raises(lookup.NotFound):
        arrive(kiosk, text)
