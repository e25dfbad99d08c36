"""A person without a mouse: Tab to a place, keys to choose, Enter to press."""

import pytest

MOST_STOPS = 60
MATCHES = "selector => document.activeElement.matches(selector)"


def reach(page, selector):
    """Presses Tab until an element that matches has the focus."""
    for _ in range(MOST_STOPS):
        if page.evaluate(MATCHES, selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {selector} on {page.url}")


def press(page, selector):
    """Tab to a link or a button, then Enter; waits for the page that follows."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page, selector, letters):
    """Tab to a list, then type the beginning of a choice."""
    reach(page, selector)
    page.keyboard.type(letters)


def write(page, selector, text):
    """Tab to a field, then type."""
    reach(page, selector)
    page.keyboard.type(text)
