"""What the screen in the hall shows: the last calls, who is next, and the rule. Numbers and services, nobody's data."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from citizens.domain import hall
from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.models import Office, TicketEvent

CALLS_SHOWN = 6
# A person is called three times and may be called back: so many events hold the calls of CALLS_SHOWN people.
CALLS_READ = 5 * CALLS_SHOWN


@dataclass(frozen=True, slots=True)
class Call:
    """A number that was called to a counter. `nth` counts the calls of this number, so 2 is "called again"."""

    label: str
    counter: int
    nth: int
    at: datetime.datetime

    @property
    def key(self) -> str:
        """Tells this call from every other one of the day, a call again included."""
        return f"{self.label}.{self.counter}.{self.at.timestamp():.0f}"


@dataclass(frozen=True, slots=True)
class Board:
    """What one office shows: `calls` newest first, one a person."""

    office: Office
    facts: hall.Facts
    calls: tuple[Call, ...]


def find(code: str, *, at: datetime.datetime) -> Board | None:
    """The board of an office in use, without the waiting people (hall.read gives them). One query."""
    found = Office.objects.filter(code=code, active=True).annotate(
        **hall.annotations(office="pk", at=at), board_calls=_calls(at=at)
    )
    office = found.first()
    if office is None:
        return None
    rows: list[dict[str, Any]] = office.board_calls
    return Board(office=office, facts=hall.facts(office, at=at), calls=_latest(rows))


def _calls(*, at: datetime.datetime) -> ArraySubquery:
    """The last calls that nobody took back; what an undo brought back is no call."""
    events = TicketEvent.objects.filter(
        ticket__queue_day__office=OuterRef("pk"),
        ticket__queue_day__date=local_date(at),
        to_state=TicketState.CALLED,
        counter__isnull=False,
        undoes=None,
        undone_by=None,
    )
    return ArraySubquery(
        # By time: in the order of the key alone PostgreSQL would look for today's from the end of all days.
        events.order_by("-at", "-pk").values(
            found=JSONObject(
                prefix="ticket__prefix",
                number="ticket__number",
                counter="counter__number",
                calls="calls",
                at="at",
            )
        )[:CALLS_READ]
    )


def _latest(rows: list[dict[str, Any]]) -> tuple[Call, ...]:
    """The newest call of each number."""
    calls: dict[int, Call] = {}
    for row in rows:
        call = Call(
            label=f"{row['prefix']}-{row['number']:03d}",
            counter=row["counter"],
            nth=row["calls"],
            at=datetime.datetime.fromisoformat(row["at"]),
        )
        calls.setdefault(row["number"], call)
    return tuple(calls.values())[:CALLS_SHOWN]
