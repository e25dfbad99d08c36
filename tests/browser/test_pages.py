"""Every page in both languages, on a phone and at a desk: readable by everybody, at any width, by keyboard."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.browser import addresses
from tests.browser.addresses import COMPONENTS, NAMES, STATUSES
from tests.browser.conftest import DESK, MOMENT, PHONE, violations

ERROR_PAGES = ("400", "403", "429", "500", "503")
LANGUAGES = ("id", "en")
NARROWEST = {"width": 320, "height": 640}
TARGET = 24  # CSS pixels, WCAG 2.2 AA
PUBLIC_TARGET = 40

# Pressing Tab through a page may take no more than this.
MOST_STOPS = 250

# How an element looks, as far as focus may change it.
LOOK = """element => {
    const style = getComputedStyle(element);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
            style.backgroundColor, style.borderColor].join(" ");
}"""
REMEMBER_LOOKS = f"""() => {{
    const look = {LOOK};
    document.activeElement.blur();
    window.looks = new Map([...document.querySelectorAll("*")].map(one => [one, look(one)]));
}}"""
# What is wrong with the focused element; null at the end of the page.
FOCUS = f"""() => {{
    const look = {LOOK}, element = document.activeElement;
    if (element === document.body || element === document.documentElement) return null;
    const box = element.getClientRects()[0];
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const top = document.elementFromPoint(x, y);
    const name = element.outerHTML.slice(0, 120);
    if (!inside) return `out of sight: ${{name}}`;
    if (!element.contains(top)) return `covered: ${{name}}`;
    if (look(element) === looks.get(element)) return `focus does not show: ${{name}}`;
    return "";
}}"""
# Targets that are too small, but for links inside a sentence.
SMALL_TARGETS = """least => [...document.querySelectorAll("a[href], button, select, input:not([type=hidden])")]
    .map(one => one.matches("[type=radio], [type=checkbox]") ? one.closest("div, label") : one)
    .filter(one => one.checkVisibility() && getComputedStyle(one).display !== "inline")
    .filter(one => !one.matches(".skip-link"))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.height < least || box.width < Math.min(least, 40))
    .map(([one, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`)
"""


@pytest.fixture(scope="module")
def pages(site):
    return addresses.make(at=MOMENT) | {"components": COMPONENTS}


def go(page, pages, name):
    answer = page.goto(pages[name])
    assert answer.status == STATUSES.get(name, 200)


def width_of_content(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*NAMES, "components"])
def test_a_page_is_accessible_large_enough_and_never_scrolls_sideways(
    open_page, photograph, pages, name, language
):
    page = open_page(language=language, viewport=PHONE)
    go(page, pages, name)
    assert page.locator("html").get_attribute("lang") == language

    for viewport in (PHONE, NARROWEST):
        page.set_viewport_size(viewport)
        assert width_of_content(page) <= viewport["width"]
    if name in NAMES:
        assert page.evaluate(SMALL_TARGETS, PUBLIC_TARGET) == []
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        photograph(page, f"{name} {language}")
        assert violations(page) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_reaches_everything_and_its_place_shows(open_page, pages, name):
    page = open_page(viewport=PHONE)
    go(page, pages, name)
    page.evaluate(REMEMBER_LOOKS)

    wrong, stops = [], 0
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        problem = page.evaluate(FOCUS)
        if problem is None:
            break
        stops += 1
        wrong += [problem] if problem else []

    assert wrong == []
    assert 4 < stops < MOST_STOPS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ERROR_PAGES)
def test_error_pages_stand_like_every_other_page(open_page, photograph, status, language):
    page = open_page(language=language)
    with translation.override(language):
        html = render_to_string(f"{status}.html", {"request_id": "0A1B2C3D"})
    # No address gives these pages on demand.
    page.route("**/salah/", lambda route: route.fulfill(body=html, content_type="text/html"))

    page.goto("/salah/")

    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        photograph(page, f"{status} {language}")
        assert width_of_content(page) <= viewport["width"]
        assert violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_skip_link_leads_to_the_content(open_page, pages, language):
    page = open_page(language=language)
    go(page, pages, "home")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")
