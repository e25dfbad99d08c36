"""A table as CSV for a spreadsheet: with its filters above it, and nothing that a spreadsheet would run."""

import csv
import datetime
from collections.abc import Iterator, Sequence

from citizens.admin.reports_tables import Cell, Table

# A cell that begins so is read as a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # or Excel reads UTF-8 as something else


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def lines(table: Table, *, head: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The lines, one by one: `head` (what, value), an empty line, the headings, the rows."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    for name, value in head:
        yield writer.writerow([safe(name), safe(value)])
    yield writer.writerow([])
    yield writer.writerow([safe(heading) for heading in table.headings])
    for row in table.rows:
        yield writer.writerow([_cell(cell, table.empty) for cell in row])


def _cell(cell: Cell, empty: str) -> str:
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.1f}"
    if isinstance(cell, int):
        return str(cell)
    return safe(empty if cell is None else cell)


def safe(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
