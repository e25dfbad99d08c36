"""What the documents say is there is there."""

import re
from pathlib import Path

import pytest

from portal.celery import QUEUES
from portal.processes import web_server

ROOT = Path(__file__).resolve().parent.parent
DOCS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"""(?:\]\(|src=")(?!https?:)([^)#"]+)""", document.read_text())

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


def test_the_web_unit_starts_what_make_run_starts():
    assert started("web")[1:] == web_server(host="127.0.0.1", port=8000)[1:]


def test_the_worker_unit_reads_every_queue():
    worker = started("worker")

    assert worker[worker.index("--queues") + 1] == ",".join(QUEUES)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_the_units_of_celery_start_what_make_run_starts(name):
    run = (ROOT / "portal" / "management" / "commands" / "run.py").read_text()
    program = re.search(rf'"(celery [^"]* {name} [^"]*)"', run).group(1)

    assert program.split()[0] in started(name)
    assert set(program.split()) <= set(started(name))


def started(name):
    """The words of the command that a unit starts."""
    unit = (ROOT / "deploy" / f"portal-{name}.service").read_text().replace("\\\n", " ")
    return re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE).group(1).split()
