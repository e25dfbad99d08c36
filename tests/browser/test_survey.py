"""The satisfaction survey on a phone: by the code at a desk and by the link, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from citizens.domain.office_time import local_date
from citizens.enums import SurveyElement
from citizens.models import Office, ServiceCase, SurveyAnswer, Ticket
from portal import groups
from tests.browser import pages
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import QueueDayFactory, TicketFactory

THANKS = re.compile("/survei/terima-kasih/$")


@pytest.fixture
def office(transactional_db):
    return Office.objects.get(code="utama")


def answer(page, *, leave_out=(), mark=4):
    """Presses a label for each question: people press the words, not the ring."""
    for element in SurveyElement:
        if element not in leave_out:
            page.locator(f"label[for=id_{element.value}_{mark - 1}]").click()
    page.locator("main form .btn-primary").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_visitor_answers_at_the_desk_and_mends_what_was_left_out(
    open_page, no_violations, photograph, office, language, javascript
):
    before = SurveyAnswer.objects.count()
    page = open_page(javascript=javascript, viewport=PHONE, language=language)
    page.goto("/survei/utama/")
    no_violations(page)

    answer(page, leave_out=[SurveyElement.COST])

    assert pages.problems(page).locator("a[href='#id_cost_0']").count() == 1
    assert page.locator("input:checked").count() == 8
    no_violations(page)
    photograph(page, f"survey with a gap {language}")

    page.locator("label[for=id_cost_3]").click()
    page.locator("main form .btn-primary").click()

    expect(page).to_have_url(THANKS)
    no_violations(page)
    assert SurveyAnswer.objects.count() == before + 1


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_link_after_the_visit_works_once(open_page, office, javascript):
    day = QueueDayFactory._meta.model.objects.get_or_create(office=office, date=local_date(MOMENT))
    ticket = TicketFactory(
        queue_day=day[0],
        case=ServiceCase.objects.first(),
        counter=office.counters.first(),
        arrived_at=MOMENT,
        finished=True,
    )
    page = open_page(javascript=javascript, viewport=PHONE)
    page.goto(f"/survei/nomor/{ticket.token}/")

    answer(page, mark=3)
    expect(page).to_have_url(THANKS)
    kept = SurveyAnswer.objects.filter(source="link").count()
    page.goto(f"/survei/nomor/{ticket.token}/")

    expect(page).to_have_url(THANKS)
    assert Ticket.objects.get(pk=ticket.pk).surveyed
    assert SurveyAnswer.objects.filter(source="link").count() == kept


def test_the_keyboard_alone_answers_everything(open_page, office):
    before = SurveyAnswer.objects.count()
    page = open_page(viewport=DESK)
    page.goto("/survei/utama/")

    page.locator("#id_requirements_0").focus()
    for _ in SurveyElement:
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page).to_have_url(THANKS)
    assert SurveyAnswer.objects.count() == before + 1
    assert SurveyAnswer.objects.latest("pk").facilities == 2


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_poster_of_the_survey_is_one_clear_sheet(open_page, photograph, office, language):
    page = open_page(viewport=DESK, language=language, bypass_csp=True)
    sign_in(page, new_staff(office=office, group=groups.SUPERVISOR).username)

    page.goto("/petugas/citizens/visit/laporan/poster/")

    expect(page.locator(".sheet svg")).to_be_visible()
    photograph(page, f"survey poster {language}")
    assert violations(page) == []
