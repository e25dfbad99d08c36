"""Group `booking`: commits, free times, whole bookings beside other sites, and a burst of visitors."""

from importlib import import_module

from bench.frame import Row

GROUP = "booking"
PARTS = ("commits", "times", "sites", "burst")


def rows() -> list[Row]:
    """Every row of the group; its parts need Django, so they are imported only here."""
    return [row for part in PARTS for row in import_module(f"{__name__}.{part}").rows()]
