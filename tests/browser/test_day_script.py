"""What day.js adds to "Hari ini": keys, a scanner that works anywhere, and a list that refreshes by itself."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import arrivals
from citizens.models import Office, ServiceCase, Ticket
from portal import groups
from tests.browser.conftest import DESK, MOMENT
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import AppointmentFactory

TODAY = "/petugas/citizens/queueday/hari-ini/"
REFRESH = 5_000  # milliseconds in which the list refreshes itself
STALE = 20_000
SECOND_SCAN = 1_000  # until then an Enter may be that of a scanner that sends twice
SCANNER_PAUSE = 200  # longer than between two keys of a scanner

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
        return arrivals.issue_walk_in(
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
    expect(page.locator(".arrived button.btn-primary")).to_be_focused()
    page.clock.run_for(SECOND_SCAN)
    page.keyboard.press("Enter")

    expect(page.locator(".given-number")).to_be_visible()
    assert Ticket.objects.get(appointment=appointment).label in page.locator(".given").inner_text()


def test_the_next_scan_shows_the_next_person_and_gives_the_one_before_no_number(page, office):
    first, second = (
        AppointmentFactory(office=office, starts_at=MOMENT, with_visitor=True) for _ in range(2)
    )
    open_counter(page)
    page.evaluate(SCAN, first.code)
    expect(page.locator(".arrived")).to_contain_text(first.visitors.get().full_name)
    expect(page.locator("#keys")).to_be_visible()

    page.evaluate(SCAN, second.code)

    expect(page.locator(".arrived")).to_contain_text(second.visitors.get().full_name)
    assert not Ticket.objects.filter(appointment__in=[first, second]).exists()


def test_single_letters_can_be_switched_off_and_stay_off(page, office, walk_in):
    walk_in()
    open_counter(page)

    page.locator("#keys").uncheck()
    expect(page.locator("[data-key=n] kbd")).to_be_hidden()
    page.reload()
    expect(page.locator("#keys")).not_to_be_checked()
    for key in "nk":
        page.keyboard.press(key)
        page.clock.run_for(SCANNER_PAUSE)
    expect(page.locator("#id_code")).not_to_be_focused()
    expect(page.locator(".now-number")).to_have_count(0)

    page.evaluate(SCAN, AppointmentFactory(office=office, starts_at=MOMENT, with_visitor=True).code)
    expect(page.locator(".arrived")).to_be_visible()


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
