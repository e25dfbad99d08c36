"""Numbers that were written on paper while the system was down, entered afterwards as they were written.

The printed numbers are queue.PAPER_NUMBERS. People keep the order in which they came: the written time is the time of
arrival, and decides about their turn like any other.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from citizens.domain import appointments, arrivals, day_control, queue, visits
from citizens.domain.office_time import local_midnight
from citizens.enums import Actor, AppointmentState, DayChange, Outcome, PriorityGroup, TicketState
from citizens.models import Appointment, Office, QueueDay, ServiceCase, Ticket, User, VisitorService


@dataclass(frozen=True, slots=True)
class Slip:
    """A number as it was written down, with `case` or with the `code` of an appointment.

    `outcome` is how the visit ended, for somebody who was served while the system was down.
    """

    number: int
    written_at: datetime.datetime
    case: ServiceCase | None = None
    code: str = ""
    priority_group: PriorityGroup | None = None
    outcome: Outcome | None = None


class SlipRefused(Exception):
    """The `slip` cannot be entered so; the subclass says why. Nothing was entered."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip.number)
        self.slip = slip


class NoPaperNumber(SlipRefused):
    """The number is none of those printed for a failure of the system."""


class NumberTaken(SlipRefused):
    """The number was entered before, or stands twice in what is entered now."""


class NotToday(SlipRefused):
    """The written time is in the future, or before the day began."""


class NotBooked(SlipRefused):
    """The appointment cannot join today's queue: `__cause__` is the arrivals.CheckInRefused that says why."""


class NothingWaitsAnyMore(SlipRefused):
    """The day has ended: only who was served can still be entered."""


@transaction.atomic
def enter(
    *, office: Office, slips: Sequence[Slip], at: datetime.datetime, staff: User
) -> list[Ticket]:
    """Enters all of `slips` or none, in the order in which they were written. Raises a SlipRefused."""
    day = queue.lock_day(office=office, at=at)
    if not slips:
        return []
    ordered = sorted(slips, key=lambda slip: (slip.written_at, slip.number))
    _refuse(day, ordered, at=at)
    tickets = [_enter(day, slip, at=at, staff=staff) for slip in ordered]
    numbers = sorted(slip.number for slip in slips)
    first, last = numbers[0], numbers[-1]
    span = f"{first}-{last} ({len(numbers)})" if last > first else first
    day_control.log(day, DayChange.PAPER_NUMBERS, after=span, at=at, staff=staff)
    return tickets


def _refuse(day: QueueDay, slips: Sequence[Slip], *, at: datetime.datetime) -> None:
    numbers = [slip.number for slip in slips]
    given = Ticket.objects.filter(queue_day=day, number__in=numbers)
    taken = set(given.values_list("number", flat=True))
    for slip in slips:
        if slip.number not in queue.PAPER_NUMBERS:
            raise NoPaperNumber(slip)
        if slip.number in taken:
            raise NumberTaken(slip)
        if not local_midnight(day.date) <= slip.written_at <= at:
            raise NotToday(slip)
        if day.ended_at is not None and slip.outcome is None:
            raise NothingWaitsAnyMore(slip)
        taken.add(slip.number)


def _enter(day: QueueDay, slip: Slip, *, at: datetime.datetime, staff: User) -> Ticket:
    appointment = _check_in(day, slip, at=at, staff=staff) if slip.code else None
    columns: dict[str, Any] = {"appointment": appointment} if appointment else {}
    if slip.outcome is not None:
        # Nobody wrote down when it began: such a visit measures nothing, and takes nobody's turn any more.
        columns |= {"state": TicketState.FINISHED, "ended_at": at, "ended_by": staff}
        columns["turn_at"] = slip.written_at
    priority = _priority(slip, appointment)
    ticket = queue.issue(
        day,
        case=_case(slip, appointment),
        prefix=_prefix(priority, appointment),
        priority_group=priority,
        at=at,
        staff=staff,
        number=slip.number,
        arrived_at=slip.written_at,
        from_paper=True,
        **columns,
    )
    if slip.outcome is not None:
        if appointment:
            _serve(appointment, at=at, staff=staff)
        visits.record(
            ticket=ticket, outcome=slip.outcome, missing_papers=(), offers=(), at=at, staff=staff
        )
    return ticket


def _check_in(day: QueueDay, slip: Slip, *, at: datetime.datetime, staff: User) -> Appointment:
    try:
        found = arrivals.expected(office=day.office, code=slip.code, at=at)
        appointments.move(
            appointment=found,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.BOOKED,
            at=at,
            actor=Actor.STAFF,
            staff=staff,
        )
    except (arrivals.CheckInRefused, appointments.StaleAppointment) as error:
        raise NotBooked(slip) from error
    return found


def _serve(appointment: Appointment, *, at: datetime.datetime, staff: User) -> None:
    appointments.move(
        appointment=appointment,
        to=AppointmentState.SERVED,
        expected=AppointmentState.CHECKED_IN,
        at=at,
        actor=Actor.STAFF,
        staff=staff,
    )


def _case(slip: Slip, appointment: Appointment | None) -> ServiceCase:
    if appointment is None:
        if slip.case is None:
            raise ValueError("A slip names a case or an appointment.")
        return slip.case
    booked = VisitorService.objects.filter(visitor__appointment=appointment)
    return booked.select_related("case__service").order_by("visitor__position", "pk")[0].case


def _priority(slip: Slip, appointment: Appointment | None) -> PriorityGroup | None:
    declared = slip.priority_group or (appointment.priority_group if appointment else "")
    return PriorityGroup(declared) if declared else None


def _prefix(priority: PriorityGroup | None, appointment: Appointment | None) -> str:
    if priority:
        return arrivals.PRIORITY_PREFIX
    return arrivals.BOOKED_PREFIX if appointment else arrivals.WALK_IN_PREFIX
