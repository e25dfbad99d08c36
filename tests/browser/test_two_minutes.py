"""A citizen who knows nothing books in under two minutes: the time a human takes is counted, not the machine's."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import pages

LIMIT = 120  # seconds
READING = 3  # seconds before the first deed on a page
LETTER = 0.25  # seconds for a typed character
PRESSING = 1  # seconds to find and press a thing that is seen


class Human:
    """Reads, types and presses at the pace of a person with a phone, and counts what that takes."""

    def __init__(self, page):
        self.page = page
        self.seconds, self.read = 0.0, None

    def press(self, locator):
        self._read()
        self.seconds += PRESSING
        locator.click()

    def type(self, locator, text):
        self._read()
        self.seconds += PRESSING + LETTER * len(text)
        locator.fill(text)

    def choose(self, locator, index):
        self._read()
        # The list opens, is looked through like a page, and one of it is pressed.
        self.seconds += 2 * PRESSING + READING
        locator.select_option(index=index)

    def _read(self):
        if self.read != self.page.url:
            self.read = self.page.url
            self.seconds += READING


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_who_knows_nothing_books_in_under_two_minutes(open_page, javascript):
    page = open_page(javascript=javascript)
    human = Human(page)
    page.goto("/")
    human.press(page.locator("main a[href='/layanan/ktp/']"))
    human.press(page.locator("main a[href='/layanan/ktp/hilang/']"))
    # The papers to bring are read one by one.
    human.seconds += READING * page.locator(".checklist li").count()
    human.press(page.locator("main a.btn-primary"))
    human.press(page.locator("main .choice-list a").first)
    human.press(page.locator("button.time").first)
    human.type(page.locator("#id_full_name"), "Siti Nur'aini Rahmawati")
    human.type(page.locator("#id_nik"), f"001001010190{150 + javascript:04d}")
    human.type(page.locator("#id_birth_date"), "01-01-1990")
    human.choose(page.locator("#id_subdistrict"), 5)
    human.type(page.locator("#id_phone"), "081234567890")
    human.press(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile("/periksa/$"))
    human.press(pages.book_button(page))

    assert pages.code(page)
    assert human.seconds < LIMIT, human.seconds
