"""The surge planner as a supervisor sees it: alone in its database, for every cause and closed day changes it."""

import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from citizens.domain.office_time import local_date
from citizens.models import Office, ServiceCase
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import QueueDayFactory, TicketFactory

BUSY = "2027-03-23"


@pytest.fixture(scope="module")
def past(site):
    """Enough weeks at the main office for the surge planner to say how many come."""
    office = Office.objects.get(code="utama")
    case = ServiceCase.objects.get(service__code="KTP", code="hilang")
    for ago in range(1, 6):
        at = MOMENT - datetime.timedelta(weeks=ago)
        day = QueueDayFactory(office=office, date=local_date(at))
        TicketFactory(queue_day=day, case=case, arrived_at=at)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_surge_planner_is_clear_to_axe_and_fits_a_phone(open_page, past, photograph, language):
    page = open_page(language=language, viewport=DESK)
    sign_in(page, new_staff(administrator=True).username)

    for address in (
        reverse("admin:citizens_surge"),
        reverse("admin:citizens_surge_day", args=[BUSY]),
    ):
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert page.goto(address).status == 200, address
            photograph(page, f"surge {address.split('/')[-2]} {language}")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    expect(page.locator(".surge-measures li")).to_have_count(4)
