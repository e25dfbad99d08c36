"""Today's queue so far, and the coming two weeks partly booked."""

import datetime
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils import timezone

from citizens import tokens
from citizens.domain import availability, booking
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.enums import OfficeKind
from citizens.management.demo import records, rhythm
from citizens.management.demo.bookings import Booking
from citizens.management.demo.days import arrive, by_office, came_and_missed, walk_in, work_off
from citizens.management.demo.world import World
from citizens.models import QueueDay, Slot

STILL_WAITING = 7  # people in the main hall at least, so that there is somebody to call
LESS_WANTED = {OfficeKind.MAIN: 1.0, OfficeKind.DISTRICT: 0.45, OfficeKind.MOBILE: 0.5}
BOOKED_NOW = (
    ("KTP", "hilang"),
    ("KTP", "pertama"),
    ("IKD", "aktivasi"),
    ("KK", "ubah"),
    ("AKTA_LAHIR", "tepat-waktu"),
    ("PINDAH", "keluar"),
)


def book_ahead(world: World, *, at: datetime.datetime) -> list[Booking]:
    """Books today's and the coming slots, nearer days fuller; returns what stands. Nothing is flushed."""
    today = local_date(at)
    horizon = at + datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS - 1)
    slots = world.slots(today, local_date(horizon))
    return world.booker.fill(slots, chance=_chance(world, slots), now=at)


def live_until_now(world: World, bookings: Sequence[Booking], *, at: datetime.datetime) -> None:
    """Has today's people come and be served up to `at`. Does nothing on a day without service.

    Whoever was at a counter at `at` still waits instead: an open counter belongs to whoever signs in.
    """
    today = local_date(at)
    main = next(pk for pk, office in world.offices.items() if office.kind == OfficeKind.MAIN)
    expected = [one for one in bookings if local_date(one.starts_at) == today]
    for office, slots in by_office(world.slots(today, today)).items():
        came, _ = came_and_missed(world, office, expected)
        arrivals = [
            one for one in arrive(world, today, slots, came, closed_before=0) if one.at < at
        ]
        calls = [call for call in work_off(world, slots, arrivals) if call.ended_at < at]
        called = {id(call.arrival) for call in calls}
        waiting = [one for one in arrivals if id(one) not in called]
        if office.pk == main:
            for _ in range(STILL_WAITING - len(waiting)):
                minutes = world.rng.uniform(2, 25)
                group = rhythm.choose(world.rng, rhythm.GROUP_SHARE)
                since = at - datetime.timedelta(minutes=minutes)
                waiting.append(walk_in(world, group, at=since))
        day = world.rows.add(QueueDay(office=office, date=today))
        records.write_day(world, day, calls, waiting=waiting)


def book_now(world: World, *, at: datetime.datetime) -> int:
    """Books a few appointments the way a citizen does, so that there are messages to see; returns how many.

    They are two days ahead or more, so that a reminder is due as well.
    """
    soon = local_date(at) + datetime.timedelta(days=1)
    made = 0
    for code in BOOKED_NOW:
        case = world.booker.cases[code]
        party = parties.of(case)
        free = [
            (day.earliest, office.code)
            for office in availability.days(party=party, at=at)
            for day in office.days
            if day.earliest and day.date > soon
        ]
        if not free:
            continue
        start, office = min(free)
        person = world.people.draw(case, on=local_date(start))
        held = booking.hold(party=party, office=office, start=start, browser=tokens.new(), at=at)
        answers = Answers.of(
            full_name=person.full_name,
            birth_date=person.birth_date,
            nik=person.nik,
            phone=person.phone,
            email=person.email,
            subdistrict=person.subdistrict,
            language=person.language,
            priority_group=person.priority_group,
        )
        booking.book(hold=held, answers=answers, at=at)
        made += 1
    return made


def _chance(world: World, slots: Sequence[Slot]) -> Callable[[Slot], float]:
    """How likely a place is taken: by how many working days ahead it is, the group, the hour, the place."""
    dates = sorted({local_date(slot.start) for slot in slots})
    ahead = {date: index for index, date in enumerate(dates)}

    def chance(slot: Slot) -> float:
        fill = rhythm.upcoming_fill(
            slot.group.code,
            working_days=ahead[local_date(slot.start)],
            hour=_hour(slot.start),
            rng=world.rng,
        )
        return fill * LESS_WANTED[OfficeKind(slot.office.kind)]

    return chance


def _hour(start: datetime.datetime) -> int:
    return timezone.localtime(start).hour
