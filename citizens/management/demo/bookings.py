"""Appointments that fill slots: past ones, and those of the coming days."""

import datetime
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from citizens import tokens
from citizens.domain.office_time import local_date
from citizens.enums import Actor, AppointmentState
from citizens.management.demo import rhythm
from citizens.management.demo.people import People, Person
from citizens.management.demo.rows import Rows
from citizens.models import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    ServiceCase,
    Slot,
    Visitor,
    VisitorService,
)

KEY_PREFIX = "demo-"  # of Appointment.submission_key: how demo appointments are told from real ones

TAKEN = """
    UPDATE citizens_slot SET taken = counted.places FROM (
        SELECT place.slot_id, count(*) AS places FROM citizens_appointmentplace place
        JOIN citizens_appointment appointment ON appointment.id = place.appointment_id
        WHERE appointment.state <> %s GROUP BY place.slot_id
    ) counted WHERE counted.slot_id = citizens_slot.id
"""


@dataclass(slots=True)
class Booking:
    """An appointment and its one visitor; the rows are written when `Rows` is flushed."""

    appointment: Appointment
    visitor: Visitor
    service: VisitorService
    case: ServiceCase
    priority_group: str

    @property
    def starts_at(self) -> datetime.datetime:
        return self.appointment.starts_at


class Booker:
    """Fills slots with invented people."""

    def __init__(
        self,
        rng: random.Random,
        *,
        people: People,
        cases: Mapping[tuple[str, str], ServiceCase],
        rows: Rows,
    ) -> None:
        self.rng = rng
        self.people = people
        self.cases = cases
        self.rows = rows
        self.count = 0
        self.codes: set[str] = set()

    def fill(
        self, slots: Iterable[Slot], *, chance: Callable[[Slot], float], now: datetime.datetime
    ) -> list[Booking]:
        """Books each free place of `slots` by `chance`, at some moment before `now` and the visit.

        `slots` have their office and group with them. Some appointments are cancelled again; they are left
        out of the result, which is what still stands.
        """
        days: dict[tuple[int, int], list[Slot]] = defaultdict(list)
        for slot in sorted(slots, key=lambda slot: slot.start):
            days[slot.office_id, slot.group_id].append(slot)
        made = [booking for row in days.values() for booking in self._fill_row(row, chance, now)]
        return [booking for booking in made if not self._cancel(booking, now)]

    def move(
        self,
        booking: Booking,
        to: AppointmentState,
        *,
        at: datetime.datetime,
        event: AppointmentEvent,
    ) -> None:
        """Puts a booking that is not written yet into another state; `event` says whose doing it was."""
        event.appointment = booking.appointment
        event.from_state, event.to_state, event.at = booking.appointment.state, to, at
        booking.appointment.state = to
        booking.service.active = booking.appointment.is_active
        self.rows.add(event)

    def case_of(self, group: str) -> ServiceCase:
        """What somebody comes for in this service group."""
        return self.cases[rhythm.choose(self.rng, rhythm.CASES[group])]

    def _fill_row(
        self, row: list[Slot], chance: Callable[[Slot], float], now: datetime.datetime
    ) -> Iterator[Booking]:
        """Books the slots of one office, group and day, in order."""
        left = {slot.pk: slot.released - slot.taken for slot in row}
        for index, slot in enumerate(row):
            for _ in range(left[slot.pk]):
                if self.rng.random() >= chance(slot):
                    continue
                case = self.case_of(slot.group.code)
                needed = _cover(row[index:], minutes=case.minutes)
                if needed and all(left[one.pk] for one in needed):
                    for one in needed:
                        left[one.pk] -= 1
                    yield self._book(needed, case, now)

    def _book(self, slots: list[Slot], case: ServiceCase, now: datetime.datetime) -> Booking:
        start = slots[0].start
        person = self.people.draw(case, on=local_date(start))
        booked_at = self._booked_at(start, now)
        self.count += 1
        appointment = self.rows.add(
            Appointment(
                token=tokens.new(),
                code=self._code(),
                submission_key=f"{KEY_PREFIX}{self.count:07d}",
                office_id=slots[0].office_id,
                starts_at=start,
                ends_at=start + datetime.timedelta(minutes=case.minutes),
                language=person.language,
                phone=person.phone,
                email=person.email,
                subdistrict_id=person.subdistrict or None,
                priority_group=person.priority_group,
                privacy_notice=settings.PRIVACY_NOTICE_VERSION,
                booked_at=booked_at,
            )
        )
        for slot in slots:
            self.rows.add(AppointmentPlace(appointment=appointment, slot_id=slot.pk))
        self.rows.add(
            AppointmentEvent(
                appointment=appointment,
                to_state=AppointmentState.BOOKED,
                at=booked_at,
                actor=Actor.CITIZEN,
                reason="demo",
            )
        )
        return self._visitor(appointment, person, case)

    def _visitor(self, appointment: Appointment, person: Person, case: ServiceCase) -> Booking:
        visitor = self.rows.add(
            Visitor(
                appointment=appointment,
                position=1,
                full_name=person.full_name,
                nik=person.nik or None,
                birth_date=person.birth_date,
                person_key=person.person_key,
            )
        )
        service = self.rows.add(
            VisitorService(
                visitor=visitor,
                case_id=case.pk,
                group_id=case.service.group_id,
                person_key=visitor.person_key,
                minutes=case.minutes,
            )
        )
        return Booking(appointment, visitor, service, case, person.priority_group)

    def _cancel(self, booking: Booking, now: datetime.datetime) -> bool:
        if self.rng.random() >= rhythm.CANCELLED:
            return False
        booked_at = booking.appointment.booked_at
        last = min(now, booking.starts_at)
        at = booked_at + (last - booked_at) * self.rng.random()
        self.move(
            booking,
            AppointmentState.CANCELLED,
            at=at,
            event=AppointmentEvent(actor=Actor.CITIZEN, reason="demo"),
        )
        return True

    def _booked_at(self, start: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
        """Between the first moment at which the time could be booked, and the last."""
        first = start - datetime.timedelta(days=settings.BOOKING_HORIZON_DAYS)
        last = min(now, start - datetime.timedelta(minutes=settings.BOOKING_LEAD_MINUTES))
        return first + (last - first) * self.rng.betavariate(3, 1.2)

    def _code(self) -> str:
        code = tokens.new_code()
        while code in self.codes:
            code = tokens.new_code()
        self.codes.add(code)
        return code


def count_taken() -> None:
    """Sets `taken` of every slot that has places to what its appointments take."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [AppointmentState.CANCELLED])


def _cover(slots: list[Slot], *, minutes: int) -> list[Slot]:
    """The slots that a visit of `minutes` from the first one needs; none where a break cuts it short."""
    needed: list[Slot] = []
    for slot in slots:
        if needed and slot.start != needed[-1].ends_at:
            return []
        needed.append(slot)
        if sum(one.minutes for one in needed) >= minutes:
            return needed
    return []
