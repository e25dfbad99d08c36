import datetime

import pytest

from citizens.domain import party as parties
from citizens.enums import Attendance
from citizens.forms.booking import DetailsForm
from citizens.forms.contact import OUTSIDE, initial_of
from tests.factories.citizens import ServiceCaseFactory, ServiceFactory, SubdistrictFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2027, 3, 16)


def typed(**values):
    return {
        "full_name": "Siti Aminah",
        "birth_date": "01-01-1990",
        "subdistrict": OUTSIDE,
        "phone": "0812-3456-7890",
        "language": "id",
    } | values


def form(case=None, **values):
    party = parties.of(case or ServiceCaseFactory())
    return DetailsForm(typed(**values), party=party, today=TODAY)


def errors(field, **values):
    return form(**values).errors.get(field, [])


def test_answers_are_cleaned_on_the_way_in():
    home = SubdistrictFactory()

    filled = form(nik="0010 0101-0190.0001", subdistrict=home.pk, email="siti@contoh.id")

    assert filled.is_valid(), filled.errors
    answers = filled.answers()
    [person] = answers.people
    assert (person.nik, answers.phone) == ("0010010101900001", "+6281234567890")
    assert (person.birth_date, answers.subdistrict) == (datetime.date(1990, 1, 1), home.pk)


def test_answers_fill_the_form_again_as_they_were_typed():
    filled = form(nik="0010010101900001")
    assert filled.is_valid()

    initial = initial_of(filled.shared())

    assert (initial["phone"], initial["subdistrict"]) == ("0812-3456-7890", OUTSIDE)
    assert initial["no_contact"] is False


@pytest.mark.parametrize(
    ("nik", "words"),
    [
        ("36730101019O0001", "only numbers"),
        ("367301010190001", "16 digits"),
        ("36730101019000011", "16 digits"),
        ("3673013201900001", "Digits 7 and 8"),
        ("3673010113900001", "Digits 9 and 10"),
        ("3673013002900001", "does not exist"),
        ("9973010101900001", "province"),
        ("3673010101900000", "0000"),
    ],
)
def test_a_wrong_nik_gets_a_sentence_that_says_what_to_do(nik, words, english):
    [error] = errors("nik", nik=nik)

    assert words in error


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0812-345", "too short or too long"),
        ("0254 200123", "landline"),
        ("+1 212 555 0100", "Indonesian"),
        ("telepon ibu", "only numbers"),
    ],
)
def test_a_wrong_phone_number_gets_a_sentence_that_says_what_to_do(number, words, english):
    [error] = errors("phone", phone=number)

    assert words in error


def test_a_nik_is_asked_only_where_the_service_needs_it():
    needs = ServiceCaseFactory(nik_required=True)

    assert errors("nik") == []
    assert len(errors("nik", case=needs)) == 1


def test_a_newborns_birth_date_later_this_year_is_a_slip():
    child = ServiceCaseFactory(attendance=Attendance.PARENT)

    assert len(errors("nik", case=child, nik="3673010112270001")) == 1


@pytest.mark.parametrize(
    "birth_date", ["01-01-2030", "01-01-90", "31-02-1990", "03/25/1990", "dulu"]
)
def test_an_impossible_date_of_birth_is_refused(birth_date):
    assert len(errors("birth_date", birth_date=birth_date)) == 1


@pytest.mark.parametrize(
    "birth_date", ["01-02-1990", "1/2/1990", "01.02.1990", "01021990", "1990-02-01"]
)
def test_a_date_of_birth_is_read_day_first_in_any_usual_way(birth_date):
    filled = form(birth_date=birth_date)

    assert filled.is_valid()
    assert filled.cleaned_data["birth_date"] == datetime.date(1990, 2, 1)


def test_a_contact_or_the_word_that_there_is_none_is_needed():
    assert len(errors("phone", phone="")) == 1
    assert form(phone="", email="siti@contoh.id").is_valid()
    assert form(phone="", no_contact="on").is_valid()


def test_people_of_other_cities_learn_where_to_go():
    home_only = ServiceCaseFactory(service=ServiceFactory(home_office_only=True))

    assert len(errors("subdistrict", case=home_only, subdistrict=OUTSIDE)) == 1
    assert form(subdistrict=OUTSIDE).is_valid()


@pytest.mark.parametrize("name", ["12345", "...", "S.Pd.", "1"])
def test_a_name_needs_a_letter(name):
    assert len(errors("full_name", full_name=name)) == 1


def test_an_email_that_no_column_could_hold_is_refused():
    assert (
        len(errors("email", email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.id"))
        == 1
    )


@pytest.mark.parametrize("name", ["E", "Nur'aini", "Nur\u2019aini", "Ç. al-Farisi", "Ñ" * 120])
def test_a_name_is_taken_as_it_stands_on_a_card(name):
    filled = form(full_name=name)

    assert filled.is_valid(), filled.errors
    assert filled.person().full_name == name


@pytest.mark.parametrize(
    ("name", "words"),
    [("Siti 🌸", "emoji"), ("👩‍👧", "emoji"), ("a" * 121, "120"), ("", "full name")],
)
def test_a_name_that_stands_on_no_card_gets_help(name, words, english):
    [error] = errors("full_name", full_name=name)

    assert words in error


def test_fields_that_the_form_does_not_have_are_ignored():
    filled = form(state="served", token="x" * 22, guardian_name="Ibu", household="1" * 16)

    assert filled.is_valid()
    assert filled.answers().guardian_name == ""
    assert filled.answers().household_key == ""


def test_one_books_for_oneself_unless_one_says_otherwise():
    child = ServiceCaseFactory(attendance=Attendance.PARENT)
    filled, for_child = form(), form(case=child, guardian_name="Siti Aminah")

    assert filled.is_valid()
    assert for_child.is_valid()
    assert filled.answers().booked_for == "self"
    assert for_child.answers().booked_for == "child"


def test_a_child_needs_the_name_of_who_comes_along():
    child = ServiceCaseFactory(attendance=Attendance.PARENT)

    assert len(errors("guardian_name", case=child)) == 1
    assert len(errors("guardian_name", case=child, guardian_name="🌸")) == 1
    assert "guardian_name" not in form().fields


def test_booking_for_somebody_else_needs_ones_own_name_and_their_consent():
    other = {"booked_for": "other", "booker_name": "Budi", "consent": "on"}

    assert form(**other).is_valid()
    assert len(errors("booker_name", **other | {"booker_name": ""})) == 1
    assert len(errors("consent", **other | {"consent": ""})) == 1


def test_the_booker_is_kept_only_with_a_booking_for_somebody_else():
    filled = form(booked_for="self", booker_name="Budi", consent="on")

    assert filled.is_valid()
    assert (filled.answers().booker_name, filled.answers().consent) == ("", False)
