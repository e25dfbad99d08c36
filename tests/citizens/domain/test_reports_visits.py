"""Rows made by hand; each figure is counted in the test."""

import pytest
from django.utils import translation

from citizens.domain import reports_visits
from citizens.domain.reports import Scope
from citizens.domain.reports_visits import DESK, HOME, SERVICE
from citizens.enums import OfferResult
from tests.factories.citizens import (
    DAY,
    AppointmentFactory,
    CounterFactory,
    DigitalIdActivationFactory,
    DigitalIdOfferFactory,
    MissingPaperFactory,
    OfferReasonFactory,
    QueueDayFactory,
    RequirementFactory,
    ServiceCaseFactory,
    SubdistrictFactory,
    TicketFactory,
    VisitFactory,
    VisitorFactory,
)

ACTIVATED = OfferResult.ACTIVATED
DECLINED = OfferResult.DECLINED
NOT_ASKED = OfferResult.NOT_ASKED


@pytest.fixture
def day(db):
    return QueueDayFactory(office__short_name="Utama")


@pytest.fixture
def scope(day):
    return Scope(DAY, DAY, day.office_id)


@pytest.fixture
def case(db):
    return ServiceCaseFactory(service__name="KTP-el", service__sort_order=1)


def visit(day, case, **kwargs):
    return VisitFactory(ticket=TicketFactory(queue_day=day, case=case, finished=True, **kwargs))


def offer(day, case, result=NOT_ASKED, *, home=None, counter=None, reason=None):
    """An offer to a person who lives at `home`; without one, to a walk-in."""
    kwargs = {"counter": counter} if counter else {}
    visitor = None
    if home is not None:
        appointment = AppointmentFactory(office=day.office, subdistrict=home or None)
        visitor = VisitorFactory(appointment=appointment)
        kwargs |= {"booked": True, "appointment": appointment}
    return DigitalIdOfferFactory(
        visit=visit(day, case, **kwargs), visitor=visitor, result=result, reason=reason
    )


def test_missing_papers_come_with_the_visits_of_their_case(day, case, scope):
    kk, ktp = (RequirementFactory(case=case, text=text) for text in ("KK", "KTP lama"))
    visits = [visit(day, case) for _ in range(4)]
    for at in visits[:3]:
        MissingPaperFactory(visit=at, requirement=kk)
    MissingPaperFactory(visit=visits[0], requirement=ktp)

    assert reports_visits.missing_papers(scope) == [
        ("KK", "KTP-el", "Hilang", 3, 4),
        ("KTP lama", "KTP-el", "Hilang", 1, 4),
    ]


def test_the_list_of_papers_ends_with_the_twentieth(day, case, scope):
    at = visit(day, case)
    for _ in range(21):
        MissingPaperFactory(visit=at, requirement=RequirementFactory(case=case))

    assert len(reports_visits.missing_papers(scope)) == 20


def test_offers_are_counted_by_counter_and_result(day, case, scope):
    one, two = (CounterFactory(office=day.office, number=number) for number in (1, 2))
    offer(day, case, ACTIVATED, counter=one)
    offer(day, case, ACTIVATED, counter=one)
    offer(day, case, DECLINED, counter=two, reason=OfferReasonFactory())
    offer(day, case, counter=two)

    # activated, appointment made, declined, not possible, not asked
    assert reports_visits.offers(scope, by=DESK) == [
        ("Utama · 1", 2, 0, 0, 0, 0),
        ("Utama · 2", 0, 0, 1, 0, 1),
    ]


def test_offers_are_counted_by_service(day, case, scope):
    other = ServiceCaseFactory(service__name="KIA", service__sort_order=2)
    offer(day, case, ACTIVATED)
    offer(day, other)

    assert reports_visits.offers(scope, by=SERVICE) == [
        ("KTP-el", 1, 0, 0, 0, 0),
        ("KIA", 0, 0, 0, 0, 1),
    ]


def test_offers_are_counted_by_home_elsewhere_and_unknown(day, case, scope):
    cipare = SubdistrictFactory(name="Cipare")
    for _ in range(5):
        offer(day, case, ACTIVATED, home=cipare)
        offer(day, case, ACTIVATED, home="")
        offer(day, case, ACTIVATED)

    with translation.override("en"):
        found = reports_visits.offers(scope, by=HOME)

    assert found == [
        ("Cipare", 5, 0, 0, 0, 0),
        ("Not asked (walk-in)", 5, 0, 0, 0, 0),
        ("Outside Kota Serang", 5, 0, 0, 0, 0),
    ]


def test_the_home_of_a_walk_in_is_known_from_the_activation(day, case, scope):
    cipare = SubdistrictFactory(name="Cipare")
    for _ in range(5):
        made = offer(day, case, ACTIVATED)
        DigitalIdActivationFactory(
            offer=made, source="desk", counter=made.visit.ticket.counter, subdistrict=cipare
        )

    assert reports_visits.offers(scope, by=HOME) == [("Cipare", 5, 0, 0, 0, 0)]


def test_fewer_than_five_people_of_a_kelurahan_are_not_told(day, case, scope):
    few, more, most = (SubdistrictFactory(name=name) for name in "ABC")
    for home, number in ((few, 4), (more, 6), (most, 9)):
        for _ in range(number):
            offer(day, case, ACTIVATED, home=home)

    # A single hidden number would be the total less the others: the next larger one goes with it.
    assert [row[:2] for row in reports_visits.offers(scope, by=HOME)] == [
        ("A", None),
        ("B", None),
        ("C", 9),
    ]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 0), (0, 0)),
        ((5, 9), (5, 9)),
        ((4, 9), (None, None)),
        ((1, 2, 9), (None, None, 9)),
        ((3, 8, 6), (None, 8, None)),
        ((3, 0), (None, 0)),
    ],
    ids=str,
)
def test_small_counts_are_hidden_and_cannot_be_computed(counts, shown):
    rows = [(str(place), count) for place, count in enumerate(counts)]

    assert tuple(row[1] for row in reports_visits.hide_small(rows)) == shown


def test_nothing_to_hide_is_nothing():
    assert reports_visits.hide_small([]) == []
    assert reports_visits.hide_small_reasons([]) == []


def test_reasons_are_counted_by_counter_service_and_all_together(day, case, scope):
    phone, time = (OfferReasonFactory(name=name) for name in ("HP tidak cocok", "Tidak sempat"))
    counter = CounterFactory(office=day.office, number=1)
    for reason in (phone, phone, time):
        offer(day, case, DECLINED, counter=counter, reason=reason)
    offer(day, case, counter=counter)

    counted = [("declined", "HP tidak cocok", 2), ("declined", "Tidak sempat", 1)]
    assert reports_visits.reasons(scope, by=DESK) == [("Utama · 1", *row) for row in counted]
    assert reports_visits.reasons(scope, by=SERVICE) == [("KTP-el", *row) for row in counted]
    assert reports_visits.all_reasons(scope) == counted


def test_few_people_with_a_reason_from_a_kelurahan_are_not_told(day, case, scope):
    home, reason = SubdistrictFactory(name="Cipare"), OfferReasonFactory(name="Tidak sempat")
    for _ in range(4):
        offer(day, case, DECLINED, home=home, reason=reason)

    assert reports_visits.reasons(scope, by=HOME) == [("Cipare", "declined", "Tidak sempat", None)]


def test_reasons_do_not_give_a_hidden_number_of_offers_away():
    rows = [
        ("A", "declined", "phone", 3),
        ("B", "declined", "phone", 7),
        ("C", "declined", "phone", 20),
        ("C", "declined", "time", 30),
    ]

    # Declined: A 3, B 7, C 50. A is small, so A and B are hidden, with every reason that adds up to them.
    assert [row[3] for row in reports_visits.hide_small_reasons(rows)] == [None, None, 20, 30]


def test_other_places_and_days_are_left_out(day, case):
    offer(day, case, ACTIVATED)
    before = Scope(DAY.replace(day=1), DAY.replace(day=15), day.office_id)

    assert reports_visits.offers(before, by=SERVICE) == []
    assert reports_visits.offers(Scope(DAY, DAY, QueueDayFactory().office_id), by=SERVICE) == []
    assert len(reports_visits.offers(Scope(DAY, DAY), by=SERVICE)) == 1
