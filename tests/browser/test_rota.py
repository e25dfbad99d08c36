"""The rota in a browser: read at any width, and an absence entered by keyboard up to its proposal."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from citizens.domain.office_time import local_date
from citizens.models import Counter, Office, Weekday
from portal import groups
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.planning import AbsenceFactory, PresenceOrderFactory, ShiftFactory

PAGE = "/petugas/citizens/shift/"
ONE_DAY = datetime.timedelta(days=1)
TODAY = local_date(MOMENT)


@pytest.fixture
def supervisor(site):
    """Of the main office, all of whose counters are manned; one person is on leave, and everybody is called in."""
    office = Office.objects.get(code="utama")
    for counter in Counter.objects.filter(office=office):
        staff = new_staff(office=office, full_name=f"Raden Ajeng Siti Nurhaliza {counter.number}")
        for weekday in Weekday:
            if weekday < Weekday.SATURDAY:
                ShiftFactory(counter=counter, staff=staff, weekday=weekday)
    AbsenceFactory(staff=staff, first_day=TODAY + ONE_DAY)
    PresenceOrderFactory(office=office, first_day=TODAY)
    return new_staff(group=groups.SUPERVISOR, office=office)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_week_is_read_at_any_width_and_changed_by_keyboard(
    open_page, supervisor, photograph, language
):
    page = open_page(language=language, viewport=DESK)
    sign_in(page, supervisor.username, address=PAGE)
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        photograph(page, f"rota {language}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    page.locator("a[href*='tidak-hadir']").press("Enter")
    page.locator("form.form [type=submit]").press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    photograph(page, f"rota refused {language}")
    assert violations(page) == []

    page.locator("#id_staff").select_option(index=1)
    for field in ("#id_first", "#id_last"):
        page.locator(field).fill((TODAY + ONE_DAY).isoformat())
    page.locator("#id_last").press("Enter")
    expect(page).to_have_url(re.compile(r"/proposal/\d+/"))
