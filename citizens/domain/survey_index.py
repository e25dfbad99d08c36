"""The SKM index of many sheets: PermenPANRB 14/2017, annex, chapter III.

Each of the nine elements weighs 1/9 (written 0.111 in the regulation; here unrounded). The index is the sum of the
elements' average marks times their weight, times 25: from 25 to 100.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum

from citizens.domain.reports import Scope
from citizens.enums import SurveyElement, SurveySource
from citizens.models import SurveyAnswer

ENOUGH = 30  # sheets; fewer say too little, and too much about single people
WEIGHT = Fraction(1, len(SurveyElement))
STEP = 25
# The least index of each grade, best first.
GRADES = (
    ("A", Decimal("88.31")),
    ("B", Decimal("76.61")),
    ("C", Decimal("65.00")),
    ("D", Decimal("25.00")),
)


@dataclass(frozen=True, slots=True)
class Element:
    """The average mark of one element (1 to 4), and its share in the index."""

    element: SurveyElement
    average: Decimal
    weighted: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """What `sheets` sheets say; `index`, `grade` and `elements` are empty below ENOUGH."""

    sheets: int
    by_link: int
    index: Decimal | None
    grade: str
    elements: tuple[Element, ...]


def result(scope: Scope) -> Result:
    """The index of the sheets of `scope`. One query."""
    sums = {element.value: Sum(element.value) for element in SurveyElement}
    found = _sheets(scope).aggregate(
        sheets=Count("pk"), links=Count("pk", filter=Q(source=SurveySource.LINK)), **sums
    )
    sheets = found["sheets"]
    if sheets < ENOUGH:
        return Result(sheets, found["links"], None, "", ())
    averages = [Fraction(found[element.value], sheets) for element in SurveyElement]
    index = rounded(sum(averages, Fraction()) * WEIGHT * STEP)
    elements = tuple(
        Element(element, rounded(average), rounded(average * WEIGHT, digits=3))
        for element, average in zip(SurveyElement, averages, strict=True)
    )
    return Result(sheets, found["links"], index, grade(index), elements)


def _sheets(scope: Scope) -> QuerySet[SurveyAnswer]:
    rows = SurveyAnswer.objects.filter(date__range=(scope.first, scope.last))
    return rows if scope.office is None else rows.filter(office=scope.office)


def grade(index: Decimal) -> str:
    """The regulation's grade ("mutu pelayanan") of an index rounded to two digits."""
    return next(letter for letter, least in GRADES if index >= least)


def rounded(value: Fraction, *, digits: int = 2) -> Decimal:
    """Half a step is rounded up, as people do it by hand."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
