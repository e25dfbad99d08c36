import pytest

from citizens import signals
from citizens.domain import visits
from citizens.domain.visits import Offer
from citizens.enums import ActivationSource, OfferResult, Outcome
from citizens.models import DigitalIdActivation, DigitalIdOffer
from tests.factories.citizens import (
    MOMENT,
    DigitalIdActivationFactory,
    OfferReasonFactory,
    RequirementFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
    VisitFactory,
    VisitorFactory,
    VisitorServiceFactory,
)


@pytest.fixture
def ticket(db):
    """A booked person, finished at a counter, for a service that offers the digital ID."""
    case = ServiceCaseFactory(ktp=True)
    ticket = TicketFactory(booked=True, finished=True, case=case)
    VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)
    return ticket


@pytest.fixture
def visitor(ticket):
    return ticket.appointment.visitors.get()


@pytest.fixture
def activations():
    """What digital_id_activated told."""
    told = []

    def listen(activation, **kwargs):
        told.append(activation)

    signals.digital_id_activated.connect(listen)
    yield told
    signals.digital_id_activated.disconnect(listen)


def record(ticket, **kwargs):
    return visits.record(
        ticket=ticket,
        outcome=kwargs.get("outcome", Outcome.DONE),
        missing_papers=kwargs.get("missing_papers", []),
        offers=kwargs.get("offers", []),
        at=MOMENT,
        staff=UserFactory(),
    )


def offered(visit):
    return list(visit.offers.order_by("pk").values_list("visitor", "result", "reason"))


def test_missing_papers_are_named(ticket):
    paper = RequirementFactory(case=ticket.case)

    visit = record(ticket, outcome=Outcome.PAPERS_MISSING, missing_papers=[paper])

    assert visit.missing_papers.get().requirement == paper


def test_the_answer_of_each_person_is_kept(ticket, visitor):
    reason = OfferReasonFactory()

    visit = record(ticket, offers=[Offer(visitor, OfferResult.DECLINED, reason)])

    assert offered(visit) == [(visitor.pk, "declined", reason.pk)]


def test_whoever_was_left_out_was_not_asked(ticket, visitor):
    second = VisitorFactory(appointment=ticket.appointment)

    visit = record(ticket, offers=[Offer(second, OfferResult.APPOINTMENT_MADE)])

    assert offered(visit) == [
        (visitor.pk, "not_asked", None),
        (second.pk, "appointment_made", None),
    ]


def test_a_walk_in_is_one_person_without_a_name(db):
    ticket = TicketFactory(finished=True, case=ServiceCaseFactory(ktp=True))

    visit = record(ticket, offers=[Offer(None, OfferResult.ACTIVATED)])

    assert offered(visit) == [(None, "activated", None)]
    activation = DigitalIdActivation.objects.get()
    assert (activation.person_key, activation.counter) == (None, ticket.counter)
    assert (activation.subdistrict, activation.lives_elsewhere) == (None, False)


def test_a_service_without_the_offer_records_none(db):
    ticket = TicketFactory(finished=True)

    visit = record(ticket, offers=[Offer(None, OfferResult.NOT_ASKED)])

    assert not visit.offers.exists()


def test_the_offer_is_made_when_any_service_of_the_appointment_has_it(db):
    ticket = TicketFactory(booked=True, finished=True)
    first = VisitorServiceFactory(visitor__appointment=ticket.appointment, case=ticket.case)
    VisitorServiceFactory(visitor=first.visitor, case=ServiceCaseFactory(ktp=True))

    assert record(ticket).offers.count() == 1


@pytest.mark.parametrize("result", [OfferResult.DECLINED, OfferResult.NOT_POSSIBLE])
def test_a_refusal_needs_a_reason(db, result):
    with pytest.raises(visits.ReasonNeeded):
        visits.record_offer(visit=None, offer=Offer(None, result), at=MOMENT)


def test_the_other_answers_have_no_reason(db):
    offer = Offer(None, OfferResult.NOT_ASKED, OfferReasonFactory())

    with pytest.raises(visits.ReasonNeeded):
        visits.record_offer(visit=None, offer=offer, at=MOMENT)


def test_an_activation_is_counted_with_its_home_and_counter(ticket, visitor, activations):
    record(ticket, offers=[Offer(visitor, OfferResult.ACTIVATED)])

    activation = DigitalIdActivation.objects.get()
    assert activation.person_key == visitor.person_key
    assert activation.source == ActivationSource.DESK
    assert activation.counter == ticket.counter
    assert activation.subdistrict == ticket.appointment.subdistrict
    assert activation.offer == DigitalIdOffer.objects.get()
    assert activation.activated_at == MOMENT
    assert activations == [activation]


def test_people_of_other_cities_are_told_apart(ticket, visitor):
    ticket.appointment.subdistrict = None
    ticket.appointment.save()

    record(ticket, offers=[Offer(visitor, OfferResult.ACTIVATED)])

    assert DigitalIdActivation.objects.get().lives_elsewhere


def test_a_second_activation_of_one_person_is_not_counted_again(ticket, visitor, activations):
    record(ticket, offers=[Offer(visitor, OfferResult.ACTIVATED)])
    later = VisitFactory(ticket__finished=True)

    visits.record_offer(visit=later, offer=Offer(visitor, OfferResult.ACTIVATED), at=MOMENT)

    assert DigitalIdOffer.objects.filter(result=OfferResult.ACTIVATED).count() == 2
    assert DigitalIdActivation.objects.count() == 1
    assert len(activations) == 1


def test_an_imported_activation_is_linked_to_what_the_counter_saw(ticket, visitor, activations):
    imported = DigitalIdActivationFactory(
        person_key=visitor.person_key, source=ActivationSource.IMPORT
    )

    record(ticket, offers=[Offer(visitor, OfferResult.ACTIVATED)])

    imported.refresh_from_db()
    assert imported.source == ActivationSource.IMPORT
    assert imported.offer == DigitalIdOffer.objects.get()
    assert activations == []


def test_the_cases_of_an_appointment_are_those_of_all_its_people(ticket):
    other = VisitorServiceFactory(visitor__appointment=ticket.appointment)

    assert set(visits.cases(ticket)) == {ticket.case, other.case}


def test_the_case_of_a_walk_in_is_what_was_asked_for(db):
    ticket = TicketFactory()

    assert visits.cases(ticket) == [ticket.case]
