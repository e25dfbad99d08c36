"""Finding one's own appointment by its code and a second fact.

The code stands on papers and is read aloud, so it opens nothing alone. Whoever calls this limits the attempts
first: by code, by browser and by network (citizens.domain.limits).
"""

import datetime
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from citizens.models import Appointment, Visitor

DIGITS = 4


class NotFound(Exception):
    """No appointment has this code together with this fact. Which of the two is wrong is not told."""


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """What somebody knows beside the code: the last four digits of a NIK or the phone, or a date of birth."""

    digits: str = ""
    birth_date: datetime.date | None = None

    @property
    def text(self) -> str:
        return self.birth_date.isoformat() if self.birth_date else self.digits


def find(*, code: str, fact: Fact) -> Appointment:
    """The appointment with this code (as tokens.clean_code gives it), whatever its state. One query.

    The fact is of any of its visitors. Raises NotFound.
    """
    rows = Visitor.objects.filter(appointment__code=code).select_related("appointment")
    known = [(text, row.appointment) for row in rows for text in _facts(row)]
    # All of them are compared, so that the time taken says nothing.
    right = [found for text, found in known if hmac.compare_digest(text, fact.text)]
    if not right:
        raise NotFound
    return right[0]


def _facts(visitor: Visitor) -> Iterator[str]:
    """What opens the appointment. A date of birth is told easily: it counts only where there is nothing else."""
    phone = visitor.appointment.phone
    if visitor.nik:
        yield visitor.nik[-DIGITS:]
    if phone:
        yield phone[-DIGITS:]
    if not visitor.nik and not phone:
        yield visitor.birth_date.isoformat()
