"""The catalogues: complete in both languages, equal to the code, and compiled."""

import gettext
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs

PROJECT = Path(__file__).resolve().parents[1]
LANGUAGES = ["id", "en"]


def catalogue(language):
    return PROJECT / "locale" / language / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Every message of the code as it is now, as a .pot file."""
    needs.program("xgettext", "gettext")
    copy = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    for name in listed.split("\0"):
        source = PROJECT / name
        if source.suffix in {".py", ".html", ".txt"} and not name.startswith("tests/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(source.read_bytes())
    (copy / "locale").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=id", "--keep-pot"],
        cwd=copy,
        env={"DEMO": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
        check=True,
    )
    return copy / "locale" / "django.pot"


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_translates_exactly_the_messages_of_the_code(template, language):
    difference = subprocess.run(
        ["msgcmp", catalogue(language), template], stderr=subprocess.PIPE, text=True, check=False
    )

    assert difference.stderr == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_equals_its_source(tmp_path, language):
    needs.program("msgfmt", "gettext")
    compiled = tmp_path / "django.mo"
    subprocess.run(
        ["msgfmt", "--check-format", "-o", compiled, catalogue(language)],
        check=True,
    )

    def messages(path):
        with path.open("rb") as file:
            return gettext.GNUTranslations(file)._catalog

    assert messages(catalogue(language).with_suffix(".mo")) == messages(compiled)
