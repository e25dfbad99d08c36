"""What day.js adds to "Hari ini": keys, a scanner that works anywhere, and a list that refreshes by itself."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import queue
from citizens.models import Office, ServiceCase, Ticket
from portal import groups
from tests.browser.conftest import DESK, MOMENT
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import AppointmentFactory

TODAY = "/petugas/citizens/queueday/hari-ini/"
REFRESH = 5_000  # milliseconds in which the list refreshes itself
STALE = 20_000

# A scanner types faster than Playwright, and holds Shift for every capital letter.
SCAN = """code => {
    const press = key => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
    for (const key of code) {
        if (key >= "A") press("Shift");
        press(key);
    }
    press("Enter");
}"""


@pytest.fixture
def office(transactional_db):
    return Office.objects.get(code="utama")


@pytest.fixture
def staff(office):
    return new_staff(office=office, group=groups.COUNTER_STAFF)


@pytest.fixture
def page(open_page, staff):
    """The page of the day, as counter staff without an open counter see it."""
    page = open_page(viewport=DESK)
    page.clock.install()
    sign_in(page, staff.username, address=TODAY)
    expect(page.locator("#id_code")).to_be_focused()
    return page


@pytest.fixture
def walk_in(office, staff):
    """Lets somebody without an appointment take a number, behind the page's back."""

    def take_number():
        case = ServiceCase.objects.filter(service__code="KTP").select_related("service").first()
        return queue.issue_walk_in(
            office=office,
            case=case,
            priority_group=None,
            at=MOMENT,
            staff=staff,
            submission_key=tokens.new(),
        )

    return take_number


def open_counter(page):
    page.locator("#id_counter").select_option(index=1)
    page.locator("form[action$='/buka-loket/'] button").click()
    expect(page.locator("[data-key=n]")).to_be_focused()


def test_the_list_refreshes_and_leaves_alone_what_is_being_typed(page, walk_in):
    page.locator("#id_code").press_sequentially("7KQ")

    ticket = walk_in()
    page.clock.fast_forward(REFRESH)

    expect(page.locator("#line")).to_contain_text(ticket.label)
    expect(page.locator("#id_code")).to_be_focused()
    expect(page.locator("#id_code")).to_have_value("7KQ")


def test_a_list_that_no_longer_refreshes_says_since_when(page):
    # What the office's network answers when the portal is out of reach.
    page.route(re.compile("/antrean/$"), lambda route: route.fulfill(body="Sign in to Wi-Fi"))

    page.clock.fast_forward(STALE)

    expect(page.locator("#fresh")).to_have_class(re.compile("fresh-stale"))
    expect(page.locator("#fresh")).to_contain_text(re.compile(r"\d\d\.\d\d\.\d\d"))
    expect(page.locator("#line")).not_to_contain_text("Wi-Fi")


def test_an_ended_sign_in_does_not_replace_the_list(page, walk_in):
    ticket = walk_in()
    page.clock.fast_forward(REFRESH)
    expect(page.locator("#line")).to_contain_text(ticket.label)

    page.context.clear_cookies()

    with page.expect_response(re.compile("/petugas/login/")):
        page.clock.fast_forward(REFRESH)
    expect(page.locator("#line")).to_contain_text(ticket.label)
    expect(page.locator("#line input")).to_have_count(0)


def test_a_scanner_checks_in_wherever_the_focus_is(page, office):
    appointment = AppointmentFactory(office=office, starts_at=MOMENT, with_visitor=True)
    open_counter(page)

    page.evaluate(SCAN, appointment.code)

    expect(page.locator(".given-number")).to_be_visible()
    assert Ticket.objects.get(appointment=appointment).label in page.locator(".given").inner_text()


def test_letters_are_letters_while_somebody_types(page, walk_in):
    walk_in()
    open_counter(page)

    page.keyboard.press("k")
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#id_code")).to_have_value("n")

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator(".now-number")).to_be_visible()
