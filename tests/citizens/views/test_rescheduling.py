import datetime

import pytest
import time_machine
from django.urls import reverse

from citizens import tokens
from citizens.enums import Actor, AppointmentState
from citizens.models import Appointment, AppointmentEvent, HouseholdVisit, Slot, VisitorService
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OfficeFactory,
    SlotFactory,
    UserFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db

NEXT_DAY = MOMENT + datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT - datetime.timedelta(hours=26), tick=False) as traveller:
        yield traveller


@pytest.fixture
def appointment():
    made = AppointmentFactory(with_visitor=True)
    AppointmentPlaceFactory(
        appointment=made,
        slot=slot_of(made, MOMENT, online=1, taken=1),
    )
    return made


@pytest.fixture
def free(appointment):
    """A free time on the day after, at the same office."""
    return slot_of(appointment, NEXT_DAY)


def slot_of(appointment, start, **fields):
    group = VisitorService.objects.filter(visitor__appointment=appointment).first().group
    return SlotFactory(**{"office": appointment.office, "group": group, "start": start} | fields)


def page_of(appointment):
    return reverse("appointment", args=[appointment.token])


def address(appointment):
    return reverse("reschedule", args=[appointment.token])


def wanted(slot, appointment, **more):
    return {
        "kantor": slot.office.code,
        "waktu": slot.start.isoformat(),
        "urutan": appointment.sequence,
    } | more


def test_it_shows_the_times_of_the_place_where_the_visit_is_now(client, appointment, free):
    page = client.get(address(appointment)).text

    assert appointment.office.name in page
    assert f'value="{free.start.isoformat()}"' in page


def test_the_time_that_one_has_is_not_offered(client, appointment):
    Slot.objects.update(online=2, released=2)
    query = {"kantor": appointment.office.code, "tanggal": DAY.isoformat()}

    page = client.get(address(appointment), query).text

    assert f'value="{MOMENT.isoformat()}"' not in page
    assert "hanya tersisa" in page or "only the time that you have" in page


def test_another_place_can_be_chosen(client, appointment, free):
    other = slot_of(appointment, NEXT_DAY, office=OfficeFactory(name="Kantor Kasemen"))

    places = client.get(address(appointment), {"kantor": "semua"}).text
    assert "Kantor Kasemen" in places

    times = client.get(address(appointment), {"kantor": other.office.code}).text
    assert f'value="{other.start.isoformat()}"' in times


def test_with_no_free_time_anywhere_it_says_so_and_leads_back(client, appointment):
    page = client.get(address(appointment)).text

    assert page_of(appointment) in page
    assert '<button type="submit" class="time"' not in page


def test_a_chosen_time_is_asked_about_with_from_and_to(client, appointment, free):
    page = client.get(address(appointment), wanted(free, appointment)).text

    assert "Selasa, 16 Maret 2027" in page
    assert "Rabu, 17 Maret 2027" in page
    assert '<form method="post"' in page


def test_reading_changes_nothing(client, appointment, free):
    before = list(Appointment.objects.values()), list(Slot.objects.order_by("pk").values())

    for query in ({}, wanted(free, appointment), {"kantor": "semua"}):
        client.get(address(appointment), query)
        client.head(address(appointment), query)

    assert (
        list(Appointment.objects.values()),
        list(Slot.objects.order_by("pk").values()),
    ) == before
    assert not AppointmentEvent.objects.exists()


def test_pressing_moves_the_visit_and_its_page_tells_it(client, appointment, free):
    answer = client.post(address(appointment), wanted(free, appointment))

    assert answer.url == f"{page_of(appointment)}?diubah"
    appointment.refresh_from_db()
    assert appointment.starts_at == NEXT_DAY
    assert appointment.sequence == 1
    page = client.get(answer.url).text
    assert "Rabu, 17 Maret 2027" in page
    assert "Selasa, 16 Maret 2027" in page  # what it was


def test_pressed_twice_it_moves_once(client, appointment, free):
    form = wanted(free, appointment)

    first, second = (client.post(address(appointment), form) for _press in range(2))

    assert first.url == second.url
    assert AppointmentEvent.objects.count() == 1


def test_another_tab_that_asked_before_asks_again_from_what_it_is_now(client, appointment, free):
    other = slot_of(appointment, NEXT_DAY + 15 * MINUTE)
    asked_before = wanted(other, appointment)
    client.post(address(appointment), wanted(free, appointment))

    answer = client.post(address(appointment), asked_before, follow=True)

    appointment.refresh_from_db()
    assert appointment.starts_at == NEXT_DAY
    assert 'name="urutan" value="1"' in answer.text


def test_going_back_to_the_question_after_moving_leads_to_the_own_page(client, appointment, free):
    question = wanted(free, appointment)
    client.post(address(appointment), question)

    assert client.get(address(appointment), question).url == page_of(appointment)


def test_a_time_taken_between_the_question_and_the_press_changes_nothing(client, appointment, free):
    other = slot_of(appointment, NEXT_DAY + 15 * MINUTE)
    Slot.objects.filter(pk=free.pk).update(taken=free.online)

    answer = client.post(address(appointment), wanted(free, appointment), follow=True)

    appointment.refresh_from_db()
    assert appointment.starts_at == MOMENT
    assert "Selasa, 16 Maret 2027 pukul 09.20 WIB" in answer.text
    assert f'value="{other.start.isoformat()}"' in answer.text


def test_a_time_taken_before_the_question_leads_to_other_times(client, appointment, free):
    Slot.objects.filter(pk=free.pk).update(taken=free.online)
    slot_of(appointment, NEXT_DAY + 15 * MINUTE)

    answer = client.get(address(appointment), wanted(free, appointment))

    assert "tidak=penuh" in answer.url


def test_a_family_with_a_visit_on_that_day_is_told_so(client, appointment, free):
    service = VisitorService.objects.get(visitor__appointment=appointment)
    for one, day in ((appointment, DAY), (AppointmentFactory(), free.start.date())):
        HouseholdVisit.objects.create(
            appointment=one, household_key="k", group=service.group, date=day
        )

    answer = client.post(address(appointment), wanted(free, appointment))

    assert "tidak=keluarga" in answer.url
    appointment.refresh_from_db()
    assert appointment.starts_at == MOMENT
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kantor": "nowhere", "waktu": "2027-03-17T09:20:00+07:00", "urutan": "0"},
        {"kantor": "{code}", "waktu": "yesterday", "urutan": "0"},
        {"kantor": "{code}", "waktu": "2027-03-17T09:20:00", "urutan": "0"},
        {"kantor": "{code}", "waktu": "9999-12-31T23:59:59+00:00", "urutan": "0"},
        {"kantor": "{code}", "waktu": "2020-01-01T09:20:00+07:00", "urutan": "0"},
    ],
)
def test_nonsense_leads_back_to_the_times(client, appointment, free, form):
    sent = {name: text.format(code=appointment.office.code) for name, text in form.items()}

    answers = [client.post(address(appointment), sent, follow=True)]
    answers.append(client.get(address(appointment), sent, follow=True))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not AppointmentEvent.objects.exists()


def test_a_nul_in_the_form_is_no_error(client, appointment):
    form = {"kantor": "x\0y", "waktu": "2027-03-17T09:20:00+07:00", "urutan": "0\0"}

    assert client.post(address(appointment), form, follow=True).status_code == 200


def test_fields_that_are_not_in_the_form_change_nothing_else(client, appointment, free):
    client.post(
        address(appointment),
        wanted(free, appointment, state="served", full_name="X", overbook="ya", staff="1"),
    )

    moved = Appointment.objects.get()
    assert (moved.starts_at, moved.state) == (NEXT_DAY, AppointmentState.BOOKED)
    assert moved.places.get().overbooked_why == ""


def test_too_late_says_until_when_and_what_can_still_be_done(client, appointment, free, clock):
    clock.move_to(MOMENT - 90 * MINUTE)

    asked = client.get(address(appointment))
    pressed = client.post(address(appointment), wanted(free, appointment))

    appointment.refresh_from_db()
    assert appointment.starts_at == MOMENT
    assert (asked.status_code, pressed.status_code) == (200, 409)
    for page in (asked.text, pressed.text):
        assert "07.20 WIB" in page
        assert reverse("cancel", args=[appointment.token]) in page
        assert page_of(appointment) in page


def test_the_deadline_is_a_setting(client, appointment, free, settings, clock):
    settings.RESCHEDULE_DEADLINE_MINUTES = 0
    clock.move_to(MOMENT - MINUTE)

    assert client.get(address(appointment)).status_code == 200
    assert client.post(address(appointment), wanted(free, appointment)).status_code == 302


@pytest.mark.parametrize("state", ["cancelled", "checked_in", "served"])
def test_a_visit_that_is_not_to_come_leads_to_its_page(client, state):
    other = AppointmentFactory(with_visitor=True, **{state: True})

    assert client.get(address(other)).url == page_of(other)
    assert client.post(address(other)).url == page_of(other)


def test_a_party_is_offered_only_times_that_hold_all_of_it(client, appointment):
    service = VisitorService.objects.get(visitor__appointment=appointment)
    VisitorServiceFactory(visitor__appointment=appointment, case=service.case)
    alone = slot_of(appointment, NEXT_DAY)
    pair = [slot_of(appointment, NEXT_DAY + minutes * MINUTE) for minutes in (60, 75)]

    page = client.get(address(appointment)).text

    assert f'value="{alone.start.isoformat()}"' not in page
    assert f'value="{pair[0].start.isoformat()}"' in page


def test_what_the_office_moved_is_told_with_its_reason(client, appointment, free):
    AppointmentEvent.objects.create(
        appointment=appointment,
        from_state=AppointmentState.BOOKED,
        to_state=AppointmentState.BOOKED,
        at=MOMENT - 60 * 24 * MINUTE,
        actor=Actor.STAFF,
        staff=UserFactory(),
        reason="Gangguan jaringan",
        office_caused=True,
        from_starts_at=MOMENT - 60 * 24 * MINUTE,
        to_starts_at=MOMENT,
        from_office=appointment.office,
        to_office=appointment.office,
    )

    page = client.get(page_of(appointment)).text

    assert "Gangguan jaringan" in page
    assert "Senin, 15 Maret 2027" in page


@pytest.mark.parametrize("query", [{}, {"kantor": "semua"}, {"waktu": True}])
@pytest.mark.parametrize("rows", [1, 3])
def test_any_number_of_people_and_times_takes_three_queries(
    client, appointment, free, query, rows, django_assert_max_num_queries
):
    service = VisitorService.objects.get(visitor__appointment=appointment)
    for index in range(rows - 1):
        VisitorServiceFactory(visitor__appointment=appointment, case=service.case)
        slot_of(appointment, NEXT_DAY + (index + 1) * 15 * MINUTE)
    asked = wanted(free, appointment) if "waktu" in query else query

    with django_assert_max_num_queries(3):
        assert client.get(address(appointment), asked).status_code == 200


def test_an_invented_token_is_not_found(client):
    invented = reverse("reschedule", args=[tokens.new()])

    assert client.get(invented).status_code == 404
    assert client.post(invented).status_code == 404
