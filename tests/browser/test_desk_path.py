"""What a counter does beside serving, with the keyboard alone, and on a network that comes and goes."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import arrivals
from citizens.models import DeskSession, Office, ServiceCase, Ticket
from portal import groups
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import DeskSessionFactory

TODAY = "/petugas/citizens/queueday/hari-ini/"


@pytest.fixture
def office(transactional_db):
    return Office.objects.get(code="utama")


@pytest.fixture
def open_desk(open_page, office):
    """The page of somebody who has just opened a counter for the KTP."""

    def opened(language="id", viewport=DESK):
        staff = new_staff(office=office, group=groups.COUNTER_STAFF)
        free = office.counters.filter(groups__code="ktp").exclude(
            pk__in=DeskSession.objects.open().values("counter")
        )
        DeskSessionFactory(counter=free.order_by("number").first(), staff=staff, opened_at=MOMENT)
        page = open_page(language=language, viewport=viewport)
        sign_in(page, staff.username, address=TODAY)
        page.locator("[data-key=j]").wait_for()
        return page, staff

    return opened


def take_number(office, staff):
    case = ServiceCase.objects.filter(service__code="KTP").select_related("service").first()
    return arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=staff,
        submission_key=tokens.new(),
    )


def act(page, key):
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.parametrize(("language", "viewport"), [("id", DESK), ("en", PHONE)])
def test_pausing_setting_aside_and_taking_back_by_keys(
    open_desk, office, photograph, language, viewport
):
    page, staff = open_desk(language, viewport)
    take_number(office, staff)
    act(page, "j")
    expect(page.locator("[data-key=n]")).to_have_count(0)
    photograph(page, f"desk pause {language}")
    assert violations(page) == []
    act(page, "j")
    act(page, "n")
    number = page.locator(".now-number").inner_text()
    page.keyboard.press("p")
    expect(page.locator("#park input:checked")).to_be_focused()
    photograph(page, f"desk park {language}")
    assert violations(page) == []
    act(page, "Enter")
    expect(page.locator("#aside")).to_contain_text(number)
    photograph(page, f"desk aside {language}")
    assert violations(page) == []
    act(page, "z")
    expect(page.locator(".now-number")).to_have_text(number)
    page.keyboard.press("a")
    expect(page.locator("#transfer")).to_be_visible()
    photograph(page, f"desk transfer {language}")
    assert violations(page) == []
    page.keyboard.press("Escape")
    act(page, "b")
    expect(page.locator("#line")).to_contain_text(number)
    act(page, "n")
    page.keyboard.press("p")
    expect(page.locator("#park input:checked")).to_be_focused()
    act(page, "Enter")
    page.keyboard.press("d")
    expect(page.locator("#aside button").first).to_be_focused()
    act(page, "Enter")
    act(page, "m")
    photograph(page, f"desk serving {language}")
    assert violations(page) == []


def test_a_network_lost_between_call_and_start_leaves_the_page(open_desk, office):
    page, staff = open_desk()
    take_number(office, staff)
    act(page, "n")
    number = page.locator(".now-number").inner_text()
    page.context.set_offline(True)

    page.keyboard.press("m")

    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator(".now-number")).to_have_text(number)
    page.context.set_offline(False)
    act(page, "m")
    expect(page.locator("#finish")).to_be_visible()
    assert Ticket.objects.get(state="serving", called_by=staff).label == number


def test_a_second_tab_is_told_that_the_counter_changed(open_desk, office):
    page, staff = open_desk()
    take_number(office, staff)
    other = page.context.new_page()
    other.goto(TODAY)
    with other.expect_navigation():
        other.keyboard.press("n")

    expect(page.locator("#trouble")).to_be_visible(timeout=15_000)
    expect(page.locator("#trouble")).to_contain_text(re.compile("."))
