"""The proof of work, switched on: a browser works for a moment and goes on; without scripts it says what to do."""

import hashlib

import pytest
from playwright.sync_api import expect

from citizens.models import AttemptCount
from tests.browser import pages
from tests.browser.conftest import served
from tests.browser.pages import Person
from tests.browser.test_weight import FIRST_VISIT, REQUESTS, Meter

USED = "proof:"


@pytest.fixture(scope="module")
def asking(site, static_files):
    """The address of a portal that asks for the proof, beside the one that does not."""
    with served(static_files, PROOF_OF_WORK="1") as address:
        yield address


def used():
    return AttemptCount.objects.filter(key__startswith=USED).count()


def go_to_times(page):
    page.goto("/")
    pages.choose_case(page)
    pages.choose_place(page)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_citizen_books_as_ever(open_page, asking, no_violations, language):
    page = open_page(address=asking, language=language)
    before = used()
    go_to_times(page)
    no_violations(page)

    pages.choose_time(page)

    assert used() == before + 1
    person = Person(nik=f"0010 0101 0190 {7001 + (language == 'en')}")
    pages.fill_in(page, person)
    pages.book_button(page).click()
    pages.code(page)


def test_the_way_back_takes_another_time_with_another_proof(open_page, asking):
    page = open_page(address=asking)
    before = used()
    go_to_times(page)
    pages.choose_time(page)

    page.go_back()
    pages.choose_time(page, 1)

    assert used() == before + 2


def test_a_double_click_asks_with_one_proof(open_page, asking):
    page = open_page(address=asking)
    before = used()
    go_to_times(page)

    page.locator("button.time").first.dblclick()

    expect(page.locator("#id_full_name")).to_be_visible()
    assert used() == before + 1


def test_without_scripts_the_page_says_what_to_do(open_page, asking, no_violations, photograph):
    page = open_page(address=asking, javascript=False)
    go_to_times(page)
    expect(page.locator("main noscript .banner-warning, main .banner-warning")).to_be_visible()
    photograph(page, "times without scripts")
    no_violations(page)

    page.locator("button.time").first.click()
    photograph(page, "proof missing")
    no_violations(page)
    page.locator("main .btn-primary").click()

    expect(page.locator("button.time").first).to_be_visible()


def test_a_challenge_that_cannot_be_fetched_leads_to_the_same_page(open_page, asking):
    page = open_page(address=asking)
    go_to_times(page)
    page.route("**/bukti/", lambda route: route.abort())

    page.locator("button.time").first.click()

    expect(page.locator("main .btn-primary")).to_be_visible()


@pytest.mark.parametrize("length", [0, 55, 56, 63, 64, 119, 120])
def test_the_script_hashes_as_the_standard_says(open_page, asking, length):
    """A worker finds the number behind a hash, however long the text before it is."""
    page = open_page(address=asking)
    go_to_times(page)
    salt = "a" * length
    task = {
        "challenge": hashlib.sha256(f"{salt}37".encode()).hexdigest(),
        "salt": salt,
        "max_number": 50,
    }

    found = page.evaluate(
        """task => new Promise(resolve => {
            const worker = new Worker(document.querySelector("script[src*=proof]").src);
            worker.onmessage = ({ data }) => resolve(data);
            worker.postMessage(task);
        })""",
        task,
    )

    assert found == 37


def test_switched_on_the_page_of_times_stays_light(open_page, asking):
    page = open_page(address=asking)
    go_to_times(page)
    meter = Meter(open_page(address=asking))

    meter.visit(page.url, first=True)

    assert len(meter.asked) <= REQUESTS
    assert meter.bytes <= FIRST_VISIT


def test_switched_off_no_script_is_loaded(open_page):
    page = open_page()
    go_to_times(page)

    assert page.locator("script").count() == 0
