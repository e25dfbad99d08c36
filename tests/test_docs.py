"""What the documents say is there is there."""

import re
from pathlib import Path

import pytest

from portal.celery import QUEUES

ROOT = Path(__file__).resolve().parent.parent
DOCS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_environment_variable_is_explained():
    settings = (ROOT / "portal" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))

    explained = re.findall(
        r"^\| `([A-Z_]+)` ", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE
    )

    assert len(read) > 10
    assert sorted(explained) == sorted(read)


def test_make_has_every_target_that_is_named():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for document in DOCS
        for target in re.findall(r"`(?:[A-Z]+=\S+ )?make ([a-z]+)", document.read_text())
    }

    assert "run" in named
    assert named <= targets


def test_manage_has_every_command_that_is_named():
    own = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    django = {
        *("check", "migrate", "createcachetable", "collectstatic", "createsuperuser"),
        *("clearsessions", "axes_reset_username"),
    }
    named = {
        command
        for path in [*DOCS, *UNITS]
        for command in re.findall(r"manage\.py ([a-z_]+)", path.read_text())
    }

    assert named <= own | django


def test_decisions_are_numbered_and_short():
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert len(text.splitlines()) <= 40, path.name
        assert re.findall(r"^## (.+)", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_decisions_that_the_code_names_exist():
    named = {
        number
        for folder in ("portal", "citizens", "outreach", "tests", "bench", "docs")
        for path in (ROOT / folder).rglob("*.[pm][yd]")
        for number in re.findall(r"docs/adr/(\d{4})", path.read_text())
    }

    assert named <= {path.name[:4] for path in DECISIONS}


def test_the_worker_of_the_units_reads_every_queue():
    worker = (ROOT / "deploy" / "portal-worker.service").read_text()

    assert f"--queues {','.join(QUEUES)} " in worker


def test_the_units_start_what_make_run_starts():
    command = (ROOT / "portal" / "management" / "commands" / "run.py").read_text()
    words = set(re.findall(r"--[a-z-]+", command)) - {"--port", "--host"}

    units = "".join(path.read_text() for path in UNITS)

    assert words >= {"--interface", "--concurrency", "--pidfile"}
    assert [word for word in words if word not in units] == []
