import datetime

import pytest

from citizens import tokens
from citizens.domain import lookup
from citizens.domain.lookup import Fact, NotFound
from tests.factories.citizens import AppointmentFactory, VisitorFactory

pytestmark = pytest.mark.django_db
NIK = "0010010101900001"
BORN = datetime.date(1990, 1, 1)


@pytest.fixture
def appointment():
    found = AppointmentFactory(phone="+6281234567890")
    VisitorFactory(appointment=found, nik=NIK, birth_date=BORN)
    return found


def opens(appointment, **fact):
    try:
        return lookup.find(code=appointment.code, fact=Fact(**fact)) == appointment
    except NotFound:
        return False


@pytest.mark.parametrize("digits", ["0001", "7890"])
def test_the_last_digits_of_nik_or_phone_open_the_appointment(appointment, digits):
    assert opens(appointment, digits=digits)


@pytest.mark.parametrize("digits", ["0002", "6789", "", "001"])
def test_other_digits_open_nothing(appointment, digits):
    assert not opens(appointment, digits=digits)


def test_the_right_digits_with_another_code_open_nothing(appointment):
    with pytest.raises(NotFound):
        lookup.find(code=tokens.new_code(), fact=Fact(digits="0001"))


def test_every_person_of_a_family_opens_their_appointment(appointment):
    VisitorFactory(appointment=appointment, position=2, nik="0010010101900077")

    assert opens(appointment, digits="0077")


def test_a_date_of_birth_counts_only_where_there_is_neither_nik_nor_phone(appointment):
    without = AppointmentFactory(phone="")
    VisitorFactory(appointment=without, nik=None, birth_date=BORN)
    child = AppointmentFactory(phone="+6281234567890")
    VisitorFactory(appointment=child, nik=None, birth_date=BORN)

    assert opens(without, birth_date=BORN)
    assert not opens(without, birth_date=datetime.date(1990, 1, 2))
    assert not opens(child, birth_date=BORN)
    assert not opens(appointment, birth_date=BORN)


def test_a_family_of_any_size_takes_one_query(appointment, django_assert_num_queries):
    VisitorFactory(appointment=appointment, position=2)

    with django_assert_num_queries(1):
        assert opens(appointment, digits="0001")


def test_what_somebody_knows_is_not_shown_by_a_traceback():
    assert "0001" not in repr(Fact(digits="0001"))
