"""What the supervisor's page shows: counters, who waits for what, what waits for an outcome, and what was changed."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from citizens.domain import day_control, wording
from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.models import (
    ClosedService,
    Counter,
    DeskPause,
    DeskSession,
    Office,
    QueueDay,
    QueueDayEvent,
    ServiceGroup,
    Slot,
    Ticket,
)

# From when on a supervisor should look after a ticket that nobody moves.
TOO_LONG = {
    TicketState.SERVING: datetime.timedelta(hours=1),
    TicketState.CALLED: datetime.timedelta(minutes=5),
    TicketState.PARKED: datetime.timedelta(minutes=30),
}
LONGEST_SLOT = datetime.timedelta(hours=4)
ROWS_OF_LOG = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter, and who has it open since when."""

    counter: Counter
    session: DeskSession | None
    pause: DeskPause | None
    services: str
    since: str = ""
    paused: int = 0  # minutes


@dataclass(frozen=True, slots=True)
class Wait:
    """A service: its people, its counters (open, paused ones not counted, and planned now; None: no slot), in minutes."""

    group: ServiceGroup
    waiting: int
    longest: int | None
    desks: int
    planned: int | None
    closed: ClosedService | None

    @property
    def name(self) -> str:
        return self.group.local("name")

    @property
    def short(self) -> bool:
        """Whether fewer counters are open than planned."""
        return self.planned is not None and self.desks < self.planned


@dataclass(frozen=True, slots=True)
class Stuck:
    """A ticket that nobody has moved for too long; `day` is told when it is not of today."""

    ticket: Ticket
    minutes: int
    day: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The day at a glance."""

    day: QueueDay | None
    rule: day_control.Rule
    version: int
    limit: int | None
    given: int
    desks: list[Desk]
    waits: list[Wait]
    stuck: list[Stuck]
    events: list[QueueDayEvent]

    @property
    def open_desks(self) -> int:
        return sum(desk.session is not None for desk in self.desks)

    @property
    def pausing(self) -> int:
        return sum(desk.pause is not None for desk in self.desks)

    @property
    def planned(self) -> int:
        return sum(wait.planned or 0 for wait in self.waits)

    @property
    def waiting(self) -> int:
        return sum(wait.waiting for wait in self.waits)

    @property
    def longest(self) -> int | None:
        return max((w.longest for w in self.waits if w.longest is not None), default=None)

    @property
    def closed(self) -> list[Wait]:
        return [wait for wait in self.waits if wait.closed]

    @property
    def groups(self) -> list[ServiceGroup]:
        return [wait.group for wait in self.waits]


def overview(office: Office, *, at: datetime.datetime) -> Overview:
    """The office's day at `at`. The number of queries is constant."""
    day = QueueDay.objects.filter(office=office, date=local_date(at)).first()
    desks = _desks(office, at=at)
    return Overview(
        day=day,
        rule=day_control.Rule.of(day or office),
        version=day.version if day else 0,
        limit=day.walk_in_limit if day else None,
        given=day_control.walk_ins(day) if day else 0,
        desks=desks,
        waits=_waits(office, day, desks, at=at),
        stuck=_stuck(office, at=at),
        events=list(
            QueueDayEvent.objects.filter(queue_day=day)
            .select_related("staff")
            .order_by("-pk")[:ROWS_OF_LOG]
        ),
    )


def minutes(since: datetime.datetime, at: datetime.datetime) -> int:
    """Whole minutes from `since` to `at`, never fewer than none."""
    return max(0, int((at - since).total_seconds()) // 60)


def _desks(office: Office, *, at: datetime.datetime) -> list[Desk]:
    open_now = DeskSession.objects.open().filter(counter__office=office).select_related("staff")
    sessions = {session.counter_id: session for session in open_now}
    running = DeskPause.objects.filter(session__in=sessions.values(), ended_at=None)
    pauses = {pause.session_id: pause for pause in running}
    counters = Counter.objects.filter(office=office, active=True).prefetch_related("groups")
    return [
        _desk(counter, sessions.get(counter.pk), pauses, at=at)
        for counter in counters.order_by("number")
    ]


def _desk(
    counter: Counter,
    session: DeskSession | None,
    pauses: Mapping[int, DeskPause],
    *,
    at: datetime.datetime,
) -> Desk:
    services = " · ".join(group.local("name") for group in counter.groups.all())
    if session is None:
        return Desk(counter, None, None, services)
    today = local_date(session.opened_at) == local_date(at)
    since = wording.clock(session.opened_at) if today else wording.when(session.opened_at)
    pause = pauses.get(session.pk)
    return Desk(
        counter, session, pause, services, since, minutes(pause.began_at, at) if pause else 0
    )


def _waits(
    office: Office, day: QueueDay | None, desks: Iterable[Desk], *, at: datetime.datetime
) -> list[Wait]:
    """The services that the office has counters for, and those that somebody waits for."""
    waiting = Ticket.objects.filter(queue_day=day, state=TicketState.WAITING).order_by()
    counted = waiting.values_list("group").annotate(Count("pk"), Min("arrived_at"))
    people = {group: (count, first) for group, count, first in counted}
    closed = {one.group_id: one for one in day_control.closed_services(day)} if day else {}
    planned = _planned(office, at=at)
    at_work: dict[int, int] = {}
    served: set[int] = set()
    for desk in desks:
        for group in desk.counter.groups.all():
            served.add(group.pk)
            at_work[group.pk] = at_work.get(group.pk, 0) + bool(desk.session and not desk.pause)
    shown = served | people.keys() | closed.keys() | planned.keys()
    return [
        Wait(
            group=group,
            waiting=people[group.pk][0] if group.pk in people else 0,
            longest=minutes(people[group.pk][1], at) if group.pk in people else None,
            desks=at_work.get(group.pk, 0),
            planned=planned.get(group.pk),
            closed=closed.get(group.pk),
        )
        for group in ServiceGroup.objects.filter(pk__in=shown).order_by("sort_order", "pk")
    ]


def _planned(office: Office, *, at: datetime.datetime) -> dict[int, int]:
    """How many counters each service has in the slot that runs at `at`."""
    begun = Slot.objects.filter(office=office, start__lte=at, start__gt=at - LONGEST_SLOT)
    return {
        slot.group_id: slot.capacity
        for slot in begun.order_by("start")
        if at < slot.start + datetime.timedelta(minutes=slot.minutes)
    }


def _stuck(office: Office, *, at: datetime.datetime) -> list[Stuck]:
    """The longest first. A visit left open on an earlier day is among them."""
    moving = Ticket.objects.filter(queue_day__office=office, state__in=TOO_LONG)
    rows = moving.annotate(
        since=Coalesce(Max("events__at"), "parked_at", "started_at", "called_at")
    ).select_related("counter", "queue_day", "case__service")
    found = []
    for ticket in rows.order_by("since", "pk"):
        since: datetime.datetime = ticket.since
        if at - since > TOO_LONG[TicketState(ticket.state)]:
            date = ticket.queue_day.date
            day = "" if date == local_date(at) else wording.day(date)
            found.append(Stuck(ticket, minutes(since, at), day))
    return found
