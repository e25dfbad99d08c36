import datetime

import pytest
from django.urls import reverse

from citizens.domain import identity
from citizens.enums import Actor, AppointmentState, BookedFor, PlaceShare
from citizens.models import AccessLog
from portal import groups
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentEventFactory,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OfficeFactory,
    TicketEventFactory,
    TicketFactory,
    VisitorFactory,
    VisitorServiceFactory,
)

TOMORROW = MOMENT + datetime.timedelta(days=1)


@pytest.fixture
def appointment(office):
    appointment = AppointmentFactory(
        office=office, starts_at=TOMORROW, phone="+6281234567890", email="siti@contoh.example"
    )
    VisitorServiceFactory(visitor__appointment=appointment, visitor__full_name="Siti Aminah")
    return appointment


def record(client, appointment, **query):
    response = client.get(
        reverse("admin:citizens_appointment_change", args=[appointment.pk]), query
    )
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return " ".join(response.content.decode().split())


def reveal_address(appointment, field, visitor=None):
    if visitor:
        return reverse("admin:citizens_reveal_of", args=[appointment.pk, field, visitor.pk])
    return reverse("admin:citizens_reveal", args=[appointment.pk, field])


def test_the_record_shows_each_person_with_their_services(client, staff, appointment):
    child = VisitorFactory(appointment=appointment, without_nik=True, full_name="Budi")
    service = VisitorServiceFactory(visitor=child)

    html = record(client, appointment)

    for words in ("Siti Aminah", "Budi", f"{service.case.service.name_en}: Lost", "none given"):
        assert words in html


def test_it_masks_every_number_and_address(client, staff, appointment):
    visitor = appointment.visitors.get()

    html = record(client, appointment)

    assert visitor.masked_nik in html
    assert "0812-****-7890" in html
    for secret in (visitor.nik, "+6281234567890", "siti@contoh.example", appointment.token):
        assert secret not in html


def test_contacts_that_nobody_proved_are_marked(client, staff, appointment):
    appointment.phone_proved_at = MOMENT
    appointment.save()

    html = record(client, appointment)

    assert html.count(">proved</span>") == 1
    assert html.count(">not proved</span>") == 1


def test_who_booked_for_whom_is_shown_with_consent(client, staff, appointment):
    appointment.booked_for = BookedFor.OTHER
    appointment.booker_name = "Pak RT"
    appointment.consent_noted_at = MOMENT
    appointment.guardian_name = "Ibu Ani"
    appointment.household_key = "0" * 64
    appointment.save()

    html = record(client, appointment)

    for words in ("Pak RT", "noted on 16-03-2027 09.20", "Ibu Ani", "the number is not kept"):
        assert words in html
    assert appointment.household_key not in html


def test_an_overbooked_place_says_who_gave_it_and_why(client, staff, appointment):
    AppointmentPlaceFactory(
        appointment=appointment,
        share=PlaceShare.OVERBOOKED,
        overbooked_by=staff,
        overbooked_at=MOMENT,
        overbooked_why="Sakit keras",
    )

    assert f"{staff}: Sakit keras" in record(client, appointment)


def test_the_history_is_complete(client, staff, appointment):
    elsewhere = OfficeFactory(name="Kantor Walantaka")
    AppointmentEventFactory(appointment=appointment)
    AppointmentEventFactory(
        appointment=appointment,
        from_state=AppointmentState.BOOKED,
        at=MOMENT + MINUTE,
        actor=Actor.STAFF,
        staff=staff,
        reason="Listrik padam",
        office_caused=True,
        from_starts_at=MOMENT,
        to_starts_at=TOMORROW,
        from_office=elsewhere,
        to_office=appointment.office,
    )
    identity.note_mismatch(appointment=appointment, at=MOMENT + 2 * MINUTE, staff=staff)
    ticket = TicketFactory(
        booked=True, appointment=appointment, queue_day__office=appointment.office
    )
    TicketEventFactory(ticket=ticket, to_state="waiting", staff=staff, at=MOMENT + 3 * MINUTE)

    html = record(client, appointment)

    story = [
        "16-03-2027 09.20",
        "Moved from Tuesday, 16 March 2027 at 09.20 WIB, Kantor Walantaka",
        "to Wednesday, 17 March 2027 at 09.20 WIB, Kantor Utama",
        "Listrik padam",
        "Caused by the office",
        "The card shown did not match",
        f"Number {ticket.label}: Waiting",
    ]
    places = [html.index(words, html.index("history-title")) for words in story]
    assert places == sorted(places)
    assert identity.CARD_MISMATCH not in html


@pytest.mark.parametrize(
    ("group", "sees"), [(groups.SUPERVISOR, True), (groups.COUNTER_STAFF, False)]
)
def test_who_saw_data_in_full_is_for_supervisors(client, sign_in, office, appointment, group, sees):
    staff = sign_in(group, office)
    AccessLog.objects.create(
        staff=staff, at=MOMENT, field="phone", appointment=appointment, reason="Ditanya warga"
    )

    assert ("Ditanya warga" in record(client, appointment)) is sees


@pytest.mark.parametrize(
    ("group", "words", "shown"),
    [
        (groups.COUNTER_STAFF, "/pindah/", True),
        (groups.COUNTER_STAFF, "/lihat/", True),
        (groups.AUDITOR, "/pindah/", False),
        (groups.AUDITOR, "/lihat/", False),
        (groups.COUNTER_STAFF, "Messages sent", False),
        (groups.SUPERVISOR, "Messages sent", True),
    ],
)
def test_each_group_has_its_buttons(client, sign_in, office, appointment, group, words, shown):
    sign_in(group, office)

    assert (words in record(client, appointment)) is shown


def test_a_visit_that_has_begun_says_why_nothing_can_be_changed(client, staff, office):
    begun = AppointmentFactory(office=office, starts_at=MOMENT - MINUTE, with_visitor=True)

    html = record(client, begun)

    assert "nothing can be moved or cancelled any more" in html
    assert "/pindah/" not in html


def test_a_new_one_is_spelled_to_be_read_aloud(client, staff, appointment):
    appointment.code = "7KQ4XM2H"
    appointment.save()

    assert "7 - K - Q - 4, X - M - 2 - H" in record(client, appointment, baru="")


@pytest.mark.parametrize("count", [1, 3])
def test_a_record_costs_the_same_for_any_family_and_history(
    client, sign_in, office, appointment, count, django_assert_num_queries
):
    sign_in(groups.SUPERVISOR, office)
    ticket = TicketFactory(booked=True, appointment=appointment, queue_day__office=office)
    for _ in range(count):
        VisitorServiceFactory(visitor__appointment=appointment)
        AppointmentEventFactory(appointment=appointment)
        TicketEventFactory(ticket=ticket)

    with django_assert_num_queries(17):
        record(client, appointment)


# --- Personal data in full ------------------------------------------------------------------------------


def test_asking_shows_nothing_yet(client, staff, appointment):
    visitor = appointment.visitors.get()

    response = client.get(reveal_address(appointment, "nik", visitor))

    assert visitor.nik not in response.content.decode()
    assert not AccessLog.objects.exists()


def test_a_reason_shows_it_once_and_is_written(client, staff, appointment):
    visitor = appointment.visitors.get()
    address = reveal_address(appointment, "nik", visitor)

    response = client.post(address, {"reason": "Cocokkan KK"})

    assert visitor.nik in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    log = AccessLog.objects.get()
    assert (log.staff, log.at, log.reason, log.visitor) == (staff, MOMENT, "Cocokkan KK", visitor)
    assert visitor.nik not in client.get(address).content.decode()


def test_without_a_reason_it_is_asked_for(client, staff, appointment):
    response = client.post(reveal_address(appointment, "phone"), {"reason": " "})

    html = response.content.decode()
    assert "Write the reason" in html
    assert "0812-3456-7890" not in html
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "0812-3456-7890"), ("email", "siti@contoh.example")]
)
def test_ways_to_reach_somebody_are_shown_for_a_reason(client, staff, appointment, field, value):
    response = client.post(reveal_address(appointment, field), {"reason": "Menelepon"})

    assert value in response.content.decode()
    assert AccessLog.objects.get().field == field


def test_what_there_is_not_cannot_be_asked_for(client, staff, appointment, office):
    other = VisitorFactory(appointment__office=office)
    bare = AppointmentFactory(office=office, email="")

    for address in (
        reveal_address(appointment, "nik"),
        reveal_address(appointment, "rahasia"),
        reveal_address(appointment, "nik", other),
        reveal_address(bare, "email"),
    ):
        assert client.post(address, {"reason": "Menelepon"}).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("group", [groups.AUDITOR, groups.ADMINISTRATOR, groups.CAMPAIGN_MANAGER])
def test_who_may_not_see_data_in_full_does_not(client, sign_in, appointment, group):
    sign_in(group, None)

    address = reveal_address(appointment, "phone")

    assert client.post(address, {"reason": "Menelepon"}).status_code == 403


def test_staff_of_another_office_find_nothing(client, sign_in, appointment):
    sign_in(groups.COUNTER_STAFF, OfficeFactory())

    for name in ("move_appointment", "cancel_appointment", "print_appointment"):
        assert (
            client.get(reverse(f"admin:citizens_{name}", args=[appointment.pk])).status_code == 404
        )
    assert client.post(reveal_address(appointment, "phone"), {"reason": "x"}).status_code == 404


# --- On paper ---------------------------------------------------------------------------------------


def test_the_sheet_has_code_time_and_people_and_no_secret(client, staff, appointment):
    visitor = appointment.visitors.get()

    html = client.get(
        reverse("admin:citizens_print_appointment", args=[appointment.pk])
    ).content.decode()

    assert f"{appointment.code[:4]}-{appointment.code[4:]}" in html
    assert "Wednesday, 17 March 2027 at 09.20 WIB" in html
    assert "Siti Aminah" in html
    for secret in (visitor.nik, appointment.token):
        assert secret not in html
