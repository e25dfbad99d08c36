import datetime

import pytest

from citizens.domain import finding
from tests.factories.citizens import MOMENT, AppointmentFactory, VisitorFactory

pytestmark = pytest.mark.django_db


def found(text, office=None):
    return finding.find(text=text, office=office)


def test_the_newest_come_first():
    days = [datetime.timedelta(days=days) for days in (2, 0, 5)]
    rows = [AppointmentFactory(starts_at=MOMENT + day) for day in days]
    for row in rows:
        VisitorFactory(appointment=row, full_name="Siti Aminah")

    assert found("aminah") == [rows[2], rows[0], rows[1]]


def test_every_word_must_be_in_one_persons_name():
    family = AppointmentFactory()
    VisitorFactory(appointment=family, full_name="Siti Aminah")
    VisitorFactory(appointment=family, full_name="Budi Santoso")

    assert found("santoso budi") == [family]
    assert found("siti santoso") == []


def test_a_family_is_found_once():
    family = AppointmentFactory()
    VisitorFactory.create_batch(3, appointment=family, full_name="Siti Aminah")

    assert found("siti") == [family]


@pytest.mark.parametrize("text", ["100%", "o_o", "O'Neill"])
def test_signs_mean_themselves(text):
    VisitorFactory(full_name="Siti Aminah")

    assert found(f"{text} siti") == []


def test_eight_letters_that_could_be_a_code_are_also_a_name():
    visitor = VisitorFactory(full_name="HKRTDJ4 CDFHJKMN")

    assert found("cdfhjkmn") == [visitor.appointment]


def test_a_person_without_a_nik_is_not_found_by_one():
    VisitorFactory(without_nik=True)

    assert found("0010010101900042") == []


def test_less_than_two_letters_are_refused():
    with pytest.raises(finding.TooShort):
        found(" a 1 ")
