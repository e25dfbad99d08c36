"""The catalogues: complete in both languages, equal to the code, compiled, and in good Indonesian."""

import ast
import gettext
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ["id", "en"]

# One keyword of an entry, with its strings on the same line and on those below.
PART = re.compile(r'^(msg\w+(?:\[\d\])?) ((?:".*"(?:\n|$))+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
BLOCK = re.compile(r"{%-?\s*(blocktrans(?:late)?\b[^%]*)%}")

MISSPELT = {
    "antrian": "antrean",
    "nomer": "nomor",
    "perlindungan data": "pelindungan data",
    "e-mail": "email",
    "surel": "email",
}
# The digital ID is offered; "wajib KTP" is the name of a group of people.
FORCED = re.compile(r"(?i)\bwajib\b(?! KTP)[^.]*\b(?:IKD|KTP Digital)\b")
FORCED_THE_OTHER_WAY = re.compile(r"(?i)\b(?:IKD|KTP Digital)\b[^.]*\bwajib\b(?! KTP)")


def catalogue(language, ending="po"):
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{ending}"


def entries(path):
    """Every entry of a .po file as {"msgid": ..., "msgstr": ..., "flags": ...}; the header comes first."""
    for block in path.read_text("utf-8").split("\n\n"):
        parts = {
            keyword: "".join(ast.literal_eval(line) for line in strings.splitlines())
            for keyword, strings in PART.findall(block)
        }
        yield parts | {"flags": " ".join(re.findall(r"^#, (.*)", block, re.MULTILINE))}


def messages(path):
    """The entries of a .po file without its header."""
    return [entry for entry in entries(path) if entry.get("msgid") != ""]


def identity(entry):
    return entry.get("msgctxt"), entry["msgid"], entry.get("msgid_plural")


def translations(entry):
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


def indonesian_texts():
    """Every Indonesian text of the catalogue and of the reference data, with where it stands."""
    for entry in messages(catalogue("id")):
        for text in translations(entry):
            yield entry["msgid"], text
    for path in sorted((ROOT / "citizens" / "data").rglob("*.toml")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if "_en = " not in line and not line.startswith("#"):
                yield f"{path.name}:{number}", line.partition(", text_en")[0]


# --- Complete -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_a_translation_that_somebody_has_read(language):
    found = messages(catalogue(language))

    assert [entry for entry in found if "msgid" not in entry] == [], "left over from deleted code"
    assert [entry["msgid"] for entry in found if not all(translations(entry))] == []
    assert [entry["msgid"] for entry in found if "fuzzy" in entry["flags"]] == []


@pytest.mark.parametrize(("language", "forms"), [("id", 1), ("en", 2)])
def test_a_message_with_a_number_has_every_form_of_the_language(language, forms):
    header = next(entries(catalogue(language)))["msgstr"]
    plurals = [entry for entry in messages(catalogue(language)) if "msgid_plural" in entry]

    assert f"nplurals={forms};" in header
    assert plurals
    assert {len(translations(entry)) for entry in plurals} == {forms}


def test_the_english_catalogue_says_what_the_source_says():
    for entry in messages(catalogue("en")):
        source = [entry[keyword] for keyword in ("msgid", "msgid_plural") if keyword in entry]

        assert translations(entry) == source


def test_a_translation_has_the_placeholders_of_its_message():
    for entry in messages(catalogue("id")):
        wanted = sorted(PLACEHOLDER.findall(entry.get("msgid_plural", entry["msgid"])))
        for text in translations(entry):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, entry["msgid"]


# --- Equal to the code ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_the_code(tmp_path_factory):
    """Every message of the code as it is now, extracted in a copy of the tree."""
    needs.program("xgettext", "gettext")
    copy = tmp_path_factory.mktemp("copy")
    (copy / "locale").mkdir()
    for name in sources():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "manage.py", "makemessages", "--locale", "id"]
    environment = os.environ | {"DEMO": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return {identity(entry) for entry in messages(copy / "locale/id/LC_MESSAGES/django.po")}


def sources():
    """What may hold messages: the same folders as in the Makefile."""
    patterns = ("manage.py", *(f"{app}/**/*.py" for app in ("portal", "citizens", "outreach")))
    patterns += ("templates/**/*.html", "templates/**/*.txt")
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            yield path.relative_to(ROOT)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_exactly_the_messages_of_the_code(of_the_code, language):
    found = {identity(entry) for entry in messages(catalogue(language))}

    assert of_the_code - found == set(), "not in the catalogue: make messages, then translate"
    assert found - of_the_code == set(), "no longer in the code: make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_equals_its_source(language):
    expected = {}
    for entry in entries(catalogue(language)):
        context = f"{entry['msgctxt']}\x04" if "msgctxt" in entry else ""
        key = context + entry["msgid"]
        if "msgid_plural" in entry:
            texts = enumerate(translations(entry))
            expected |= {(key, number): text for number, text in texts}
        else:
            expected[key] = entry["msgstr"]

    with catalogue(language, "mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # there is no other way to see them all

    assert compiled == expected, "compile again: make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_no_date_that_changes_at_every_run(language):
    assert "POT-Creation-Date" not in next(entries(catalogue(language)))["msgstr"]


# --- Good words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", MISSPELT)
def test_indonesian_is_spelt_as_the_office_writes(wrong):
    found = [(where, text) for where, text in indonesian_texts() if wrong in text.lower()]

    assert found == [], f'write "{MISSPELT[wrong]}"'


def test_the_digital_id_is_never_called_compulsory():
    for where, text in indonesian_texts():
        assert not FORCED.search(text), where
        assert not FORCED_THE_OTHER_WAY.search(text), where


def test_no_indonesian_text_shouts():
    shouting = [text for _, text in indonesian_texts() if "!" in text.replace("SP4N-LAPOR!", "")]

    assert shouting == []


def test_every_translated_block_is_trimmed():
    for pattern in ("*.html", "*.txt"):
        for path in (ROOT / "templates").rglob(pattern):
            for tag in BLOCK.findall(path.read_text("utf-8")):
                assert "trimmed" in tag.split(), f"{path.name}: {tag}"
