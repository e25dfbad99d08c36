import pytest
from django.urls import reverse

from portal import groups
from tests.factories.citizens import MOMENT, AppointmentFactory, OfficeFactory, VisitorFactory

FIND = "/petugas/citizens/appointment/cari/"


@pytest.fixture
def find(client, staff):
    """Looks for a text; returns the page."""

    def looked(text):
        response = client.post(FIND, {"text": text})
        assert response.status_code == 200
        assert response["Cache-Control"].startswith("max-age=0")
        return " ".join(response.content.decode().split())

    return looked


@pytest.fixture
def visitor(office):
    return VisitorFactory(
        full_name="Siti Nur Aminah",
        nik="0010010101900042",
        appointment__office=office,
        appointment__phone="+6281234567890",
    )


def test_the_page_has_the_address_that_staff_bookmark():
    assert reverse("admin:citizens_find_appointment") == FIND


@pytest.mark.parametrize(
    "text",
    ["siti aminah", "Nur", "0010 0101 0190 0042", "0812-3456-7890", "+62 812 3456 7890"],
)
def test_an_appointment_is_found_by_whatever_somebody_can_say(find, visitor, text):
    html = find(text)

    assert reverse("admin:citizens_appointment_change", args=[visitor.appointment_id]) in html
    assert "Siti Nur Aminah · 0010********0042" in html
    assert "0812-****-7890" in html
    assert "0010010101900042" not in html.replace(f'value="{text}"', "")


def test_a_code_is_found_however_it_is_typed(find, visitor):
    code = visitor.appointment.code

    assert "Siti Nur Aminah" in find(f"{code[:4].lower()} {code[4:]}")


def test_what_is_typed_is_taken_from_a_post_alone(client, staff, visitor):
    html = client.get(FIND, {"text": "siti"}).content.decode()

    assert "Siti" not in html
    assert "siti" not in html


def test_the_state_is_said_in_words(find, visitor):
    assert ">Booked</span>" in find("siti")


def test_nothing_found_says_what_to_try(find, visitor):
    html = find("Budi")

    assert "No appointment was found" in html
    assert "try one word only" in html
    assert "Only appointments of your own office" in html
    assert 'value="Budi"' in html


@pytest.mark.parametrize("text", ["a", "081", "..."])
def test_too_little_is_not_looked_for(find, visitor, text):
    assert "Write at least two letters" in find(text)


def test_nothing_typed_is_asked_for(find):
    assert "Write a code, a name" in find("")


def test_staff_of_one_office_find_its_appointments_alone(find):
    elsewhere = VisitorFactory(full_name="Siti Aminah", appointment__office=OfficeFactory())

    assert "No appointment was found" in find("siti")
    assert "No appointment was found" in find(elsewhere.appointment.code)


def test_staff_of_every_office_find_all(client, sign_in, office):
    sign_in(groups.SUPERVISOR, None)
    elsewhere = VisitorFactory(full_name="Siti Aminah")

    html = client.post(FIND, {"text": "siti"}).content.decode()

    assert "Siti Aminah" in html
    assert str(elsewhere.appointment.office) in html


def test_a_long_list_is_cut_and_says_so(find, office):
    for appointment in AppointmentFactory.create_batch(51, office=office):
        VisitorFactory(appointment=appointment, full_name="Budi Santoso")

    html = find("budi")

    assert html.count("Budi Santoso") == 50
    assert "These are the newest 50" in html


def test_campaign_managers_find_nobody(client, sign_in, office):
    sign_in(groups.CAMPAIGN_MANAGER, None)

    assert client.get(FIND).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_finding_costs_the_same_for_any_number(
    client, staff, office, count, django_assert_num_queries
):
    for _ in range(count):
        appointment = AppointmentFactory(office=office, starts_at=MOMENT)
        VisitorFactory.create_batch(count, appointment=appointment, full_name="Budi Santoso")

    with django_assert_num_queries(7):
        client.post(FIND, {"text": "budi"})
