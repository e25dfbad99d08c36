import datetime

import pytest
from django.core.cache import caches
from django.db import transaction

from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.management.demo import loading
from citizens.models import Appointment, Ticket, Visitor

pytestmark = pytest.mark.django_db

EARLY = datetime.datetime(2027, 3, 15, 20, 0, tzinfo=datetime.UTC)  # Tuesday, 03.00 WIB
EVENING = datetime.datetime(2027, 3, 16, 14, 0, tzinfo=datetime.UTC)  # Tuesday, 21.00 WIB
SUNDAY = datetime.datetime(2027, 3, 21, 3, 0, tzinfo=datetime.UTC)


def load(at, *, past_days=0):
    return loading.load(at=at, past_days=past_days)


@pytest.mark.parametrize("at", [EARLY, EVENING])
def test_somebody_waits_on_a_working_day_at_any_hour(at):
    load(at)

    waiting = Ticket.objects.filter(state=TicketState.WAITING, queue_day__date=local_date(at))
    assert waiting.filter(queue_day__office__code="utama").count() == 7
    assert not waiting.filter(arrived_at__gt=at).exists()


def test_nobody_was_served_before_the_doors_opened():
    load(EARLY)

    assert not Ticket.objects.exclude(state=TicketState.WAITING).exists()


def test_by_the_evening_the_day_has_been_worked_off():
    load(EVENING)

    assert Ticket.objects.filter(state=TicketState.FINISHED, ended_at__lt=EVENING).count() > 250


def test_nobody_waits_on_a_sunday_but_the_week_is_booked():
    load(SUNDAY)

    assert not Ticket.objects.exists()
    assert Appointment.objects.filter(starts_at__gt=SUNDAY).count() > 300


def test_the_same_moment_gives_the_same_people_and_bookings():
    def snapshot():
        with transaction.atomic():
            load(EVENING, past_days=1)
            found = list(
                Visitor.objects.order_by("appointment__starts_at", "person_key").values_list(
                    "full_name", "birth_date", "person_key", "appointment__starts_at"
                )
            )
            transaction.set_rollback(True)
        caches["local"].clear()  # what was read goes with its rows
        return found

    assert snapshot() == snapshot()
