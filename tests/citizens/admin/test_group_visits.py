import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.domain.office_time import local_date
from citizens.enums import GroupVisitState
from citizens.models import GroupVisit, Slot
from portal import groups
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.group_visit import GroupPlaceFactory, GroupVisitFactory

START = MOMENT + datetime.timedelta(days=7)


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def visit(office):
    """Fifteen people with fifteen minutes each."""
    return GroupVisitFactory(office=office, people=15, case=ServiceCaseFactory(minutes=15))


@pytest.fixture
def slots(visit):
    """Four slots in a row: three internal places each, and four online."""
    return [
        SlotFactory(
            office=visit.office,
            group=visit.case.service.group,
            start=START + 15 * number * MINUTE,
            capacity=7,
            online=4,
        )
        for number in range(4)
    ]


def address(visit, name="choices"):
    return reverse(f"admin:citizens_groupvisit_{name}", args=[visit.pk])


def html_of(client, path, status=200, **query):
    response = client.get(path, query, follow=status == 200)
    assert response.status_code == status
    return response.content.decode()


def choices(html):
    return re.findall(r'name="choice"\s+value="([^"]+)"', html)


def plan(client, visit, choice):
    return client.post(address(visit, "plan"), {"choice": choice}, follow=True).content.decode()


def test_the_page_shows_the_wish_and_the_times_with_what_they_take(
    client, supervisor, visit, slots
):
    html = html_of(client, address(visit))

    assert visit.organiser_name in html
    assert "0812-0000-0000" in html
    assert "15 people, 225 minutes" in html
    assert choices(html)[0] == f"online {START.isoformat()}"
    assert "takes 3 places" in html
    assert "minutes are missing" in html


def test_a_choice_with_places_of_citizens_is_planned(client, supervisor, visit, slots):
    choice = choices(html_of(client, address(visit)))[0]

    html = plan(client, visit, choice)

    visit.refresh_from_db()
    assert "Planned: Tuesday, 23 March 2027" in html
    assert (visit.state, visit.starts_at) == (GroupVisitState.PLANNED, START)
    assert visit.decided_by == supervisor
    assert sum(slot.internal_taken for slot in Slot.objects.all()) == 15
    assert choices(html) == []


def test_internal_places_alone_are_offered_where_they_do(client, supervisor, visit, slots):
    Slot.objects.update(capacity=9)

    html = html_of(client, address(visit))
    plan(client, visit, choices(html)[0])

    assert choices(html)[0].startswith("internal ")
    assert {slot.online for slot in Slot.objects.all()} == {4}


def test_a_time_that_went_meanwhile_says_so_and_offers_the_others(client, supervisor, visit, slots):
    choice = choices(html_of(client, address(visit)))[0]
    Slot.objects.update(taken=4)

    html = plan(client, visit, choice)

    visit.refresh_from_db()
    assert "45 minutes at the counters are missing" in html
    assert visit.state == GroupVisitState.REQUESTED


@pytest.mark.parametrize(
    "choice",
    [
        "",
        "online",
        "online tomorrow",
        "both 2027-03-23T02:20:00+00:00",
        "internal 2027-03-23T09:20",
    ],
)
def test_a_choice_that_is_not_in_the_table_plans_nothing(client, supervisor, visit, slots, choice):
    assert "Choose a time from the table" in plan(client, visit, choice)
    assert not GroupVisit.objects.filter(state=GroupVisitState.PLANNED).exists()


def test_a_time_between_the_slots_plans_nothing(client, supervisor, visit, slots):
    html = plan(client, visit, f"online {(START + MINUTE).isoformat()}")

    assert "Nothing is free at that time" in html


def test_a_closed_day_and_a_past_time_are_refused_in_words(client, supervisor, visit, slots):
    ClosedDayFactory(office=visit.office, date=local_date(START))

    assert "closed on that day" in plan(client, visit, f"online {START.isoformat()}")
    assert "That time is over" in plan(client, visit, f"online {MOMENT.isoformat()}")


def test_another_day_opens_by_its_link(client, supervisor, visit, slots):
    for slot in slots:
        SlotFactory(
            office=slot.office,
            group=slot.group,
            start=slot.start + datetime.timedelta(days=1),
            capacity=20,
            online=4,
        )

    html = html_of(client, address(visit), tanggal="2027-03-24")

    assert all("2027-03-24" in choice for choice in choices(html))
    assert html_of(client, address(visit), tanggal="nonsense")


def test_declining_needs_a_reason_and_keeps_the_page(client, supervisor, visit):
    response = client.post(address(visit, "decline"), {"reason": " "})

    assert response.status_code == 422
    assert "Write why" in response.content.decode()


def test_a_declined_visit_shows_why_and_by_whom(client, supervisor, visit):
    html = client.post(
        address(visit, "decline"), {"reason": "Silakan datang pada bulan April."}, follow=True
    ).content.decode()

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.DECLINED
    assert "bulan April" in html
    assert supervisor.full_name in html or supervisor.username in html
    assert address(visit, "decline") not in html


def test_a_planned_visit_is_declined_after_all_and_gives_its_places_back(
    client, supervisor, office
):
    place = GroupPlaceFactory(group_visit__office=office)

    client.post(address(place.group_visit, "decline"), {"reason": "Listrik padam."})

    place.slot.refresh_from_db()
    assert place.slot.internal_taken == 0


def test_what_was_decided_meanwhile_is_said(client, supervisor, visit, slots):
    GroupVisit.objects.update(state=GroupVisitState.WITHDRAWN)

    declined = client.post(address(visit, "decline"), {"reason": "Penuh."}, follow=True)

    for html in (declined.content.decode(), plan(client, visit, f"online {START.isoformat()}")):
        assert "meanwhile" in html


@pytest.mark.parametrize("name", ["choices", "plan", "decline"])
def test_another_office_is_not_found_and_others_are_refused(client, sign_in, visit, name):
    call = client.get if name == "choices" else client.post

    sign_in(groups.SUPERVISOR, OfficeFactory())
    assert call(address(visit, name)).status_code == 404
    for group in (groups.COUNTER_STAFF, groups.AUDITOR, groups.CAMPAIGN_MANAGER):
        sign_in(group, visit.office)
        assert call(address(visit, name)).status_code == 403

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.REQUESTED


def test_looking_changes_nothing_and_the_verbs_are_posts(client, supervisor, visit, slots):
    for name in ("plan", "decline"):
        assert client.get(address(visit, name)).status_code == 405
    client.get(address(visit))

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.REQUESTED


def test_the_list_and_the_record_mask_the_contact(client, sign_in, visit):
    sign_in(groups.COUNTER_STAFF, visit.office)

    listed = html_of(client, reverse("admin:citizens_groupvisit_changelist"))
    record = html_of(client, reverse("admin:citizens_groupvisit_change", args=[visit.pk]))

    assert visit.organiser_name in listed
    assert "0812-****-0000" in record
    for secret in (visit.phone, visit.contact_name, visit.token):
        assert secret not in listed + record


def test_the_page_costs_the_same_for_one_day_and_three(client, supervisor, visit):
    costs = []
    for day in (7, 8, 9):
        SlotFactory(
            office=visit.office,
            group=visit.case.service.group,
            start=MOMENT + datetime.timedelta(days=day),
        )
        with CaptureQueriesContext(connection) as queries:
            html_of(client, address(visit))
        costs.append(len(queries))

    assert len(set(costs)) == 1
