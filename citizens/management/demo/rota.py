"""The demo's rota: somebody at each counter of the main office, two absences, a circular, and where the van stops."""

import datetime
from collections.abc import Iterable, Mapping

from citizens.enums import AbsenceKind, OfficeKind
from citizens.models import (
    Absence,
    ClosedDay,
    Counter,
    District,
    Office,
    PresenceOrder,
    Shift,
    SpecialDay,
    SpecialPeriod,
    User,
    Weekday,
)

ONE_DAY = datetime.timedelta(days=1)
ON_LEAVE, FROM_HOME = 4, 9  # counters of the main office
VAN_DAYS = (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)
HOURS = ((9, 12), (13, 15))  # those of its ordinary week
SOURCE = "Jadwal layanan keliling 4/2026 (contoh)"
STOPS = (
    ("Halaman Kantor Kelurahan Unyur", "Jl. Raya Unyur (contoh), Serang", "36.73.01"),
    ("Pasar Kalodran", "Jl. Raya Ciruas (contoh), Walantaka", "36.73.03"),
    ("Balai Warga Banten Lama", "Kawasan Banten Lama (contoh), Kasemen", "36.73.02"),
)


def plan(
    *, desks: Mapping[int, User], first: datetime.date, today: datetime.date, at: datetime.datetime
) -> None:
    """Writes shifts from `first` on, and what the week after that of `today` brings. Before slots are made from it.

    `desks` says who works at which counter. One person is on leave; one who works from home is called in by the
    circular, so that one counter alone stays empty, for three days.
    """
    counters = list(Counter.objects.filter(office__code="utama").order_by("number"))
    Shift.objects.bulk_create(
        Shift(staff=desks[counter.pk], counter=counter, weekday=weekday, valid_from=first)
        for counter in counters
        for weekday in Weekday
        if weekday < Weekday.SATURDAY
    )
    by_number = {counter.number: desks[counter.pk] for counter in counters}
    chief = User.objects.get(username="penyelia")
    office = counters[0].office
    week = _monday_after(today)
    _away(by_number[ON_LEAVE], AbsenceKind.LEAVE, week + ONE_DAY, 3, chief, at)
    _away(by_number[FROM_HOME], AbsenceKind.FROM_HOME, week + 3 * ONE_DAY, 2, chief, at)
    PresenceOrder.objects.create(
        office=office,
        first_day=week + 3 * ONE_DAY,
        until=week + 5 * ONE_DAY,
        source="SE Sekda 12/2026 (contoh)",
        entered_at=at,
        entered_by=chief,
    )


def stop(*, today: datetime.date) -> None:
    """The van's next days at places of their own, with the hours that it has anyway."""
    van = Office.objects.get(kind=OfficeKind.MOBILE)
    closed = set(ClosedDay.objects.filter(date__gt=today).values_list("date", flat=True))
    days = _van_days(today, closed)
    for (place, address, district), date in zip(STOPS, days, strict=False):
        day = SpecialDay.objects.create(
            office=van,
            date=date,
            name="Layanan keliling",
            place=place,
            address=address,
            district=District.objects.get(code=district),
            source=SOURCE,
            confirmed=True,
        )
        SpecialPeriod.objects.bulk_create(
            SpecialPeriod(day=day, opens=datetime.time(opens), closes=datetime.time(closes))
            for opens, closes in HOURS
        )


def _van_days(today: datetime.date, closed: Iterable[datetime.date]) -> list[datetime.date]:
    """The days of the next two weeks on which the van goes out."""
    coming = (today + offset * ONE_DAY for offset in range(1, 15))
    return [day for day in coming if day.weekday() in VAN_DAYS and day not in closed]


def _monday_after(day: datetime.date) -> datetime.date:
    return day + (7 - day.weekday()) * ONE_DAY


def _away(
    staff: User,
    kind: AbsenceKind,
    first: datetime.date,
    days: int,
    chief: User,
    at: datetime.datetime,
) -> None:
    Absence.objects.create(
        staff=staff,
        kind=kind,
        first_day=first,
        until=first + days * ONE_DAY,
        entered_at=at,
        entered_by=chief,
    )
