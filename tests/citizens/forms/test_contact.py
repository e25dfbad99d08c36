import pytest

from citizens import crypto
from citizens.domain.party import Party
from citizens.enums import Attendance
from citizens.forms.contact import OUTSIDE, ContactForm, kelurahan_choices, kelurahan_name
from tests.factories.citizens import ServiceCaseFactory, ServiceFactory, SubdistrictFactory

pytestmark = pytest.mark.django_db
KK = "3673 0101 0120 0001"
KEY = crypto.keyed_hash("3673010101200001", purpose="household")


def family(*cases):
    """A party of several people with one case each."""
    return Party(tuple((case,) for case in cases or (ServiceCaseFactory(), ServiceCaseFactory())))


def form(*cases, household_key="", **values):
    typed = {"subdistrict": OUTSIDE, "phone": "0812-3456-7890", "language": "id", "household": KK}
    return ContactForm(typed | values, party=family(*cases), household_key=household_key)


def test_a_family_says_the_number_of_its_card_and_only_a_keyed_hash_stays():
    filled = form()

    assert filled.is_valid(), filled.errors
    assert filled.shared()["household_key"] == KEY
    assert "3673" not in str(filled.shared())


@pytest.mark.parametrize(
    ("number", "words"),
    [("", "16 digits"), ("123", "16 digits"), ("36730101012O0001", "only numbers")],
)
def test_a_wrong_number_of_a_family_card_gets_a_sentence_that_says_what_to_do(
    number, words, english
):
    [error] = form(household=number).errors["household"]

    assert words in error


def test_the_number_is_not_asked_twice_and_not_shown_again():
    again = form(household="", household_key=KEY)

    assert again.is_valid(), again.errors
    assert again.shared()["household_key"] == KEY


def test_the_number_is_off_the_page_when_something_else_must_be_put_right():
    wrong = form(phone="")
    assert not wrong.is_valid()

    wrong.forget_household()

    assert "3673" not in str(wrong["household"])
    assert not wrong.fields["household"].required


def test_a_family_with_a_child_says_who_comes_along():
    child, adult = ServiceCaseFactory(attendance=Attendance.PARENT), ServiceCaseFactory()

    assert "guardian_name" in form(child, adult).errors
    assert form(child, adult, guardian_name="Siti").is_valid()


def test_a_family_of_another_city_learns_which_service_it_must_do_there(english):
    bound = ServiceCaseFactory(service=ServiceFactory(home_office_only=True), name_en="Changed")

    [error] = form(bound, ServiceCaseFactory()).errors["subdistrict"]

    assert "Changed" in error


def test_kelurahan_of_one_name_are_told_apart_by_their_kecamatan():
    for district in ("Serang", "Curug"):
        SubdistrictFactory(name="Sukawana", district__name=district)

    labels = [label for _group, rows in kelurahan_choices()[1:-1] for _code, label in rows]

    assert labels == ["Sukawana, Kec. Curug", "Sukawana, Kec. Serang"]


def test_a_kelurahan_has_a_name_and_an_unknown_one_has_none():
    home = SubdistrictFactory(name="Sukawana", district__name="Curug")

    assert kelurahan_name(home.code) == "Sukawana, Kec. Curug"
    assert kelurahan_name("") == ""
