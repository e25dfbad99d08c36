"""Making slots from the calendar. A job adds days that have none; it never touches one that has."""

import datetime
import random

from django.conf import settings
from django.db import transaction

from citizens.domain import calendar_plan, release
from citizens.domain.office_time import local_date, local_midnight
from citizens.models import Office, Slot


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
    calendar = calendar_plan.read(
        offices=[office.pk for office in offices],
        first=first,
        until=first + datetime.timedelta(days=reach),
    )
    made = [
        Slot(
            office=office,
            group_id=group,
            start=slot.start,
            minutes=slot.minutes,
            capacity=slot.capacity,
            online=slot.online,
        )
        for office in offices
        for day in wanted
        if (office.pk, day) not in filled
        for group, of_group in calendar.slots(office=office.pk, day=day).items()
        for slot in of_group
    ]
    release.plan(
        Slot.objects.bulk_create(made, batch_size=1000), at=at, draw=draw or release.secret
    )
    return len(made)
