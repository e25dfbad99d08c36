"""The pages as a person walks through them. Found by address, name and role of things, never by sentences."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

CASE = "/layanan/ktp/hilang/"


@dataclass
class Person:
    """What somebody types about themselves. Nobody real: province 00 does not exist."""

    full_name: str = "Siti Aminah"
    nik: str = "0010 0101 0190 0001"
    birth_date: str = "01-01-1990"
    phone: str = "0812-3456-7890"


def switch_language(page, language):
    """Presses the switch in the head of the page; the page stays."""
    address = page.url
    page.locator(f".language-switch button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.url == address


def choose_case(page):
    """From the front page over a service to one of its cases."""
    page.locator("main a[href='/layanan/ktp/']").click()
    page.locator(f"main a[href='{CASE}']").click()
    expect(page).to_have_url(re.compile(f"{CASE}$"))


def choose_place(page, place=0):
    """From a case to the days and times of a place that has some."""
    page.locator("main a.btn-primary").click()
    expect(page).to_have_url(re.compile(f"{CASE}waktu/$"))
    page.locator("main .choice-list a").nth(place).click()
    expect(page.locator(".day[aria-current=date]")).to_be_visible()


def choose_time(page, time=0):
    """Presses one of the times; returns its words, such as "09.20"."""
    button = page.locator("button.time").nth(time)
    words = button.locator(".time-label").inner_text()
    button.click()
    # The page may be two seconds old, and the time taken in these: then it says so and shows what is free now.
    page.wait_for_url(re.compile("/pesan/|penuh="))
    if "penuh=" in page.url:
        return choose_time(page, time)
    expect(page.locator("#id_full_name")).to_be_visible()
    return words


def fill_in(page, person):
    """Types the details and goes on."""
    page.locator("#id_full_name").fill(person.full_name)
    page.locator("#id_nik").fill(person.nik)
    page.locator("#id_birth_date").fill(person.birth_date)
    page.locator("#id_subdistrict").select_option(index=1)
    page.locator("#id_phone").fill(person.phone)
    submit_details(page)


def submit_details(page):
    page.locator("main form .btn-primary").click()


def book_button(page):
    return page.locator("main form[action$='/selesai/'] button")


def walk_to_check(page, person, time=0):
    """Everything up to the page where the answers are checked."""
    page.goto("/")
    choose_case(page)
    choose_place(page)
    choose_time(page, time)
    fill_in(page, person)
    expect(book_button(page)).to_be_visible()


def code(page):
    """The code on a person's own page."""
    expect(page).to_have_url(re.compile(r"/j/[\w-]{22}/"))
    return page.locator(".ticket-number").inner_text()


def problems(page):
    """The summary of what is to be put right, once it is there and has the focus."""
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    return summary
