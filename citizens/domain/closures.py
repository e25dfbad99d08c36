"""Which days may still be closed, or get other hours. Both are proposals: see citizens.domain.proposals."""

import datetime

from citizens.domain.office_time import local_date

# A year that is typed wrong is farther away.
REACH = datetime.timedelta(days=2 * 366)


class DayIsOver(Exception):
    """A day that has passed is neither closed nor opened any more."""


class TooFarAhead(Exception):
    """The day is more than two years away."""


def check_date(date: datetime.date, *, at: datetime.datetime) -> None:
    """Raises DayIsOver or TooFarAhead when nobody plans such a day."""
    today = local_date(at)
    if date < today:
        raise DayIsOver
    if date > today + REACH:
        raise TooFarAhead
