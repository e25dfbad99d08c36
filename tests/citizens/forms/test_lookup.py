import datetime

import pytest

from citizens.domain.lookup import Fact
from citizens.forms.lookup import LookupForm


def form(fact="0001", code="2222-2222"):
    return LookupForm({"code": code, "fact": fact})


@pytest.mark.parametrize(
    ("typed", "fact"),
    [
        ("0001", Fact(digits="0001")),
        (" 00 01 ", Fact(digits="0001")),
        ("0010 0101 0190 0001", Fact(digits="0001")),
        ("+62 812-3456-7890", Fact(digits="7890")),
        ("17-08-1990", Fact(birth_date=datetime.date(1990, 8, 17))),
        ("7/8/1990", Fact(birth_date=datetime.date(1990, 8, 7))),
        ("17081990", Fact(birth_date=datetime.date(1990, 8, 17))),
    ],
)
def test_digits_numbers_and_dates_are_understood(typed, fact):
    filled = form(typed)

    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["fact"] == fact


@pytest.mark.parametrize(
    "typed", ["", "1", "12345", "abcd", "٣٣٣٣", "31-02-1990", "99-99-9999", "\0", "😀", "0001\0"]
)
def test_anything_else_is_asked_for_again(typed):
    assert list(form(typed).errors) == ["fact"]


@pytest.mark.parametrize("typed", ["", "2222", "2222-2223", "😀", "\0", "' OR 1=1"])
def test_what_cannot_be_a_code_is_asked_for_again(typed):
    assert list(form(code=typed).errors) == ["code"]


def test_a_code_is_read_however_it_is_written():
    filled = form(code=" 2222 2222 ")

    assert filled.is_valid()
    assert filled.cleaned_data["code"] == "22222222"
