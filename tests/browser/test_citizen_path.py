"""A citizen makes an appointment and cancels it: with and without scripts, in both languages, on a small phone."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.models import Appointment, Hold
from tests.browser import pages
from tests.browser.pages import Person


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_citizen_books_and_cancels(open_page, no_violations, language, javascript):
    page = open_page(javascript=javascript)
    # Each walk is made by another person.
    serial = 10 * (language == "en") + javascript + 1
    person = Person(nik=f"0010 0101 0190 {serial:04d}")

    page.goto("/")
    if language != "id":
        pages.switch_language(page, language)
    no_violations(page)
    pages.choose_case(page)
    no_violations(page)
    pages.choose_place(page)
    no_violations(page)
    time = pages.choose_time(page)
    no_violations(page)

    pages.fill_in(page, Person(full_name="", nik="0010 0101 0190 00", phone="0254 200 300"))
    summary = pages.problems(page)
    no_violations(page)
    assert summary.locator("li").count() == 3
    for field in ("full_name", "nik", "phone"):
        summary.locator(f"a[href='#id_{field}']").click()
        expect(page.locator(f"#id_{field}")).to_be_focused()
    assert page.locator("#id_nik").input_value() == "0010 0101 0190 00"
    assert page.locator("#id_birth_date").input_value() == person.birth_date

    pages.fill_in(page, person)
    expect(page.locator(".summary-list")).to_contain_text(person.full_name)
    expect(page.locator("main")).to_contain_text(time)
    no_violations(page)

    pages.book_button(page).click()
    code = pages.code(page)
    expect(page.locator(".ticket-card svg")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)
    no_violations(page)
    appointment = Appointment.objects.get(code=tokens.clean_code(code))
    assert appointment.state == "booked"
    assert appointment.language == language

    page.locator("a[href$='/batal/']").click()
    no_violations(page)
    page.locator("main .btn-danger").click()
    expect(page).to_have_url(re.compile(r"/j/[\w-]{22}/$"))
    expect(page.locator(".status-tag-danger")).to_be_visible()
    no_violations(page)
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"


def test_the_way_back_after_booking_leads_to_the_same_appointment(open_page):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0021"))
    pages.book_button(page).click()
    code = pages.code(page)

    page.go_back()

    assert pages.code(page) == code


def test_a_double_click_books_once(open_page):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0022"))
    token = page.url.split("/")[-3]

    pages.book_button(page).dblclick()

    code = pages.code(page)
    assert Appointment.objects.get(submission_key=token).code == tokens.clean_code(code)


def test_two_tabs_with_the_same_answers_book_once(open_page):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0023"))
    tab = page.context.new_page()
    tab.goto(page.url)

    pages.book_button(page).click()
    pages.book_button(tab).click()

    assert pages.code(page) == pages.code(tab)


def test_a_second_booking_of_the_same_person_is_refused_with_a_way_on(open_page, no_violations):
    person = Person(nik="0010 0101 0190 0024")
    page = open_page()
    pages.walk_to_check(page, person)
    pages.book_button(page).click()
    pages.code(page)

    pages.walk_to_check(page, person, time=1)
    pages.book_button(page).click()

    expect(page.locator(".empty-state .btn-primary")).to_be_visible()
    no_violations(page)


def test_the_language_can_be_changed_on_every_step(open_page):
    page = open_page()
    page.goto("/")
    pages.switch_language(page, "en")
    pages.choose_case(page)
    pages.switch_language(page, "id")
    pages.choose_place(page)
    pages.switch_language(page, "en")
    pages.choose_time(page)
    pages.switch_language(page, "id")
    pages.fill_in(page, Person(nik="0010 0101 0190 0025"))
    expect(pages.book_button(page)).to_be_visible()
    pages.switch_language(page, "en")
    pages.book_button(page).click()
    pages.code(page)
    pages.switch_language(page, "id")


def test_details_can_be_changed_before_booking(open_page):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0026", full_name="Budi"))

    page.locator(".summary-list .change a").first.click()
    assert page.locator("#id_full_name").input_value() == "Budi"
    page.locator("#id_full_name").fill("Budi Santoso")
    pages.submit_details(page)

    expect(page.locator(".summary-list")).to_contain_text("Budi Santoso")


def test_a_hold_that_ran_out_while_typing_loses_nothing(open_page, no_violations):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0027"))
    token = page.url.split("/")[-3]
    kept = Hold.objects.get(token=token)
    kept.expires_at = kept.created_at
    kept.save()

    page.reload()
    expect(page.locator(".banner-warning")).to_be_visible()
    no_violations(page)
    pages.book_button(page).click()

    pages.code(page)


def test_a_place_taken_meanwhile_leads_to_another_time_with_everything_typed(
    open_page, no_violations
):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0028"))
    kept = Hold.objects.get(token=page.url.split("/")[-3])
    Hold.objects.filter(pk=kept.pk).update(expires_at=kept.created_at)
    for place in kept.places.select_related("slot"):
        place.slot.taken = place.slot.online
        place.slot.save()

    pages.book_button(page).click()
    expect(page.locator(".banner-warning")).to_be_visible()
    no_violations(page)
    page.locator("button.time").first.click()

    expect(page.locator(".summary-list")).to_contain_text("Siti Aminah")
    pages.book_button(page).click()
    pages.code(page)


def test_the_appointment_can_be_put_into_a_calendar(open_page):
    page = open_page()
    pages.walk_to_check(page, Person(nik="0010 0101 0190 0029"))
    pages.book_button(page).click()
    pages.code(page)

    with page.expect_download() as download:
        page.locator("a[href$='.ics']").click()

    assert "BEGIN:VEVENT" in download.value.path().read_text()
