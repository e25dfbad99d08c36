import datetime

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from citizens import tokens
from citizens.enums import AppointmentState, AttentionReason, BookedFor
from citizens.models import Appointment, PaperTick
from tests.factories.citizens import (
    MOMENT,
    AppointmentEventFactory,
    AppointmentFactory,
    AppointmentPlaceFactory,
    QueueDayFactory,
    RequirementFactory,
    TicketFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.planning import AttentionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT - datetime.timedelta(hours=2), tick=False) as traveller:
        yield traveller


@pytest.fixture
def appointment():
    made = AppointmentFactory(with_visitor=True)
    AppointmentPlaceFactory(appointment=made)
    return made


def page_of(appointment):
    return reverse("appointment", args=[appointment.token])


def test_its_own_page_shows_code_qr_time_place_and_papers(client, appointment):
    RequirementFactory(case=appointment.visitors.get().services.get().case, text="Kartu Keluarga")

    page = client.get(page_of(appointment)).text

    assert tokens.display_code(appointment.code) in page
    assert "<svg" in page
    assert "Selasa, 16 Maret 2027" in page
    assert "09.20" in page
    assert appointment.office.name in page
    assert "Kartu Keluarga" in page


def test_a_nik_is_masked_even_on_its_own_page(client, appointment):
    visitor = appointment.visitors.get()

    page = client.get(page_of(appointment)).text

    assert visitor.nik not in page
    assert visitor.masked_nik in page


def test_a_party_has_a_row_a_person_and_each_paper_once_with_for_whom(client, appointment):
    child = VisitorFactory(appointment=appointment, full_name="Budi Kecil", without_nik=True)
    case = appointment.visitors.first().services.get().case
    VisitorServiceFactory(visitor=child, case=case)
    RequirementFactory(case=case, text="Kartu Keluarga asli")

    page = client.get(page_of(appointment)).text

    papers = page[page.index('id="berkas"') : page.index("</form>", page.index('id="berkas"'))]
    assert papers.count("Kartu Keluarga asli") == 1
    assert f"{appointment.visitors.first().full_name}, Budi Kecil" in papers
    assert page.count("<dt>Budi Kecil</dt>") == 1


def test_guardian_booker_and_family_are_shown_when_they_were_given(client, appointment):
    Appointment.objects.filter(pk=appointment.pk).update(
        guardian_name="Ibu Ratna",
        booker_name="Pak Lurah",
        booked_for=BookedFor.OTHER,
        consent_noted_at=MOMENT,
        household_key="k" * 64,
    )

    page = client.get(page_of(appointment)).text

    assert "Ibu Ratna" in page
    assert "Pak Lurah" in page
    assert "k" * 64 not in page


def test_contacts_are_masked(client, appointment):
    page = client.get(page_of(appointment)).text

    assert "0812-****-0000" in page
    assert "+6281200000000" not in page
    assert "warga@example.test" not in page


def test_the_short_version_is_on_the_page_and_can_be_sent(client, appointment):
    page = client.get(page_of(appointment)).text

    assert f"Kode {tokens.display_code(appointment.code)}" in page or "Code" in page
    assert "sms:?body=Disdukcapil%20Kota%20Serang%3A%20" in page


def test_ticks_are_kept_and_taken_back(client, appointment):
    paper = RequirementFactory(case=appointment.visitors.get().services.get().case)
    address = reverse("tick", args=[appointment.token])

    answer = client.post(address, {"berkas": str(paper.pk)})
    assert answer.url == f"{page_of(appointment)}?tersimpan#berkas"
    assert appointment.paper_ticks.get().requirement == paper
    assert "checked" in client.get(page_of(appointment)).text

    client.post(address, {})
    assert not appointment.paper_ticks.exists()
    assert "checked" not in client.get(page_of(appointment)).text


def test_fields_that_are_not_in_the_form_of_papers_change_nothing(client, appointment):
    foreign = RequirementFactory()
    before = Appointment.objects.values().get()

    client.post(
        reverse("tick", args=[appointment.token]),
        {"berkas": [str(foreign.pk), "x\0"], "state": "served", "phone": "1", "appointment": "1"},
    )

    assert Appointment.objects.values().get() == before
    assert not PaperTick.objects.exists()


def test_a_cancelled_visit_takes_no_ticks_and_says_what_it_is(client, appointment):
    paper = RequirementFactory(case=appointment.visitors.get().services.get().case)
    client.post(reverse("cancel", args=[appointment.token]))

    answer = client.post(reverse("tick", args=[appointment.token]), {"berkas": str(paper.pk)})

    assert answer.url == page_of(appointment)
    assert not PaperTick.objects.exists()


def test_ticking_is_by_post_alone(client, appointment):
    assert client.get(reverse("tick", args=[appointment.token])).status_code == 405


def test_the_sheet_shows_the_code_the_papers_as_boxes_and_the_ticks(client, appointment):
    case = appointment.visitors.get().services.get().case
    first, second = RequirementFactory.create_batch(2, case=case)
    client.post(reverse("tick", args=[appointment.token]), {"berkas": str(second.pk)})

    page = client.get(reverse("sheet", args=[appointment.token])).text

    assert tokens.display_code(appointment.code) in page
    assert "<svg" in page
    assert page.count('class="sheet-box"') == 2
    assert page.count("✓") == 1
    assert page.index(first.text) < page.index("✓") < page.index(second.text)


def test_cancelling_asks_first_and_acts_by_post(client, appointment):
    address = reverse("cancel", args=[appointment.token])

    client.get(address)
    client.head(address)
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED

    assert client.post(address).url == page_of(appointment)
    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.CANCELLED


def test_cancelling_twice_shows_that_it_is_cancelled(client, appointment):
    address = reverse("cancel", args=[appointment.token])
    client.post(address)

    again = client.post(address, follow=True)

    assert again.status_code == 200
    assert appointment.events.count() == 1


def test_the_question_offers_another_time_instead(client, appointment, clock):
    clock.shift(datetime.timedelta(hours=-1))

    page = client.get(reverse("cancel", args=[appointment.token])).text

    assert reverse("reschedule", args=[appointment.token]) in page


def test_too_late_to_cancel_says_why_and_what_can_still_be_done(client, appointment, settings):
    settings.CANCEL_DEADLINE_MINUTES = 180
    address = reverse("cancel", args=[appointment.token])

    asked, pressed = client.get(address), client.post(address)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED
    assert (asked.status_code, pressed.status_code) == (200, 409)
    for page in (asked.text, pressed.text):
        assert "06.20 WIB" in page
        assert page_of(appointment) in page
        assert '<form method="post"\n' not in page


def test_a_visit_that_has_begun_offers_no_cancelling(client, appointment, clock):
    clock.shift(datetime.timedelta(hours=3))

    client.post(reverse("cancel", args=[appointment.token]))

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED
    assert reverse("cancel", args=[appointment.token]) not in client.get(page_of(appointment)).text


def test_a_cancelled_appointment_says_who_cancelled_it(client, appointment):
    client.post(reverse("cancel", args=[appointment.token]))

    client.cookies["language"] = "en"
    page = client.get(page_of(appointment)).text

    assert "Cancelled by you on" in page
    assert reverse("home") in page


def test_the_calendar_file_is_sent_as_one(client, appointment):
    answer = client.get(reverse("calendar", args=[appointment.token]))

    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Content-Type"].startswith("text/calendar")
    assert event["DTSTART"].dt == MOMENT
    assert event["URL"].endswith(page_of(appointment))


@pytest.mark.parametrize("name", ["appointment", "cancel", "calendar", "sheet", "tick"])
def test_an_invented_token_is_not_found(client, appointment, name):
    ask = client.post if name == "tick" else client.get

    assert ask(reverse(name, args=["x" * 22])).status_code == 404


def test_its_pages_are_never_stored_or_indexed(client, appointment):
    for name in ("appointment", "cancel", "calendar", "sheet", "reschedule"):
        headers = client.get(reverse(name, args=[appointment.token])).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("rows", [1, 3])
def test_any_number_of_people_services_papers_and_events_takes_three_queries(
    client, appointment, rows, django_assert_num_queries
):
    visitor = appointment.visitors.get()
    for _index in range(rows - 1):
        VisitorServiceFactory(visitor=visitor)
        VisitorServiceFactory(visitor__appointment=appointment)
        AppointmentEventFactory(appointment=appointment)
    for _index in range(rows):
        RequirementFactory(case=visitor.services.first().case)

    with django_assert_num_queries(3):
        client.get(page_of(appointment))


def test_a_time_that_the_office_cannot_keep_says_so_and_how_to_choose_another(client, appointment):
    AttentionFactory(appointment=appointment, reason=AttentionReason.NO_PLACE)

    page = client.get(page_of(appointment)).text

    assert "banner-warning" in page
    assert reverse("reschedule", args=[appointment.token]) in page


def test_whoever_only_had_to_be_told_sees_no_warning(client, appointment):
    AttentionFactory(appointment=appointment, reason=AttentionReason.NOT_TOLD)

    assert "banner-warning" not in client.get(page_of(appointment)).text


@pytest.mark.parametrize(
    ("days", "surveyed", "asks"), [(0, False, True), (8, False, False), (0, True, False)]
)
def test_after_the_visit_its_page_leads_to_the_survey(
    client, appointment, clock, django_assert_num_queries, days, surveyed, asks
):
    Appointment.objects.update(state=AppointmentState.SERVED)
    day = QueueDayFactory(office=appointment.office)
    ticket = TicketFactory(
        queue_day=day, booked=True, appointment=appointment, finished=True, surveyed=surveyed
    )
    clock.shift(datetime.timedelta(days=days, hours=3))

    with django_assert_num_queries(3):
        page = client.get(page_of(appointment)).text

    assert (reverse("survey_ticket", args=[ticket.token]) in page) == asks
