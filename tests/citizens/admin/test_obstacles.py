import datetime

import pytest
from django.urls import reverse

from citizens import models
from portal import groups
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceFactory,
    VisitorServiceFactory,
)
from tests.factories.outage import CardStockFactory, OutageFactory

HOUR = 60 * MINUTE


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


def address(model, name, *args):
    return reverse(f"admin:citizens_{model}_{name}", args=args)


def moment(name, at):
    """The two boxes of a date and a time, on the office's clock."""
    local = at + datetime.timedelta(hours=7)
    return {f"{name}_0": f"{local:%d-%m-%Y}", f"{name}_1": f"{local:%H:%M:%S}"}


def outage(office="", **kwargs):
    return {"office": office, "cause": "printer", "note": "Sedang diperbaiki."} | {
        **moment("starts_at", MOMENT),
        **kwargs,
    }


def closed_day(**kwargs):
    return {
        "date": "17-08-2027",
        "name": "Hari Kemerdekaan",
        "kind": "office",
        "source": "surat edaran",
    } | kwargs


# --- Outages ------------------------------------------------------------------------------------------


def test_a_supervisor_reports_an_outage(client, supervisor, office):
    service = ServiceFactory()
    data = outage(office.pk, services=[service.pk], **moment("expected_end", MOMENT + HOUR))

    response = client.post(address("outage", "add"), data)

    assert response.status_code == 302
    made = models.Outage.objects.get()
    assert (made.office, made.reported_by, made.reported_at) == (office, supervisor, MOMENT)
    assert [*made.services.all()] == [service]
    assert made.expected_end == MOMENT + HOUR


def test_the_form_begins_now(client, supervisor):
    assert client.get(address("outage", "add")).context["adminform"].form.initial["starts_at"] == (
        MOMENT
    )


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (moment("expected_end", MOMENT), "Choose an end that is after the start and to come."),
        (moment("starts_at", MOMENT.replace(year=9999)), "more than a year away"),
        ({"starts_at_0": "01-01-0002", "starts_at_1": "08:00:00"}, "more than a year away"),
        (moment("expected_end", MOMENT.replace(year=9998)), "more than a year away"),
    ],
)
def test_times_that_cannot_be_are_refused(client, supervisor, office, times, sentence):
    response = client.post(address("outage", "add"), outage(office.pk, **times))

    assert response.status_code == 200
    assert sentence in response.text
    assert not models.Outage.objects.exists()


def test_what_works_again_is_ended_from_the_list(client, supervisor, office):
    one, elsewhere = OutageFactory(office=office), OutageFactory()
    everywhere = OutageFactory(everywhere=True)

    client.post(
        address("outage", "changelist"),
        {"action": "end", "_selected_action": [one.pk, elsewhere.pk, everywhere.pk]},
    )

    for row in (one, elsewhere, everywhere):
        row.refresh_from_db()
    assert (one.ended_at, one.ended_by) == (MOMENT, supervisor)
    assert elsewhere.ended_at is None
    assert everywhere.ended_at is None, "It is not this supervisor's."


def test_the_expected_end_moves_and_what_it_touches_does_not(client, supervisor, office):
    one = OutageFactory(office=office)
    data = outage("", note="Masih dikerjakan.", **moment("expected_end", MOMENT + HOUR))

    response = client.post(address("outage", "change", one.pk), data)

    one.refresh_from_db()
    assert response.status_code == 302
    assert (one.office, one.cause) == (office, "central")
    assert (one.note, one.expected_end) == ("Masih dikerjakan.", MOMENT + HOUR)


def test_an_outage_that_has_ended_is_only_read(client, supervisor, office):
    one = OutageFactory(office=office, over=True)

    assert client.get(address("outage", "change", one.pk)).status_code == 200
    assert client.post(address("outage", "change", one.pk), outage()).status_code == 403


def test_a_supervisor_of_one_office_stops_no_other_one_nor_all(client, supervisor):
    for chosen in (OfficeFactory().pk, ""):
        response = client.post(address("outage", "add"), outage(chosen))
        assert response.status_code == 200

    assert not models.Outage.objects.exists()


def test_an_outage_of_every_office_is_seen_at_each(client, sign_in, office):
    sign_in(groups.COUNTER_STAFF, office)
    everywhere, elsewhere = OutageFactory(everywhere=True), OutageFactory()

    text = client.get(address("outage", "changelist")).text

    assert address("outage", "change", everywhere.pk) in text
    assert address("outage", "change", elsewhere.pk) not in text


def test_counter_staff_report_nothing(client, staff, office):
    assert client.post(address("outage", "add"), outage(office.pk)).status_code == 403
    assert client.post(address("cardstock", "add"), {"office": office.pk}).status_code == 403
    assert client.post(address("closedday", "add"), closed_day()).status_code == 403


# --- Blank cards ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cards", "sentence"),
    [(5, "4 are left for new bookings"), (0, "More cards are promised than there are. Missing: 1")],
)
def test_a_count_says_how_many_are_left(client, supervisor, office, cards, sentence):
    VisitorServiceFactory(visitor__appointment__office=office, case__service__needs_print=True)

    response = client.post(
        address("cardstock", "add"), {"office": office.pk, "cards": cards}, follow=True
    )

    made = models.CardStock.objects.get()
    assert (made.cards, made.counted_at, made.counted_by) == (cards, MOMENT, supervisor)
    assert sentence in response.text


def test_a_count_is_not_changed_afterwards(client, supervisor, office):
    one = CardStockFactory(office=office)
    path = address("cardstock", "change", one.pk)

    assert "Left for new bookings now" in client.get(path).text
    assert client.post(path, {"cards": 7}).status_code == 403


# --- Closed days ------------------------------------------------------------------------------------------


def test_its_name_changes_and_its_date_does_not(client, supervisor, office):
    day = ClosedDayFactory(office=office)

    client.post(address("closedday", "change", day.pk), closed_day(name="Cuti bersama"))

    day.refresh_from_db()
    assert (day.name, day.date) == ("Cuti bersama", DAY)


def test_a_row_is_not_deleted_but_leads_to_the_proposal_that_opens_the_day(
    client, supervisor, office
):
    day = ClosedDayFactory(office=office)

    page = client.get(address("closedday", "change", day.pk)).text
    refused = client.post(address("closedday", "delete", day.pk), {"post": "yes"})

    assert f"{reverse('admin:citizens_propose_undo')}?apa=closed-{day.pk}" in page
    assert refused.status_code == 403
    assert models.ClosedDay.objects.get() == day
