"""A phone number is proved with the code that was sent to it; nobody has to."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from citizens.domain import party as parties
from outreach.enums import Purpose
from outreach.models import Message
from tests.browser import pages
from tests.browser.addresses import Kept
from tests.browser.conftest import MOMENT


@pytest.fixture(scope="module")
def kept(site):
    return Kept(parties.parse("ktp.hilang"), MOMENT, last=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_phone_is_proved_by_the_code_that_reached_it(
    open_page, no_violations, kept, language, javascript
):
    appointment = kept.booked("Siti Aminah")
    # One contact may be sent three codes an hour, whoever asks: each test has a number of its own.
    appointment.phone = f"+62812345{appointment.pk % 100000:05d}"
    appointment.save(update_fields=["phone"])
    page = open_page(language=language, javascript=javascript)

    page.goto(reverse("appointment", args=[appointment.token]))
    page.locator("main a[href$='/buktikan/hp/']").click()
    no_violations(page)
    page.locator("main form button").first.click()
    no_violations(page)
    [message] = Message.objects.filter(appointment=appointment, purpose=Purpose.CODE)
    digits = re.search(r"\b\d{6}\b", message.body)[0]

    page.locator("main input[inputmode=numeric]").fill(f"{(int(digits) + 1) % 10**6:06d}")
    pages.submit_details(page)
    expect(page.locator(".error-summary")).to_be_visible()
    no_violations(page)
    page.locator("main input[inputmode=numeric]").fill(digits)
    pages.submit_details(page)

    expect(page.locator("main form")).to_have_count(0)
    no_violations(page)
    appointment.refresh_from_db()
    assert appointment.phone_proved_at is not None
