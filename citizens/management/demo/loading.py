"""Loads the whole demo in one transaction."""

import datetime

from django.conf import settings
from django.db import transaction

from citizens.domain import reference, release, slots
from citizens.domain.office_time import local_date, local_midnight
from citizens.management.demo import bookings, coming, days, rhythm, rota, staff, world
from citizens.models import Counter

SEED = 36_73


@transaction.atomic
def load(*, at: datetime.datetime, past_days: int) -> dict[str, int]:
    """Makes staff, `past_days` days of visits before `at`, today's queue and the coming bookings.

    Says how many of each. The same `at` gives the same people, visits and bookings, under other tokens.
    Raises Group.DoesNotExist before a migrate, and IntegrityError where demo staff is there already.
    """
    rng = rhythm.chance(SEED)
    today = local_date(at)
    first = today - datetime.timedelta(days=past_days)
    reference.load(at=at)
    reference.load_closed_days(years=range(first.year, today.year), at=at)
    counters = Counter.objects.select_related("office").order_by("office__sort_order", "number")
    desks = staff.create(counters=counters)
    rota.plan(desks=desks, first=first, today=today, at=at)
    rota.stop(today=today)
    reach = past_days + settings.BOOKING_HORIZON_DAYS + 2
    slots.top_up(at=local_midnight(first), days=reach, draw=rhythm.chance(SEED + 1))
    while release.release_due(at=at):
        pass
    here = world.build(rng=rng, desks=desks)
    worked = _past(here, first, today)
    ahead = coming.book_ahead(here, at=at)
    coming.live_until_now(here, ahead, at=at)
    here.rows.flush()
    bookings.count_taken()
    return {
        "staff": len(desks) + len(staff.PEOPLE) + 1,
        "past days": worked,
        "appointments": here.booker.count + coming.book_now(here, at=at),
    }


def _past(here: world.World, first: datetime.date, today: datetime.date) -> int:
    """Lives through every day of service from `first` to the day before `today`; returns how many."""
    worked, closed = 0, 0
    for offset in range((today - first).days):
        day = first + datetime.timedelta(days=offset)
        found = here.slots(day, day)
        if not found:
            closed += 1
            continue
        days.live_through(here, day, found, closed_before=closed)
        here.rows.flush()
        worked, closed = worked + 1, 0
    return worked
