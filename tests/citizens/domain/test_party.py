import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizens.domain import party as parties
from citizens.domain.party import Part, UnknownParty
from citizens.enums import Attendance
from tests.factories.citizens import ServiceCaseFactory, ServiceGroupFactory, VisitorServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def card():
    group = ServiceGroupFactory(sort_order=1)
    return ServiceCaseFactory(service__code="KTP", service__group=group, code="hilang", minutes=10)


@pytest.fixture
def digital():
    group = ServiceGroupFactory(sort_order=2)
    return ServiceCaseFactory(
        service__code="IKD", service__group=group, code="aktivasi", minutes=10
    )


@pytest.fixture
def child():
    group = ServiceGroupFactory(sort_order=3)
    return ServiceCaseFactory(
        service__code="KIA",
        service__group=group,
        code="baru-anak",
        minutes=10,
        attendance=Attendance.PARENT,
    )


def test_a_single_case_is_a_party_of_one(card):
    party = parties.of(card)

    assert (party.text, party.is_single, party.minutes) == ("ktp.hilang", True, 10)
    assert parties.parse(party.text) == party


def test_minutes_add_up_by_service_group_in_the_order_of_the_groups(card, digital, child):
    party = parties.parse("kia.baru-anak,ktp.hilang~ikd.aktivasi,ktp.hilang")

    assert party.parts == (
        Part(card.service.group_id, 20),
        Part(digital.service.group_id, 10),
        Part(child.service.group_id, 10),
    )
    assert party.minutes == 40
    assert party.has_child_service
    assert party.cases == (child, card, digital)


def test_a_party_is_read_in_one_query(card, digital, django_assert_num_queries):
    with django_assert_num_queries(1):
        party = parties.parse("ktp.hilang~ikd.aktivasi,ktp.hilang")
        assert len(party.parts) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "ktp",
        "ktp.",
        "ktp.baru",  # no such case
        "ktp.hilang~ktp.hilang",  # two of one group for one person
        ",".join(["ktp.hilang"] * 9),
        "ktp.hilang~ikd.aktivasi~kia.baru-anak~ktp.hilang~ktp.hilang",
        "ktp.hilang\0",
        "KTP.hilang",
    ],
)
def test_what_names_no_party_is_refused(card, digital, child, text):
    with pytest.raises(UnknownParty):
        parties.parse(text)


def test_a_case_that_is_not_offered_any_more_names_no_party(card):
    card.active = False
    card.save()

    with pytest.raises(UnknownParty):
        parties.parse("ktp.hilang")


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text):
    with pytest.raises(UnknownParty):
        parties.parse(text)


def test_the_party_of_an_appointment_is_who_it_is_for(card, digital):
    first = VisitorServiceFactory(case=card)
    VisitorServiceFactory(visitor=first.visitor, case=digital)
    VisitorServiceFactory(visitor__appointment=first.visitor.appointment, case=card)

    party = parties.of_appointment(first.visitor.appointment)

    assert party.text == "ktp.hilang~ikd.aktivasi,ktp.hilang"
