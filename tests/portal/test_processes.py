"""Children that end together, their own children included."""

import os
import sys
import time
from pathlib import Path

import pytest

from portal.processes import Family

SLEEPS = "import time; time.sleep(60)"
# Says no to TERM, and has a child that does so too.
STAYS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
time.sleep(60)
"""


@pytest.fixture
def family():
    made = Family()
    yield made
    made.stop(seconds=0)


def start(family, name, script, *arguments):
    family.start(name, [sys.executable, "-c", script, *arguments], env={})


def is_running(pid):
    """Whether a process still works; one that waits for its parent to notice its end does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_child_that_ends_is_named_with_its_exit_code(family):
    start(family, "sleeper", SLEEPS)
    assert family.ended() is None

    start(family, "leaver", "raise SystemExit(3)")

    wait_for(family.ended)
    assert family.ended() == ("leaver", 3)


def test_children_are_in_sessions_of_their_own(family):
    start(family, "sleeper", SLEEPS)

    pid = family.children["sleeper"].pid

    assert os.getsid(pid) == pid != os.getsid(0)


def test_stop_asks_first(family):
    start(family, "sleeper", SLEEPS)
    child = family.children["sleeper"]

    family.stop(seconds=10)

    assert child.returncode == -15


@pytest.mark.kill
def test_stop_ends_children_and_grandchildren_that_do_not_listen(family, tmp_path):
    pids = tmp_path / "pids"
    start(family, "stubborn", STAYS, str(pids))
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)

    family.stop(seconds=0.2)

    wait_for(lambda: not any(is_running(pid) for pid in pids.read_text().split()))


@pytest.mark.kill
def test_grandchildren_of_a_child_that_was_killed_end_too(family, tmp_path):
    pids = tmp_path / "pids"
    start(family, "stubborn", STAYS, str(pids))
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    family.children["stubborn"].kill()
    wait_for(family.ended)

    family.stop(seconds=10)

    wait_for(lambda: not any(is_running(pid) for pid in pids.read_text().split()))
