"""An appointment is found again by code and a second fact; too many attempts meet a polite page."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import limits
from citizens.models import AttemptCount
from tests.browser import pages
from tests.browser.pages import Person


@pytest.fixture(autouse=True)
def _nothing_counted(site):
    """The served clock stands still: what one test tries would count for the next."""
    AttemptCount.objects.all().delete()


def fill(page, code, fact):
    page.locator("#id_code").fill(code)
    page.locator("#id_fact").fill(fact)
    page.locator("main form .btn-primary").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_citizen_finds_the_appointment_again(open_page, no_violations, language, javascript):
    page = open_page(language=language, javascript=javascript)
    serial = 8001 + 10 * (language == "en") + javascript
    pages.walk_to_check(page, Person(nik=f"0010 0101 0190 {serial}"))
    pages.book_button(page).click()
    code = pages.code(page)

    page.goto("/")
    page.locator("main a[href='/janji/']").click()
    no_violations(page)
    fill(page, code, "12")
    assert pages.problems(page).locator("li").count() == 1
    fill(page, code, "9999")
    pages.problems(page)
    no_violations(page)
    assert tokens.clean_code(page.locator("#id_code").input_value()) == tokens.clean_code(code)
    fill(page, code.lower(), str(serial))

    expect(page).to_have_url(re.compile(r"/j/[\w-]{22}/$"))
    assert pages.code(page) == code


@pytest.mark.parametrize("language", ["id", "en"])
def test_too_many_attempts_meet_a_page_that_sends_the_same_again(
    open_page, no_violations, photograph, language
):
    page = open_page(language=language)
    page.goto("/janji/")
    photograph(page, f"find {language}")
    code = tokens.new_code()
    for _ in range(limits.LOOKUP.most):
        fill(page, code, "0001")
        pages.problems(page)

    fill(page, code, "0001")
    again = page.locator("main form .btn-primary")
    expect(page.locator("#id_code")).to_have_count(0)
    photograph(page, f"429 with a time {language}")
    no_violations(page)
    AttemptCount.objects.all().delete()
    again.click()

    assert page.locator("#id_code").input_value() == code
