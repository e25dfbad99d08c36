"""A copy of the project as a clone would have it: the files that git knows or would add."""

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def copy_project(target, *, suffixes=None):
    """Copies the files, only those with one of `suffixes` where given, into the folder `target`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    for name in listed.rstrip("\0").split("\0"):
        source = PROJECT / name
        if source.is_file() and (suffixes is None or source.suffix in suffixes):
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
            copy.chmod(source.stat().st_mode)
