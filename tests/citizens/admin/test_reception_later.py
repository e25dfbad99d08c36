"""A place on a later day, from the walk-in form to the slip."""

import datetime

import pytest
from django.urls import reverse

from citizens.enums import Attendance
from citizens.models import Appointment, Ticket
from portal import groups
from tests.factories.citizens import (
    DAY,
    MOMENT,
    QueueDayFactory,
    RequirementFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.queue_day import ClosedServiceFactory

TOMORROW = MOMENT + datetime.timedelta(days=1)


@pytest.fixture
def case(office):
    found = ServiceCaseFactory(nik_required=True)
    SlotFactory(office=office, group=found.service.group, start=TOMORROW)
    return found


@pytest.fixture
def take_number(client, office, staff, case):
    """Sends the walk-in form; returns the page that follows."""

    def sent(**more):
        address = reverse("admin:citizens_walk_in", args=[office.code])
        data = {"case": case.pk, "submission_key": "k"} | more
        return client.post(address, data, follow=True).content.decode()

    return sent


@pytest.fixture
def keep(client, office, staff, case):
    """Sends the form of the later place; returns the answer."""

    def sent(**more):
        address = reverse("admin:citizens_keep_later_place", args=[office.code])
        data = {
            "kasus": case.pk,
            "kunci": "key-of-this-form",
            "start": TOMORROW.isoformat(),
            "full_name": "Nur'aini",
            "birth_date": "01-01-1950",
            "subdistrict": "outside",
        }
        return client.post(address, data | more)

    return sent


def test_a_full_day_offers_the_first_free_times_at_once(take_number, office):
    QueueDayFactory(office=office, date=DAY, walk_in_limit=0)

    html = take_number(phone="0812 3456 7890")

    assert "A place on a later day" in html
    assert "Wednesday, 17 March 2027" in html
    assert 'value="+6281234567890"' in html
    assert not Ticket.objects.exists()


def test_a_closed_service_says_why_and_offers_the_same(take_number, office, case):
    ClosedServiceFactory(
        queue_day__office=office, queue_day__date=DAY, group=case.service.group, reason="KTP habis"
    )

    html = take_number()

    assert "KTP habis" in html
    assert "Wednesday, 17 March 2027" in html


def test_staff_may_offer_it_before_the_day_is_full(take_number):
    assert "Wednesday, 17 March 2027" in take_number(nanti="ya")
    assert not Ticket.objects.exists()


def test_with_no_free_time_there_is_still_a_next_step(client, take_number, office):
    other = ServiceCaseFactory()

    html = take_number(case=other.pk, nanti="ya")

    assert "no free time" in html
    assert reverse("admin:citizens_caller_days") in html


def test_a_place_is_held_without_nik_and_phone_and_its_slip_comes_next(keep, office, staff, case):
    RequirementFactory(case=case, text_en="Family card")

    answer = keep()

    made = Appointment.objects.get()
    assert (made.starts_at, made.office, made.booked_by_staff) == (TOMORROW, office, staff)
    assert made.visitors.get().nik is None
    assert answer.url == reverse("admin:citizens_print_slip", args=[office.code, made.pk])


def test_sent_twice_it_is_one_place(keep):
    assert keep().url == keep().url
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("full_name", "", "Write the full name"),
        ("birth_date", "1950", "day-month-year"),
        ("nik", "123", "A NIK has 16 digits."),
        ("phone", "0254-200100", "This is a landline."),
        ("subdistrict", "", "Choose the kelurahan"),
        ("start", MOMENT.isoformat(), "can no longer be given"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(keep, field, value, words):
    html = keep(**{field: value}).content.decode()

    assert words in html
    assert field == "full_name" or "Nur&#x27;aini" in html
    assert not Appointment.objects.exists()


def test_whoever_has_an_appointment_already_is_told_to_move_it(keep):
    keep()

    assert "active appointment" in keep(kunci="another").content.decode()


def test_a_child_comes_with_a_named_parent(keep, case):
    case.attendance = Attendance.PARENT
    case.save()

    assert "parent or guardian" in keep().content.decode()
    keep(guardian_name="Siti Aminah")

    assert Appointment.objects.get().guardian_name == "Siti Aminah"


def test_an_unknown_case_is_not_found(keep):
    assert keep(kasus="99999999999").status_code == 404


def test_who_may_only_look_holds_no_place(client, office, sign_in):
    sign_in(groups.AUDITOR)

    address = reverse("admin:citizens_keep_later_place", args=[office.code])
    assert client.post(address).status_code == 403
