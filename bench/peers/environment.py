"""The environment of the peers: built once, and again when its requirements change."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
VENV = HERE.parents[1] / "var" / "bench-peers"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "built-from"


def ensure() -> None:
    """Builds the environment unless it is there as REQUIREMENTS has it. Needs the package index once."""
    wanted = REQUIREMENTS.read_text()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", PYTHON, "--requirement", REQUIREMENTS]
    # The machine's own certificates first: behind a company's proxy only they are right.
    if subprocess.run([*install, "--system-certs"], check=False).returncode:
        subprocess.run(install, check=True)
    STAMP.write_text(wanted)


def run(module: str, *arguments: str) -> None:
    """Runs a module of this package in the environment. Raises CalledProcessError."""
    command = [PYTHON, "-m", f"bench.peers.{module}", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ)
