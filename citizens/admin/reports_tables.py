"""What a report is made of: tables with a question each, bars that answer it, and percentages with their base."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from citizens.admin.reports_chart import Chart
from citizens.domain.reports import Scope

Cell = str | int | float | datetime.date | None


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its numerator and named denominator (design.md, invariant 9)."""

    label: str
    part: int | float
    counted: str
    whole: int | float
    base: str

    @property
    def percent(self) -> float:
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, rows, and what is drawn of them. The first `words` columns are words, the others numbers.

    `empty` stands for a number that is not told.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: int = 1
    chart: Chart | None = None
    shares: Sequence[Share] = ()
    empty: str = "-"
    note: str = ""

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """Each cell as words for the page, and whether it is a number."""
        return [
            [(shown(cell, self.empty), place >= self.words) for place, cell in enumerate(row)]
            for row in self.rows
        ]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        return [(heading, place >= self.words) for place, heading in enumerate(self.headings)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table is asked for: the scope, and the moment of the question."""

    scope: Scope
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table of a report by its name in the address; `title` is the question that it answers."""

    slug: str
    title: Any
    build: Callable[[Asked], Table]


@dataclass(frozen=True, slots=True)
class Report:
    """A page of tables; `definition` says in words what is counted and how."""

    slug: str
    title: Any
    definition: Any
    tables: tuple[TableOf, ...] = field(default=())


def shown(cell: Cell, empty: str = "-") -> str:
    """A cell in the language of the page: one digit after the comma, a day in words."""
    if cell is None:
        return empty
    if isinstance(cell, datetime.date):
        return date_format(cell, "D, j M Y")
    if isinstance(cell, float):
        return number_format(cell, decimal_pos=1, force_grouping=True)
    return number_format(cell, force_grouping=True) if isinstance(cell, int) else cell


def clock_hour(hour: int) -> str:
    """ "08.00-08.59"."""
    return f"{hour:02d}.00-{hour:02d}.59"


def share(label: str, part: float, counted: str, whole: float, base: str) -> tuple[Share, ...]:
    """The percentage, or none of nothing."""
    return (Share(label, part, counted, whole, base),) if whole else ()


def this_portal() -> str:
    """The source of every figure here."""
    return _("this portal")
