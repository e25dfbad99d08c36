import pytest
from django.urls import reverse

from citizens.admin import planned_desks as pages
from portal import groups
from tests.factories.citizens import DAY, MINUTE, MOMENT, OfficeFactory, SlotFactory

PAGE = "/petugas/citizens/closedday/loket/"


@pytest.fixture
def slot(office):
    return SlotFactory(office=office, start=MOMENT + 60 * MINUTE, capacity=10, online=4, taken=2)


def plan(client, slot, counters, online):
    path = f"{PAGE}?kantor={slot.office.code}&tanggal={DAY}"
    data = {"group": slot.group.code, "counters": counters, "online": online}
    return client.post(path, data, follow=True)


@pytest.mark.parametrize(
    ("counters", "online", "sentence"),
    [
        (8, 3, "1 slots planned, 0 places online added, 1 taken."),
        (8, 1, "at least 2 places online and 2 counters"),
        (8, 6, "75 % of the day"),
        (3, 4, "every place online needs a counter"),
        ("", 4, "Write both numbers"),
    ],
)
def test_a_supervisor_plans_the_desks_of_a_day(
    client, sign_in, office, slot, counters, online, sentence
):
    sign_in(groups.SUPERVISOR, office)

    page = plan(client, slot, counters, online)

    slot.refresh_from_db()
    assert sentence in page.text
    assert (slot.capacity, slot.online) == ((8, 3) if online == 3 else (10, 4))


def test_counter_staff_look_and_do_not_plan(client, staff, slot):
    assert slot.group.name in client.get(PAGE).text
    assert plan(client, slot, 8, 3).status_code == 403


def test_nobody_plans_at_another_office(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)
    elsewhere = SlotFactory(office=OfficeFactory(), start=MOMENT + 60 * MINUTE)

    assert plan(client, elsewhere, 8, 3).status_code == 404


@pytest.mark.parametrize("date", ["9999-12-31", "2027-02-31", "gestern", "0001-01-01"])
def test_a_day_that_nobody_plans_is_today(client, staff, slot, date):
    assert reverse("admin:citizens_planned_desks") == PAGE
    assert client.get(PAGE, {"tanggal": date}).context["date"] == DAY.isoformat()
    assert pages.REFUSALS
