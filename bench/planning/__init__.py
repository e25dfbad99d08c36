"""Group `planning`: a year of slots, and proposals over many days and people."""

from importlib import import_module

from bench.frame import Row

GROUP = "planning"
PARTS = ("year", "proposal")


def rows() -> list[Row]:
    """Every row of the group; its parts need Django, so they are imported only here."""
    return [row for part in PARTS for row in import_module(f"{__name__}.{part}").rows()]
