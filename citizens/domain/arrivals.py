"""Arriving: with an appointment, by its code or its link, or without one."""

import datetime
import re
from enum import Enum

from django.db import transaction
from django.db.models import QuerySet

from citizens import crypto, tokens
from citizens.domain import appointments, day_control, order, queue, told_waits
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import Actor, AppointmentState, PriorityGroup
from citizens.models import (
    Appointment,
    Kiosk,
    Office,
    QueueDay,
    ServiceCase,
    Ticket,
    User,
    Visitor,
    VisitorService,
)

WALK_IN_PREFIX = "A"
BOOKED_PREFIX = "B"
PRIORITY_PREFIX = "P"
MOST_NAMED = 12  # a name that more people have needs another word, or the code
FEWEST_LETTERS = 2
# The address of the own page, as messages have it and a scanner types it.
OWN_PAGE = re.compile(r"/j/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")


class CheckInRefused(Exception):
    """The appointment cannot join today's queue here; the subclass says why."""


class NotFound(CheckInRefused):
    """No appointment has this code, or the text is no code at all."""


class TooShort(Exception):
    """The text is less than FEWEST_LETTERS letters of a name: it would find everybody."""


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


class DayOver(NotExpected):
    """The day was ended: nobody is called any more."""


class AlreadyCheckedIn(CheckInRefused):
    """The person has `ticket` already: a scanner that sends twice ends here, with the same number."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket.label)
        self.ticket = ticket


class Punctuality(Enum):
    """How an arrival stands to the booked time."""

    EARLY = "early"  # waits for the time, unless nobody else is there
    IN_TIME = "in time"
    LATE = "late"  # waits like a walk-in


def punctuality(
    *, day: QueueDay, due_at: datetime.datetime, arrived_at: datetime.datetime
) -> Punctuality:
    """How an arrival stands to the booked time, by the rule of the day."""
    if queue.is_late(day, due_at, arrived_at):
        return Punctuality.LATE
    return Punctuality.EARLY if arrived_at < due_at - order.EARLY else Punctuality.IN_TIME


def day_or_rule(*, office: Office, at: datetime.datetime) -> QueueDay:
    """The queue day, or an unsaved one with the rule that it will begin with. One query, no lock."""
    found = QueueDay.objects.filter(office=office, date=local_date(at)).first()
    rule = {name: getattr(office, name) for name in queue.RULE}
    return found or QueueDay(office=office, date=local_date(at), **rule)


def expected(*, office: Office, code: str, at: datetime.datetime) -> Appointment:
    """The appointment that may join today's queue here, to compare its people with their cards.

    `code` is what was typed or scanned: a code, or the address of the own page. Raises NotFound, AlreadyCheckedIn, AppointmentOver, OtherDay or
    OtherOffice.
    """
    return _find(Appointment.objects.all(), code, office=office, date=local_date(at))


def named(*, office: Office, name: str, at: datetime.datetime) -> list[Appointment]:
    """Today's appointments here of people with such a name, by time; at most MOST_NAMED and one more.

    Each has its visitors with their services, and its ticket when it has one already. Every word must be in the
    name, however its apostrophes and titles are written. Raises TooShort. The number of queries is constant.
    """
    if sum(sign.isalpha() for sign in name) < FEWEST_LETTERS:
        raise TooShort
    words = crypto.normalise_name(name).split()
    date = local_date(at)
    today = Appointment.objects.filter(
        office=office,
        state__in=(AppointmentState.BOOKED, AppointmentState.CHECKED_IN),
        starts_at__gte=local_midnight(date),
        starts_at__lt=local_midnight(date + datetime.timedelta(days=1)),
    )
    people = Visitor.objects.filter(appointment__in=today)
    found = {
        appointment
        for appointment, full_name in people.values_list("appointment", "full_name")
        if all(word in crypto.normalise_name(full_name) for word in words)
    }
    rows = today.filter(pk__in=found).select_related("ticket")
    rows = rows.prefetch_related("visitors__services__case__service")
    return list(rows.order_by("starts_at", "pk")[: MOST_NAMED + 1])


def check_in(
    *,
    office: Office,
    code: str,
    at: datetime.datetime,
    staff: User | None,
    kiosk: Kiosk | None = None,
) -> Ticket:
    """Gives a booked person who has arrived a ticket: `staff` do, or the person at a `kiosk`.

    Raises what `expected` raises, or DayOver.
    """
    actor = Actor.STAFF if staff else Actor.CITIZEN
    with transaction.atomic():
        day = queue.lock_day(office=office, at=at)
        locked = Appointment.objects.select_for_update(of=("self",))
        appointment = _find(locked, code, office=office, date=day.date)
        if day.ended_at is not None:
            raise DayOver(appointment)
        appointments.move(
            appointment=appointment,
            to=AppointmentState.CHECKED_IN,
            expected=AppointmentState.BOOKED,
            at=at,
            actor=actor,
            staff=staff,
        )
        booked = VisitorService.objects.filter(visitor__appointment=appointment)
        first = booked.select_related("case__service").order_by("visitor__position", "pk")[0]
        priority = PriorityGroup(appointment.priority_group) if appointment.priority_group else None
        ticket = queue.issue(
            day,
            case=first.case,
            prefix=PRIORITY_PREFIX if priority else BOOKED_PREFIX,
            priority_group=priority,
            at=at,
            staff=staff,
            actor=actor,
            kiosk=kiosk,
            appointment=appointment,
        )
    told_waits.tell(ticket=ticket, at=at)
    return ticket


def issue_walk_in(
    *,
    office: Office,
    case: ServiceCase,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User | None,
    submission_key: str,
    kiosk: Kiosk | None = None,
    phone: str = "",
) -> Ticket:
    """Gives somebody without an appointment a ticket: `staff` do, or the person at a `kiosk`.

    `phone` (E.164) is told when the turn is near. `submission_key` names the form that was filled in: sent twice,
    it gives the same ticket. Raises day_control.ServiceClosed or day_control.NoMoreNumbers.
    """
    with transaction.atomic():
        day = queue.lock_day(office=office, at=at)
        made = Ticket.objects.filter(submission_key=submission_key).first()
        asked = (day.pk, case.pk, priority_group or "")
        if made is not None and (made.queue_day_id, made.case_id, made.priority_group) == asked:
            return made
        day_control.refuse_walk_in(day, group=case.service.group_id)
        ticket = queue.issue(
            day,
            case=case,
            prefix=PRIORITY_PREFIX if priority_group else WALK_IN_PREFIX,
            priority_group=priority_group,
            at=at,
            staff=staff,
            actor=Actor.STAFF if staff else Actor.CITIZEN,
            kiosk=kiosk,
            phone=phone,
            # The back button and the next person: another wish under an old key is another ticket.
            submission_key=None if made else submission_key,
        )
    told_waits.tell(ticket=ticket, at=at)
    return ticket


def _find(
    rows: QuerySet[Appointment], code: str, *, office: Office, date: datetime.date
) -> Appointment:
    appointment = rows.select_related("office").filter(**named_by(code)).first()
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


def named_by(text: str) -> dict[str, str]:
    """The one column that what was typed or scanned names. Raises NotFound."""
    text = text.strip()
    half = len(text) // 2
    if text[:half] == text[half:]:  # some scanners send twice before they press Enter
        text = text[:half]
    if link := OWN_PAGE.search(text):
        return {"token": link[1]}
    try:
        return {"code": tokens.clean_code(text)}
    except tokens.InvalidCode as error:
        raise NotFound from error
