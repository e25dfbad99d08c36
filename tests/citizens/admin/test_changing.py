import datetime

import pytest
from django.urls import reverse

from citizens.domain import booking, party
from citizens.domain.answers import Answers
from citizens.enums import AppointmentState, PlaceShare
from portal import groups
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
)

TOMORROW = MOMENT + datetime.timedelta(days=1)
LATER = TOMORROW + 60 * MINUTE


@pytest.fixture
def case(db):
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def slot(office, case):
    return SlotFactory(office=office, group=case.service.group, start=TOMORROW)


@pytest.fixture
def later(office, case):
    return SlotFactory(office=office, group=case.service.group, start=LATER)


@pytest.fixture
def appointment(case, office, slot, staff):
    return booking.book_for_caller(
        party=party.of(case),
        office=office.code,
        start=slot.start,
        answers=Answers.of(
            full_name="Siti Aminah",
            birth_date=datetime.date(1990, 1, 1),
            nik="0010010101900042",
            phone="+6281234567890",
        ),
        staff=staff,
        at=MOMENT,
    )


@pytest.fixture
def act(client, appointment):
    """Sends the form of a page; returns the page that follows."""

    def sent(name, query="", **data):
        address = reverse(f"admin:citizens_{name}_appointment", args=[appointment.pk])
        response = client.post(f"{address}{query}", data, follow=True)
        assert response.status_code == 200
        appointment.refresh_from_db()
        return " ".join(response.content.decode().split())

    return sent


def day(date=DAY + datetime.timedelta(days=1), office=None):
    query = f"?tanggal={date.isoformat()}"
    return f"{query}&kantor={office.code}" if office else query


def page(client, appointment, query=""):
    address = reverse("admin:citizens_move_appointment", args=[appointment.pk])
    return " ".join(client.get(f"{address}{query}").content.decode().split())


def test_days_and_times_are_shown_with_our_own_share(client, appointment, later):
    assert "Wednesday, 17 March 2027" in page(client, appointment)

    html = page(client, appointment, day())

    assert f'value="{later.start.isoformat()}"' in html
    assert "4 free" in html


def test_a_move_takes_our_own_share_and_says_why(act, appointment, later, staff):
    html = act(
        "move", day(), start=later.start.isoformat(), reason="Listrik padam", office_caused="on"
    )

    assert "Moved to Wednesday, 17 March 2027 at 10.20 WIB" in html
    assert appointment.starts_at == LATER
    assert appointment.places.get().share == PlaceShare.INTERNAL
    event = appointment.events.latest("pk")
    assert (event.staff, event.reason, event.office_caused) == (staff, "Listrik padam", True)


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_a_reason_is_asked_for(act, appointment, later, name):
    html = act(name, day(), start=later.start.isoformat(), reason=" ", office_caused="on")

    assert "Write the reason" in html
    assert "checked" in html
    assert (appointment.starts_at, appointment.state) == (TOMORROW, AppointmentState.BOOKED)


def test_a_full_time_is_given_for_a_reason_only(act, appointment, later, staff):
    later.internal_taken, later.taken = 2, 2
    later.save()
    wanted = {"start": later.start.isoformat(), "reason": "Sakit"}

    html = act("move", day(), **wanted)
    assert "This time is full" in html
    assert appointment.starts_at == TOMORROW

    act("move", day(), **wanted, overbook="Rujukan rumah sakit")
    place = appointment.places.get()
    assert (place.share, place.overbooked_by) == (PlaceShare.OVERBOOKED, staff)
    assert place.overbooked_why == "Rujukan rumah sakit"


def test_a_reason_to_overbook_is_not_kept_where_there_is_room(act, appointment, later):
    act("move", day(), start=later.start.isoformat(), reason="Sakit", overbook="Mendesak")

    assert appointment.places.get().share == PlaceShare.INTERNAL


def test_a_time_that_is_not_there_is_refused_and_nothing_typed_is_lost(act, appointment):
    html = act("move", day(), start=LATER.isoformat(), reason="Listrik padam")

    assert "can no longer be given" in html
    assert 'value="Listrik padam"' in html
    assert appointment.starts_at == TOMORROW


def test_a_closed_day_has_no_times_and_says_why(client, appointment, office, later):
    SlotFactory(office=office, group=later.group, start=LATER + datetime.timedelta(days=1))
    ClosedDayFactory(office=office, date=DAY + datetime.timedelta(days=1), name="Rapat kerja")

    html = page(client, appointment, day())

    assert "Rapat kerja" in html
    assert 'name="start"' not in html


def test_another_office_is_for_staff_of_every_office(client, sign_in, act, appointment, case):
    elsewhere = OfficeFactory(name="Kantor Walantaka")
    there = SlotFactory(office=elsewhere, group=case.service.group, start=LATER)
    assert "Kantor Walantaka" not in page(client, appointment, day(office=elsewhere))
    sign_in(groups.SUPERVISOR, None)

    act("move", day(office=elsewhere), start=there.start.isoformat(), reason="Dekat rumah")

    assert appointment.office == elsewhere


def test_cancelling_frees_the_place_and_says_why(act, appointment, slot, staff):
    html = act("cancel", reason="Diminta warga", office_caused="")

    assert "The appointment is cancelled" in html
    assert appointment.state == AppointmentState.CANCELLED
    slot.refresh_from_db()
    assert slot.internal_taken == 0
    event = appointment.events.latest("pk")
    assert (event.reason, event.staff, event.office_caused) == ("Diminta warga", staff, False)


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_what_was_changed_meanwhile_is_said_on_the_record(act, appointment, name):
    act("cancel", reason="Diminta warga")

    assert "was changed meanwhile" in act(name, reason="Sekali lagi")


@pytest.mark.parametrize("name", ["move", "cancel"])
@pytest.mark.parametrize("group", [groups.AUDITOR, groups.ADMINISTRATOR])
def test_who_only_reads_changes_nothing(client, sign_in, appointment, name, group):
    sign_in(group, None)
    address = reverse(f"admin:citizens_{name}_appointment", args=[appointment.pk])

    assert client.post(address, {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_moving_costs_the_same_for_any_number_of_times(
    client, appointment, office, case, count, django_assert_num_queries
):
    for number in range(count):
        SlotFactory(office=office, group=case.service.group, start=LATER + number * 15 * MINUTE)

    with django_assert_num_queries(12):
        page(client, appointment, day())
