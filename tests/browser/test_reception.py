"""Reception with the keyboard or a scanner alone, and the paper that comes out."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from citizens.domain import arrivals
from citizens.enums import PriorityGroup
from citizens.models import Appointment, Office, ServiceCase, Ticket
from portal import groups
from tests.browser.conftest import DESK, MOMENT, PHONE
from tests.browser.keyboard import choose, press, reach, write
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import (
    MINUTE,
    AppointmentFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.queue_day import WaitForecastFactory

TODAY = "/petugas/citizens/queueday/hari-ini/"


@pytest.fixture
def office(transactional_db):
    return Office.objects.get(code="utama")


@pytest.fixture
def staff(office):
    return new_staff(office=office, group=groups.COUNTER_STAFF)


@pytest.fixture
def booked(office):
    """Books somebody of this name at the moment of the tests, or so many minutes later."""

    def book(full_name, minutes=0):
        found = AppointmentFactory(office=office, starts_at=MOMENT + minutes * MINUTE)
        case = ServiceCase.objects.filter(service__code="KTP").first()
        visitor = VisitorFactory(appointment=found, full_name=full_name)
        VisitorServiceFactory(visitor=visitor, case=case)
        return found

    return book


@pytest.fixture
def reception(open_page, staff):
    """ "Hari ini" with the code field in focus."""

    def opened(language="id", viewport=DESK, **options):
        page = open_page(language=language, viewport=viewport, **options)
        sign_in(page, staff.username, address=TODAY)
        return page

    return opened


def scanned(page, text):
    """Types into the field in focus as a wedge scanner does."""
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_name_a_card_a_number_and_its_paper_by_keyboard_alone(
    reception, booked, no_violations, photograph, language
):
    found = booked(f"Nur'aini Sri Wahyuningsih {language}", minutes=60)
    page = reception(language)

    scanned(page, f"nur'aini {language}")
    expect(page.locator(".found-people button")).to_be_focused()
    no_violations(page)
    photograph(page, f"names {language}")
    page.wait_for_timeout(700)  # a scanner's second Enter is over by then
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".arrived .btn-primary")).to_be_focused()
    expect(page.locator(".arrival-note")).to_be_visible()
    no_violations(page)
    photograph(page, f"compare {language}")
    page.wait_for_timeout(700)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".given-number")).to_be_visible()
    no_violations(page)
    photograph(page, f"given {language}")
    page.locator(":focus").evaluate("element => element.blur()")
    with page.expect_navigation():
        page.keyboard.press("c")

    expect(page.locator(".roll h1")).to_contain_text(Ticket.objects.get(appointment=found).label)
    expect(page.locator(".roll-main")).to_be_focused()
    no_violations(page)
    photograph(page, f"ticket {language}")


@pytest.mark.parametrize("text", ["{code}", "http://127.0.0.1:8000/j/{token}/"])
def test_a_scanner_in_the_field_reads_code_and_link(reception, booked, text):
    found = booked("Siti Aminah")
    page = reception()

    scanned(page, text.format(code=found.code, token=found.token))

    expect(page.locator(".arrived")).to_contain_text("Siti Aminah")


def test_a_scanner_that_sends_twice_does_not_say_that_the_cards_match(reception, booked):
    found = booked("Siti Aminah")
    page = reception()
    scanned(page, found.code)
    button = page.locator(".arrived .btn-primary")
    expect(button).to_be_focused()

    # The rest of the second code, cut off by the change of page, and its Enter.
    page.keyboard.type(found.code[4:])
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)

    expect(button).to_be_visible()
    assert not Ticket.objects.filter(appointment=found).exists()


def test_a_browser_that_reads_no_qr_says_so(reception):
    page = reception()
    able = page.evaluate(
        "async () => 'BarcodeDetector' in window && Boolean(navigator.mediaDevices) &&"
        " (await BarcodeDetector.getSupportedFormats()).includes('qr_code')"
    )

    expect(page.locator("#scan")).to_be_visible(visible=able)
    expect(page.locator("#no-camera")).to_be_visible(visible=not able)


def test_the_camera_reads_the_code_and_is_let_go(reception, booked):
    found = booked("Siti Aminah")
    page = reception(permissions=["camera"])
    # This machine has neither a camera nor the reading of codes: both are the browser's.
    page.add_init_script(
        f"""window.BarcodeDetector = class {{
            static async getSupportedFormats() {{ return ["qr_code"]; }}
            async detect() {{ return [{{ rawValue: "{found.code}" }}]; }}
        }};
        Object.defineProperty(navigator, "mediaDevices", {{ value: {{
            getUserMedia: async () => {{
                const canvas = document.createElement("canvas");
                setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 9, 9), 50);
                return canvas.captureStream(10);
            }}
        }} }});"""
    )
    page.reload()

    page.locator("#scan").click()

    expect(page.locator(".arrived")).to_contain_text("Siti Aminah")


@pytest.mark.parametrize(("language", "viewport"), [("id", DESK), ("en", PHONE)])
def test_a_full_day_ends_with_a_slip_by_keyboard_alone(
    reception, office, no_violations, photograph, language, viewport
):
    page = reception(language, viewport)
    reach(page, "#id_case")
    page.keyboard.press("ArrowDown")
    reach(page, "button[name=nanti]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".time-grid input").first).to_be_visible()
    no_violations(page)
    photograph(page, f"later {language}")
    page.locator("body").evaluate("element => element.focus()")
    write(page, "#id_full_name", f"Ma'ruf {language}")
    write(page, "#id_birth_date", "01-01-1950")
    choose(page, "#id_subdistrict", "Banten")
    press(page, "form button.btn-primary")

    expect(page).to_have_url(re.compile("/cetak/"))
    made = Appointment.objects.order_by("pk").last()
    expect(page.locator(".roll-code")).to_have_text(f"{made.code[:4]}-{made.code[4:]}")
    no_violations(page)
    photograph(page, f"slip {language}")


@pytest.mark.parametrize("width", ["58", "80"])
def test_paper_fits_its_roll(reception, office, staff, booked, width):
    case = ServiceCase.objects.filter(service__code="KTP").select_related("service").last()
    ticket = arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=PriorityGroup.ELDERLY,
        at=MOMENT,
        staff=staff,
        submission_key=f"paper-{width}",
    )
    WaitForecastFactory(ticket=ticket, ahead=17, low=45, high=110)
    visit = booked("Siti Aminah")
    page = reception()

    for name, path in (
        ("ticket", f"{TODAY}utama/{ticket.pk}/cetak/?lebar={width}"),
        ("slip", f"{TODAY}utama/hari-lain/{visit.pk}/cetak/?lebar={width}"),
    ):
        page.goto(path)
        page.emulate_media(media="print")
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
        points = [float(one) for one in re.search(rb"/MediaBox\s*\[([^\]]*)\]", printed)[1].split()]
        assert abs(points[2] - float(width) / 25.4 * 72) < 2
        if folder := os.environ.get("PHOTOS"):
            Path(folder, f"{name}-{width}.pdf").write_bytes(printed)
        page.emulate_media(media="screen")
