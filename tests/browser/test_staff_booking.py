"""Staff help citizens: book for a caller, find, see a number in full, move and cancel. With and without JavaScript."""

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.models import AccessLog, Appointment, Office, Slot
from portal import groups
from tests.browser import keyboard
from tests.browser.conftest import DESK, PHONE
from tests.browser.signing_in import new_staff, sign_in

NIK = "001001010190{:04d}"
FIND = "/petugas/citizens/appointment/cari/"


@pytest.fixture
def office(transactional_db):
    """The main office, with two counters of our own in each slot, whatever was booked before."""
    office = Office.objects.get(code="utama")
    Slot.objects.filter(office=office, online__gte=1).update(online=0, released=0, taken=0)
    return office


@pytest.fixture
def caller():
    """The NIK of somebody who has no appointment yet."""
    return NIK.format(Appointment.objects.count() + 7000)


def fill_in(page, nik):
    page.locator("[name=start]").first.check()
    page.locator("#id_orang1-full_name").fill("Raden Ajeng Siti Nurhaliza Kusumawardhani")
    page.locator("#id_orang1-nik").fill(nik)
    page.locator("#id_orang1-birth_date").fill("01-01-1990")
    page.locator("#id_subdistrict").select_option(index=1)
    page.locator("#id_phone").fill("0812-3456-7890")


def go_on(page, selector=".desk .btn-primary"):
    with page.expect_navigation():
        page.locator(selector).first.click()


def book(page, nik, judge):
    """From the first page to the code of an appointment for a caller."""
    judge("first page")
    go_on(page, "a[href$='/buat/']")
    judge("caller party")
    page.locator("#id_p1s1").select_option("ktp.hilang")
    go_on(page)
    judge("caller days")
    go_on(page, ".day-links a")
    judge("caller details")
    go_on(page)
    expect(page.locator(".errornote")).to_be_visible()
    judge("caller mistakes")
    fill_in(page, nik)
    go_on(page, "form .btn-primary")
    judge("caller check")
    go_on(page)
    expect(page.locator(".given-number")).to_be_visible()
    judge("new record")
    made = Appointment.objects.latest("pk")
    expect(page.locator(".given-number")).to_contain_text(" - ".join(made.code[:4]))
    return made


def find(page, nik, made, judge):
    """From the box, over a look in vain, to the record."""
    page.goto(FIND)
    page.locator("#id_text").fill("xyz qq")
    go_on(page)
    judge("nothing found")
    page.locator("#id_text").fill(nik)
    go_on(page)
    expect(page.locator(".queue-table")).to_contain_text(tokens.display_code(made.code))
    assert nik not in page.url
    judge("found")
    go_on(page, ".queue-table a")
    judge("record")


def see_in_full(page, nik, judge):
    """The NIK once, for a reason, and back to the record."""
    go_on(page, "a[href*='/lihat/nik/']")
    judge("reveal")
    page.locator("#id_reason").fill("Warga meminta dicek")
    go_on(page)
    expect(page.locator(".given-number")).to_have_text(nik)
    judge("revealed")
    go_on(page)


def move(page, made, judge):
    """To another day, because of the office."""
    before = made.starts_at
    go_on(page, "a[href$='/pindah/']")
    judge("move days")
    go_on(page, ".day-links li:nth-child(2) a")
    page.locator("[name=start]").nth(3).check()
    page.locator("#id_reason").fill("Listrik padam")
    page.locator("#id_office_caused").check()
    judge("move")
    go_on(page)
    expect(page.locator(".record")).to_contain_text("Listrik padam")
    judge("moved")
    made.refresh_from_db()
    assert made.starts_at > before


def cancel(page, judge):
    """With a look at the sheet to print before."""
    go_on(page, "a[href$='/cetak/']")
    judge("sheet")
    page.go_back()
    go_on(page, "a[href$='/batal/']")
    page.locator("#id_reason").fill("Diminta warga")
    judge("cancel")
    go_on(page)
    expect(page.locator(".record .status-tag-danger")).to_be_visible()
    judge("cancelled")


@pytest.mark.parametrize(
    ("language", "viewport", "javascript"), [("id", DESK, True), ("en", PHONE, False)]
)
def test_from_a_call_to_a_cancelled_appointment(
    open_page, office, caller, no_violations, photograph, language, viewport, javascript
):
    page = open_page(language=language, viewport=viewport, javascript=javascript)
    staff = new_staff(office=office, group=groups.COUNTER_STAFF)

    def judge(name):
        no_violations(page)
        width = page.evaluate("document.documentElement.scrollWidth") if javascript else 0
        assert width <= viewport["width"], name
        photograph(page, f"staff {name} {language}")

    sign_in(page, staff.username)
    made = book(page, caller, judge)
    find(page, caller, made, judge)
    see_in_full(page, caller, judge)
    assert AccessLog.objects.filter(appointment=made, staff=staff).count() == 1
    move(page, made, judge)
    cancel(page, judge)


def test_a_caller_is_booked_with_the_keyboard_alone(open_page, office, caller):
    page = open_page(viewport=DESK)
    sign_in(page, new_staff(office=office, group=groups.COUNTER_STAFF).username)

    keyboard.press(page, "a[href$='/buat/']")
    keyboard.choose(page, "#id_p1s1", "K")
    keyboard.press(page, ".desk .btn-primary")
    keyboard.press(page, ".day-links a")
    keyboard.reach(page, "[name=start]")
    page.keyboard.press("Space")
    keyboard.write(page, "#id_orang1-full_name", "Siti Aminah")
    keyboard.write(page, "#id_orang1-nik", caller)
    keyboard.write(page, "#id_orang1-birth_date", "01-01-1990")
    keyboard.reach(page, "#id_subdistrict")
    page.keyboard.press("ArrowDown")
    keyboard.write(page, "#id_phone", "0812-3456-7890")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("button[value=pesan]")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.locator(".given-number")).to_be_visible()
    made = Appointment.objects.latest("pk")
    expect(page.locator(".given-number")).to_contain_text(" - ".join(made.code[:4]))
