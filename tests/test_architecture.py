"""The repository tests itself: layers, clock, addresses, factories, templates, pairs of columns, budgets."""

import ast
import pkgutil
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.template.utils import get_app_template_dirs
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from factory.django import DjangoModelFactory

from tests import factories
from tests.factories.citizens import UserFactory

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
APPS = ("portal", "citizens", "outreach")
RULES_AND_ROWS = ("citizens/domain", "citizens/models", "outreach/domain", "outreach/models")

# Whoever adds an address that needs no sign-in adds it here too.
PUBLIC = {
    *("home", "language", "privacy", "health", "elsewhere"),
    *("service", "case", "times", "hold", "details", "check", "book"),
    *("party", "party_add", "party_times", "party_hold", "person", "contact"),
    *("join_waitlist", "join_waitlist_new", "begin_waiting", "waitlist"),
    *("group_visits", "ask_group_visit", "group_visit", "withdraw_group_visit", "numbers"),
    *("roadshow", "roadshow_calendar"),
    *("challenge", "find", "appointment", "cancel", "calendar", "tick", "sheet", "reschedule"),
    *("reconfirm", "prove_phone", "prove_email"),
    *("survey", "survey_ticket", "survey_thanks"),
    *("board", "board_part", "ticket", "ticket_part"),
    *("kiosk", "kiosk_claim", "kiosk_number", "kiosk_ticket", "kiosk_check_in"),
}
ONLY_WHILE_TRYING_OUT = {"components", "outreach:outbox"}
# Pages of the admin site before the sign-in, and those that every member of staff has.
SIGN_IN = {"admin:login", "admin:logout"}
FOR_ALL_STAFF = SIGN_IN | {
    *("admin:index", "admin:second_factor", "admin:jsi18n"),
    *("admin:password_change", "admin:password_change_done"),
}


# --- Layers ---------------------------------------------------------------------------------------


def test_imports_point_down():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_no_module_has_a_name_that_gathers_junk():
    junk = {"utils", "helpers", "services", "managers", "common", "misc"}
    subject = "citizens/views/services.py"  # the services of the catalogue

    assert {name(path) for path in modules(*APPS) if path.stem in junk} <= {subject}


CLOCKS = {"now", "utcnow", "today", "time.time", "time.time_ns", "functions.Now"}
# They read the clock when they are given no moment.
CLOCKS_WITHOUT_ARGUMENT = {"timezone.localtime", "timezone.localdate"}
SQL_CLOCK = re.compile(
    r"\b(now\(\)|clock_timestamp\(|current_(date|time|timestamp)\b)", re.IGNORECASE
)


def test_rules_and_rows_never_read_the_clock():
    assert [
        f"{name(path)}:{node.lineno}"
        for path in modules(*RULES_AND_ROWS)
        for node in ast.walk(tree(path))
        if reads_the_clock(node)
    ] == []


def reads_the_clock(node):
    if isinstance(node, ast.Attribute):
        return bool({node.attr, dotted(node)} & CLOCKS)
    if isinstance(node, ast.ImportFrom):
        source = (node.module or "").rpartition(".")[2]
        return any({f"{source}.{each.name}", each.name} & CLOCKS for each in node.names)
    if isinstance(node, ast.Call):
        bare = not node.args and not node.keywords
        return bare and dotted(node.func) in CLOCKS_WITHOUT_ARGUMENT
    if isinstance(node, ast.keyword):
        return node.arg in ("auto_now", "auto_now_add")
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SQL_CLOCK.search(node.value) is not None
    )


def test_rules_and_rows_know_nothing_of_http():
    banned = ("django.http", "django.shortcuts", "django.contrib.messages", "django.urls")

    assert [
        f"{name(path)}: {imported}"
        for path in modules(*RULES_AND_ROWS)
        for imported in imports(path)
        if imported.startswith(banned)
    ] == []


def test_every_verb_of_the_domain_says_what_it_does():
    assert [
        f"{name(path)}: {node.name}"
        for path in modules("citizens/domain", "outreach/domain")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ] == []


# --- Addresses ------------------------------------------------------------------------------------


def test_every_address_outside_the_admin_is_listed():
    found = {found for found, _ in addresses() if not found.startswith("admin:")}

    assert found == PUBLIC | ONLY_WHILE_TRYING_OUT


def test_pages_for_trying_out_are_gone_in_production(settings):
    settings.TRYING_OUT = False

    urlconf = runpy.run_path(str(ROOT / "portal" / "urls.py"))

    found = {found for found, _ in addresses(urlconf["urlpatterns"])}
    assert {found for found in found if not found.startswith("admin:")} == PUBLIC


def test_no_public_address_counts():
    assert [
        route for found, route in routes() if not found.startswith("admin:") and "<int:" in route
    ] == []


@pytest.mark.django_db
def test_nobody_opens_a_staff_page_without_signing_in(client):
    login = reverse("admin:login")

    for found, path in admin_addresses():
        if found not in SIGN_IN:
            answers = [client.get(path), client.post(path)]
            there = [
                answer.url.startswith(login) for answer in answers if answer.status_code == 302
            ]
            assert any(there), (found, path)
            assert all(there), (found, path)
            assert {answer.status_code for answer in answers} <= {302, 405}, (found, path)


@pytest.mark.django_db
def test_staff_without_a_group_open_nothing(client):
    client.force_login(UserFactory(is_staff=True))

    for found, path in admin_addresses():
        if found not in FOR_ALL_STAFF:
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code in (403, 404, 405) or leads_nowhere(answer), (found, path)


def leads_nowhere(answer):
    """Django's own answers for a row that does not exist, before it looks at permissions."""
    ends = (reverse("admin:index"), "/1/change/")
    return answer.status_code == 302 and answer.url.endswith(ends)


def routes(patterns=None, names="", route=""):
    """Each address as (name with namespace, route with converters)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from routes(pattern.url_patterns, space, here)
        elif isinstance(pattern, URLPattern):
            yield f"{names}{pattern.name}", here


def addresses(patterns=None):
    """Each address as (name with namespace, a path that it answers)."""
    for found, route in routes(patterns):
        path = re.sub(r"<(\w+:)?\w+>", "1", route)  # 1 is an int, a slug, a path and a text
        path = re.sub(r"\^?\(\?P<\w+>(\w*)[^)]*\)", r"\1", path).removesuffix("$")
        yield found, f"/{path}"


def admin_addresses():
    return [(found, path) for found, path in addresses() if found.startswith("admin:")]


# --- Models ---------------------------------------------------------------------------------------


def own_models():
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def own_factories():
    return [
        found
        for module in pkgutil.iter_modules(factories.__path__, f"{factories.__name__}.")
        for found in vars(import_module(module.name)).values()
        if isinstance(found, type) and issubclass(found, DjangoModelFactory)
        if found._meta.model
    ]


def test_every_model_has_a_factory():
    made = {factory._meta.model for factory in own_factories()}

    assert [model.__name__ for model in own_models() if model not in made] == []


@pytest.mark.django_db
def test_every_factory_makes_a_row():
    for factory in own_factories():
        assert factory().pk is not None, factory.__name__


def test_who_and_when_are_written_together():
    assert [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.fields
        if field.name.endswith("_by") and not is_tied(model, field)
    ] == []


def is_tied(model, who):
    when = f"{who.name.removesuffix('_by')}_at"
    if when not in {field.name for field in model._meta.fields}:
        return False
    pair = {who.name, when}
    return not (who.null or model._meta.get_field(when).null) or any(
        pair <= columns(constraint.condition)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    )


def columns(condition):
    """The names of the columns in a Q."""
    if isinstance(condition, models.Q):
        return set().union(*(columns(child) for child in condition.children))
    return {condition[0].partition("__")[0]}


# --- Templates ------------------------------------------------------------------------------------


def test_every_template_is_used():
    overridden = {
        path.relative_to(folder).as_posix()
        for folder in get_app_template_dirs("templates")
        for path in folder.rglob("*")
    }
    named = {*named_by_python(), *named_by_templates()}
    composed = [re.compile(pattern) for pattern in composed_by_python()]

    assert [
        template
        for template in (path.relative_to(TEMPLATES).as_posix() for path in templates())
        if template not in overridden | named
        and not any(pattern.fullmatch(template) for pattern in composed)
    ] == []


def named_by_python():
    for path in modules(*APPS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def composed_by_python():
    """Patterns of the f-strings that name a template; what is filled in is one part of a path."""
    for path in modules(*APPS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr) and names_a_template(node.values[-1]):
                yield "".join(
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[^/]+"
                    for part in node.values
                )


def names_a_template(part):
    return isinstance(part, ast.Constant) and part.value.endswith((".html", ".txt"))


def named_by_templates():
    for path in templates():
        yield from re.findall(r"""{% (?:include|extends) ["'](.+?)["']""", path.read_text())


INLINE = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")
LONG_NUMBER = re.compile(r"\d{16}")


@pytest.mark.parametrize("forbidden", [INLINE, LONG_NUMBER], ids=["inline code", "a NIK"])
def test_no_template_holds(forbidden):
    assert [
        f"{name(path)}: {found.group()}"
        for path in templates()
        if (found := forbidden.search(without_comments(path)))
    ] == []


def test_templates_are_written_the_same_way():
    wrong = {
        "unsorted load": lambda text: any(
            loaded.split() != sorted(loaded.split())
            for loaded in re.findall(r"{% load ((?:(?! from ).)+?) %}", text)
        ),
        "untrimmed blocktranslate": lambda text: any(
            " trimmed" not in tag for tag in re.findall(r"{% blocktranslate.*?%}", text)
        ),
        "old tag": lambda text: re.search(r"{% (trans|blocktrans) ", text) is not None,
    }

    assert [
        f"{name(path)}: {problem}"
        for path in templates()
        for problem, is_there in wrong.items()
        if is_there(without_comments(path))
    ] == []


def without_comments(path):
    return re.sub(
        r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.DOTALL
    )


# --- Budgets and habits ---------------------------------------------------------------------------


def test_files_stay_small():
    budgets = dict.fromkeys(modules(*APPS, "bench", "deploy"), 400)
    budgets |= dict.fromkeys(modules("tests"), 600)
    budgets |= dict.fromkeys([*templates(), ROOT / "tests" / "conftest.py"], 150)

    assert [
        f"{name(path)}: {lines(path)} of {budget}"
        for path, budget in budgets.items()
        if path.exists() and lines(path) > budget
    ] == []


def test_functions_stay_small():
    assert [
        f"{name(path)}: {node.name} {node.end_lineno - node.lineno + 1}"
        for path in modules(*APPS, "bench", "deploy", "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= 50
    ] == []


def test_tests_mirror_the_code():
    """tests/citizens/domain/test_booking_race.py is about citizens/domain/booking.py."""
    assert [
        name(path)
        for app in APPS
        for path in (ROOT / "tests" / app).rglob("test_*.py")
        if not any(
            f"{path.stem.removeprefix('test_')}_".startswith(f"{subject}_")
            for subject in subjects(ROOT / path.parent.relative_to(ROOT / "tests"))
        )
    ] == []


def subjects(folder):
    """Modules and packages of a folder, and the app's commands, whose tests need no folders of their own."""
    found = [*folder.glob("[a-z]*"), *folder.glob("management/commands/[a-z]*")]
    return {path.stem for path in found if path.is_dir() or path.suffix == ".py"}


def test_every_test_module_asserts():
    assert [
        name(path)
        for path in (ROOT / "tests").rglob("test_*.py")
        if not any(
            isinstance(node, ast.Assert)
            or (isinstance(node, ast.Call) and dotted(node.func) == "pytest.raises")
            for node in ast.walk(tree(path))
        )
    ] == []


def test_nothing_is_left_for_later():
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")

    assert [
        name(path)
        for path in [*modules(*APPS, "tests", "bench", "deploy"), *templates()]
        if mark.search(path.read_text())
    ] == []


def test_every_ignored_warning_has_a_reason():
    silent = re.compile(r"# no" r"qa(: [A-Z0-9, ]+)?\s*$", re.MULTILINE)

    assert [
        f"{name(path)}: {found.group()}"
        for path in modules(*APPS, "tests", "bench", "deploy")
        if (found := silent.search(path.read_text()))
    ] == []


def test_every_dependency_has_a_reason():
    project = (ROOT / "pyproject.toml").read_text()

    dependencies = re.findall(r'^    "[a-z][^"]*[><=][^"]*",.*$', project, re.MULTILINE)

    assert len(dependencies) > 30
    assert [line for line in dependencies if not re.search(r", +# \S", line)] == []


# --- Reading the repository -----------------------------------------------------------------------


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.AST) -> str:
    """The last two parts of a name: `datetime.datetime.now` is "datetime.now"."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value).rpartition('.')[2]}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())
