"""Arriving: with an appointment, by its code, or without one."""

import datetime

from django.db import transaction
from django.db.models import QuerySet

from citizens import tokens
from citizens.domain import appointments, day_control, queue
from citizens.domain.office_time import local_date
from citizens.enums import Actor, AppointmentState, PriorityGroup
from citizens.models import Appointment, Office, ServiceCase, Ticket, User, VisitorService

WALK_IN_PREFIX = "A"
BOOKED_PREFIX = "B"
PRIORITY_PREFIX = "P"


class CheckInRefused(Exception):
    """The appointment cannot join today's queue here; the subclass says why."""


class NotFound(CheckInRefused):
    """No appointment has this code, or the text is no code at all."""


class NotExpected(CheckInRefused):
    """There is such an `appointment`, but not for here and now."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(appointment.code)
        self.appointment = appointment


class OtherOffice(NotExpected):
    """The appointment is at another office."""


class OtherDay(NotExpected):
    """The appointment is on another day."""


class AppointmentOver(NotExpected):
    """The appointment was cancelled or has ended; its state says which."""


class AlreadyCheckedIn(CheckInRefused):
    """The person has `ticket` already: a scanner that sends twice ends here, with the same number."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket.label)
        self.ticket = ticket


def expected(*, office: Office, code: str, at: datetime.datetime) -> Appointment:
    """The appointment that may join today's queue here, to compare its people with their cards.

    `code` is what was typed or scanned. Raises NotFound, AlreadyCheckedIn, AppointmentOver, OtherDay or
    OtherOffice.
    """
    return _find(Appointment.objects.all(), code, office=office, date=local_date(at))


def check_in(*, office: Office, code: str, at: datetime.datetime, staff: User) -> Ticket:
    """Gives a booked person who has arrived a ticket. Raises what `expected` raises."""
    with transaction.atomic():
        day = queue.lock_day(office=office, at=at)
        locked = Appointment.objects.select_for_update(of=("self",))
        appointment = _find(locked, code, office=office, date=day.date)
        appointments.move(
            appointment=appointment,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.BOOKED,
            at=at,
            actor=Actor.STAFF,
            staff=staff,
        )
        booked = VisitorService.objects.filter(visitor__appointment=appointment)
        first = booked.select_related("case__service").order_by("visitor__position", "pk")[0]
        priority = PriorityGroup(appointment.priority_group) if appointment.priority_group else None
        return queue.issue(
            day,
            case=first.case,
            prefix=PRIORITY_PREFIX if priority else BOOKED_PREFIX,
            priority_group=priority,
            at=at,
            staff=staff,
            appointment=appointment,
        )


@transaction.atomic
def issue_walk_in(
    *,
    office: Office,
    case: ServiceCase,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User,
    submission_key: str,
) -> Ticket:
    """Gives somebody without an appointment a ticket.

    `submission_key` names the form that was filled in: sent twice, it gives the same ticket. Raises
    day_control.ServiceClosed or day_control.NoMoreNumbers.
    """
    day = queue.lock_day(office=office, at=at)
    made = Ticket.objects.filter(submission_key=submission_key).first()
    asked = (day.pk, case.pk, priority_group or "")
    if made is not None and (made.queue_day_id, made.case_id, made.priority_group) == asked:
        return made
    day_control.refuse_walk_in(day, group=case.service.group_id)
    return queue.issue(
        day,
        case=case,
        prefix=PRIORITY_PREFIX if priority_group else WALK_IN_PREFIX,
        priority_group=priority_group,
        at=at,
        staff=staff,
        # The back button and the next person: another wish under an old key is another ticket.
        submission_key=None if made else submission_key,
    )


def _find(
    rows: QuerySet[Appointment], code: str, *, office: Office, date: datetime.date
) -> Appointment:
    try:
        code = tokens.clean_code(code)
    except tokens.InvalidCode as error:
        raise NotFound from error
    appointment = rows.select_related("office").filter(code=code).first()
    if appointment is None:
        raise NotFound
    today = Ticket.objects.filter(queue_day__office=office, queue_day__date=date)
    if ticket := today.filter(appointment=appointment).first():
        raise AlreadyCheckedIn(ticket)
    if appointment.state != AppointmentState.BOOKED:
        raise AppointmentOver(appointment)
    if local_date(appointment.starts_at) != date:
        raise OtherDay(appointment)
    if appointment.office_id != office.pk:
        raise OtherOffice(appointment)
    return appointment
