"""`python -m bench [--only GROUP]`: measures, prints a table and writes var/bench.json."""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from bench import frame, ground

RESULT = ground.VAR / "bench.json"
GROUPS = ("pages", "booking", "queue", "planning")


def measure(group: str) -> list[frame.Row]:
    """The rows of a group, measured now; its module needs Django, so it is imported only here."""
    ground.prepare()
    rows: list[frame.Row] = import_module(f"bench.{group}").rows()
    return rows


def main(
    arguments: Sequence[str],
    *,
    groups: Mapping[str, Callable[[], list[frame.Row]]],
    result: Path = RESULT,
) -> None:
    """Measures one group or all, prints their rows and writes them to `result`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=list(groups), help="measure this group alone")
    only = parser.parse_args(arguments).only
    rows = [row for name in ([only] if only else groups) for row in groups[name]()]
    frame.write(rows, result)
    sys.stdout.write(f"{frame.table(rows)}\n\nWritten to {result}\n")


def _end(number: int, _frame: object) -> None:
    """A signal ends the run the usual way, so that every server is stopped."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    main(sys.argv[1:], groups={name: lambda name=name: measure(name) for name in GROUPS})
