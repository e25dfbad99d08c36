import datetime

import pytest

from citizens.domain.answers import PersonAnswers
from citizens.enums import Attendance
from citizens.forms.person import PersonForm
from tests.factories.citizens import ServiceCaseFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2027, 3, 16)
BORN = datetime.date(1990, 1, 1)
SITI = PersonAnswers("Siti Aminah", BORN, "0010010101900001")
TWIN = PersonAnswers("Ani", BORN)


def form(*cases, others=(SITI, TWIN), **values):
    typed = {"full_name": "Budi", "birth_date": "01-01-1990", "nik": "0010010101900002"} | values
    return PersonForm(typed, cases=cases or [ServiceCaseFactory()], today=TODAY, others=others)


def test_two_of_a_family_with_one_nik_are_both_named():
    [error] = form(nik="0010 0101 0190 0001").errors["nik"]

    assert "Budi" in error
    assert "Siti Aminah" in error


def test_one_person_is_not_in_a_visit_twice_without_a_nik_either():
    assert "Ani" in form(full_name="Ani", nik="").errors["full_name"][0]
    assert form(full_name="Ani", nik="", birth_date="02-01-1990").is_valid()


def test_a_child_without_a_nik_is_fine():
    child = ServiceCaseFactory(attendance=Attendance.PARENT)

    assert form(child, nik="").is_valid()


def test_one_service_that_needs_the_nik_is_enough_to_ask_for_it():
    free, needs = ServiceCaseFactory(), ServiceCaseFactory(nik_required=True)

    assert "nik" in form(free, needs, nik="").errors
