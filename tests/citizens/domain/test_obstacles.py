import datetime

import pytest
from django.db import connection, transaction

from citizens.domain import obstacles, party
from citizens.domain.obstacles import NotServed, Obstacle
from citizens.enums import AppointmentState, OutageCause, Outcome
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    ServiceFactory,
    TicketFactory,
    VisitFactory,
    VisitorServiceFactory,
)
from tests.factories.outage import CardStockFactory, OutageFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db
HOUR = 60 * MINUTE
DAY = 24 * HOUR
AT = MOMENT - HOUR  # 08.20 WIB


@pytest.fixture
def office():
    return OfficeFactory(code="utama")


@pytest.fixture
def case():
    return ServiceCaseFactory(ktp=True, service__code="KTP", code="hilang", minutes=30)


def stands_in_the_way(*cases, start=MOMENT, at=AT, office="utama", **kwargs):
    try:
        obstacles.check(party=party.Party((cases,)), office=office, start=start, at=at, **kwargs)
    except NotServed as error:
        return error.reason
    return None


# --- Outages ----------------------------------------------------------------------------------------


def test_nothing_stands_in_the_way(office, case):
    assert stands_in_the_way(case) is None


def test_an_outage_of_the_office_says_what_people_should_know(office, case):
    OutageFactory(office=office, starts_at=AT, note="Listrik padam.")

    with pytest.raises(NotServed) as caught:
        obstacles.check(party=party.of(case), office="utama", start=MOMENT, at=AT)

    assert (caught.value.reason, caught.value.note) == (Obstacle.OUTAGE, "Listrik padam.")


def test_an_outage_without_a_note_tells_its_cause(office, case, english):
    OutageFactory(office=office, starts_at=AT, cause=OutageCause.PRINTER)

    with pytest.raises(NotServed, match="outage") as caught:
        obstacles.check(party=party.of(case), office="utama", start=MOMENT, at=AT)

    assert caught.value.note == "The printer is out of order"


def test_an_outage_everywhere_touches_every_office(office, case):
    OutageFactory(everywhere=True, starts_at=AT)

    assert stands_in_the_way(case) == Obstacle.OUTAGE


def test_an_outage_of_another_office_touches_nobody_here(office, case):
    OutageFactory(starts_at=AT)

    assert stands_in_the_way(case) is None


def test_an_outage_touches_its_services_alone(office, case):
    other = ServiceCaseFactory()
    OutageFactory(office=office, starts_at=AT, services=[other.service, ServiceFactory()])

    assert stands_in_the_way(case) is None
    assert stands_in_the_way(other) == Obstacle.OUTAGE
    assert stands_in_the_way(case, other) == Obstacle.OUTAGE


@pytest.mark.parametrize(
    ("start", "touched"),
    [
        (MOMENT - 30 * MINUTE, False),  # over just when it begins
        (MOMENT - 29 * MINUTE, True),
        (MOMENT + HOUR - MINUTE, True),
        (MOMENT + HOUR, False),
    ],
)
def test_an_outage_touches_the_visits_that_meet_it(office, case, start, touched):
    OutageFactory(office=office, starts_at=MOMENT, expected_end=MOMENT + HOUR)

    assert (stands_in_the_way(case, start=start) is not None) == touched


def test_without_an_expected_end_it_touches_the_rest_of_the_day_on_which_it_is_looked_at(
    office, case
):
    OutageFactory(office=office, starts_at=AT - DAY)
    midnight = datetime.datetime(2027, 3, 16, 17, tzinfo=datetime.UTC)  # 00.00 WIB

    assert stands_in_the_way(case, start=midnight - MINUTE) == Obstacle.OUTAGE
    assert stands_in_the_way(case, start=midnight) is None
    assert stands_in_the_way(case, start=midnight, at=midnight) == Obstacle.OUTAGE


def test_one_that_is_announced_without_an_end_touches_the_day_on_which_it_begins(office, case):
    OutageFactory(office=office, starts_at=MOMENT + DAY)

    assert stands_in_the_way(case) is None
    assert stands_in_the_way(case, start=MOMENT + DAY) == Obstacle.OUTAGE
    assert stands_in_the_way(case, start=MOMENT + 2 * DAY) is None


def test_an_outage_that_ended_touches_nothing(office, case):
    OutageFactory(office=office, over=True, starts_at=AT - HOUR, expected_end=MOMENT + HOUR)

    assert stands_in_the_way(case) is None


def test_nothing_is_touched_after_the_expected_end(office, case):
    OutageFactory(office=office, starts_at=AT - 2 * HOUR, expected_end=AT)

    assert stands_in_the_way(case, start=AT) is None


# --- Blank cards --------------------------------------------------------------------------------------


def booked(office, case, **kwargs):
    """An appointment with one person for `case`."""
    appointment = AppointmentFactory(office=office, **kwargs)
    VisitorServiceFactory(visitor__appointment=appointment, case=case)
    return appointment


def finished(office, case, outcome, *, at=MOMENT, appointment=None):
    """A visit that ended at `at`: of the appointment, or of somebody who walked in."""
    day = QueueDayFactory(office=office)
    origin = {"booked": True, "appointment": appointment} if appointment else {}
    ticket = TicketFactory(
        queue_day=day, case=case, finished=True, arrived_at=at - 20 * MINUTE, **origin
    )
    VisitFactory(ticket=ticket, outcome=outcome)


def test_an_office_that_does_not_count_its_cards_is_not_limited_by_them(office, case):
    CardStockFactory(cards=0)

    assert stands_in_the_way(case) is None


def test_without_cards_nothing_is_printed_and_the_rest_goes_on(office, case):
    CardStockFactory(office=office, cards=0, counted_at=AT)

    assert stands_in_the_way(case) == Obstacle.NO_CARDS
    assert stands_in_the_way(ServiceCaseFactory()) is None


def test_each_person_and_printed_service_takes_a_card(office, case):
    CardStockFactory(office=office, cards=2, counted_at=AT)
    others = [ServiceCaseFactory(ktp=True) for _index in range(2)]

    assert stands_in_the_way(case, others[0], ServiceCaseFactory()) is None
    assert stands_in_the_way(case, *others) == Obstacle.NO_CARDS


def test_the_newest_count_holds(office, case):
    CardStockFactory(office=office, cards=50, counted_at=AT - HOUR)
    CardStockFactory(office=office, cards=0, counted_at=AT)

    assert stands_in_the_way(case) == Obstacle.NO_CARDS


@pytest.mark.parametrize(
    ("state", "free"),
    [
        (AppointmentState.BOOKED, False),
        (AppointmentState.CHECKED_IN, False),
        (AppointmentState.CANCELLED, True),
        (AppointmentState.NO_SHOW, True),
        (AppointmentState.UNSERVED, True),
    ],
)
def test_an_appointment_keeps_its_card_until_it_is_over(office, case, state, free):
    CardStockFactory(office=office, cards=1, counted_at=AT)
    booked(office, case, starts_at=MOMENT + DAY, state=state)

    assert (stands_in_the_way(case) is None) == free


def test_an_appointment_forgotten_on_an_earlier_day_keeps_none(office, case):
    CardStockFactory(office=office, cards=1, counted_at=AT)
    booked(office, case, starts_at=AT - DAY)

    assert stands_in_the_way(case) is None


@pytest.mark.parametrize("walked_in", [True, False])
@pytest.mark.parametrize(
    ("outcome", "free"),
    [
        (Outcome.DONE, False),
        (Outcome.AWAITING_PRINT, False),
        (Outcome.PAPERS_MISSING, True),
        (Outcome.SYSTEM_DOWN, True),
    ],
)
def test_a_visit_uses_its_card_when_it_was_printed(office, case, outcome, free, walked_in):
    CardStockFactory(office=office, cards=1, counted_at=AT)
    appointment = None if walked_in else booked(office, case, served=True)
    finished(office, case, outcome, appointment=appointment)

    assert (stands_in_the_way(case, at=MOMENT + HOUR) is None) == free


def test_a_card_used_before_the_count_is_not_counted_again(office, case):
    CardStockFactory(office=office, cards=1, counted_at=MOMENT + MINUTE)
    finished(office, case, Outcome.DONE)

    assert stands_in_the_way(case, at=MOMENT + HOUR) is None


def test_a_visit_that_moves_keeps_its_own_card(office, case):
    CardStockFactory(office=office, cards=1, counted_at=AT)
    own = booked(office, case, starts_at=MOMENT + DAY)

    assert stands_in_the_way(case) == Obstacle.NO_CARDS
    assert stands_in_the_way(case, own=own) is None


@pytest.mark.parametrize(("cards", "queries"), [(None, 1), (1000, 1), (5, 3)])
def test_a_check_takes_one_query_and_three_where_cards_are_scarce(
    office, case, cards, queries, django_assert_num_queries
):
    if cards is not None:
        CardStockFactory(office=office, cards=cards, counted_at=AT)

    with django_assert_num_queries(queries):
        assert stands_in_the_way(case) is None


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_visits_never_share_the_last_card(monkeypatch, guarded):
    """The control: without the lock both count the same card."""
    office = OfficeFactory(code="utama")
    case = ServiceCaseFactory(ktp=True)
    CardStockFactory(office=office, cards=1, counted_at=AT)
    if not guarded:
        monkeypatch.setattr(obstacles, "SCARCE", -1000)

    def book():
        with transaction.atomic():
            found = stands_in_the_way(case)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
            if found is None:
                booked(office, case, starts_at=MOMENT)
            return found

    found = at_once(book, book)

    assert found.count(None) == (1 if guarded else 2), found
