import pytest

from citizens.domain import card_stock
from citizens.enums import Outcome
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
    VisitFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def case():
    return ServiceCaseFactory(ktp=True)


def count(office, cards, at=MOMENT):
    card_stock.record(office=office, cards=cards, staff=UserFactory(), at=at)


def test_where_nobody_has_counted_nothing_is_known(office):
    assert card_stock.left(office=office, at=MOMENT) is None


def test_a_count_holds_from_its_moment_on_and_for_its_office(office):
    count(office, 40)
    count(office, 30, at=MOMENT + MINUTE)

    assert card_stock.left(office=office, at=MOMENT - MINUTE) is None
    assert card_stock.left(office=office, at=MOMENT) == 40
    assert card_stock.left(office=office, at=MOMENT + MINUTE) == 30
    assert card_stock.left(office=OfficeFactory(), at=MOMENT) is None


def test_each_booked_person_and_printed_service_takes_one(office, case):
    count(office, 10)
    appointment = AppointmentFactory(office=office)
    for booked in (case, case, ServiceCaseFactory()):
        VisitorServiceFactory(visitor__appointment=appointment, case=booked)

    assert card_stock.left(office=office, at=MOMENT) == 8


def test_a_card_is_used_once_from_booking_to_print(office, case):
    count(office, 10)
    ticket = TicketFactory(queue_day__office=office, case=case, booked=True, serving=True)
    VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)
    before = card_stock.left(office=office, at=MOMENT)

    ticket.appointment.state = "served"
    ticket.appointment.save()
    VisitFactory(
        ticket=ticket,
        outcome=Outcome.DONE,
        recorded_at=MOMENT + MINUTE,
        recorded_by=ticket.called_by,
    )

    assert before == card_stock.left(office=office, at=MOMENT + MINUTE) == 9


def test_more_may_be_promised_than_there_is(office, case):
    VisitorServiceFactory(visitor__appointment__office=office, case=case)
    count(office, 0)

    assert card_stock.left(office=office, at=MOMENT) == -1
