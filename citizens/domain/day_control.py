"""What a supervisor changes in a queue day: its rule, its walk-in numbers, which services it takes, who has a counter.

Each change is made under the lock of the queue day and written down with who, when, before, after and why.
"""

import datetime
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction

from citizens.domain import queue
from citizens.domain.counter import CALLS
from citizens.enums import AT_THE_COUNTER, DayChange, ParkReason, TicketOrigin, TicketState
from citizens.models import (
    ClosedService,
    DeskPause,
    DeskSession,
    Office,
    QueueDay,
    QueueDayEvent,
    ServiceGroup,
    Ticket,
    User,
)


class StaleDay(Exception):
    """Another supervisor changed the day since it was read: nothing was changed, look again."""


class DayEnded(Exception):
    """The day has ended: nothing can be steered any more."""


class NotOpen(Exception):
    """The counter is not open any more: nothing is to be released."""


class WalkInRefused(Exception):
    """Nobody gets this walk-in number; the subclass says why."""


class ServiceClosed(WalkInRefused):
    """A supervisor closed the service for the day; `reason` says why."""

    def __init__(self, closed: ClosedService) -> None:
        super().__init__(closed.reason)
        self.reason = closed.reason


class NoMoreNumbers(WalkInRefused):
    """The walk-in numbers of the day are given (`limit` of them), or the day has ended (None)."""

    def __init__(self, limit: int | None) -> None:
        super().__init__(limit)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Rule:
    """The settings of a day's order; both ratios are at least 1, the others are minutes."""

    booked_per_walk_in: int
    calls_per_priority: int
    ageing_minutes: int
    late_minutes: int

    @classmethod
    def of(cls, day: QueueDay | Office) -> "Rule":
        """The rule of a day; of an office, the rule that its next day begins with."""
        return cls(**{field.name: getattr(day, field.name) for field in fields(cls)})

    @classmethod
    def read(cls, text: str) -> "Rule":
        """The rule that str() wrote into the log."""
        return cls(*map(int, text.split()))

    def __str__(self) -> str:
        return " ".join(map(str, asdict(self).values()))


@dataclass(frozen=True, slots=True)
class Closing:
    """A service that was closed, and how many people still wait for it: they keep their places."""

    closed: ClosedService
    waiting: int


@transaction.atomic
def change_rule(
    *, office: Office, rule: Rule, version: int, reason: str, at: datetime.datetime, staff: User
) -> QueueDay:
    """Orders the people of today by `rule` from the next call on; whoever was called stays called.

    `version` is that of the day which the supervisor read. Raises StaleDay or DayEnded.
    """
    day = _lock(office, at=at, version=version)
    before = Rule.of(day)
    if before == rule:
        return day
    changes = asdict(rule)
    QueueDay.objects.filter(pk=day.pk).update(**changes)
    day.refresh_from_db(fields=list(changes))
    log(day, DayChange.RATIO, before=before, after=rule, reason=reason, at=at, staff=staff)
    return day


@transaction.atomic
def limit_walk_ins(
    *,
    office: Office,
    limit: int | None,
    version: int,
    reason: str,
    at: datetime.datetime,
    staff: User,
) -> QueueDay:
    """Gives at most `limit` walk-in numbers today, those given until now counted; None: no such limit.

    A limit below what is given takes nothing back. Raises StaleDay or DayEnded.
    """
    day = _lock(office, at=at, version=version)
    before = day.walk_in_limit
    if before == limit:
        return day
    QueueDay.objects.filter(pk=day.pk).update(walk_in_limit=limit)
    day.walk_in_limit = limit
    log(
        day,
        DayChange.WALK_IN_LIMIT,
        before="" if before is None else before,
        after="" if limit is None else limit,
        reason=reason,
        at=at,
        staff=staff,
    )
    return day


@transaction.atomic
def close_service(
    *, office: Office, group: ServiceGroup, reason: str, at: datetime.datetime, staff: User
) -> Closing:
    """Takes no new walk-ins for `group` today. Whoever waits keeps the place, whoever is booked still comes.

    Closed twice, it stays as it was closed first. Raises DayEnded.
    """
    day = _lock(office, at=at)
    waiting = Ticket.objects.filter(queue_day=day, group=group, state=TicketState.WAITING).count()
    closed = ClosedService.objects.filter(queue_day=day, group=group, opened_at=None).first()
    if closed is None:
        closed = ClosedService.objects.create(
            queue_day=day, group=group, reason=reason, closed_at=at, closed_by=staff
        )
        log(day, DayChange.SERVICE_CLOSED, after=group.code, reason=reason, at=at, staff=staff)
    return Closing(closed, waiting)


@transaction.atomic
def open_service(
    *, office: Office, group: ServiceGroup, at: datetime.datetime, staff: User, reason: str = ""
) -> None:
    """Takes walk-ins for `group` again; a service that is open stays so. Raises DayEnded."""
    day = _lock(office, at=at)
    closed = ClosedService.objects.filter(queue_day=day, group=group, opened_at=None)
    if closed.update(opened_at=at, opened_by=staff):
        log(day, DayChange.SERVICE_OPENED, after=group.code, reason=reason, at=at, staff=staff)


@transaction.atomic
def release_counter(
    *, session: DeskSession, reason: str, at: datetime.datetime, staff: User
) -> Ticket | None:
    """Closes a counter that a colleague left open, and says who was there: called people wait again, first in turn;
    people being served are set aside.

    After three calls the number is given up instead, like at the counter. Raises NotOpen when it is closed meanwhile.
    """
    place = session.counter
    day = queue.lock_day(office=place.office, at=at)
    if not DeskSession.objects.open().filter(pk=session.pk).exists():
        raise NotOpen
    there = Ticket.objects.filter(counter=place, state__in=AT_THE_COUNTER).first()
    if there is not None:
        there = _send_away(queue.relock(there), reason=reason, at=at, staff=staff)
    queue.free_for_any(counter=place, at=at, staff=staff)
    end_session(session, at=at)
    log(
        day,
        DayChange.COUNTER_RELEASED,
        before=f"{place.number} · {session.staff}",
        after=there.label if there else "",
        reason=reason,
        at=at,
        staff=staff,
    )
    return there


def end_session(session: DeskSession, *, at: datetime.datetime) -> None:
    """Closes a counter, and a pause with it, in the caller's transaction."""
    DeskPause.objects.filter(session=session, ended_at=None).update(ended_at=at)
    DeskSession.objects.open().filter(pk=session.pk).update(closed_at=at)


def closed_services(day: QueueDay) -> list[ClosedService]:
    """What takes no walk-ins now, with its group. One query."""
    found = ClosedService.objects.filter(queue_day=day, opened_at=None)
    return list(found.select_related("group").order_by("group__sort_order", "group"))


def walk_ins(day: QueueDay) -> int:
    """How many walk-in numbers the day has given, those on paper among them. One query."""
    return Ticket.objects.filter(queue_day=day, origin=TicketOrigin.WALK_IN).count()


def refuse_walk_in(day: QueueDay, *, group: int) -> None:
    """Raises ServiceClosed or NoMoreNumbers when a walk-in for `group` gets no number. The caller holds the lock."""
    if day.ended_at is not None:
        raise NoMoreNumbers(None)
    closed = ClosedService.objects.filter(queue_day=day, group=group, opened_at=None).first()
    if closed is not None:
        raise ServiceClosed(closed)
    if day.walk_in_limit is not None and walk_ins(day) >= day.walk_in_limit:
        raise NoMoreNumbers(day.walk_in_limit)


def log(
    day: QueueDay,
    what: DayChange,
    *,
    before: object = "",
    after: object = "",
    reason: str = "",
    at: datetime.datetime,
    staff: User,
) -> None:
    """Writes a change down, and makes whoever read the day before look again. The caller holds the lock."""
    day.version += 1
    QueueDay.objects.filter(pk=day.pk).update(version=day.version)
    QueueDayEvent.objects.create(
        queue_day=day,
        what=what,
        before=str(before)[:120],
        after=str(after)[:120],
        reason=reason[:120],
        at=at,
        staff=staff,
    )


def _lock(office: Office, *, at: datetime.datetime, version: int | None = None) -> QueueDay:
    """Today's queue, locked. Raises DayEnded, or StaleDay unless it has `version`."""
    day = queue.lock_day(office=office, at=at)
    if day.ended_at is not None:
        raise DayEnded
    if version is not None and day.version != version:
        raise StaleDay
    return day


def _send_away(ticket: Ticket, *, reason: str, at: datetime.datetime, staff: User) -> Ticket:
    state = TicketState(ticket.state)
    columns: dict[str, Any] = {}
    if state == TicketState.SERVING:
        to, reason = TicketState.PARKED, f"{ParkReason.OTHER}: {reason}"
    elif ticket.calls >= CALLS:
        to = TicketState.MISSED
    else:
        # Nobody was there to serve: no reason to wait for five more numbers.
        to = TicketState.WAITING
        columns["recall_after"] = queue.group_calls(ticket.queue_day).get(ticket.group_id, 0)
    queue.move(
        ticket=ticket, to=to, expected=state, at=at, staff=staff, reason=reason[:120], **columns
    )
    return ticket
