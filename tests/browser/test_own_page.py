"""A person's own page and what is reached from it: papers, print, calendar, another time, cancelling."""

import datetime
import re

import pytest
from django.urls import reverse
from icalendar import Calendar
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import availability, booking, party
from citizens.domain.answers import Answers, PersonAnswers
from citizens.models import Appointment, Slot
from outreach import sms_text
from tests.browser.conftest import DESK, MOMENT, PHONE

PARTY = "ktp.hilang,kia.baru-anak"
A6 = {"width": 397, "height": 559}  # 105 x 148 mm
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])


@pytest.fixture
def book(site):
    """Books a visit on a coming day, straight through the domain: two people, or those of `text`."""
    serial = iter(range(1, 10))

    def make(text=PARTY, place=-1):
        who = party.parse(text)
        office = next(one for one in availability.days(party=who, at=MOMENT) if one.earliest)
        day = [day.date for day in office.days if day.free][place]
        time = availability.times(party=who, office=office.code, day=day, at=MOMENT)[0]
        hold = booking.hold(
            party=who, office=office.code, start=time.start, browser=tokens.new(), at=MOMENT
        )
        number = Appointment.objects.count() * 10 + next(serial)
        people = tuple(
            PersonAnswers(
                full_name=name,
                birth_date=datetime.date(1990, 1, 1),
                nik=f"00100101{index}190{number:04d}",
            )
            for index, name in enumerate(("Siti Aminah binti Abdurrahman", "Budi Santoso"))
        )
        answers = Answers(
            people=people[: len(who.people)],
            phone="+6281234567890",
            email="warga@contoh.example",
            guardian_name="Siti Aminah" if who.has_child_service else "",
        )
        return booking.book(hold=hold, answers=answers, at=MOMENT)

    return make


def own(appointment):
    return reverse("appointment", args=[appointment.token])


def button(page, name):
    return page.locator(f"main a[href*='/{name}/']").first


def fits(page):
    for viewport in (PHONE, {"width": 320, "height": 640}):
        page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.set_viewport_size(PHONE)


@SCRIPTS
@LANGUAGES
def test_everything_is_seen_at_once_and_papers_are_ticked(
    open_page, no_violations, photograph, book, language, javascript
):
    appointment = book()
    page = open_page(language=language, javascript=javascript)

    page.goto(own(appointment))
    expect(page.locator(".ticket-number")).to_have_text(tokens.display_code(appointment.code))
    for name in ("ubah", "cetak", "batal"):
        expect(button(page, name)).to_be_visible()
    no_violations(page)
    fits(page)
    photograph(page, f"own {language}")

    boxes = page.locator(".checklist input")
    assert boxes.count() > 2
    boxes.nth(0).check()
    boxes.nth(2).check()
    page.locator("form[action$='/berkas/'] button").click()
    expect(page).to_have_url(re.compile(r"\?tersimpan#berkas$"))
    expect(page.locator(".banner-success")).to_be_visible()
    no_violations(page)
    photograph(page, f"own ticked {language}")

    page.goto(own(appointment))
    assert [boxes.nth(index).is_checked() for index in range(3)] == [True, False, True]
    boxes.nth(0).uncheck()
    page.locator("form[action$='/berkas/'] button").click()
    assert [boxes.nth(index).is_checked() for index in range(3)] == [False, False, True]


@SCRIPTS
@LANGUAGES
def test_the_visit_is_moved_in_one_step_and_says_what_changed(
    open_page, no_violations, photograph, book, language, javascript
):
    appointment = book()
    page = open_page(language=language, javascript=javascript)

    page.goto(own(appointment))
    button(page, "ubah").click()
    expect(page.locator(".day-table")).to_be_visible()
    no_violations(page)
    fits(page)
    photograph(page, f"move times {language}")
    page.locator(".day-table a").first.click()
    page.locator("button.time").nth(1).click()

    expect(page.locator(".summary-list > div")).to_have_count(2)
    no_violations(page)
    fits(page)
    photograph(page, f"move question {language}")
    appointment.refresh_from_db()
    assert appointment.sequence == 0
    page.locator("main .btn-primary").click()

    expect(page).to_have_url(re.compile(r"/j/[\w-]{22}/\?diubah$"))
    expect(page.locator(".banner")).to_be_visible()
    no_violations(page)
    fits(page)
    photograph(page, f"own moved {language}")
    before = appointment.starts_at
    appointment.refresh_from_db()
    assert appointment.sequence == 1
    assert appointment.starts_at < before


@LANGUAGES
def test_another_place_can_be_chosen(open_page, no_violations, photograph, book, language):
    appointment = book("ktp.hilang")
    page = open_page(language=language, javascript=False)

    page.goto(own(appointment))
    button(page, "ubah").click()
    page.locator("a[href$='kantor=semua']").click()
    no_violations(page)
    fits(page)
    photograph(page, f"move places {language}")
    here = f"kantor={appointment.office.code}"
    page.locator(f".choice-list a:not([href*='{here}'])").first.click()
    page.locator("button.time").first.click()
    page.locator("main .btn-primary").click()

    expect(page.locator(".ticket-card")).to_be_visible()
    was = appointment.office_id
    appointment.refresh_from_db()
    assert appointment.office_id != was


def test_a_double_click_and_the_way_back_move_once(open_page, book):
    appointment = book()
    page = open_page()
    page.goto(own(appointment))
    button(page, "ubah").click()
    page.locator(".day-table a").first.click()
    page.locator("button.time").nth(1).click()

    page.locator("main .btn-primary").dblclick()
    expect(page.locator(".ticket-card")).to_be_visible()
    page.go_back()
    page.goto(page.url)

    appointment.refresh_from_db()
    assert appointment.sequence == 1
    assert appointment.events.filter(from_starts_at__isnull=False).count() == 1


def test_of_two_tabs_the_second_asks_again(open_page, book):
    appointment = book()
    page = open_page()
    page.goto(own(appointment))
    button(page, "ubah").click()
    page.locator(".day-table a").nth(1).click()  # today it may be too late for the second
    times = page.url
    page.locator("button.time").nth(1).click()
    tab = page.context.new_page()
    tab.goto(times)
    tab.locator("button.time").nth(3).click()

    page.locator("main .btn-primary").click()
    expect(page.locator(".ticket-card")).to_be_visible()
    tab.locator("main .btn-primary").click()

    expect(tab.locator("input[name=urutan]")).to_have_value("1")
    appointment.refresh_from_db()
    assert appointment.sequence == 1
    tab.locator("main .btn-primary").click()
    expect(tab.locator(".ticket-card")).to_be_visible()
    appointment.refresh_from_db()
    assert appointment.sequence == 2


@LANGUAGES
def test_a_time_taken_meanwhile_changes_nothing_and_shows_others(
    open_page, no_violations, photograph, book, language
):
    appointment = book("ktp.hilang")
    page = open_page(language=language)
    page.goto(own(appointment))
    button(page, "ubah").click()
    page.locator(".day-table a").first.click()
    start = page.locator("button.time").nth(2).get_attribute("value")
    page.locator("button.time").nth(2).click()
    expect(page.locator("input[name=waktu]")).to_have_value(start)
    taken = Slot.objects.get(
        office=appointment.office,
        start=datetime.datetime.fromisoformat(start),
        group=appointment.visitors.get().services.get().group,
    )
    was = taken.taken
    Slot.objects.filter(pk=taken.pk).update(taken=taken.released)

    page.locator("main .btn-primary").click()
    expect(page.locator(".banner-warning")).to_be_visible()
    expect(page.locator("button.time").first).to_be_visible()
    no_violations(page)
    photograph(page, f"move refused {language}")

    Slot.objects.filter(pk=taken.pk).update(taken=was)
    appointment.refresh_from_db()
    assert appointment.sequence == 0


@SCRIPTS
@LANGUAGES
def test_cancelling_offers_another_time_first(
    open_page, no_violations, photograph, book, language, javascript
):
    appointment = book()
    page = open_page(language=language, javascript=javascript)
    page.goto(own(appointment))
    button(page, "batal").click()
    expect(page.locator(".banner a[href$='/ubah/']")).to_be_visible()
    no_violations(page)
    fits(page)
    photograph(page, f"cancel {language}")

    page.locator("main .btn-danger").click()

    expect(page.locator(".status-tag-danger")).to_be_visible()
    no_violations(page)
    fits(page)
    photograph(page, f"cancelled {language}")
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"


@LANGUAGES
def test_too_late_is_a_page_with_a_way_on(open_page, no_violations, photograph, book, language):
    appointment = book("ktp.hilang")
    start = appointment.starts_at
    for minutes, name in ((60, "ubah"), (-10, "batal")):
        # The visit comes nearer: the served clock stands where it stands.
        Appointment.objects.filter(pk=appointment.pk).update(
            starts_at=MOMENT + datetime.timedelta(minutes=minutes),
            ends_at=MOMENT + datetime.timedelta(minutes=minutes + 15),
        )
        page = open_page(language=language, javascript=False)
        page.goto(f"{own(appointment)}{name}/")
        expect(page.locator("main .btn-primary")).to_be_visible()
        no_violations(page)
        fits(page)
        photograph(page, f"too late {name} {language}")
        page.locator("main .btn-primary").click()
        expect(page.locator(".ticket-card")).to_be_visible()
        no_violations(page)
        photograph(page, f"own {minutes} {language}")
    Appointment.objects.filter(pk=appointment.pk).update(
        starts_at=start, ends_at=start + datetime.timedelta(minutes=15)
    )


@SCRIPTS
@LANGUAGES
def test_the_sheet_is_legible_on_a4_and_a6(
    open_page, no_violations, photograph, book, language, javascript
):
    appointment = book()
    page = open_page(language=language, javascript=javascript)
    page.goto(own(appointment))
    page.locator(".checklist input").first.check()
    page.locator("form[action$='/berkas/'] button").click()
    button(page, "cetak").click()
    expect(page.locator(".sheet-code")).to_have_text(tokens.display_code(appointment.code))
    expect(page.locator("[data-print]")).to_be_visible(visible=javascript)
    no_violations(page)
    fits(page)
    photograph(page, f"sheet {language}")

    page.emulate_media(media="print")
    for name, size in (("a4", {"width": 718, "height": 1047}), ("a6", A6)):
        page.set_viewport_size(size)
        photograph(page, f"sheet {name} {language}")
        expect(page.locator(".sheet-box").first).to_have_text("✓")
        expect(page.locator(".site-footer")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert ink(page) == {"rgb(0, 0, 0)"}


def ink(page):
    """The colours of everything that is printed."""
    return set(
        page.evaluate(
            """() => [...document.querySelectorAll(".sheet *")]
            .filter(one => !one.closest("svg") && one.checkVisibility() && one.innerText)
            .map(one => getComputedStyle(one).color)"""
        )
    )


def test_the_short_version_is_one_simple_message(open_page, book):
    appointment = book()
    page = open_page(viewport=DESK)
    page.goto(own(appointment))

    text = page.locator(".short-message").inner_text()

    assert sms_text.plan(text).parts == 1
    assert tokens.display_code(appointment.code) in text
    assert page.locator("a[href^='sms:']").is_visible()


def test_the_calendar_file_follows_the_visit(open_page, book):
    appointment = book("ktp.hilang")
    page = open_page(viewport=DESK)
    events = []
    for step in ("booked", "cancelled"):
        page.goto(own(appointment))
        if step == "cancelled":
            button(page, "batal").click()
            page.locator("main .btn-danger").click()
            answer = page.context.request.get(f"{own(appointment)}janji.ics")
            events.append(Calendar.from_ical(answer.body()).walk("VEVENT")[0])
        else:
            with page.expect_download() as download:
                page.locator("a[href$='.ics']").click()
            events.append(Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")[0])

    assert events[0]["UID"] == events[1]["UID"]
    assert events[0]["SEQUENCE"] < events[1]["SEQUENCE"]
    assert events[1]["STATUS"] == "CANCELLED"
