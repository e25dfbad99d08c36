"""What an address or a form holds, read as texts, days and moments. Nonsense is None, never an error."""

import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

# A moment in another century is nonsense, and arithmetic on it may overflow.
FIRST_YEAR, LAST_YEAR = 2000, 2200


def text(given: QueryDict, name: str) -> str:
    """A text that was sent; PostgreSQL knows no NUL, and neither does anybody's keyboard."""
    return given.get(name, "").replace("\0", "")


def date(words: str) -> datetime.date | None:
    """A day in ISO form, or None for anything else."""
    try:
        return parse_date(words)
    except ValueError:
        return None


def moment(words: str) -> datetime.datetime | None:
    """An aware moment in ISO form, or None for anything else."""
    try:
        found = parse_datetime(words)
    except ValueError:
        return None
    known = found and timezone.is_aware(found) and FIRST_YEAR < found.year < LAST_YEAR
    return found if known else None
