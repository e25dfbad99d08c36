"""Capacity before and after a change, as tables: day by day, or week by week where there are many days."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from citizens.admin.planning_words import Names, span

ONE_DAY = datetime.timedelta(days=1)
FEW_DAYS = 14  # so many days are read one by one


@dataclass(slots=True)
class Row:
    """Places of a group on a day or in a week: before, after, and given afterwards."""

    when: str
    group: str
    before: int = 0
    after: int = 0
    sold: int = 0

    @property
    def change(self) -> str:
        """With its sign, as a minus and not as a hyphen."""
        difference = self.after - self.before
        return f"+{difference}" if difference > 0 else f"−{-difference}" if difference else "0"  # noqa: RUF001 - a minus

    @property
    def is_beyond(self) -> bool:
        """Whether more is given than there is room for."""
        return self.sold > self.after


@dataclass(frozen=True, slots=True)
class Table:
    """Of one office. `weeks` sums up `days` where these are many."""

    office: str
    days: Sequence[Row]
    weeks: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Every table, and the sum of all."""

    tables: Sequence[Table]
    before: int
    after: int


def capacity(sums: Iterable[Sequence[Any]], names: Names) -> Capacity:
    """Tables of the sums of a proposal: rows of office, day, group, before, after, sold (ids and ISO days)."""
    of_office: dict[int, list[tuple[datetime.date, int, tuple[int, ...]]]] = defaultdict(list)
    for office, day, group, *numbers in sums:
        of_office[office].append((datetime.date.fromisoformat(day), group, tuple(numbers)))
    tables = [
        _table(names.office(office), of_office[office], names)
        for office in [*names.offices, *(of_office.keys() - names.offices.keys())]
        if office in of_office
    ]
    every = [row for table in tables for row in table.days]
    return Capacity(tables, sum(row.before for row in every), sum(row.after for row in every))


def _table(
    office: str, found: list[tuple[datetime.date, int, tuple[int, ...]]], names: Names
) -> Table:
    rank = {group: place for place, group in enumerate(names.groups)}
    found.sort(key=lambda row: (row[0], rank.get(row[1], 0)))
    days = [
        Row(date_format(day, "D, j M Y"), names.groups.get(group, "-"), *numbers)
        for day, group, numbers in found
    ]
    many = len({day for day, _group, _numbers in found}) > FEW_DAYS
    return Table(office, days, _weeks(found, names) if many else ())


def _weeks(found: Iterable[tuple[datetime.date, int, tuple[int, ...]]], names: Names) -> list[Row]:
    sums: dict[tuple[datetime.date, int], Row] = {}
    for day, group, (before, after, sold) in found:
        monday = day - day.weekday() * ONE_DAY
        row = sums.setdefault(
            (monday, group),
            Row(span(monday, monday + 6 * ONE_DAY), names.groups.get(group, "-")),
        )
        row.before += before
        row.after += after
        row.sold += sold
    return list(sums.values())
