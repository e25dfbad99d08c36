"""Ranges for exclusion constraints, in indexes that need no extension of PostgreSQL."""

from django.db.models import F, Func, Value


def one(field: str) -> Func:
    """A range that holds one id: with "&&" it says "equal"."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def days(first: str, until: str) -> Func:
    """The days from one field until another, half-open."""
    return Func(F(first), F(until), function="daterange")


def hours(opens: str, closes: str) -> Func:
    """Seconds of the day, half-open: PostgreSQL has no range of times of its own."""
    seconds = [
        Func(F(field), function="date_part", template="%(function)s('epoch', %(expressions)s)::int")
        for field in (opens, closes)
    ]
    return Func(*seconds, function="int4range")
