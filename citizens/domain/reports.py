"""What a report is asked for, and how its figures are fetched: one statement a table, summed up by PostgreSQL.

Figures are of days and places, never of a person: no statement of a report reads a name, a NIK, a phone or a token.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from citizens.domain.office_time import local_midnight

MOST_DAYS = 92
USUAL_DAYS = 7
ONE_DAY = datetime.timedelta(days=1)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The days from `first` to `last`, both included, at one office (its key) or at all (None)."""

    first: datetime.date
    last: datetime.date
    office: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Values of the placeholders that the statements share."""
        return {
            "zone": settings.TIME_ZONE,
            "office": self.office,
            "first": self.first,
            "last": self.last,
            "since": local_midnight(self.first),
            "until": local_midnight(self.last + ONE_DAY),
            "english": (get_language() or "id").startswith("en"),
        }


# Of tickets `ticket` with their `day`.
IN_SCOPE = """
    day.date BETWEEN %(first)s AND %(last)s
    AND (%(office)s::bigint IS NULL OR day.office_id = %(office)s)
"""


def name_of(alias: str, column: str = "name") -> str:
    """SQL for a name in the language of the page, of a bilingual row."""
    english = f"{alias}.{column}_en"
    return f"CASE WHEN %(english)s AND {english} <> '' THEN {english} ELSE {alias}.{column} END"


def fetch(statement: str, scope: Scope, more: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {**scope.parameters, **(more or {})})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
