import datetime

import pytest
from django.db import transaction
from django.db.models import Count, F, Q

from citizens.domain import counter, roadshow
from citizens.domain.office_time import local_date
from citizens.enums import AbsenceKind, AppointmentState, TicketOrigin, TicketState
from citizens.management.demo import loading, staff
from citizens.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Counter,
    DeskPause,
    DeskSession,
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    PresenceOrder,
    Shift,
    Slot,
    SurveyAnswer,
    Ticket,
    TicketEvent,
    User,
    Visit,
    Visitor,
    VisitorService,
    WaitForecast,
)

# Tuesday 16 March 2027, 10.30 WIB: the first working day after the leave of Idul Fitri.
AT = datetime.datetime(2027, 3, 16, 3, 30, tzinfo=datetime.UTC)
PAST_DAYS = 12  # two of them with service


def load(at=AT, past_days=PAST_DAYS):
    return loading.load(at=at, past_days=past_days)


# Makes the test database; each test runs inside of the transaction of `demo`.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for the module, since it takes seconds; everything is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


def main_hall():
    return Ticket.objects.filter(queue_day__office__code="utama")


def test_says_what_it_made(demo):
    assert (
        demo["past days"]
        == Ticket.objects.exclude(queue_day__date=AT.date()).aggregate(
            days=Count("queue_day__date", distinct=True)
        )["days"]
    )
    assert demo["staff"] == User.objects.count()
    assert demo["appointments"] == Appointment.objects.count()


def test_a_past_working_day_has_300_people_and_more_in_the_main_hall(demo):
    days = main_hall().exclude(queue_day__date=AT.date())
    counts = days.values_list("queue_day__date").annotate(Count("pk"))

    assert all(300 <= count <= 470 for _, count in counts)


def test_nothing_happens_on_a_closed_day(demo):
    eid = datetime.date(2027, 3, 10)

    assert not Ticket.objects.filter(queue_day__date=eid).exists()


def test_about_one_booked_person_in_five_did_not_come(demo):
    past = Appointment.objects.filter(starts_at__lt=AT - datetime.timedelta(days=1))
    stood = past.exclude(state=AppointmentState.CANCELLED).count()

    missed = past.filter(state=AppointmentState.NO_SHOW).count()

    assert 0.14 < missed / stood < 0.32


def test_walk_ins_and_booked_people_both_came(demo):
    origins = dict(main_hall().values_list("origin").annotate(Count("pk")))

    assert origins[TicketOrigin.WALK_IN] > origins[TicketOrigin.BOOKED] > 0


def test_taken_counts_the_places_of_appointments_that_stand(demo):
    standing = Count("places", filter=~Q(places__appointment__state=AppointmentState.CANCELLED))

    assert not Slot.objects.annotate(standing=standing).exclude(taken=F("standing")).exists()
    assert Slot.objects.filter(taken__gt=0).exists()


def test_every_appointment_covers_its_time_with_places(demo):
    for appointment in Appointment.objects.prefetch_related("places__slot")[:300]:
        slots = sorted((place.slot for place in appointment.places.all()), key=lambda s: s.start)
        assert slots[0].start == appointment.starts_at
        assert slots[-1].ends_at >= appointment.ends_at


def test_the_coming_days_are_partly_booked_and_some_slots_are_full(demo):
    coming = Slot.objects.filter(start__gt=AT, start__lt=AT + datetime.timedelta(days=13))

    assert coming.filter(taken=F("online")).exists()
    assert coming.filter(taken=0).exists()
    tomorrow = local_date(AT) + datetime.timedelta(days=1)
    assert coming.filter(start__date=tomorrow, group__code="kk", taken=F("online")).exists()


def test_nobody_booked_in_the_future_or_after_the_visit(demo):
    assert not Appointment.objects.filter(
        Q(booked_at__gt=AT) | Q(booked_at__gte=F("starts_at"))
    ).exists()


def test_today_people_wait_in_the_main_hall(demo):
    waiting = main_hall().filter(queue_day__date=AT.date(), state=TicketState.WAITING)

    assert waiting.count() >= 7
    assert not waiting.filter(arrived_at__gt=AT).exists()


def test_no_counter_is_open_or_occupied(demo):
    assert not DeskSession.objects.open().exists()
    assert not Ticket.objects.filter(state__in=[TicketState.CALLED, TicketState.SERVING]).exists()


def test_staff_can_call_the_next_person_at_once(demo):
    desk = Counter.objects.get(office__code="utama", number=1)
    with transaction.atomic():
        clerk = User.objects.get(username="petugas1")
        session = counter.open_counter(counter=desk, at=AT, staff=clerk)

        ticket = counter.call_next(session=session, at=AT)

        assert (ticket.state, ticket.group.code) == (TicketState.CALLED, "ktp")
        transaction.set_rollback(True)


def test_numbers_follow_the_order_of_arrival(demo):
    day = main_hall().filter(queue_day__date=AT.date()).order_by("number")
    arrived = list(day.values_list("arrived_at", flat=True))

    assert arrived == sorted(arrived)
    assert list(day.values_list("number", flat=True)) == list(range(1, len(arrived) + 1))
    assert day[0].queue_day.last_number == len(arrived)


def test_every_ticket_tells_its_history_up_to_its_state(demo):
    last = {}
    for ticket, from_state, to_state in TicketEvent.objects.order_by(
        "ticket_id", "at", "pk"
    ).values_list("ticket_id", "from_state", "to_state"):
        assert from_state == last.get(ticket, "")
        last[ticket] = to_state

    assert last == dict(Ticket.objects.values_list("pk", "state"))


def test_every_appointment_tells_its_history_up_to_its_state(demo):
    last = {}
    for row in AppointmentEvent.objects.order_by("appointment_id", "at", "pk"):
        assert row.from_state == last.get(row.appointment_id, "")
        last[row.appointment_id] = row.to_state

    assert last == dict(Appointment.objects.values_list("pk", "state"))


def test_only_active_appointments_hold_their_person(demo):
    active = {AppointmentState.BOOKED, AppointmentState.CHECKED_IN}

    assert (
        not VisitorService.objects.filter(active=True)
        .exclude(visitor__appointment__state__in=active)
        .exists()
    )
    assert not VisitorService.objects.filter(
        active=False, visitor__appointment__state__in=active
    ).exists()


def test_every_served_person_has_a_visit_with_an_outcome(demo):
    assert Visit.objects.count() == Ticket.objects.filter(state=TicketState.FINISHED).count()
    assert MissingPaper.objects.exists()
    assert not MissingPaper.objects.exclude(
        requirement__case_id=F("visit__ticket__case_id")
    ).exists()


def test_the_digital_id_was_offered_where_the_service_offers_it(demo):
    offered = Visit.objects.filter(ticket__case__service__offers_digital_id=True)

    assert DigitalIdOffer.objects.count() == offered.count()
    assert (
        DigitalIdActivation.objects.count()
        == DigitalIdOffer.objects.filter(result="activated").count()
    )


def test_what_visits_leave_is_there_for_the_reports(demo):
    sheets = SurveyAnswer.objects.count()
    told = list(
        WaitForecast.objects.values_list("low", "high", "made_at", "ticket__called_at").iterator()
    )
    held = [
        low <= (called_at - made_at).total_seconds() / 60 <= high
        for low, high, made_at, called_at in told
    ]

    assert sheets > 30
    assert Ticket.objects.filter(surveyed=True).count() < sheets
    assert 0.5 < sum(held) / len(held) < 0.95
    assert DeskPause.objects.exists()


def test_a_few_people_were_booked_the_way_citizens_do(demo):
    assert Appointment.objects.exclude(submission_key__startswith="demo-").count() == 6


def test_all_people_are_marked_as_invented(demo):
    assert not Appointment.objects.exclude(Q(email="") | Q(email__endswith="@example.com")).exists()
    assert not Appointment.objects.exclude(Q(phone="") | Q(phone__startswith="+628110000")).exists()
    assert all(nik.startswith("00") for nik in Visitor.objects.values_list("nik", flat=True) if nik)
    assert not User.objects.exclude(full_name__endswith="(contoh)").exists()


@pytest.mark.parametrize(
    ("username", "group"),
    [
        ("petugas1", "Petugas loket"),
        ("penyelia", "Supervisor"),
        ("kampanye", "Pengelola kampanye"),
        ("penyetuju", "Penyetuju kampanye"),
        ("auditor", "Auditor"),
        ("admin", "Administrator"),
    ],
)
def test_there_is_somebody_to_sign_in_as_for_every_role(demo, username, group):
    user = User.objects.get(username=username)

    assert user.check_password(staff.PASSWORD)
    assert user.is_staff
    assert user.groups.get().name == group
    assert user.is_superuser == (username == "admin")


def test_counter_staff_work_at_the_office_of_their_counter(demo):
    assert User.objects.get(username="petugas13").office.code == "utama"
    assert User.objects.get(username="petugas26").office.code == "keliling"


def desks_of(day):
    """The counters of identity cards at the main office on a day, as its slots have them."""
    slots = Slot.objects.filter(office__code="utama", group__code="ktp", start__date=day)
    return set(slots.values_list("capacity", flat=True))


def test_the_rota_takes_a_desk_from_the_days_of_a_leave_alone(demo):
    leave = Absence.objects.get(kind=AbsenceKind.LEAVE)
    away = {leave.first_day + datetime.timedelta(days=offset) for offset in range(3)}

    assert Shift.objects.filter(counter__office__code="utama").count() == 13 * 5
    # The last day of the leave is a holiday in that week.
    assert [desks_of(day) for day in sorted(away)] == [{4}, {4}, set()]
    others = Slot.objects.filter(office__code="utama", group__code="ktp")
    assert set(others.exclude(start__date__in=away).values_list("capacity", flat=True)) == {5}


def test_who_works_from_home_is_called_in_by_the_circular(demo):
    at_home = Absence.objects.get(kind=AbsenceKind.FROM_HOME)
    order = PresenceOrder.objects.get()

    assert order.first_day <= at_home.first_day < at_home.until <= order.until
    assert not Slot.objects.filter(group__code="kk", capacity__lt=2).exists()


def test_the_van_has_three_stops_to_come_that_can_be_booked(demo):
    found = roadshow.stops(first=local_date(AT))

    assert len(found) == 3
    assert all(stop.date > local_date(AT) and stop.groups for stop in found)
    for stop in found:
        assert Slot.objects.filter(office__code="keliling", start__date=stop.date).exists()
