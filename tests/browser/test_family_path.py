"""A family makes one appointment: several people and services, a guardian, somebody else, and why nothing is free."""

import re

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.models import Appointment, ClosedDay, Hold
from tests.browser import pages
from tests.browser.conftest import DESK, PHONE
from tests.browser.pages import Person

BIRTH = "akta-lahir.tepat-waktu~kia.baru-balita,kk.ubah"
BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])


def choose_a_time(page):
    """From a party to the first time of the first place."""
    page.locator("main a.btn-primary").click()
    page.locator("main .choice-list a").first.click()
    page.locator("button.time").first.click()


def fill_in_person(page, person, number):
    expect(page).to_have_url(re.compile(f"/orang/{number}/$"))
    page.locator("#id_full_name").fill(person.full_name)
    page.locator("#id_nik").fill(person.nik)
    page.locator("#id_birth_date").fill(person.birth_date)
    pages.submit_details(page)


def fill_in_contact(page, household):
    expect(page).to_have_url(re.compile("/kontak/$"))
    page.locator("#id_household").fill(household)
    page.locator("#id_subdistrict").select_option(index=1)
    page.locator("#id_phone").fill("0812-3456-7890")
    pages.submit_details(page)


def booked(page):
    pages.book_button(page).click()
    return Appointment.objects.get(code=tokens.clean_code(pages.code(page)))


@BOTH_WAYS
@BOTH_LANGUAGES
def test_a_birth_is_booked_with_all_that_goes_with_it(
    open_page, no_violations, photograph, language, javascript
):
    serial = 100 + 2 * (language == "en") + javascript
    page = open_page(language=language, javascript=javascript)
    page.goto("/layanan/akta-lahir/tepat-waktu/")
    page.locator("main a[href^='/kunjungan/']").click()
    no_violations(page)
    page.locator("main .choice-list a").first.click()
    expect(page.locator("main h2[id^=person-]")).to_have_count(2)
    no_violations(page)
    photograph(page, f"family {language}")

    page.locator("main a.btn-primary").click()
    no_violations(page)
    page.locator("main .choice-list a").first.click()
    no_violations(page)
    page.locator("button.time").first.click()
    no_violations(page)

    fill_in_person(page, Person(full_name=f"Bayi {serial}", nik="", birth_date="01-03-2027"), 1)
    fill_in_person(page, Person(nik=f"0010 0101 0190 {serial:04d}"), 2)
    assert page.locator("#id_guardian_name").input_value() == "Siti Aminah"
    no_violations(page)
    pages.submit_details(page)
    pages.problems(page)
    no_violations(page)
    photograph(page, f"family contact in error {language}")
    fill_in_contact(page, f"3673 0101 0120 {serial:04d}")

    expect(page.locator(".summary-list")).to_have_count(3)
    expect(page.locator("main")).not_to_contain_text("3673")
    no_violations(page)
    photograph(page, f"family check {language}")
    made = booked(page)

    no_violations(page)
    people = made.visitors.order_by("position")
    assert [person.full_name for person in people] == [f"Bayi {serial}", "Siti Aminah"]
    assert [person.services.count() for person in people] == [2, 1]
    assert made.guardian_name == "Siti Aminah"
    assert made.household_key


def test_people_and_services_are_put_together_by_hand(open_page, no_violations):
    page = open_page()
    page.goto("/layanan/ktp/hilang/")
    page.locator("main a[href^='/kunjungan/']").click()
    page.locator("main a.btn-secondary").click()
    no_violations(page)
    page.locator("main .choice-list a", has_text="KTP rusak").click()
    page.locator("a[href*='orang=2']").first.click()
    page.locator("main .choice-list a", has_text="Ubah data KK").click()

    expect(page).to_have_url(re.compile(r"ktp\.hilang(,|%2C)ktp\.rusak~kk\.ubah"))
    page.locator(".summary-list .change a").first.click()
    expect(page).to_have_url(re.compile(r"rombongan=ktp\.rusak~kk\.ubah"))


@BOTH_WAYS
def test_somebody_books_for_another_person_who_agrees(open_page, no_violations, javascript):
    page = open_page(javascript=javascript)
    page.goto("/")
    pages.choose_case(page)
    pages.choose_place(page)
    pages.choose_time(page)
    person = Person(full_name="Mak Onah", nik=f"0010 0101 0190 {120 + javascript:04d}")
    expect(page.locator("#id_booker_name")).to_be_hidden()

    page.locator("[name=booked_for][value=other]").check()
    pages.fill_in(page, person)
    pages.problems(page)
    no_violations(page)
    page.locator("#id_booker_name").fill("Budi Santoso")
    page.locator("#id_consent").check()
    pages.submit_details(page)
    expect(page.locator(".summary-list")).to_contain_text("Budi Santoso")
    made = booked(page)

    assert (made.booked_for, made.booker_name) == ("other", "Budi Santoso")
    assert made.consent_noted_at


def test_a_child_comes_with_a_guardian(open_page, no_violations):
    page = open_page()
    page.goto("/layanan/kia/baru-anak/")
    choose_a_time(page)
    expect(page.locator("[name=booked_for][value=child]")).to_be_checked()
    pages.fill_in(page, Person(full_name="Ani", nik="", birth_date="02-02-2018"))
    pages.problems(page)
    no_violations(page)
    page.locator("#id_guardian_name").fill("Siti Aminah")
    pages.submit_details(page)

    made = booked(page)

    assert (made.booked_for, made.guardian_name) == ("child", "Siti Aminah")


@BOTH_WAYS
def test_a_change_of_language_loses_nothing_typed(open_page, javascript):
    page = open_page(javascript=javascript)
    page.goto("/")
    pages.choose_case(page)
    pages.choose_place(page)
    pages.choose_time(page)

    page.locator("#id_full_name").fill("Siti")
    pages.switch_language(page, "en")
    assert page.locator("#id_full_name").input_value() == "Siti"
    expect(page.locator(".error-summary")).to_have_count(0)

    pages.fill_in(page, Person(full_name="Siti", nik="123"))
    pages.problems(page)
    pages.switch_language(page, "id")
    assert page.locator("#id_nik").input_value() == "123"
    assert page.locator("#id_phone").input_value() == "0812-3456-7890"
    pages.problems(page)


def test_the_enter_key_goes_on_and_leaves_the_language(open_page):
    page = open_page()
    page.goto("/")
    pages.choose_case(page)
    pages.choose_place(page)
    pages.choose_time(page)

    page.locator("#id_full_name").press("Enter")

    pages.problems(page)
    expect(page.locator("html")).to_have_attribute("lang", "id")


def test_two_tabs_and_the_way_back_are_one_visit_for_a_family_too(open_page):
    page = open_page()
    page.goto("/kunjungan/?rombongan=ktp.hilang,ktp.rusak")
    choose_a_time(page)
    fill_in_person(page, Person(full_name="Adi", nik="0010 0101 0190 0131"), 1)
    fill_in_person(page, Person(full_name="Budi", nik="0010 0101 0190 0132"), 2)
    fill_in_contact(page, "3673 0101 0120 0131")
    tab = page.context.new_page()
    tab.goto(page.url)

    made = booked(page)
    pages.book_button(tab).click()
    assert tokens.clean_code(pages.code(tab)) == made.code
    page.go_back()
    assert tokens.clean_code(pages.code(page)) == made.code


def test_a_hold_that_ran_out_loses_nothing_of_a_family(open_page, no_violations):
    page = open_page()
    page.goto("/kunjungan/?rombongan=ktp.hilang,ktp.rusak")
    choose_a_time(page)
    fill_in_person(page, Person(full_name="Adi", nik="0010 0101 0190 0141"), 1)
    kept = Hold.objects.get(token=page.url.split("/")[-4])
    Hold.objects.filter(pk=kept.pk).update(expires_at=kept.created_at)

    page.goto(page.url)
    expect(page.locator(".banner-warning")).to_be_visible()
    no_violations(page)
    fill_in_person(page, Person(full_name="Budi", nik="0010 0101 0190 0142"), 2)
    fill_in_contact(page, "3673 0101 0120 0141")

    assert booked(page).visitors.count() == 2


@BOTH_LANGUAGES
def test_a_day_without_times_says_why_and_leads_on(open_page, no_violations, photograph, language):
    page = open_page(language=language)
    page.goto("/layanan/ktp/hilang/waktu/?kantor=utama")
    day = page.locator(".day[aria-current=date]").get_attribute("href").split("tanggal=")[1][:10]
    closed = ClosedDay.objects.create(
        date=day, name="Hari Uji", kind="office", source="uji", confirmed=True
    )

    try:
        page.goto(f"/layanan/ktp/hilang/waktu/?kantor=utama&tanggal={day}&baru={language}")
        expect(page.locator("main")).to_contain_text("Hari Uji")
        no_violations(page)
        photograph(page, f"holiday {language}")
        page.locator("main a.btn-primary").click()
        expect(page.locator("button.time").first).to_be_visible()
    finally:
        closed.delete()


@BOTH_LANGUAGES
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    "address",
    [
        "/kunjungan/?rombongan=akta-lahir.tepat-waktu",
        f"/kunjungan/?rombongan={BIRTH}",
        "/kunjungan/tambah/?rombongan=ktp.hilang&orang=1",
        f"/kunjungan/waktu/?rombongan={BIRTH}",
        f"/kunjungan/waktu/?rombongan={BIRTH}&kantor=utama",
        "/kunjungan/?rombongan=salah",
    ],
)
def test_pages_of_a_party_fit_the_screen(open_page, photograph, language, viewport, address):
    page = open_page(language=language, viewport=viewport)
    page.goto(address)

    name = re.sub(r"\W+", "-", address)[:60]
    photograph(page, f"{name} {language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
