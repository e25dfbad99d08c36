"""The reports as a supervisor reads them, with a played morning behind them: no violation, nothing cut."""

import datetime
import random

import pytest
from playwright.sync_api import expect

from citizens.admin.reports import REPORTS
from citizens.domain.office_time import local_date
from citizens.enums import OfferResult
from citizens.models import OfferReason, Office, QueueDay, ServiceCase, Subdistrict
from portal import groups
from tests.browser.conftest import DESK, MOMENT, violations
from tests.browser.signing_in import new_staff, sign_in
from tests.factories.citizens import (
    AppointmentFactory,
    DeskSessionFactory,
    DigitalIdOfferFactory,
    MissingPaperFactory,
    SlotFactory,
    TicketFactory,
    VisitFactory,
    VisitorFactory,
)
from tests.factories.queue_day import SurveyAnswerFactory, WaitForecastFactory

LUCK = random.Random(4)  # noqa: S311 - invented rows
MINUTE = datetime.timedelta(minutes=1)
PEOPLE = 80
RESULTS = [OfferResult.ACTIVATED, OfferResult.DECLINED, OfferResult.NOT_ASKED]
ADDRESS = "/petugas/citizens/visit/laporan/"


@pytest.fixture(scope="module")
def supervisor(transactional_db):
    """Somebody of the main office, who had a busy day yesterday."""
    office = Office.objects.get(code="utama")
    staff = new_staff(office=office, group=groups.SUPERVISOR)
    yesterday = MOMENT - datetime.timedelta(days=1)
    day, _made = QueueDay.objects.get_or_create(office=office, date=local_date(yesterday))
    counters = list(office.counters.order_by("number"))[:5]
    cases = list(ServiceCase.objects.filter(service__offers_digital_id=True)[:6])
    for counter in counters:
        DeskSessionFactory(counter=counter, opened_at=yesterday, closed_at=yesterday + 300 * MINUTE)
    for hour in range(5):
        SlotFactory(
            office=office,
            group=cases[0].service.group,
            start=yesterday + 60 * hour * MINUTE,
            minutes=60,
            capacity=6,
        )
    for number in range(PEOPLE):
        visited(day, LUCK.choice(counters), LUCK.choice(cases), yesterday, booked=number % 2)
    for _ in range(12):
        AppointmentFactory(office=office, starts_at=yesterday, state="no_show")
    for _ in range(34):
        marks = {"time": LUCK.randint(2, 4), "conduct": 4, "complaints": LUCK.randint(2, 3)}
        SurveyAnswerFactory(office=office, date=day.date, mark=LUCK.randint(3, 4), **marks)
    return staff


def visited(day, counter, case, since, *, booked):
    arrived_at = since + LUCK.randint(0, 280) * MINUTE
    appointment = visitor = None
    kwargs = {}
    if booked:
        home = LUCK.choice(Subdistrict.objects.order_by("code")[:6])
        appointment = AppointmentFactory(
            office=day.office, starts_at=arrived_at, state="served", subdistrict=home
        )
        visitor = VisitorFactory(appointment=appointment)
        kwargs = {"booked": True, "appointment": appointment, "due_at": arrived_at}
    ticket = TicketFactory(
        queue_day=day,
        case=case,
        counter=counter,
        arrived_at=arrived_at,
        finished=True,
        called_at=arrived_at + LUCK.randint(2, 70) * MINUTE,
        **kwargs,
    )
    WaitForecastFactory(ticket=ticket, low=5, high=45)
    visit = VisitFactory(ticket=ticket)
    paper = case.requirements.order_by("pk").first()
    if paper and LUCK.random() < 0.3:
        MissingPaperFactory(visit=visit, requirement=paper)
    result = LUCK.choice(RESULTS)
    reason = None
    if result == OfferResult.DECLINED:
        reason = LUCK.choice(OfferReason.objects.order_by("pk")[:3])
    DigitalIdOfferFactory(visit=visit, visitor=visitor, result=result, reason=reason)


@pytest.mark.parametrize("language", ["id", "en"])
def test_axe_finds_nothing_on_the_reports(open_page, photograph, supervisor, language):
    page = open_page(viewport=DESK, language=language, bypass_csp=True)
    sign_in(page, supervisor.username)

    for report in REPORTS:
        page.goto(f"{ADDRESS}{report.slug}/")
        expect(page.locator("svg.chart").first).to_be_visible()
        expect(page.locator(".queue-table tbody tr").first).to_be_visible()
        photograph(page, f"report {report.slug} {language}")
        assert violations(page) == []


def test_no_value_of_a_chart_is_cut(open_page, supervisor):
    page = open_page(viewport=DESK, bypass_csp=True)
    sign_in(page, supervisor.username)

    for report in REPORTS:
        page.goto(f"{ADDRESS}{report.slug}/")
        cut = page.locator("svg.chart text").evaluate_all(
            """texts => texts.filter(text => {
                const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
                return box.x < 0 || box.x + box.width > view.width;
            }).map(text => text.textContent)"""
        )
        assert cut == [], report.slug


def test_a_day_is_chosen_and_its_table_taken_along(open_page, supervisor):
    page = open_page(viewport=DESK, bypass_csp=True, accept_downloads=True)
    sign_in(page, supervisor.username)
    page.goto(ADDRESS)
    yesterday = (local_date(MOMENT) - datetime.timedelta(days=1)).isoformat()

    page.locator("#dari").fill(yesterday)
    page.locator("#sampai").fill(yesterday)
    page.locator(".report-filters .btn-primary").click()
    page.wait_for_url(f"**dari={yesterday}**")
    with page.expect_download() as taken:
        page.locator("a[href*='layanan.csv']").click()

    assert taken.value.suggested_filename == f"tunggu-layanan-{yesterday}-{yesterday}.csv"
    assert taken.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_days_the_wrong_way_round_are_told_in_words(open_page, photograph, supervisor):
    page = open_page(viewport=DESK, bypass_csp=True)
    sign_in(page, supervisor.username)

    page.goto(f"{ADDRESS}tunggu/?dari=2027-03-16&sampai=2027-03-10")

    expect(page.locator(".errornote")).to_be_visible()
    photograph(page, "report with wrong days")
    assert violations(page) == []
