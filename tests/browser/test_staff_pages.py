"""The staff's pages beside "Hari ini": every list and form of the records, and each step of signing in."""

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from portal import groups
from tests.browser import addresses
from tests.browser.conftest import DESK, MOMENT, served, violations
from tests.browser.signing_in import new_staff, sign_in

WRONG_PASSWORDS = 5


@pytest.fixture(scope="module")
def rows(site):
    addresses.make(at=MOMENT)


@pytest.fixture(scope="module")
def strict_site(transactional_db, static_files):
    """The portal as it is outside a demonstration: it asks for a second factor."""
    with served(static_files, SERVED_SECOND_FACTOR="1") as address:
        yield address


def record_pages():
    """The list of each kind of record that a group may see, and the page of one row where there is one."""
    seen = {permission for may in groups.GROUPS.values() for permission in may}
    for model in admin.site._registry:
        if f"{model._meta.app_label}.view_{model._meta.model_name}" not in seen:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if row := model._default_manager.order_by("pk").first():
            yield reverse(f"{name}_change", args=[row.pk])


def test_axe_finds_nothing_on_the_records(open_page, rows):
    # On some of these pages axe itself needs inline styles.
    page = open_page(viewport=DESK, bypass_csp=True)
    sign_in(page, new_staff(administrator=True).username)

    for address in record_pages():
        assert page.goto(address).status == 200, address
        assert violations(page) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_the_second_step(open_page, strict_site, photograph, language):
    page = open_page(language=language, address=strict_site)
    sign_in(page, new_staff().username)
    steps = [*violations(page)]
    photograph(page, f"second step {language}")

    page.locator("main .btn-primary").click()
    expect(page.locator(".sign-in-qr svg")).to_be_visible()
    steps += violations(page)
    photograph(page, f"enrolment {language}")

    page.locator("#id_code").fill("12")
    page.keyboard.press("Enter")
    expect(page.locator(".invalid-feedback")).to_be_visible()
    assert steps + violations(page) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_a_refused_and_a_locked_sign_in(open_page, photograph, language):
    page = open_page(language=language)
    username = new_staff().username

    for _ in range(WRONG_PASSWORDS - 1):
        sign_in(page, username, "salah")
    expect(page.locator(".errornote")).to_be_visible()
    refused = violations(page)
    sign_in(page, username, "salah")
    photograph(page, f"locked {language}")

    expect(page.locator("#id_username")).to_have_count(0)
    assert refused + violations(page) == []
