"""A day at the counter with the keyboard alone, from the sign-in to the last person."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import arrivals
from citizens.models import DigitalIdOffer, Office, QueueDay, ServiceCase, Ticket, Visit
from portal import groups
from tests.browser import keyboard
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import FIRST_PAGE, PASSWORD, new_staff
from tests.factories.citizens import AppointmentFactory, VisitorServiceFactory

SOON = datetime.timedelta(minutes=5)


@pytest.fixture
def office(transactional_db):
    """An office with a counter for the KTP, where nobody has come in today."""
    return (
        Office.objects.filter(counters__groups__code="ktp")
        .exclude(pk__in=QueueDay.objects.values("office"))
        .first()
    )


@pytest.fixture
def staff(office):
    return new_staff(office=office, group=groups.COUNTER_STAFF)


@pytest.fixture
def appointment(office):
    """Somebody who lost the card is expected in a moment."""
    case = ServiceCase.objects.select_related("service").get(service__code="KTP", code="hilang")
    appointment = AppointmentFactory(office=office, starts_at=MOMENT + SOON)
    VisitorServiceFactory(visitor__appointment=appointment, case=case)
    return appointment


@pytest.fixture
def no_mouse(open_page, staff):
    """The page of the day of a member of staff who signed in and came here by keys."""

    def signed_in(language="id", viewport=DESK):
        page = open_page(language=language, viewport=viewport)
        page.goto(FIRST_PAGE)
        assert violations(page) == []
        keyboard.write(page, "#id_username", staff.username)
        keyboard.write(page, "#id_password", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert violations(page) == []
        keyboard.press(page, "a.start-link")
        return page

    return signed_in


def act(page, key):
    """Presses a key that does something, and waits for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press(key)


def arrive(page, appointment):
    """A code that is nobody's, then the right one; the card matches."""
    page.keyboard.press("k")
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.type("7777 7777")
    act(page, "Enter")
    expect(page.locator("#id_code")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Control+A")
    page.keyboard.type(tokens.display_code(appointment.code).lower())
    act(page, "Enter")
    expect(page.locator(".arrived button.btn-primary")).to_be_focused()
    assert violations(page) == []
    page.wait_for_timeout(1000)  # the Enter of a scanner that sends twice presses nothing
    act(page, "Enter")


@pytest.mark.parametrize(("language", "viewport"), [("id", DESK), ("en", PHONE)])
def test_a_visit_from_arrival_to_the_digital_id_without_a_mouse(
    no_mouse, appointment, language, viewport
):
    page = no_mouse(language, viewport)
    assert violations(page) == []

    keyboard.choose(page, "#id_counter", "1")
    keyboard.press(page, "form[action$='/buka-loket/'] button")
    expect(page.locator(".now-empty")).to_be_visible()
    assert violations(page) == []

    arrive(page, appointment)
    ticket = Ticket.objects.get(appointment=appointment)
    expect(page.locator(".given-number")).to_have_text(ticket.label)
    assert violations(page) == []
    act(page, "n")
    expect(page.locator(".now-number")).to_have_text(ticket.label)
    assert violations(page) == []
    act(page, "u")
    act(page, "m")
    assert violations(page) == []
    act(page, "Enter")
    expect(page.locator("#finish-errors")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("1")
    expect(page.locator("input[name=outcome][data-key='1']")).to_be_checked()
    keyboard.reach(page, "[name=offer_0]")
    choose_radio(page, "offer_0", "declined")
    keyboard.reach(page, "#id_reason_0")
    page.keyboard.press("ArrowDown")
    keyboard.press(page, "#finish .btn-primary")

    expect(page.locator(".now-empty")).to_be_visible()
    assert violations(page) == []
    ticket.refresh_from_db()
    offer = DigitalIdOffer.objects.get(visit__ticket=ticket)
    assert (ticket.state, ticket.calls, offer.result) == ("finished", 2, "declined")
    assert offer.reason is not None
    keyboard.press(page, "form[action$='/tutup-loket/'] button")
    expect(page.locator("#id_counter")).to_be_visible()


def choose_radio(page, name, value):
    """Arrow keys until the wanted one of a group of radio buttons is chosen."""
    wanted = page.locator(f"input[name={name}][value={value}]")
    for _ in range(page.locator(f"input[name={name}]").count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def test_a_walk_in_is_called_three_times_and_given_up_without_a_mouse(no_mouse):
    page = no_mouse()
    keyboard.choose(page, "#id_counter", "1")
    keyboard.press(page, "form[action$='/buka-loket/'] button")
    expect(page.locator(".now-empty")).to_be_visible()

    page.keyboard.press("w")
    expect(page.locator("#id_case")).to_be_focused()
    page.keyboard.press("ArrowDown")
    keyboard.press(page, "form[action$='/nomor/'] button")
    label = page.locator(".given-number").inner_text()
    for key in "nuu":
        act(page, key)
    expect(page.locator(".now-number")).to_have_text(label)
    act(page, "t")

    expect(page.locator(".now-empty")).to_be_visible()
    assert Ticket.objects.order_by("-pk").first().state == "missed"


def test_a_refresh_takes_nothing_away_from_a_form_half_filled_in(
    no_mouse, office, staff, appointment
):
    page = no_mouse()
    arrivals.check_in(office=office, code=appointment.code, at=MOMENT, staff=staff)
    keyboard.choose(page, "#id_counter", "1")
    keyboard.press(page, "form[action$='/buka-loket/'] button")
    expect(page.locator(".now-empty")).to_be_visible()
    act(page, "n")
    act(page, "m")
    page.keyboard.press("1")
    keyboard.reach(page, "[name=offer_0]")
    choose_radio(page, "offer_0", "declined")

    case = ServiceCase.objects.select_related("service").get(service__code="KTP", code="rusak")
    ticket = arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=staff,
        submission_key=tokens.new(),
    )
    expect(page.locator("#line")).to_contain_text(re.compile(rf"\b{ticket.label}\b"))

    expect(page.locator("input[name=offer_0][value=declined]")).to_be_focused()
    expect(page.locator("input[name=offer_0][value=declined]")).to_be_checked()
    expect(page.locator("input[name=outcome][data-key='1']")).to_be_checked()
    keyboard.reach(page, "#id_reason_0")
    page.keyboard.press("ArrowDown")
    keyboard.press(page, "#finish .btn-primary")
    expect(page.locator(".now-empty")).to_be_visible()
    assert Visit.objects.filter(ticket__appointment=appointment).exists()
