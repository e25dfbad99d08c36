"""Group `queue`: what the board and the desk cost with many tickets, and whole days of the queue, much quickened."""

from importlib import import_module

from bench.frame import Row

GROUP = "queue"
PARTS = ("cost", "days")


def rows() -> list[Row]:
    """Every row of the group; its parts need Django, so they are imported only here."""
    return [row for part in PARTS for row in import_module(f"{__name__}.{part}").rows()]
