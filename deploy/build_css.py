"""Build the stylesheets under static/css from their Sass source under static/src.

Usage: python deploy/build_css.py [--check]

The result is committed, so that neither a run nor a deployment needs a Sass compiler. With
--check nothing is written; the exit code is 1 when a committed file differs from its source.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import sass

STATIC = Path(__file__).resolve().parent.parent / "static"
ENTRIES = ("portal", "staff", "board", "roll")
BANNER = (
    "/* Built by deploy/build_css.py from static/src; do not edit. "
    "Contains parts of Bootstrap 5.3, (c) The Bootstrap Authors, MIT. */\n"
)


def source_path(name: str) -> Path:
    """Return the Sass entry file of the stylesheet called `name`."""
    return STATIC / "src" / f"{name}.scss"


def built_path(name: str) -> Path:
    """Return the committed stylesheet called `name`."""
    return STATIC / "css" / f"{name}.css"


def build(name: str) -> str:
    """Compile the stylesheet called `name`; raise sass.CompileError when the source is wrong."""
    css: str = sass.compile(filename=str(source_path(name)), output_style="compressed")
    # libsass writes "--x: value"; the blank is not needed.
    return BANNER + css.lstrip("\ufeff").replace(": ", ":").strip() + "\n"


def stale() -> list[str]:
    """Return the names of the stylesheets that are missing or differ from their source."""
    return [
        name
        for name in ENTRIES
        if not built_path(name).exists()
        or built_path(name).read_text(encoding="utf-8") != build(name)
    ]


def main() -> int:
    """Write what is stale, or with --check only report it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when stale")
    check = parser.parse_args().check
    names = stale()
    for name in names:
        if check:
            sys.stdout.write(
                f"static/css/{name}.css differs from its source; run deploy/build_css.py\n"
            )
        else:
            built_path(name).parent.mkdir(exist_ok=True)
            built_path(name).write_text(build(name), encoding="utf-8")
            sys.stdout.write(f"wrote static/css/{name}.css\n")
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
