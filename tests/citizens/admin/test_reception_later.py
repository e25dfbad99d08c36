"""A place on a later day, from the walk-in form to the slip."""

import datetime

import pytest
from django.urls import reverse

from citizens.enums import Attendance
from citizens.models import Appointment, Counter, Ticket
from portal import groups
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import (
    DAY,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OpeningPeriodFactory,
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


@pytest.fixture
def no_room(office, case):
    """Visits are measured, and no counter is open for the last hour of the day."""
    OpeningPeriodFactory(template__office=office, closes=datetime.time(10, 20))
    CounterFactory(office=office, groups=[case.service.group])
    measure(office, case)


def given():
    return Ticket.objects.filter(queue_day__date=DAY)


def test_with_no_room_by_the_estimate_the_later_day_comes_first(take_number, no_room):
    html = take_number(phone="0812 3456 7890", priority_group="elderly")

    assert "By the estimate there is no room" in html
    assert html.index("Wednesday, 17 March 2027") < html.index("Give a number all the same")
    assert 'name="priority_group" value="elderly"' in html
    assert not given().exists()


def test_staff_may_give_a_number_all_the_same_and_it_is_noted_once(take_number, no_room, staff):
    for _press in range(2):
        take_number(tetap="ya")

    _given, note = given().get().events.order_by("pk")
    assert note.reason
    assert (note.staff, note.from_state, note.to_state) == (staff, "waiting", "waiting")


def test_a_closed_service_is_no_matter_of_judgement(take_number, office, case, no_room):
    ClosedServiceFactory(queue_day__office=office, queue_day__date=DAY, group=case.service.group)

    for more in ({}, {"tetap": "ya"}):
        assert "Give a number all the same" not in take_number(**more)
    assert not given().exists()


def test_reception_is_told_how_many_more_there_is_room_for(take_number, office, case, no_room):
    DeskSessionFactory(counter=Counter.objects.get(office=office, groups=case.service.group))

    assert "room for about 5 more walk-ins" in take_number()
    # The same form once more gives the same number, whatever room is left.
    assert "room for" not in take_number()
    assert given().count() == 1


def test_what_was_not_measured_is_not_guessed(take_number):
    assert "is not known: too few visits" in take_number()
    assert given().count() == 1


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
