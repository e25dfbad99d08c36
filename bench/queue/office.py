"""An office of the benchmark with thirteen counters, its staff (signed in), its bookings of today and its past."""

import datetime
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from bench.queue import profile
from citizens import tokens
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import PriorityGroup, TicketOrigin, TicketState
from citizens.models import (
    Appointment,
    Counter,
    Office,
    QueueDay,
    ServiceCase,
    ServiceGroup,
    Ticket,
    TicketEvent,
    User,
    Visitor,
    VisitorService,
)
from portal.groups import COUNTER_STAFF

PREFIX = "bench-"
RECEPTIONS = 3
MINUTE = datetime.timedelta(minutes=1)
# Of each service: enough for the estimate to know how long a visit takes.
PAST_DAYS, VISITS_A_DAY = 20, 4
# Everything that a queue day writes, and what refers to it.
WRITTEN = "citizens_queueday, citizens_appointment, citizens_desksession, django_session"
# A booked time waits for its person, and whoever is being checked in at this moment is due already.
NEARER = """
    UPDATE citizens_appointment SET starts_at = moved.start, ends_at = moved.start + (ends_at - starts_at)
    FROM (
        SELECT id, greatest(starts_at - %s::interval, now()) AS start
        FROM citizens_appointment WHERE state = 'booked' FOR UPDATE SKIP LOCKED
    ) moved
    WHERE citizens_appointment.id = moved.id
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An office: a case of each service group, the counters, and the sessions of who sits at them and at reception."""

    office: Office
    cases: list[ServiceCase]
    counters: list[Counter]
    desks: list[str]
    receptions: list[str]

    def served_by(self, counter: int) -> int:
        """Which of the service groups the counter serves."""
        return profile.shares(sum(profile.COUNTERS), profile.COUNTERS)[counter]


def make(name: str) -> Place:
    """An office with its people and its past, and nobody in its queue yet."""
    office = Office.objects.create(
        code=f"{PREFIX}{name}",
        name=f"Bench {name}",
        short_name=name,
        address="Jl. Bench",
        kind=Office.objects.values_list("kind", flat=True)[0],
        sort_order=900,
    )
    cases = [_case(group) for group in ServiceGroup.objects.order_by("sort_order", "pk")]
    cases = cases[: len(profile.COUNTERS)]
    counters = []
    for number, place in enumerate(
        profile.shares(sum(profile.COUNTERS), profile.COUNTERS), start=1
    ):
        counter = Counter.objects.create(office=office, number=number)
        counter.groups.set([cases[place].service.group])
        counters.append(counter)
    sessions = [_sign_in(office, number) for number in range(len(counters) + RECEPTIONS)]
    _make_past(office, cases)
    return Place(office, cases, counters, sessions[RECEPTIONS:], sessions[:RECEPTIONS])


def book(place: Place, arrivals: Sequence[profile.Arrival]) -> list[str]:
    """Appointments, one person each, as far ahead as the day's own minutes say; "" for who comes without one.

    Gives the codes. Their times come nearer with NEARER, so that each is due when its person comes.
    """
    opens = timezone.now()
    codes = []
    for number, arrival in enumerate(arrivals):
        if not arrival.booked:
            codes.append("")
            continue
        at = opens + (arrival.minute - profile.OPENS) * MINUTE
        case, key = place.cases[arrival.group], f"{place.office.code}-{number}"
        appointment = Appointment.objects.create(
            token=tokens.new(),
            code=tokens.new_code(),
            submission_key=tokens.new(),
            office=place.office,
            starts_at=at,
            ends_at=at + case.minutes * MINUTE,
            phone="",
            priority_group=PriorityGroup.ELDERLY if arrival.priority else "",
            privacy_notice="bench",
            booked_at=opens - datetime.timedelta(days=2),
        )
        visitor = Visitor.objects.create(
            appointment=appointment,
            position=1,
            full_name="Warga Contoh",
            nik=f"3673014101{number:06d}",
            birth_date=datetime.date(1990, 1, 1),
            person_key=key,
        )
        VisitorService.objects.create(
            visitor=visitor,
            case=case,
            group=case.service.group,
            person_key=key,
            minutes=case.minutes,
        )
        codes.append(appointment.code)
    return codes


def tickets(place: Place, numbers: range, **columns: Any) -> None:
    """Writes tickets of the first service with the same `columns` into today's queue, and the last event of each."""
    at = timezone.now()
    day, _made = QueueDay.objects.get_or_create(office=place.office, date=local_date(at))
    made = Ticket.objects.bulk_create(
        _ticket(day, number, place.cases[0], arrived_at=at, **columns) for number in numbers
    )
    QueueDay.objects.filter(pk=day.pk).update(last_number=numbers.stop - 1)
    called = "called_at" in columns
    TicketEvent.objects.bulk_create(
        TicketEvent(
            ticket=ticket,
            from_state=TicketState.WAITING if called else "",
            to_state=TicketState.CALLED if called else TicketState.WAITING,
            at=at,
            staff=place.office.staff.first(),
            group_id=ticket.group_id,
            counter=ticket.counter,
            calls=ticket.calls,
        )
        for ticket in made
    )


@contextmanager
def clean_slate() -> Iterator[None]:
    """No queue at the start; at the end all offices, people and queues of the benchmark are gone."""
    _clear()
    try:
        yield
    finally:
        _clear()


def wait_for_one_date(seconds: float) -> None:
    """Returns once the office's date stays the same for `seconds`: a queue is one of a date."""
    at = timezone.now()
    tomorrow = local_midnight(local_date(at) + datetime.timedelta(days=1))
    left = (tomorrow - at).total_seconds()
    if left < seconds:
        time.sleep(left + 1)


def _case(group: ServiceGroup) -> ServiceCase:
    """The first case of a service group, with its service and group."""
    cases = ServiceCase.objects.filter(service__group=group, active=True, service__active=True)
    return cases.select_related("service__group").order_by("service__sort_order", "sort_order")[0]


def _sign_in(office: Office, number: int) -> str:
    """Somebody of the staff, both steps of the sign-in made; the key of the session."""
    user = User.objects.create(
        username=f"{office.code}-{number}",
        full_name=f"Petugas {number}",
        password=make_password(None),
        is_staff=True,
        office=office,
    )
    user.groups.add(Group.objects.get(name=COUNTER_STAFF))
    device = TOTPDevice.objects.create(user=user, name="bench", confirmed=True)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.create()
    return str(session.session_key)


def _make_past(office: Office, cases: Sequence[ServiceCase]) -> None:
    """Days of the past on which every service was measured."""
    today = local_date(timezone.now())
    staff = office.staff.first()
    for ago in range(1, PAST_DAYS + 1):
        date = today - datetime.timedelta(days=ago)
        day = QueueDay.objects.create(office=office, date=date)
        begin = local_midnight(date) + 8 * 60 * MINUTE
        Ticket.objects.bulk_create(
            _ticket(
                *(day, nth * len(cases) + place + 1, case),
                state=TicketState.FINISHED,
                arrived_at=begin,
                called_at=begin,
                called_by=staff,
                started_at=begin,
                started_by=staff,
                ended_at=begin + (6 + (ago * 7 + nth * 5 + place) % 13) * MINUTE,
                ended_by=staff,
            )
            for nth in range(VISITS_A_DAY)
            for place, case in enumerate(cases)
        )


def _ticket(day: QueueDay, number: int, case: ServiceCase, **columns: Any) -> Ticket:
    return Ticket(
        queue_day=day,
        number=number,
        prefix="A",
        token=tokens.new(),
        origin=TicketOrigin.WALK_IN,
        case=case,
        group=case.service.group,
        **columns,
    )


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {WRITTEN} CASCADE")
    User.objects.filter(username__startswith=PREFIX).delete()
    Counter.objects.filter(office__code__startswith=PREFIX).delete()
    Office.objects.filter(code__startswith=PREFIX).delete()
