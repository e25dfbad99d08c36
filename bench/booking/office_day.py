"""One office-day of the benchmark: an office of its own, with the same number of places in each of its slots."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from citizens.domain import party
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.party import Party
from citizens.models import ClosedDay, Office, ServiceCase, Slot

SERVICE, CASE = "ktp", "hilang"
PREFIX = "bench-"
OPENS = datetime.timedelta(hours=7)
# Everything that bookings write, and what refers to it.
WRITTEN = "citizens_hold, citizens_appointment, citizens_attemptcount"


@dataclass(frozen=True)
class OfficeDay:
    """The office by its code, and the moments at which its slots start by their ids."""

    office: str
    starts: dict[int, datetime.datetime]

    @property
    def slots(self) -> list[int]:
        return list(self.starts)


def one_person() -> Party:
    """Somebody who has lost the KTP: one person, one case, one slot."""
    case = ServiceCase.objects.select_related("service__group").get(
        service__code=SERVICE.upper(), code=CASE
    )
    return party.of(case)


def make(name: str, *, slots: int, places: int) -> OfficeDay:
    """An open office with `slots` times on one day in the booking window, all of their places free."""
    office = Office.objects.create(
        code=f"{PREFIX}{name}",
        name=f"Bench {name}",
        short_name=name,
        address="Jl. Bench",
        kind=Office.objects.values_list("kind", flat=True)[0],
        sort_order=900,
    )
    begin = local_midnight(open_day()) + OPENS
    case = one_person().lead  # a slot is just as long as it takes
    made = Slot.objects.bulk_create(
        Slot(
            office=office,
            group_id=case.service.group_id,
            start=begin + datetime.timedelta(minutes=case.minutes * number),
            minutes=case.minutes,
            capacity=places,
            online=places,
            released=places,
        )
        for number in range(slots)
    )
    return OfficeDay(office.code, {slot.pk: slot.start for slot in made})


def open_day() -> datetime.date:
    """The first day after tomorrow that is not closed for every office."""
    closed = set(ClosedDay.objects.filter(office=None).values_list("date", flat=True))
    today = local_date(timezone.now())
    days = (today + datetime.timedelta(days=ahead) for ahead in range(2, 14))
    return next(day for day in days if day not in closed)


def sold(day: OfficeDay) -> tuple[int, int]:
    """How many places were sold beyond what a slot has, and how many active appointments have no counted place."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(greatest(given - released, 0)), 0), coalesce(sum(abs(given - taken)), 0)
            FROM (
                SELECT slot.released, slot.taken,
                    (SELECT count(*) FROM citizens_appointmentplace place WHERE place.slot_id = slot.id) AS given
                FROM citizens_slot slot WHERE slot.id = ANY(%s)
            ) slots
            """,
            [day.slots],
        )
        beyond, miscounted = cursor.fetchone()
    return int(beyond), int(miscounted)


@contextmanager
def clean_slate() -> Iterator[None]:
    """Nothing is booked at the start; at the end all offices and bookings of the benchmark are gone."""
    _clear()
    try:
        yield
    finally:
        _clear()


@contextmanager
def plenty(places: int) -> Iterator[None]:
    """Every slot of the coming days has `places` free online, inside of the block."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_slot")
        cursor.execute(
            "CREATE TABLE bench_slot AS SELECT id, capacity, online, released FROM citizens_slot"
        )
        cursor.execute(
            "UPDATE citizens_slot SET capacity = %s, online = %s, released = %s", [places] * 3
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {WRITTEN} CASCADE")
            cursor.execute(
                """UPDATE citizens_slot slot SET taken = 0, capacity = before.capacity, online = before.online,
                released = before.released FROM bench_slot before WHERE before.id = slot.id"""
            )
            cursor.execute("DROP TABLE bench_slot")


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {WRITTEN} CASCADE")
        cursor.execute("UPDATE citizens_slot SET taken = 0, internal_taken = 0, overbooked = 0")
        like = f"{PREFIX}%"
        offices = "SELECT id FROM citizens_office WHERE code LIKE %s"
        cursor.execute(f"DELETE FROM citizens_slot WHERE office_id IN ({offices})", [like])  # noqa: S608 - a constant
        cursor.execute("DELETE FROM citizens_office WHERE code LIKE %s", [like])
