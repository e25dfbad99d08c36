"""How many desks serve a group on one day, and how many places of each slot may be booked online.

All slots of the office's day are locked in id order first, and everything is read anew behind the lock
(docs/adr/0003), so that nobody buys a place while it is taken out of the plan.
"""

import copy
import datetime
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from citizens.domain import online_share, release
from citizens.domain.office_time import local_midnight
from citizens.domain.online_share import Desks
from citizens.models import DayDesks, HeldPlace, Office, ServiceGroup, Slot, User

logger = logging.getLogger(__name__)


class NothingPlanned(Exception):
    """The group has no slot on that day that has not begun."""


class MoreOnlineThanDesks(ValueError):
    """Every place online needs a desk."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A slot that has given away more than the plan leaves it: people who booked online, and through staff."""

    start: datetime.datetime
    online_sold: int
    internal_sold: int


class AlreadySold(Exception):
    """Some slots have given away more; `slots` says which. Nothing was changed."""

    def __init__(self, slots: Sequence[Obstacle]) -> None:
        super().__init__(len(slots))
        self.slots = slots

    @property
    def least_online(self) -> int:
        return max(slot.online_sold for slot in self.slots)

    @property
    def least_desks(self) -> int:
        return max(slot.online_sold + slot.internal_sold for slot in self.slots)


class ShareExceeded(Exception):
    """The day would have too much online; `most` places a slot would do for the group. Nothing was changed."""

    def __init__(self, day: online_share.Sum, most: int) -> None:
        super().__init__(day.percent)
        self.day = day
        self.most = most


@dataclass(frozen=True, slots=True)
class Planned:
    """What was done: how many slots have new numbers, and how many places online came or went."""

    slots: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Now:
    """What a group has on a day: slots that have not begun, and the largest numbers among them."""

    group: ServiceGroup
    slots: int
    counters: int
    online: int
    sold: int


def overview(*, office: Office, date: datetime.date, at: datetime.datetime) -> list[Now]:
    """The groups that can still be planned on a day, in order; `sold` counts places given away. Two queries."""
    found: dict[int, list[Slot]] = {}
    for slot in _of_day(office, date).filter(start__gt=at):
        found.setdefault(slot.group_id, []).append(slot)
    groups = ServiceGroup.objects.filter(pk__in=found).order_by("sort_order", "pk")
    return [
        Now(
            group=group,
            slots=len(slots),
            counters=max(slot.capacity for slot in slots),
            online=max(slot.online for slot in slots),
            sold=sum(slot.taken + slot.internal_taken for slot in slots),
        )
        for group in groups
        if (slots := found[group.pk])
    ]


@transaction.atomic
def set_desks(
    *,
    office: Office,
    date: datetime.date,
    group: ServiceGroup,
    counters: int,
    online: int,
    staff: User,
    at: datetime.datetime,
) -> Planned:
    """Gives each slot of `group` on `date` that has not begun `counters` desks, `online` of them for citizens.

    Fewer places online: what is not released yet goes first, the latest to open before the others, then released
    places that are free. More: the new ones open in shares like any others (citizens.domain.release). Places that
    people booked or hold at the moment are never touched.

    All or nothing. Raises MoreOnlineThanDesks, NothingPlanned, AlreadySold when people have booked more than the
    plan leaves, and ShareExceeded above the online share of the day (docs/adr/0013). There, what is sold is no
    breach: a desk that breaks must be taken out of the plan.
    """
    if online > counters:
        raise MoreOnlineThanDesks
    # One planner at a time: proposals lock offices, calendar rows and slots in the same order.
    Office.objects.select_for_update(no_key=True).get(pk=office.pk)
    day = list(_of_day(office, date).select_for_update(of=("self",)).order_by("pk"))
    slots = [slot for slot in day if slot.group_id == group.pk and slot.start > at]
    if not slots:
        raise NothingPlanned
    sold = _sold_online(day, at=at)
    _refuse_what_is_sold(slots, sold, counters, online)
    _refuse_above_share(day, slots, sold, counters, online)
    added, removed = _change(slots, counters, online, at=at)
    DayDesks.objects.update_or_create(
        office=office,
        date=date,
        group=group,
        defaults={"counters": counters, "online": online, "set_at": at, "set_by": staff},
    )
    logger.info(
        "Desks were planned",
        extra={
            "office": office.code,
            "day": date.isoformat(),
            "group": group.code,
            "counters": counters,
            "online": online,
            "staff": staff.pk,
        },
    )
    return Planned(slots=len(slots), added=added, removed=removed)


def _of_day(office: Office, date: datetime.date) -> QuerySet[Slot]:
    following = local_midnight(date + datetime.timedelta(days=1))
    return Slot.objects.filter(office=office, start__gte=local_midnight(date), start__lt=following)


def _sold_online(slots: Sequence[Slot], *, at: datetime.datetime) -> dict[int, int]:
    """By slot, the places online that people have booked or hold at the moment."""
    held = dict(
        HeldPlace.objects.filter(slot__in=[slot.pk for slot in slots], hold__expires_at__gt=at)
        .values_list("slot")
        .annotate(places=Count("pk"))
    )
    return {slot.pk: slot.taken + held.get(slot.pk, 0) for slot in slots}


def _refuse_what_is_sold(
    slots: Sequence[Slot], sold: Mapping[int, int], counters: int, online: int
) -> None:
    obstacles = [
        Obstacle(slot.start, sold[slot.pk], slot.internal_taken)
        for slot in slots
        if sold[slot.pk] > online or slot.internal_taken > counters - online
    ]
    if obstacles:
        raise AlreadySold(obstacles)


def _refuse_above_share(
    day: Sequence[Slot], slots: Sequence[Slot], sold: Mapping[int, int], counters: int, online: int
) -> None:
    rest = {slot.pk: Desks(slot.minutes, slot.capacity, slot.online) for slot in day}
    planned = {slot.pk: Desks(slot.minutes, counters, online) for slot in slots}

    def breach(wanted: int) -> online_share.Sum | None:
        plan = rest | {key: replace(desks, online=wanted) for key, desks in planned.items()}
        found = online_share.total(plan, percent=settings.ONLINE_SHARE_PERCENT)
        bound = sum(
            desks.minutes * min(desks.online, max(1, sold[key])) for key, desks in plan.items()
        )
        return None if found.online <= max(found.allowed, bound) else found

    if found := breach(online):
        most = next(fewer for fewer in range(online - 1, -1, -1) if not breach(fewer) or not fewer)
        raise ShareExceeded(found, most)


def _change(
    slots: Sequence[Slot], counters: int, online: int, *, at: datetime.datetime
) -> tuple[int, int]:
    """Writes the numbers of locked slots; returns how many places online came and went."""
    more: list[Slot] = []
    removed = 0
    for slot in slots:
        if online > slot.online:
            # release.plan shares out the places of what it is given: here the new ones alone.
            fresh = copy.copy(slot)
            fresh.online = online - slot.online
            more.append(fresh)
        removed += max(slot.online - online, 0)
    _trim([slot for slot in slots if slot.online > online], online)
    for slot in slots:
        slot.capacity, slot.online = counters, online
    Slot.objects.bulk_update(slots, ["capacity", "online", "released"])
    release.plan(more, at=at)
    return sum(slot.online for slot in more), removed


def _trim(slots: Sequence[Slot], online: int) -> None:
    """Takes places out of what is not released yet, then lowers `released` of the slots."""
    left = release.take_back({slot.pk: slot.online - online for slot in slots})
    for slot in slots:
        slot.released -= left[slot.pk]
