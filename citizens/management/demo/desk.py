"""Counters working off a day of arrivals: a small simulation of who is called when."""

import datetime
import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass

from citizens.management.demo import rhythm
from citizens.management.demo.bookings import Booking
from citizens.models import Counter, ServiceCase

MINUTE = datetime.timedelta(minutes=1)
WALK_IN_HANDICAP = 20 * MINUTE  # two due booked people go to one walk-in, about
PRIORITY_LEAD = 15 * MINUTE
FULLEST = 0.92  # how much of their time counters are busy on a peak day; then they work faster

Periods = Sequence[tuple[datetime.datetime, datetime.datetime]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person at the entrance. A booked one has a `booking`."""

    at: datetime.datetime
    case: ServiceCase
    booking: Booking | None
    priority_group: str

    @property
    def group_id(self) -> int:
        """The service group whose counters call this person."""
        return self.case.service.group_id

    @property
    def rank(self) -> datetime.datetime:
        """Who is called first, near enough to the order of the real queue."""
        since = max(self.at, self.booking.starts_at) if self.booking else self.at + WALK_IN_HANDICAP
        return since - PRIORITY_LEAD if self.priority_group else since


@dataclass(frozen=True, slots=True)
class Call:
    """How an arrival ended at a counter. Without `started_at` the person was called in vain."""

    arrival: Arrival
    counter: Counter
    called_at: datetime.datetime
    started_at: datetime.datetime | None
    ended_at: datetime.datetime


def serve(
    arrivals: Sequence[Arrival],
    *,
    counters: Sequence[Counter],
    periods: Periods,
    rng: random.Random,
) -> list[Call]:
    """Calls everybody to one of `counters` within the hours of `periods`, and as long after as it takes."""
    speed = _speed(arrivals, counters, periods)
    coming = sorted(arrivals, key=lambda one: one.at)
    waiting: list[tuple[datetime.datetime, int, Arrival]] = []
    free = [(periods[0][0], counter.number, counter) for counter in counters]
    heapq.heapify(free)
    calls: list[Call] = []
    index = 0
    while index < len(coming) or waiting:
        since, number, counter = heapq.heappop(free)
        now = since if waiting else max(since, coming[index].at)
        now = _working(now, periods)
        while index < len(coming) and coming[index].at <= now:
            heapq.heappush(waiting, (coming[index].rank, index, coming[index]))
            index += 1
        _, _, next_one = heapq.heappop(waiting)
        # Somebody may have arrived in the break that another counter began.
        now = _working(max(now, next_one.at), periods)
        calls.append(_call(next_one, counter, now, speed, rng))
        heapq.heappush(free, (calls[-1].ended_at, number, counter))
    return calls


def _call(
    arrival: Arrival,
    counter: Counter,
    now: datetime.datetime,
    speed: float,
    rng: random.Random,
) -> Call:
    if rng.random() < rhythm.LEFT:
        return Call(arrival, counter, now, None, now + 3 * MINUTE)
    started_at = now + MINUTE * rng.uniform(0.3, 1.5)
    minutes = max(2.0, arrival.case.minutes * speed * rng.lognormvariate(-0.1, 0.35))
    return Call(arrival, counter, now, started_at, started_at + MINUTE * minutes)


def _speed(arrivals: Sequence[Arrival], counters: Sequence[Counter], periods: Periods) -> float:
    asked = sum(one.case.minutes + 1 for one in arrivals) * MINUTE
    there = sum((closes - opens for opens, closes in periods), datetime.timedelta()) * len(counters)
    return min(1.0, FULLEST * there / asked) if asked else 1.0


def _working(now: datetime.datetime, periods: Periods) -> datetime.datetime:
    """The first moment from `now` at which people are called: breaks are kept, closing time is not."""
    for opens, closes in periods:
        if now < closes:
            return max(now, opens)
    return now
