"""Making slots from the opening templates. A job adds days that have none; it never touches one that has."""

import datetime
import random
from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from citizens.domain import online_share, release
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.online_share import Desks
from citizens.models import (
    ClosedDay,
    Office,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    Slot,
)


def starts(
    period: OpeningPeriod, *, day: datetime.date, minutes: int
) -> Iterator[datetime.datetime]:
    """Every slot start of `minutes` length that fits wholly into a period of the office's day."""
    zone = ZoneInfo(settings.TIME_ZONE)
    start = datetime.datetime.combine(day, period.opens, zone)
    closes = datetime.datetime.combine(day, period.closes, zone)
    length = datetime.timedelta(minutes=minutes)
    while start + length <= closes:
        yield start
        start += length


@transaction.atomic
def top_up(
    *, at: datetime.datetime, days: int | None = None, draw: random.Random | None = None
) -> int:
    """Adds the slots of coming days that have none yet; returns how many it made.

    `days` is how far ahead, today included (default: the booking horizon and one day more, so that the last
    day is there before it is released); `draw` decides
    when places open (release.plan). A day of an office that has any slot is left alone: a supervisor may
    have changed it.
    """
    first = local_date(at)
    reach = (settings.BOOKING_HORIZON_DAYS + 2) if days is None else days
    wanted = [first + datetime.timedelta(days=offset) for offset in range(reach)]
    # One planner at a time; who comes second finds the days filled.
    offices = list(Office.objects.select_for_update().filter(active=True).order_by("pk"))
    filled = {
        (office, local_date(start))
        for office, start in Slot.objects.filter(start__gte=local_midnight(first)).values_list(
            "office_id", "start"
        )
    }
    closed = {(row.office_id, row.date) for row in ClosedDay.objects.filter(date__in=wanted)}
    templates: dict[int, list[OpeningTemplate]] = defaultdict(list)
    for template in OpeningTemplate.objects.prefetch_related("periods", "capacities").order_by(
        "valid_from"
    ):
        templates[template.office_id].append(template)
    made: list[Slot] = []
    for office in offices:
        for day in wanted:
            shut = (office.pk, day) in closed or (None, day) in closed
            if not shut and (office.pk, day) not in filled:
                made += _within_share(list(_slots_of(office, day, templates[office.pk])))
    release.plan(
        Slot.objects.bulk_create(made, batch_size=1000), at=at, draw=draw or release.secret
    )
    return len(made)


def _within_share(slots: list[Slot]) -> list[Slot]:
    """The new slots of an office's day with as many places online as its share allows (docs/adr/0013)."""
    minutes: dict[int, int] = defaultdict(int)
    for slot in slots:
        minutes[slot.group_id] += slot.minutes
    day = {
        slot.group_id: Desks(minutes[slot.group_id], slot.capacity, slot.online) for slot in slots
    }
    fitting = online_share.capped(day, percent=settings.ONLINE_SHARE_PERCENT)
    for slot in slots:
        slot.online = fitting[slot.group_id].online
    return slots


def _slots_of(
    office: Office, day: datetime.date, templates: list[OpeningTemplate]
) -> Iterator[Slot]:
    for template in templates:
        if template.valid_from <= day and (
            template.valid_until is None or day < template.valid_until
        ):
            for period in template.periods.all():
                if period.weekday == day.weekday():
                    for capacity in template.capacities.all():
                        yield from _slots_in(office, day, period, capacity)


def _slots_in(
    office: Office, day: datetime.date, period: OpeningPeriod, capacity: OpeningCapacity
) -> Iterator[Slot]:
    for start in starts(period, day=day, minutes=capacity.slot_minutes):
        yield Slot(
            office=office,
            group_id=capacity.group_id,
            start=start,
            minutes=capacity.slot_minutes,
            capacity=capacity.counters,
            online=capacity.online,
        )
