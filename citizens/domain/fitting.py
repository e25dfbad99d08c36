"""Which slots a visit takes: the one rule that the pages of free times and the commit both follow.

The parts of a visit follow each other. A part takes the slots of its group that begin within its minutes, without
a gap between them; the next part begins at the first slot of its group after that, at most `GAP` later, because
groups need not share one rhythm.
"""

import datetime
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from citizens.domain.party import Part

GAP = datetime.timedelta(minutes=20)


class Timed(Protocol):
    """A slot, or a row with its times."""

    @property
    def start(self) -> datetime.datetime: ...

    @property
    def minutes(self) -> int: ...


Row = TypeVar("Row", bound=Timed)


def reach(parts: Sequence[Part]) -> datetime.timedelta:
    """No slot of a visit begins later than this after its start."""
    minutes = sum(part.minutes for part in parts)
    return datetime.timedelta(minutes=minutes) + GAP * (len(parts) - 1)


def fit(
    parts: Sequence[Part], *, start: datetime.datetime, slots: Mapping[int, Sequence[Row]]
) -> tuple[list[Row], datetime.datetime] | None:
    """The slots that a visit from `start` takes, and when it ends; None when they do not fit together.

    `slots` are those of one office by group id, each in order of time.
    """
    taken: list[Row] = []
    due = start
    for number, part in enumerate(parts):
        rows = slots.get(part.group_id, ())
        first = bisect_left(rows, due, key=_start)
        if first == len(rows) or rows[first].start - due > (
            GAP if number else datetime.timedelta()
        ):
            return None
        due = rows[first].start + datetime.timedelta(minutes=part.minutes)
        covered = _cover(rows, first, due)
        if covered is None:
            return None
        taken += covered
    return taken, due


def _start(row: Timed) -> datetime.datetime:
    return row.start


def _cover(rows: Sequence[Row], first: int, until: datetime.datetime) -> list[Row] | None:
    """The rows from `first` that follow each other until `until`; None when there is a gap before."""
    covered: list[Row] = []
    due = rows[first].start
    for row in rows[first:]:
        if due >= until:
            break
        if row.start != due:
            return None
        covered.append(row)
        due = row.start + datetime.timedelta(minutes=row.minutes)
    return covered if due >= until else None
