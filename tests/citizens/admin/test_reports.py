import csv
import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.admin.reports import REPORTS
from portal import groups
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    DigitalIdOfferFactory,
    MissingPaperFactory,
    OfferReasonFactory,
    OfficeFactory,
    QueueDayFactory,
    RequirementFactory,
    ServiceCaseFactory,
    TicketFactory,
    VisitFactory,
    VisitorFactory,
)
from tests.factories.queue_day import SurveyAnswerFactory, WaitForecastFactory

READERS = [groups.SUPERVISOR, groups.CAMPAIGN_MANAGER, groups.AUDITOR, groups.ADMINISTRATOR]
OTHERS = [groups.COUNTER_STAFF, groups.CAMPAIGN_APPROVER]
SLUGS = [report.slug for report in REPORTS]
TABLES = [(report.slug, table.slug) for report in REPORTS for table in report.tables]


def address(report="tunggu", **query):
    return reverse("admin:citizens_report", args=[report], query=query or None)


def table_address(report, table, **query):
    return reverse("admin:citizens_report_table", args=[report, table], query=query or None)


def text_of(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def rows_of(response):
    """The head of a CSV as a dict, and the table below it."""
    lines = list(csv.reader(io.StringIO(text_of(response))))
    end = lines.index([])
    return dict(lines[:end]), lines[end + 1 :]


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def day(office):
    return QueueDayFactory(office=office)


def served(day, *, minutes=10, service="ID card", **kwargs):
    """Somebody with an appointment who waited so long, missed a paper, and declined the offer."""
    appointment = AppointmentFactory(office=day.office, state="served")
    case = ServiceCaseFactory(service__name_en=service)
    ticket = TicketFactory(
        queue_day=day,
        booked=True,
        appointment=appointment,
        case=case,
        finished=True,
        called_at=MOMENT + minutes * MINUTE,
        **kwargs,
    )
    visit = VisitFactory(ticket=ticket)
    paper = RequirementFactory(case=case, text_en="Old card")
    MissingPaperFactory(visit=visit, requirement=paper)
    visitor = VisitorFactory(appointment=appointment, full_name="Siti Rahasia")
    reason = OfferReasonFactory(name_en="No phone")
    DigitalIdOfferFactory(visit=visit, visitor=visitor, result="declined", reason=reason)
    WaitForecastFactory(ticket=ticket)
    DeskSessionFactory(counter=CounterFactory(office=day.office), closed=True)
    return ticket


@pytest.mark.parametrize("group", READERS)
def test_supervisors_managers_auditors_and_administrators_read_reports(
    client, sign_in, office, group
):
    sign_in(group, office)

    assert client.get(reverse("admin:citizens_reports")).status_code == 200
    assert client.get(reverse("admin:citizens_survey_poster")).status_code == 200
    assert client.get(table_address("tunggu", "layanan")).status_code == 200
    assert reverse("admin:citizens_reports") in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("group", OTHERS)
def test_others_are_refused(client, sign_in, office, group):
    sign_in(group, office)

    assert client.get(address()).status_code == 403
    assert client.get(table_address("tunggu", "layanan")).status_code == 403
    assert client.get(reverse("admin:citizens_survey_poster")).status_code == 403


def test_staff_of_one_office_read_its_numbers_alone(client, supervisor, day):
    served(day, service="Ours")
    other = QueueDayFactory()
    served(other, service="Theirs")

    html = client.get(address()).content.decode()

    assert "Ours" in html
    assert "Theirs" not in html
    assert other.office.name not in html


@pytest.mark.parametrize("target", ["page", "table", "poster"])
def test_another_office_is_not_found(client, supervisor, target):
    there = OfficeFactory().code
    addresses = {
        "page": address(kantor=there),
        "table": table_address("tunggu", "layanan", kantor=there),
        "poster": reverse("admin:citizens_survey_poster", query={"kantor": there}),
    }

    assert client.get(addresses[target]).status_code == 404


def test_staff_of_all_offices_read_all_together_or_one(client, sign_in, day):
    sign_in(groups.SUPERVISOR, None)
    served(day, service="Ours")
    other = QueueDayFactory()
    served(other, service="Theirs")

    together = client.get(address()).content.decode()
    one = client.get(address(kantor=other.office.code)).content.decode()

    assert "All places together" in together
    assert "Ours" in together
    assert "Theirs" in together
    assert "Theirs" in one
    assert "Ours" not in one


@pytest.mark.parametrize("report", SLUGS)
def test_each_report_says_what_it_counts_as_of_when_and_out_of_what(
    client, supervisor, day, report
):
    served(day)

    html = client.get(address(report)).content.decode()

    assert str(next(each.definition for each in REPORTS if each.slug == report))[:30] in html
    assert "As of Tuesday, 16 March 2027 at 09.20 WIB" in html
    assert "style=" not in html


def test_the_last_seven_days_are_shown_unless_others_are_asked_for(client, supervisor, office):
    for before in range(9):
        date = DAY - datetime.timedelta(days=before)
        day = QueueDayFactory(office=office, date=date)
        TicketFactory(queue_day=day, arrived_at=MOMENT - datetime.timedelta(days=before))

    seven = client.get(table_address("kedatangan", "jam"))
    three = client.get(table_address("kedatangan", "jam", dari="2027-03-10", sampai="2027-03-12"))

    assert rows_of(seven)[1][1][-1] == "7"
    assert rows_of(three)[1][1][-1] == "3"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        *[("2027-03-16", "2027-03-15"), ("2026-12-14", "2027-03-16")],
        *[("9999-12-31", "9999-12-31"), ("0001-01-01", ""), ("2027-03-17", "2027-03-17")],
        *[("kemarin", ""), ("2027-02-30", ""), ("", "x" * 3000)],
        ("2019-12-31", "2020-01-02"),
    ],
)
@pytest.mark.parametrize("report", SLUGS)
def test_days_that_cannot_be_are_told_and_crash_nothing(client, supervisor, report, first, last):
    query = {"dari": first, "sampai": last}

    answer = client.get(address(report, **query))

    assert answer.status_code == 422
    html = answer.content.decode()
    assert "errornote" in html
    assert "Wednesday, 10 March 2027" in html


def test_a_table_of_days_that_cannot_be_leads_to_the_page_that_says_why(client, supervisor):
    answer = client.get(table_address("tunggu", "layanan", dari="2027-03-16", sampai="2027-03-15"))

    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 422


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-15", "2027-03-16"), ("", "2020-01-01"), ("2027-03-16", ""), ("", "")],
)
def test_days_that_can_be_are_taken(client, supervisor, first, last):
    assert client.get(address(dari=first, sampai=last)).status_code == 200


@pytest.mark.parametrize("report", ["tidak-ada", "x" * 300])
def test_a_report_that_is_none_is_not_found(client, supervisor, report):
    assert client.get(address(report)).status_code == 404
    assert client.get(table_address("tunggu", report)).status_code == 404


@pytest.mark.parametrize("code", ["tidak-ada", "x" * 3000])
def test_a_place_that_is_none_is_not_found(client, sign_in, office, code):
    sign_in(groups.SUPERVISOR, None)

    assert client.get(address(kantor=code)).status_code == 404


def test_looking_changes_nothing_and_nothing_can_be_sent(client, supervisor, day):
    served(day)

    assert client.post(address()).status_code == 405
    assert client.post(table_address("tunggu", "layanan")).status_code == 405


@pytest.mark.parametrize(("report", "table"), TABLES)
def test_each_table_is_a_csv_with_its_filters_and_nobody_in_it(
    client, supervisor, day, report, table
):
    ticket = served(day)
    SurveyAnswerFactory.create_batch(30, office=day.office, date=DAY)
    visitor = ticket.appointment.visitors.get()

    answer = client.get(table_address(report, table))

    assert answer.streaming
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{report}-{table}-2027-03-10-2027-03-16.csv" in answer.headers["Content-Disposition"]
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode()
    for secret in (visitor.full_name, visitor.nik, visitor.nik[-4:], ticket.token, "+6281"):
        assert secret not in text
    head = dict(list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[:5])
    assert head["Place"] == "Kantor Utama"
    assert head["Days"] == "2027-03-10 / 2027-03-16"
    assert head["As of"] == "Tuesday, 16 March 2027 at 09.20 WIB"


def test_a_csv_has_numbers_that_a_spreadsheet_can_add_up(client, supervisor, day):
    served(day, minutes=7.5)

    _head, rows = rows_of(client.get(table_address("tunggu", "layanan")))

    assert rows[1] == ["ID card", "1", "7.5", "7.5"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=repr)
def test_no_cell_of_a_csv_is_a_formula(client, supervisor, day, start):
    evil = f"{start}cmd|' /C calc'!A0"
    served(day, service=evil)

    _head, rows = rows_of(client.get(table_address("tunggu", "layanan")))

    assert rows[1][0] == f"'{evil}"


@pytest.mark.parametrize("report", SLUGS)
def test_a_report_takes_as_many_queries_for_three_visits_as_for_one(
    client, supervisor, day, report
):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(address(report))
        return len(found)

    served(day)
    queries()  # what is asked once and then kept
    one = queries()
    served(day, service="KIA")
    served(QueueDayFactory(office=day.office, date=DAY - datetime.timedelta(days=1)))

    assert queries() == one
    # The session, the person, the permissions (two), the offices, and one a table.
    tables = len(next(each.tables for each in REPORTS if each.slug == report))
    assert one <= tables + 6


def test_a_percentage_comes_with_numerator_and_named_denominator(client, supervisor, day):
    served(day)
    TicketFactory(queue_day=day)
    TicketFactory(queue_day=day)
    TicketFactory(queue_day=day)

    html = " ".join(client.get(address("kedatangan")).content.decode().split())

    assert "25 %" in html
    assert "1 numbers of people with an appointment of 4 queue numbers given" in html


def test_below_thirty_sheets_the_index_is_hidden_with_the_reason(client, supervisor, office):
    SurveyAnswerFactory.create_batch(29, office=office, date=DAY)

    html = client.get(address("kepuasan")).content.decode()

    assert "There are 29 sheets" in html
    assert "from 30 on" in html
    assert '<svg class="chart"' not in html
    assert rows_of(client.get(table_address("kepuasan", "unsur")))[1][1:] == []


def test_from_thirty_sheets_on_the_index_is_told_with_n_grade_and_formula(
    client, supervisor, office
):
    SurveyAnswerFactory.create_batch(29, office=office, date=DAY)
    SurveyAnswerFactory(office=office, date=DAY, source="link")

    html = client.get(address("kepuasan")).content.decode()

    assert "SKM index 75.00, grade C, from n = 30 sheets: 29 by the QR code" in html
    assert "0.111" in html
    assert "PermenPANRB 14/2017" in html


def test_the_poster_leads_to_the_survey_of_the_office(client, supervisor, office):
    html = client.get(reverse("admin:citizens_survey_poster")).content.decode()

    assert reverse("survey", args=[office.code]) in html
    assert "<svg" in html


def test_many_days_are_drawn_by_the_week(client, supervisor, office):
    counter = CounterFactory(office=office)
    for before in range(40):
        opened_at = MOMENT - datetime.timedelta(days=before)
        DeskSessionFactory(counter=counter, opened_at=opened_at, closed=True)

    html = client.get(address("loket", dari="2027-01-01", sampai="2027-03-16")).content.decode()

    # Tuesday, 16 March less 39 days is Friday, 5 February: seven weeks.
    assert html.count('class="chart-label"') == 7
    assert html.count('<th scope="row">') == 40
