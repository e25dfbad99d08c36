"""The live page of a queue number on a phone: both languages, with and without scripts."""

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import arrivals, counter
from citizens.models import Counter, Office, ServiceCase
from tests.browser.conftest import DESK, MOMENT, PHONE
from tests.factories.citizens import DeskSessionFactory


@pytest.fixture(scope="module")
def session(transactional_db):
    desk = Counter.objects.get(office=Office.objects.get(code="utama"), number=1)
    return DeskSessionFactory(counter=desk, opened_at=MOMENT)


@pytest.fixture
def ticket(session):
    return arrivals.issue_walk_in(
        office=session.counter.office,
        case=ServiceCase.objects.select_related("service").get(service__code="KTP", code="hilang"),
        priority_group=None,
        at=MOMENT,
        staff=session.staff,
        submission_key=tokens.new(),
    )


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    open_page, photograph, no_violations, ticket, language
):
    page = open_page(language=language)
    page.goto(f"/nomor/{ticket.token}/")

    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        photograph(page, f"ticket {language}")
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_without_scripts_the_page_says_the_same_and_loads_itself_again(open_page, ticket):
    page = open_page(javascript=False)
    page.goto(f"/nomor/{ticket.token}/")

    expect(page.locator(".ticket-number")).to_have_text(ticket.label)
    expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "30")


def test_a_call_comes_to_the_phone_by_itself(open_page, photograph, ticket, session):
    page = open_page()
    page.goto(f"/nomor/{ticket.token}/")
    expect(page.locator(".summary-list")).to_be_visible()
    while ticket.state == "waiting":
        called = counter.call_next(session=session, at=MOMENT)
        counter.start(ticket=called, at=MOMENT, staff=session.staff)
        ticket.refresh_from_db()
        if called.pk != ticket.pk:
            counter.finish(
                ticket=called,
                outcome="done",
                missing_papers=[],
                offers=[],
                at=MOMENT,
                staff=session.staff,
            )

    expect(page.locator(".summary-list")).to_have_count(0, timeout=15_000)
    photograph(page, "ticket at the counter")
