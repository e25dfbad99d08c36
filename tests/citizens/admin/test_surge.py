import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.models import DayDesks, Proposal, SpecialDay, SurgeCause
from portal import groups
from tests.factories.citizens import (
    DAY,
    MOMENT,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    OpeningTemplateFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
)
from tests.factories.planning import SurgeCauseFactory

WEEK = datetime.timedelta(days=7)
BUSY = DAY + 10 * WEEK
READERS = [groups.SUPERVISOR, groups.AUDITOR, groups.ADMINISTRATOR]


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def group(office):
    """Ten people on each of the last four Tuesdays, two desks of sixteen slots, and five times as many on the day."""
    case = ServiceCaseFactory()
    found = case.service.group
    template = OpeningTemplateFactory(office=office)
    OpeningPeriodFactory(template=template)
    OpeningCapacityFactory(template=template, group=found, counters=2, online=1)
    for ago in range(1, 5):
        day = QueueDayFactory(office=office, date=DAY - ago * WEEK)
        for _person in range(10):
            TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - ago * WEEK)
    SurgeCauseFactory(name="Lebaran", first_day=BUSY, days=7, multiplier=5, source="Kota lain")
    return found


def weeks(**query):
    return reverse("admin:citizens_surge", query=query)


def day(date=BUSY, **query):
    return reverse("admin:citizens_surge_day", args=[date], query=query)


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_whoever_reads_causes_reads_the_planner(client, sign_in, office, group, who):
    sign_in(who, office)

    assert client.get(weeks()).status_code == 200
    assert client.get(day()).status_code == 200


def test_counter_staff_is_refused(client, staff):
    assert client.get(weeks()).status_code == 403
    assert client.get(day()).status_code == 403


def test_whoever_may_not_plan_proposes_nothing(client, sign_in, office, group):
    sign_in(groups.AUDITOR, office)

    assert client.post(day(), {"measure": "desks"}).status_code == 403
    assert "Propose what is chosen" not in page(client, day())


def test_another_office_than_ones_own_is_not_found(client, supervisor):
    other = OfficeFactory()

    assert client.get(weeks(kantor=other.code)).status_code == 404
    assert client.get(day(kantor=other.code)).status_code == 404


# --- What the pages say ---------------------------------------------------------------------------


def test_the_weeks_show_forecast_desks_and_causes_of_each_day(client, supervisor, group):
    html = page(client, weeks(mulai=BUSY))

    assert "50 of 32: 18 too many" in html
    assert "Lebaran" in html
    assert day(BUSY, kantor="utama") in html


@pytest.mark.parametrize("first", ["", "2027-02-31", "9999-12-31", "1900-01-01", "kemarin"])
def test_a_week_that_nobody_plans_is_this_week(client, supervisor, group, first):
    assert client.get(weeks(mulai=first)).context["first"] == "2027-03-15"


def test_the_day_tells_every_part_of_its_number(client, supervisor, group):
    html = page(client, day())

    assert "10.0 visits on average on the last 4 open days" in html
    assert "times ×5.00: 50" in html  # noqa: RUF001 - the sign of multiplication
    assert "Kota lain" in html
    assert "an assumption" in html
    assert "fewer than 30 visits were measured" in html


def test_too_little_history_is_said(client, supervisor, office, group):
    html = page(client, day(BUSY + datetime.timedelta(days=1)))

    assert "The office is closed on this day." in html
    office.queue_days.first().tickets.all().delete()
    office.queue_days.first().delete()
    html = page(client, day())
    assert "Nothing is guessed, and nothing is proposed." in html
    assert "Propose what is chosen" not in html


@pytest.mark.parametrize("text", ["2027-03-15", "2099-01-01", "besok", "2027-02-31"])
def test_a_day_that_nobody_plans_is_not_found(client, supervisor, text):
    assert client.get(day(text)).status_code == 404


def test_numbers_that_cannot_be_are_told_and_the_usual_ones_counted(client, supervisor, group):
    html = page(client, day(desks="-3", before="abc", after="99999"))

    assert html.count("invalid-feedback") == 3
    assert "07.30 to 13.00 in place of 08.00 to 12.00" in html


def test_the_past_error_stands_beside_the_naive_one_with_its_base(
    client, supervisor, office, group
):
    QueueDayFactory(office=office, date=DAY - 5 * WEEK)

    html = page(client, weeks())

    assert "1 open days" in html or "open days from" in html
    assert "The naive one by" in html


# --- Proposing ------------------------------------------------------------------------------------


def test_chosen_measures_become_one_proposal(client, supervisor, office, group):
    response = client.post(day(desks=1, after=60, before=0), {"measure": ["desks", "hours"]})

    made = Proposal.objects.get()
    assert response.url == reverse("admin:citizens_proposal_change", args=[made.pk])
    assert [edit["op"] for edit in made.edits] == ["special_day", "desks"]
    assert (made.first_day, made.made_by) == (BUSY, supervisor)
    assert made.effect["offices"] == [office.pk]
    assert not SpecialDay.objects.exists()
    assert not DayDesks.objects.exists()


@pytest.mark.parametrize("chosen", [[], ["online"], ["nonsense"]])
def test_what_changes_nothing_is_no_proposal(client, supervisor, group, chosen):
    response = client.post(day(), {"measure": chosen}, follow=True)

    assert "choose at least one measure" in response.content.decode()
    assert not Proposal.objects.exists()


# --- Causes ---------------------------------------------------------------------------------------


def cause(**kwargs):
    return {
        "kind": "election",
        "name": "Pemilu",
        "office": "",
        "first_day": "02-04-2027",
        "days": 30,
        "multiplier": "1.3",
        "source": "KPU",
    } | kwargs


def add(client, **kwargs):
    response = client.post(reverse("admin:citizens_surgecause_add"), cause(**kwargs))
    return response.context["adminform"].form.errors if response.status_code == 200 else {}


def test_a_supervisor_enters_a_cause(client, sign_in, db):
    sign_in(groups.SUPERVISOR)

    assert add(client) == {}

    assert SurgeCause.objects.get().name == "Pemilu"


def test_a_kind_begins_with_what_is_usual_for_it(client, supervisor):
    response = client.get(reverse("admin:citizens_surgecause_add", query={"kind": "lebaran"}))

    assert response.context["adminform"].form.initial["days"] == 14


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", "0"),
        ("days", "91"),
        ("multiplier", "0.05"),
        ("multiplier", "11"),
        ("multiplier", "banyak"),
        ("first_day", "02-04-2207"),
        ("source", ""),
    ],
)
def test_a_cause_that_cannot_be_is_refused_at_its_field(client, sign_in, db, field, value):
    sign_in(groups.SUPERVISOR)

    assert list(add(client, **{field: value})) == [field]
    assert not SurgeCause.objects.exists()


def test_two_causes_of_a_kind_do_not_multiply_unseen(client, sign_in, db):
    sign_in(groups.SUPERVISOR)
    SurgeCauseFactory(kind="election", name="Pilkada", first_day=datetime.date(2027, 4, 20))

    assert "Pilkada" in add(client)["first_day"][0]
    assert add(client, days=18) == {}


def test_whoever_belongs_to_one_office_changes_its_causes_alone(client, supervisor, office):
    own, everywhere = SurgeCauseFactory(office=office), SurgeCauseFactory()

    def change(row):
        return client.post(reverse("admin:citizens_surgecause_delete", args=[row.pk]), {"post": 1})

    assert change(everywhere).status_code == 403
    assert change(own).status_code == 302
    assert [*SurgeCause.objects.all()] == [everywhere]


# --- Queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [weeks, day])
def test_more_days_and_causes_cost_no_more_queries(client, supervisor, office, group, address):
    def queries():
        with CaptureQueriesContext(connection) as found:
            page(client, address())
        return len(found)

    queries()  # what is kept for some minutes
    before = queries()
    for ago in range(5, 8):
        past = QueueDayFactory(office=office, date=DAY - ago * WEEK)
        TicketFactory(queue_day=past, arrived_at=MOMENT - ago * WEEK)
        SurgeCauseFactory(office=office, first_day=BUSY)

    assert queries() == before
