"""A row is one figure beside the limit or the peer of the same run; rows become a table and a JSON file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEADINGS = ("group", "name", "unit", "ours", "against", "other", "ratio", "goal", "holds")


@dataclass(frozen=True)
class Row:
    """`ours` and `other` are in `unit`; `ratio` is the better the higher, and should reach `goal`."""

    group: str
    name: str
    unit: str
    ours: float
    against: str
    other: float
    ratio: float
    goal: float

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.goal

    def as_json(self) -> dict[str, str | float | bool]:
        """The row under the names of HEADINGS, numbers rounded for reading."""
        row = asdict(self) | {"holds": self.holds}
        return {name: round(v, 3) if isinstance(v := row[name], float) else v for name in HEADINGS}


def rate(
    group: str, name: str, unit: str, *, ours: float, against: str, other: float, goal: float
) -> Row:
    """Our rate beside a peer's: the ratio is ours / other."""
    return Row(group, name, unit, ours, against, other, ours / other, goal)


def limit(group: str, name: str, unit: str, *, ours: float, most: float) -> Row:
    """Our use of something beside the most it may be: the ratio is most / ours.

    Raises ValueError when nothing was used: then nothing was measured.
    """
    if ours <= 0:
        raise ValueError(f"{name}: {ours} {unit} cannot be right.")
    return Row(group, name, unit, ours, "limit", most, most / ours, 1.0)


def atmost(group: str, name: str, unit: str, *, ours: float, against: str, most: float) -> Row:
    """Ours beside the most that a peer's figure allows: the ratio is most / ours."""
    return Row(group, name, unit, ours, against, most, most / ours, 1.0)


def none(group: str, name: str, unit: str, *, ours: float) -> Row:
    """How many there are of what there must be none of: the ratio is 1 / (1 + ours)."""
    return Row(group, name, unit, ours, "none", 0, 1 / (1 + ours), 1.0)


def table(rows: Iterable[Row]) -> str:
    """The rows as text in columns, one line each under a line of headings."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in ("ours", "other", "ratio", "goal") else cell.ljust(width)
            for name, cell, width in zip(HEADINGS, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def write(rows: Sequence[Row], path: Path) -> None:
    """Writes the rows of this run as a JSON list, in place of an earlier run's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        *(row.group, row.name, row.unit, _number(row.ours), row.against, _number(row.other)),
        *(f"{row.ratio:.2f}", f"{row.goal:.2f}", "yes" if row.holds else "NO"),
    )


def _number(value: float) -> str:
    """Whole numbers from 100 on, one decimal below unless it is whole."""
    return f"{value:,.1f}" if value < 100 and value != int(value) else f"{value:,.0f}"
