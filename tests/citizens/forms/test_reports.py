import datetime

import pytest

from citizens.forms.reports import ReportForm

TODAY = datetime.date(2027, 3, 16)


def days(first="", last=""):
    form = ReportForm({"dari": first, "sampai": last}, today=TODAY)
    return tuple(day.isoformat() for day in form.days), form.is_valid()


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("", "", ("2027-03-10", "2027-03-16")),
        ("", "2027-02-07", ("2027-02-01", "2027-02-07")),
        ("2027-03-01", "", ("2027-03-01", "2027-03-16")),
        ("2026-12-15", "2027-03-16", ("2026-12-15", "2027-03-16")),
        ("", "2020-01-03", ("2020-01-01", "2020-01-03")),
    ],
    ids=str,
)
def test_a_missing_day_is_filled_in(first, last, found):
    assert days(first, last) == (found, True)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        *[("2026-12-14", "2027-03-16"), ("2027-03-16", "2027-03-15"), ("2027-03-17", "")],
        *[("2019-12-31", "2020-01-01"), ("9999-12-31", "9999-12-31"), ("1-1-2027", "")],
    ],
    ids=str,
)
def test_days_that_cannot_be_give_the_usual_ones_and_an_error(first, last):
    assert days(first, last) == (("2027-03-10", "2027-03-16"), False)
