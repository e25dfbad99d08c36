"""The committed stylesheets: equal to their source, light, and allowed by the content policy."""

import gzip
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
NAMES = ("portal", "staff")
EVERY = (*NAMES, "board", "roll")
BUILDER = runpy.run_path(str(ROOT / "deploy" / "build_css.py"))


def stylesheet(name):
    return (STATIC / "css" / f"{name}.css").read_text(encoding="utf-8")


def token(name):
    found = re.search(rf"--color-{name}:\s*(#[0-9a-f]+)", stylesheet("portal"))
    return found[1]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """The ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", EVERY)
def test_the_committed_stylesheet_is_built_from_its_source(name):
    assert stylesheet(name) == BUILDER["build"](name), "run deploy/build_css.py"


@pytest.mark.parametrize("name", EVERY)
def test_a_stylesheet_takes_at_most_15_kb_compressed(name):
    assert len(gzip.compress(stylesheet(name).encode(), 9)) <= 15 * 1024


@pytest.mark.parametrize("name", EVERY)
def test_a_stylesheet_asks_for_nothing_else(name):
    assert not re.search(r"url\(|@import|@font-face", stylesheet(name))


@pytest.mark.parametrize("name", EVERY)
def test_every_custom_property_that_is_read_is_defined(name):
    css = stylesheet(name)
    read = set(re.findall(r"var\((--[\w-]+)\)", css))
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    assert read <= defined


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"),
        ("ink", "accent-soft"),
        ("ink", "warning-soft"),
        ("ink-soft", "paper"),
        ("ink-soft", "surface"),
        ("accent", "paper"),
        ("accent", "surface"),
        ("accent", "accent-soft"),
        ("surface", "accent"),
        ("surface", "accent-deep"),
        ("surface", "danger"),
        ("success", "success-soft"),
        ("warning", "warning-soft"),
        ("danger", "danger-soft"),
        ("danger", "paper"),
    ],
)
def test_text_is_read_against_its_ground(text, ground):
    assert contrast(token(text), token(ground)) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), [("line-strong", "paper"), ("line-strong", "surface")])
def test_the_edge_of_a_field_is_seen_against_its_ground(edge, ground):
    assert contrast(token(edge), token(ground)) >= 3


def test_the_focus_ring_is_seen_on_light_and_on_dark():
    assert contrast(token("ink"), token("paper")) >= 3
    assert contrast(token("surface"), token("accent-deep")) >= 3


def test_bootstraps_link_colour_is_our_accent():
    red, green, blue = re.search(
        r"--bs-link-color-rgb:\s*(\d+), (\d+), (\d+)", stylesheet("portal")
    ).groups()
    assert f"#{int(red):02x}{int(green):02x}{int(blue):02x}" == token("accent")


def test_motion_stops_for_those_who_ask_for_it():
    assert "prefers-reduced-motion:reduce" in stylesheet("portal")


@pytest.mark.parametrize("paper", ["ticket", "slip"])
@pytest.mark.parametrize("width", [58, 80])
def test_tickets_and_slips_print_on_both_widths_of_roll(paper, width):
    assert re.search(rf"@page {paper}-{width}\s*{{\s*size:{width}mm", stylesheet("roll"))


def test_the_vendored_parts_keep_their_licences():
    assert "MIT" in (STATIC / "src/vendor/bootstrap/LICENSE").read_text(encoding="utf-8")
    assert "Zero-Clause BSD" in (STATIC / "js/LICENSES.md").read_text(encoding="utf-8")


def test_htmx_is_the_version_named_beside_it():
    version = re.search(r"htmx (\d+\.\d+\.\d+)", (STATIC / "js/LICENSES.md").read_text())[1]
    assert f'version:"{version}"' in (STATIC / "js/htmx.min.js").read_text(encoding="utf-8")
