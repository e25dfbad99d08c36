"""A school asks for a visit, a supervisor plans it, the school withdraws: with and without scripts, in both languages."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from citizens.domain.office_time import local_date
from citizens.models import AppointmentEvent, GroupVisit, Office, Slot
from portal import groups
from tests.browser import pages
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import AppointmentFactory, VisitorFactory

FORM = "/kunjungan-kelompok/minta/"


def day(offset):
    return f"{local_date(MOMENT) + datetime.timedelta(days=offset):%d-%m-%Y}"


def fill_in(page, **changes):
    typed = {
        "organiser_name": "SMAN 9 Contoh",
        "contact_name": "Ibu Contoh",
        "phone": "0812-3456-7890",
        "people": "20",
        "wished_from": day(3),
        "wished_until": day(10),
    }
    page.locator("input[name=organiser][value=school]").check()
    page.locator("input[name=office]").first.check()
    page.locator("#id_case").select_option("ktp.hilang")
    for field, text in (typed | changes).items():
        page.locator(f"#id_{field}").fill(text)
    page.locator("main form .btn-primary").click()


@pytest.fixture
def supervisor(transactional_db):
    """Somebody who plans at the first office."""
    office = Office.objects.filter(active=True).order_by("sort_order", "pk").first()
    return new_staff(office=office, group=groups.SUPERVISOR)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_group_asks_is_planned_and_withdraws(
    open_page, no_violations, photograph, supervisor, language, javascript
):
    page = open_page(javascript=javascript, viewport=PHONE, language=language)
    page.goto("/kunjungan-kelompok/")
    no_violations(page)
    page.locator("main a.btn-primary").click()

    fill_in(page, people="3", wished_from="besok")
    assert pages.problems(page).locator("li").count() == 2
    expect(page.locator("#id_organiser_name")).to_have_value("SMAN 9 Contoh")
    no_violations(page)
    photograph(page, f"group mistakes {language}")
    fill_in(page)

    expect(page).to_have_url(re.compile(r"/kunjungan-kelompok/[\w-]{22}/\?baru$"))
    no_violations(page)
    visit = GroupVisit.objects.order_by("-pk").first()

    plan(open_page, photograph, supervisor, visit, language, javascript=javascript)

    page.reload()
    expect(page.locator(".ticket-number")).to_be_visible()
    no_violations(page)
    page.locator("a[href$='/tarik/']").click()
    no_violations(page)
    page.locator("main .btn-danger").click()
    expect(page).to_have_url(re.compile(r"/kunjungan-kelompok/[\w-]{22}/$"))
    visit.refresh_from_db()
    assert visit.state == "withdrawn"
    assert not Slot.objects.filter(internal_taken__gt=0).exists()


def plan(open_page, photograph, supervisor, visit, language, *, javascript):
    """The supervisor takes the first time that is offered."""
    desk = open_page(viewport=DESK, language=language, javascript=javascript, bypass_csp=True)
    sign_in(desk, supervisor.username)
    desk.goto(f"/petugas/citizens/groupvisit/{visit.pk}/rencana/")
    photograph(desk, f"planning a group {language}")
    if javascript:
        assert violations(desk) == []
    desk.locator("button[name=choice]").first.click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    visit.refresh_from_db()
    assert visit.state == "planned"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_supervisor_looks_into_patterns(open_page, photograph, supervisor, language):
    starts_at = MOMENT + datetime.timedelta(days=3)
    for _ in range(3):
        appointment = AppointmentFactory(
            office=supervisor.office, starts_at=starts_at, booked_at=MOMENT
        )
        VisitorFactory(appointment=appointment)
    page = open_page(viewport=DESK, language=language, bypass_csp=True)
    sign_in(page, supervisor.username)

    page.locator("a[href$='/pola/']").click()

    expect(page.locator(".queue-table").first).to_contain_text("0812-****-0000")
    photograph(page, f"patterns {language}")
    assert violations(page) == []
    assert not AppointmentEvent.objects.exists()
