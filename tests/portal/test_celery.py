"""Jobs: who runs them, when they are rung, and what no task may ask of the broker."""

import ast
import subprocess
import sys

import pytest

from portal.celery import QUEUES, ROUTES, SCHEDULE, app
from portal.checks import LONGEST_DELAY
from tests.copies import PROJECT

SOURCES = [
    path
    for package in ("portal", "citizens", "outreach")
    for path in (PROJECT / package).rglob("*.py")
]


def late_calls(source):
    """Lines that leave a task waiting in a worker: eta=, or countdown= of more than LONGEST_DELAY."""
    for node in ast.walk(ast.parse(source)):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == "eta" or (keyword.arg == "countdown" and not is_soon(keyword.value)):
                yield node.lineno


def is_soon(node):
    return isinstance(node, ast.Constant) and node.value <= LONGEST_DELAY


def test_nothing_waits_inside_a_worker():
    found = {str(path): list(late_calls(path.read_text())) for path in SOURCES}

    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "call", ["pump.apply_async(countdown=61)", "pump.apply_async(eta=when)", "x(countdown=n)"]
)
def test_a_call_that_waits_would_be_found(call):
    assert list(late_calls(call)) == [1]


def test_every_route_leads_to_a_queue_that_is_read():
    assert {route["queue"] for route in ROUTES.values()} == set(QUEUES)


def test_every_beat_expires_unless_it_is_run_soon():
    assert all(entry["options"]["expires"] > 0 for entry in SCHEDULE.values())
    assert app.conf.beat_schedule == SCHEDULE


def test_every_task_with_a_route_exists():
    app.loader.import_default_modules()

    assert set(ROUTES) <= set(app.tasks)


def test_importing_the_application_loads_no_settings():
    script = "import sys, portal.celery; print('portal.settings' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert answer.stdout == "False\n"
