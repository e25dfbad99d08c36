"""Each figure is computed by hand in the comment beside it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from citizens.domain import survey_index
from citizens.domain.reports import Scope
from tests.factories.citizens import DAY, OfficeFactory
from tests.factories.queue_day import SurveyAnswerFactory


@pytest.fixture
def office(db):
    return OfficeFactory()


def scope(office=None):
    return Scope(DAY, DAY, office and office.pk)


def sheets(office, number, **marks):
    for _ in range(number):
        SurveyAnswerFactory(office=office, date=DAY, **marks)


def test_thirty_sheets_of_threes_are_75_and_c(office):
    sheets(office, 30, mark=3)

    found = survey_index.result(scope(office))

    # 9 elements x 3 x 1/9 x 25 = 75
    assert (found.sheets, found.index, found.grade) == (30, Decimal("75.00"), "C")
    # 3 x 1/9 = 0.333
    assert {(each.average, each.weighted) for each in found.elements} == {
        (Decimal("3.00"), Decimal("0.333"))
    }


def test_averages_of_single_elements_are_summed_with_their_weight(office):
    sheets(office, 20, mark=4)
    sheets(office, 10, mark=4, time=1, source="link")

    found = survey_index.result(scope(office))

    # time: (20 x 4 + 10 x 1) / 30 = 3; the index: (8 x 4 + 3) / 9 x 25 = 97.22
    assert found.index == Decimal("97.22")
    assert found.grade == "A"
    assert [each.average for each in found.elements if each.element == "time"] == [Decimal(3)]
    assert found.by_link == 10


def test_below_thirty_sheets_nothing_is_said(office):
    sheets(office, 29, mark=4)

    assert survey_index.result(scope(office)) == survey_index.Result(29, 0, None, "", ())


def test_sheets_of_another_place_or_day_do_not_count(office):
    sheets(office, 30, mark=4)
    sheets(OfficeFactory(), 5, mark=1)

    assert survey_index.result(scope(office)).index == Decimal(100)
    assert survey_index.result(scope()).sheets == 35
    assert survey_index.result(Scope(DAY.replace(day=1), DAY.replace(day=15))).sheets == 0


@pytest.mark.parametrize(
    ("index", "grade"),
    [
        *[("100.00", "A"), ("88.31", "A"), ("88.30", "B"), ("76.61", "B")],
        *[("76.60", "C"), ("65.00", "C"), ("64.99", "D"), ("25.00", "D")],
    ],
)
def test_grades_are_those_of_the_regulation(index, grade):
    assert survey_index.grade(Decimal(index)) == grade


def test_half_a_step_is_rounded_up():
    assert survey_index.rounded(Fraction(76605, 1000)) == Decimal("76.61")
