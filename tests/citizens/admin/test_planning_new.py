"""Proposing a change by its form: nothing is changed, and nothing typed is lost."""

import datetime

import pytest
from django.urls import reverse

from citizens.models import ClosedDay, OpeningTemplate, Proposal, Slot, Weekday
from portal import groups
from tests.factories.citizens import (
    DAY,
    ClosedDayFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    OpeningTemplateFactory,
)
from tests.factories.planning import DayDesksFactory, SpecialDayFactory

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
TOMORROW = DAY + ONE_DAY  # a Wednesday


@pytest.fixture
def capacity(office):
    """The week of the office: Wednesdays from 8 to 12, two counters, one place online."""
    capacity = OpeningCapacityFactory(template__office=office, counters=2, online=1)
    OpeningPeriodFactory(template=capacity.template, weekday=Weekday.WEDNESDAY)
    return capacity


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


def address(kind, **query):
    return reverse(f"admin:citizens_propose_{kind}", query=query)


def closed(**kwargs):
    return {
        "office": "utama",
        "date": TOMORROW.isoformat(),
        "name": "Hari Kemerdekaan",
        "kind": "office",
        "source": "SE 3/2027",
    } | kwargs


def only_edit():
    [edit] = Proposal.objects.get().edits
    return edit


def test_a_day_to_close_becomes_a_proposal_and_nothing_more(client, supervisor, office):
    response = client.post(address("close"), closed(confirmed="on"))

    made = Proposal.objects.get()
    assert response.url == reverse("admin:citizens_proposal_change", args=[made.pk])
    assert (made.made_by, made.first_day, made.until) == (supervisor, TOMORROW, DAY + 2 * ONE_DAY)
    assert only_edit() == {
        "op": "close_day",
        "office": office.pk,
        "date": TOMORROW.isoformat(),
        "name": "Hari Kemerdekaan",
        "kind": "office",
        "source": "SE 3/2027",
        "confirmed": True,
    }
    assert not ClosedDay.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"date": "2027-03-15"}, "This day is over."),
        ({"date": "9999-12-31"}, "more than two years away"),
        ({"date": "2027-02-29"}, "29 February is in leap years only"),
        ({"source": ""}, "the number of the decree or circular"),
        ({"office": ""}, "Choose the office."),
        ({"office": "lain"}, "Choose one of the offices of the list."),
        ({"name": "x" * 121}, "at most 120 characters"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(client, supervisor, wrong, sentence):
    OfficeFactory(code="lain")

    response = client.post(address("close"), closed(**wrong))

    assert response.status_code == 422
    assert sentence in response.text
    typed = response.context["form"]
    assert all(typed[name].value() == value for name, value in closed(**wrong).items())
    assert not Proposal.objects.exists()


def test_only_whoever_plans_for_all_closes_every_office(client, sign_in, office):
    sign_in(groups.SUPERVISOR)

    client.post(address("close"), closed(office=""))

    assert only_edit()["office"] is None
    assert Proposal.objects.get().effect["offices"] == []


@pytest.mark.parametrize("kind", ["close", "special", "desks", "week", "undo"])
@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.AUDITOR, groups.ADMINISTRATOR])
def test_nobody_else_proposes(client, sign_in, office, group, kind):
    sign_in(group, office)

    assert client.get(address(kind)).status_code == 403
    assert client.post(address(kind), closed()).status_code == 403


def test_an_extra_day_gets_hours_with_a_break_and_counters_of_its_own(
    client, supervisor, office, capacity
):
    group = capacity.group
    saturday = DAY + 4 * ONE_DAY
    data = closed(date=saturday.isoformat(), opens="09:00", closes="14.00")
    data |= {"break_from": "11:30", "break_until": "12:30"}
    data |= {f"counters_{group.pk}": 3, f"online_{group.pk}": 1, f"minutes_{group.pk}": 20}

    client.post(address("special"), data)

    edit = only_edit()
    assert edit["hours"] == [["09:00", "11:30"], ["12:30", "14:00"]]
    assert edit["capacities"] == [
        {"group": group.pk, "counters": 3, "online": 1, "slot_minutes": 20}
    ]
    # Seven slots of 20 minutes before the break, four after it, three counters each.
    assert Proposal.objects.get().effect["sums"] == [
        [office.pk, saturday.isoformat(), group.pk, 0, 33, 0]
    ]


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({}, "Write when the office opens and closes on that day."),
        ({"opens": "12:00", "closes": "08:00"}, "Closing must come after opening."),
        ({"opens": "08:00"}, "Write when it closes as well"),
        ({"opens": "08:00", "closes": "12:00", "break_from": "10:00"}, "beginning and its end"),
        (
            {"opens": "10:00", "closes": "11:00", "break_from": "09:00", "break_until": "13:00"},
            "The break does not fit into the hours from 10.00 until 11.00.",
        ),
        ({"opens": "delapan", "closes": "12:00"}, "Write the time as hours and minutes"),
        ({"break_from": "10:00", "break_until": "11:00"}, "A break without hours"),
    ],
)
def test_hours_that_cannot_be_are_told(client, supervisor, hours, sentence):
    response = client.post(address("special"), closed(**hours))

    assert response.status_code == 422
    assert sentence in response.text


def test_hours_on_a_day_that_the_office_itself_has_closed_wait_for_its_opening(
    client, supervisor, office
):
    ClosedDayFactory(office=office, date=TOMORROW)

    response = client.post(address("special"), closed(opens="08:00", closes="12:00"))

    assert "Open it again first" in response.text


def test_counters_of_a_day_are_proposed(client, supervisor, office, capacity):
    data = {"office": "utama", "date": TOMORROW.isoformat(), "group": capacity.group.code}

    refused = client.post(address("desks"), data | {"counters": 1, "online": 2})
    client.post(address("desks"), data | {"counters": 0, "online": 0})

    assert "At most one place online for each counter." in refused.text
    assert (only_edit()["op"], only_edit()["counters"]) == ("desks", 0)


def test_what_was_decided_for_a_day_is_taken_back(client, supervisor, office, capacity):
    day = ClosedDayFactory(office=office, date=TOMORROW)
    special = SpecialDayFactory(office=office, date=TOMORROW)
    desks = DayDesksFactory(office=office, date=TOMORROW, group=capacity.group)
    everywhere = ClosedDayFactory(everywhere=True, date=TOMORROW)
    over = ClosedDayFactory(office=office, date=DAY - ONE_DAY)

    page = client.get(address("undo", apa=f"special-{special.pk}"))
    for key in (f"closed-{day.pk}", f"special-{special.pk}", f"desks-{desks.pk}"):
        client.post(address("undo"), {"what": key})
    gone = client.post(address("undo"), {"what": f"closed-{everywhere.pk}"})

    assert page.text.count("checked") == 1
    assert f"closed-{over.pk}" not in page.text
    assert "Somebody has taken it back meanwhile." in gone.text
    made = Proposal.objects.order_by("pk")
    assert [row.edits[0]["op"] for row in made] == ["open_day", "drop_special_day", "drop_desks"]


def test_a_day_that_opens_again_gets_its_slots_back(client, supervisor, office, capacity):
    day = ClosedDayFactory(office=office, date=TOMORROW)
    client.post(address("undo"), {"what": f"closed-{day.pk}"})

    client.post(reverse("admin:citizens_proposal_apply", args=[Proposal.objects.get().pk]))

    assert not ClosedDay.objects.exists()
    assert Slot.objects.filter(office=office).count() == 16


def test_where_nothing_was_decided_the_page_says_so(client, supervisor):
    page = client.get(address("undo"))

    assert "every day follows its week" in page.text
    assert client.post(address("undo"), {}).status_code == 422


# --- Weeks --------------------------------------------------------------------------------------------


def week(capacity, **kwargs):
    group = capacity.group_id
    return {
        "office": "utama",
        "kind": "0",
        "name": "Mulai April",
        "first_day": "2027-04-05",
        "last_day": "",
        "source": "SK 9/2027",
        "d4_opens": "08:00",
        "d4_closes": "15:00",
        "d4_break_from": "11:30",
        "d4_break_until": "13:30",
        f"counters_{group}": "2",
        f"online_{group}": "1",
        f"minutes_{group}": "15",
    } | kwargs


def test_the_form_is_filled_in_with_the_week_that_holds_now(client, supervisor, capacity):
    for hours in ((8, 12), (13, 15), (16, 17)):
        OpeningPeriodFactory(
            template=capacity.template,
            weekday=Weekday.FRIDAY,
            opens=datetime.time(hours[0]),
            closes=datetime.time(hours[1]),
        )

    page = client.get(address("week", kantor="utama", jenis="biasa"))

    given = page.context["form"].initial
    assert (given["d2_opens"], given["d4_break_from"]) == (datetime.time(8), datetime.time(12))
    assert given[f"counters_{capacity.group_id}"] == 2
    assert capacity.template.name in page.text
    assert "Friday has more than one break there." in page.text


def test_ramadan_comes_with_the_days_that_are_expected(client, supervisor, capacity):
    page = client.get(address("week", kantor="utama", jenis="ramadan"))

    given = page.context["form"].initial
    assert (given["first_day"], given["last_day"]) == (
        datetime.date(2028, 1, 28),
        datetime.date(2028, 2, 26),
    )
    assert "The days are an estimate." in page.text


def test_without_office_and_kind_the_page_asks(client, supervisor):
    assert "Which week?" in client.get(address("week")).text
    assert "Which week?" in client.get(address("week", kantor="lain", jenis="biasa")).text


def test_a_week_is_proposed_with_its_last_day_included(client, supervisor, office, capacity):
    client.post(address("week"), week(capacity, last_day="2027-04-30"))

    edit = only_edit()
    assert (edit["valid_from"], edit["valid_until"]) == ("2027-04-05", "2027-05-01")
    assert edit["hours"] == {"4": [["08:00", "11:30"], ["13:30", "15:00"]]}
    assert Proposal.objects.get().until == datetime.date(2027, 5, 1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"last_day": "2027-04-01"}, "The last day is before the first one."),
        ({"kind": "1"}, "Ramadan has an end"),
        ({"first_day": "2027-02-29"}, "29 February is in leap years only"),
        ({"d4_break_from": "07:00"}, "The break does not fit"),
        (
            {f"d4_{name}": "" for name in ("opens", "closes", "break_from", "break_until")},
            "at least one weekday",
        ),
        ({"last_day": "2027-06-30"}, "“Mulai Juni” begins on 1 June 2027"),
        ({}, "“Mulai Juni” begins on 1 June 2027"),
    ],
)
def test_a_week_that_cannot_be_is_told(client, supervisor, office, capacity, wrong, sentence):
    june = datetime.date(2027, 6, 1)
    OpeningTemplate.objects.update(valid_until=june)
    OpeningTemplateFactory(office=office, name="Mulai Juni", valid_from=june)

    response = client.post(address("week"), week(capacity, **wrong))

    assert response.status_code == 422
    assert sentence in response.text
    assert "SK 9/2027" in response.text
    assert not Proposal.objects.exists()


def test_ramadan_that_outlives_the_ordinary_week_waits_for_the_next_one(
    client, supervisor, office, capacity
):
    ends = datetime.date(2027, 4, 15)
    OpeningTemplate.objects.update(valid_until=ends)
    ramadan = week(capacity, kind="1", last_day="2027-04-30")

    refused = client.post(address("week"), ramadan)
    OpeningTemplateFactory(office=office, name="Mulai pertengahan April", valid_from=ends)
    client.post(address("week"), ramadan)

    assert "ends on 14 April 2027, within Ramadan, and none follows" in refused.text
    assert only_edit()["kind"] == 1
