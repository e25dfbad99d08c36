"""The end of a queue day: by a supervisor in the evening, or by the system in the night after it.

Whoever did not come to three calls is absent. Everybody else whose visit is not finished was not served: the office's
doing, which counts against nobody.
"""

import datetime
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from citizens.domain import appointments, day_control, queue
from citizens.domain.counter import CALLS, ENDS
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import Actor, AppointmentState, DayChange, TicketState
from citizens.models import DeskSession, Office, QueueDay, Ticket, User

UNFINISHED = (TicketState.WAITING, TicketState.CALLED, TicketState.PARKED, TicketState.MISSED)
ONE_DAY = datetime.timedelta(days=1)


class StillServing(Exception):
    """Somebody is being served: `tickets` says who and at which counters. Nothing was changed."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        super().__init__(len(tickets))
        self.tickets = tickets


@dataclass(frozen=True, slots=True)
class Ended:
    """How many people were absent and not served, and how many counters were closed."""

    absent: int
    unserved: int
    counters: int

    @classmethod
    def read(cls, text: str) -> "Ended":
        """What str() wrote into the log."""
        return cls(*map(int, text.split()))

    def __str__(self) -> str:
        return f"{self.absent} {self.unserved} {self.counters}"


@transaction.atomic
def end(*, office: Office, at: datetime.datetime, staff: User, reason: str = "") -> Ended:
    """Ends the office's day for everybody, and closes its counters. Raises StillServing.

    Ended twice, it keeps its first end; whoever took a number in between is ended too.
    """
    day = queue.lock_day(office=office, at=at)
    at_work = Ticket.objects.filter(counter__office=office, state=TicketState.SERVING)
    if serving := list(at_work.select_related("counter").order_by("counter__number")):
        raise StillServing(serving)
    states = _end_tickets(day, at=at, staff=staff)
    sessions = DeskSession.objects.open().filter(counter__office=office)
    done = Ended(
        absent=states[TicketState.ABSENT],
        unserved=states[TicketState.UNSERVED],
        counters=_close(sessions, at=at),
    )
    if day.ended_at is None:
        QueueDay.objects.filter(pk=day.pk).update(ended_at=at, ended_by=staff)
        day_control.log(day, DayChange.DAY_ENDED, after=done, reason=reason, at=at, staff=staff)
    return done


def close_past_days(*, at: datetime.datetime) -> int:
    """Ends what past days left open, tickets first, then the appointments of whoever did not come; returns how many.

    Somebody who is still being served is left to the counter, which alone knows the outcome.
    """
    today = local_date(at)
    past = QueueDay.objects.filter(date__lt=today, tickets__state__in=UNFINISHED).distinct()
    ended = 0
    for pk in past.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            day = QueueDay.objects.select_for_update(of=("self",)).get(pk=pk)
            ended += _end_tickets(day, at=at, staff=None).total()
    left = DeskSession.objects.open().filter(opened_at__lt=local_midnight(today))
    for session in left.exclude(counter__ticket__state=TicketState.SERVING):
        day_after = local_date(session.opened_at) + ONE_DAY
        day_control.end_session(session, at=local_midnight(day_after))
    return ended + appointments.close_past_days(at=at)


def _end_tickets(
    day: QueueDay, *, at: datetime.datetime, staff: User | None
) -> "Tally[TicketState]":
    """Ends everybody of a locked day who is not being served; returns how many ended how."""
    states: Tally[TicketState] = Tally()
    left = Ticket.objects.filter(queue_day=day, state__in=UNFINISHED)
    for ticket in left.select_related("appointment").order_by("number"):
        to = _end_of(ticket)
        _end_appointment(ticket, to, at=at, staff=staff)
        queue.move(ticket=ticket, to=to, expected=TicketState(ticket.state), at=at, staff=staff)
        states[to] += 1
    return states


def _end_of(ticket: Ticket) -> TicketState:
    called_out = ticket.state == TicketState.CALLED and ticket.calls >= CALLS
    missed = ticket.state == TicketState.MISSED or called_out
    return TicketState.ABSENT if missed else TicketState.UNSERVED


def _end_appointment(
    ticket: Ticket, to: TicketState, *, at: datetime.datetime, staff: User | None
) -> None:
    if ticket.appointment is None or not ticket.appointment.is_active:
        return
    appointments.move(
        appointment=ticket.appointment,
        to=ENDS[to],
        expected=AppointmentState.CHECKED_IN,
        at=at,
        actor=Actor.STAFF if staff else Actor.SYSTEM,
        staff=staff,
        office_caused=to == TicketState.UNSERVED,
    )


def _close(sessions: Iterable[DeskSession], *, at: datetime.datetime) -> int:
    count = 0
    for session in sessions:
        day_control.end_session(session, at=at)
        count += 1
    return count
