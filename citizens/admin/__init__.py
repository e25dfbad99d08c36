"""Staff pages, one module a page. Importing them registers them."""

from citizens.admin import (
    appointments,
    day,
    group_visits,
    kiosks,
    obstacles,
    planning,
    privacy,
    records,
    reference,
    rota,
    staff,
    surge,
)

__all__ = [
    "appointments",
    "day",
    "group_visits",
    "kiosks",
    "obstacles",
    "planning",
    "privacy",
    "records",
    "reference",
    "rota",
    "staff",
    "surge",
]
