"""A supervisor's day: what the page shows, what it changes, and numbers from paper; both languages, desk and phone."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from citizens.models import (
    DeskSession,
    QueueDay,
    QueueDayEvent,
    ServiceCase,
    ServiceGroup,
    Ticket,
)
from portal import groups
from tests.browser.conftest import DESK, MOMENT, PHONE, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import (
    MINUTE,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    SlotFactory,
    TicketFactory,
)
from tests.factories.queue_day import DeskPauseFactory

EARLIER = MOMENT - 70 * MINUTE
TODAY = "/petugas/citizens/queueday/hari-ini/"
REFRESH = 10_000  # milliseconds in which the figures refresh themselves


@pytest.fixture
def office(transactional_db):
    """An office of its own for each test, with three counters for the KTP."""
    office = OfficeFactory(name="Kantor Utama Disdukcapil Kota Serang", short_name="Utama")
    ktp = ServiceGroup.objects.filter(code="ktp")
    for number in range(1, 4):
        CounterFactory(office=office, number=number, groups=ktp)
    return office


@pytest.fixture
def day(office):
    """A short morning: more people wait than fit, a counter pauses, a visit was not finished."""
    OpeningPeriodFactory(
        template__office=office, opens=datetime.time(7, 30), closes=datetime.time(8, 30)
    )
    day = QueueDayFactory(office=office, date=MOMENT.date())
    case = ServiceCase.objects.select_related("service").get(service__code="KTP", code="hilang")
    desks = list(office.counters.order_by("number"))[:2]
    sessions = [
        DeskSessionFactory(counter=desk, opened_at=EARLIER, staff__office=office) for desk in desks
    ]
    DeskPauseFactory(session=sessions[1], began_at=MOMENT - 12 * MINUTE)
    SlotFactory(office=office, group=case.service.group, start=MOMENT - 5 * MINUTE, capacity=8)
    TicketFactory(
        queue_day=day,
        case=case,
        number=1,
        serving=True,
        counter=desks[0],
        arrived_at=EARLIER - 30 * MINUTE,
    )
    for number in range(2, 12):
        arrived = MOMENT - (40 - number) * MINUTE
        TicketFactory(queue_day=day, case=case, number=number, arrived_at=arrived)
    QueueDay.objects.filter(pk=day.pk).update(last_number=11)
    return day


@pytest.fixture
def supervisor(office):
    return new_staff(office=office, group=groups.SUPERVISOR, full_name="Ratna Penyelia")


def send(page, form):
    page.locator(f"form[action$='/{form}/'] button").click()


def confirm(page):
    page.locator("main .btn-primary, #content .btn-primary").first.click()
    expect(page).to_have_url(re.compile("/penyelia/$"))


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_supervisor_steers_and_ends_the_day(
    open_page, photograph, supervisor, office, day, language, viewport
):
    page = open_page(language=language, viewport=viewport)
    sign_in(page, supervisor.username, address=TODAY)
    page.locator(f"a[href$='/{office.code}/penyelia/']").click()
    expect(page).to_have_url(re.compile("/penyelia/$"))
    assert violations(page) == []
    expect(page.locator("#unserved-title")).to_be_visible()
    photograph(page, f"supervisor {language}")

    change_order(page)

    page.locator("#id_close-group").select_option(index=1)
    page.locator("#id_close-reason").fill("printer rusak")
    send(page, "tutup-layanan")
    assert violations(page) == []
    photograph(page, f"supervisor close service {language}")
    confirm(page)
    expect(page.locator("form[action*='/buka-layanan/']")).to_have_count(1)

    page.locator("form[action*='/tutup-loket/'] button").first.click()
    assert violations(page) == []
    page.locator("#id_reason").fill("petugas pulang")
    confirm(page)

    enter_paper(page, photograph, language)

    send(page, "akhir-hari")
    assert violations(page) == []
    photograph(page, f"supervisor end of day {language}")
    confirm(page)
    assert violations(page) == []
    photograph(page, f"supervisor ended {language}")
    day.refresh_from_db()
    assert day.ended_by == supervisor
    assert not DeskSession.objects.open().filter(counter__office=office).exists()
    changes = QueueDayEvent.objects.filter(queue_day=day).order_by("pk")
    assert list(changes.values_list("what", flat=True)) == [
        "ratio",
        "service_closed",
        "counter_released",
        "paper_numbers",
        "day_ended",
    ]


def change_order(page):
    page.locator("#id_rule-booked_per_walk_in").fill("0")
    send(page, "aturan")
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    assert violations(page) == []
    page.locator("#id_rule-booked_per_walk_in").fill("1")
    page.locator("#id_rule-reason").fill("banyak tamu tanpa janji")
    send(page, "aturan")
    expect(page.locator(".messagelist .success")).to_be_visible()


def enter_paper(page, photograph, language):
    page.locator("a[href$='/nomor-kertas/']").click()
    assert violations(page) == []
    page.locator("#id_slip-0-number").fill("900")
    page.locator("#id_slip-0-time").fill("pagi")
    page.locator("#id_slip-0-case").select_option(index=1)
    page.locator(".button-line .btn-primary").click()
    expect(page.locator(".errornote")).to_be_visible()
    assert violations(page) == []
    photograph(page, f"supervisor paper {language}")
    page.locator("#id_slip-0-time").fill("07.10")
    page.locator(".button-line .btn-primary").click()
    expect(page).to_have_url(re.compile("/penyelia/$"))
    entered = Ticket.objects.filter(number=900).latest("pk")
    assert entered.arrived_at == MOMENT - 35 * MINUTE


def test_the_figures_refresh_and_leave_forms_and_focus_alone(open_page, supervisor, office, day):
    page = open_page(viewport=DESK)
    page.clock.install()
    sign_in(page, supervisor.username, address=f"{TODAY}{office.code}/penyelia/")
    waiting = page.locator("#now .stats dd").nth(2)
    expect(waiting).to_have_text("10")
    page.locator("#id_rule-reason").press_sequentially("banyak ta")

    Ticket.objects.filter(queue_day=day, number=11).update(state="unserved", ended_at=MOMENT)
    page.clock.fast_forward(REFRESH)
    expect(waiting).to_have_text("9")
    expect(page.locator("#id_rule-reason")).to_be_focused()
    expect(page.locator("#id_rule-reason")).to_have_value("banyak ta")

    close = page.locator("#now form[action*='/tutup-loket/'] button").first
    close.focus()
    Ticket.objects.filter(queue_day=day, number=10).update(state="unserved", ended_at=MOMENT)
    with page.expect_response(re.compile("/sekarang/$")):
        page.clock.fast_forward(REFRESH)
    expect(close).to_be_focused()
    page.locator("#id_rule-reason").focus()
    page.clock.fast_forward(REFRESH)
    expect(waiting).to_have_text("8")
