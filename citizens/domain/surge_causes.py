"""The usual multipliers of causes of surges, and the first rows of the calendar of causes (citizens/data/causes.toml)."""

import datetime
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from citizens.domain.office_time import local_date
from citizens.enums import SurgeKind
from citizens.models import SurgeCause

DATA = Path(__file__).resolve().parent.parent / "data" / "causes.toml"


@dataclass(frozen=True, slots=True)
class Usual:
    """What a cause of a kind begins with until the office has figures of its own: all of it is an assumption."""

    kind: SurgeKind
    name: str
    multiplier: Decimal
    days: int
    source: str


@cache
def usual() -> dict[SurgeKind, Usual]:
    """By kind; a kind without a known multiplier is not there."""
    return {
        SurgeKind(row["kind"]): Usual(
            kind=SurgeKind(row["kind"]),
            name=row["name"],
            multiplier=Decimal(str(row["multiplier"])),
            days=row["days"],
            source=row["source"],
        )
        for row in _read()["usual"]
    }


def load(*, at: datetime.datetime) -> int:
    """Adds the causes with a known date that are not over, into an empty calendar; returns how many.

    Once there is any cause the calendar is the office's: what it deletes does not come back.
    """
    if SurgeCause.objects.exists():
        return 0
    made = [_cause(row, usual()[SurgeKind(row["kind"])]) for row in _read()["cause"]]
    to_come = [
        cause
        for cause in made
        if cause.first_day + datetime.timedelta(days=cause.days) > local_date(at)
    ]
    return len(SurgeCause.objects.bulk_create(to_come))


def _cause(row: dict[str, Any], like: Usual) -> SurgeCause:
    return SurgeCause(
        kind=like.kind,
        name=row.get("name", like.name),
        first_day=row["first_day"],
        days=like.days,
        multiplier=like.multiplier,
        source=like.source,
    )


def _read() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))
