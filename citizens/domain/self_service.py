"""What the person at a kiosk does without staff: take a walk-in number while there is room, or arrive as booked."""

import datetime
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from citizens.domain import arrivals, day_control, kiosks, lookup, walk_in_room
from citizens.domain.lookup import Fact
from citizens.domain.office_time import local_date
from citizens.enums import PriorityGroup
from citizens.models import (
    Appointment,
    ClosedService,
    Counter,
    Kiosk,
    QueueDay,
    ServiceCase,
    Ticket,
)


class NoRoom(day_control.WalkInRefused):
    """The counters are taken until closing by who waits and who is booked. Reception may still see a way."""


def cases(*, kiosk: Kiosk) -> list[ServiceCase]:
    """What somebody may come for here: what a counter of the office serves, service by service. One query."""
    served = Counter.groups.through.objects.filter(
        counter__office=kiosk.office_id,
        counter__active=True,
        servicegroup=OuterRef("service__group"),
    )
    found = ServiceCase.objects.filter(Exists(served), active=True, service__active=True)
    return list(
        found.select_related("service").order_by(
            "service__group__sort_order", "service__sort_order", "service", "sort_order", "pk"
        )
    )


@dataclass(frozen=True, slots=True)
class Shut:
    """What takes no walk-ins today, said by a supervisor: some groups (ServiceGroup keys), or everything."""

    groups: frozenset[int] = frozenset()
    day_ended: bool = False


def shut(*, kiosk: Kiosk, at: datetime.datetime) -> Shut:
    """What the first page says at once, before anybody chooses. One query."""
    closed = ClosedService.objects.filter(queue_day=OuterRef("pk"), opened_at=None)
    days = QueueDay.objects.filter(office=kiosk.office_id, date=local_date(at))
    found = days.values_list("ended_at", ArraySubquery(closed.values("group"))).first()
    if found is None:
        return Shut()
    ended_at, groups = found
    return Shut(groups=frozenset(groups), day_ended=ended_at is not None)


def refuse(*, kiosk: Kiosk, group: int, at: datetime.datetime) -> None:
    """Raises ServiceClosed, NoMoreNumbers or NoRoom when a walk-in for `group` gets no number now.

    Where neither opening hours nor a limit are known there is room. A constant number of queries.
    """
    day = arrivals.day_or_rule(office=kiosk.office, at=at)
    if day.pk is not None:
        day_control.refuse_walk_in(day, group=group)
    if walk_in_room.remaining(office=kiosk.office, at=at).of_group(group) == 0:
        raise NoRoom


def take_number(
    *,
    kiosk: Kiosk,
    case: ServiceCase,
    priority_group: PriorityGroup | None,
    phone: str,
    submission_key: str,
    at: datetime.datetime,
) -> Ticket:
    """A walk-in ticket. Pressed twice with one `submission_key`, the same one, even when it took the last room.

    Raises what refuse() raises.
    """
    if not Ticket.objects.filter(submission_key=submission_key, kiosk=kiosk).exists():
        refuse(kiosk=kiosk, group=case.service.group_id, at=at)
    ticket = arrivals.issue_walk_in(
        office=kiosk.office,
        case=case,
        priority_group=priority_group,
        at=at,
        staff=None,
        submission_key=submission_key,
        kiosk=kiosk,
        phone=phone,
    )
    kiosks.seen(kiosk=kiosk, at=at)
    return ticket


def check_in(*, kiosk: Kiosk, code: str, fact: Fact, at: datetime.datetime) -> Ticket:
    """The ticket of a booked person, who knows `fact` beside the code or link; who has one already gets the same.

    Nothing is told about an appointment before the fact is right: raises lookup.NotFound, else another
    arrivals.CheckInRefused than AlreadyCheckedIn. The caller limits the attempts first. The card is compared at the
    counter.
    """
    try:
        named = arrivals.named_by(code)
    except arrivals.NotFound as error:
        raise lookup.NotFound from error
    known = Appointment.objects.filter(**named).values_list("code", flat=True).first()
    found = lookup.find(code=known or "", fact=fact)
    kiosks.seen(kiosk=kiosk, at=at)
    try:
        return arrivals.check_in(
            office=kiosk.office, code=found.code, at=at, staff=None, kiosk=kiosk
        )
    except arrivals.AlreadyCheckedIn as error:
        return error.ticket
