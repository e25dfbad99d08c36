"""How many people will come on a day, by service group: the rhythm of the week times the causes of the day.

    forecast(day, group) = mean of the arrivals of `group` on the last AVERAGED open days of that weekday
                           without a cause  x  product of the factors of the causes of `day`

An arrival is a queue number, with an appointment or without one: whoever was turned away without a number was not
counted by anybody and is missing here. The factor of a cause falls evenly from its multiplier on the first day to 1 on
the day after its last. A day that the calendar closes gets nothing; below LEAST days nothing is guessed.

Mean of the same weekday: the seasonal mean method; beside it stands the seasonal naive method, the same weekday one
week before (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., sections 5.2 and 5.8). Causes with
a multiplier and a length: docs/planning.md.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from django.db import connection
from django.db.models import Q

from citizens.domain.office_time import local_date
from citizens.models import SurgeCause

AVERAGED = 8  # open days of the same weekday without a cause
LEAST = 4  # of them; fewer say nothing
TESTED = 20  # open days that the past error is taken of
HISTORY_DAYS = 182  # calendar days that are read
ONE_DAY = datetime.timedelta(days=1)
WEEK = 7 * ONE_DAY

Arrivals = Mapping[int, int]  # by service group (key)


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of a surge as the formula reads it; `days` counts closed ones too."""

    pk: int
    name: str
    first: datetime.date
    days: int
    multiplier: float
    source: str = ""
    confirmed: bool = False

    def factor(self, day: datetime.date) -> float:
        """By what the arrivals of `day` are multiplied: 1 outside the days of the cause."""
        passed = (day - self.first).days
        if not 0 <= passed < self.days:
            return 1.0
        return 1 + (self.multiplier - 1) * (1 - passed / self.days)

    def touches(self, day: datetime.date) -> bool:
        return self.first <= day < self.first + self.days * ONE_DAY


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a day, with everything that it was made of.

    `days` are those averaged, the latest first, each with all arrivals; `means` are per group. No `visits` where there
    are too few days.
    """

    day: datetime.date
    days: tuple[tuple[datetime.date, int], ...]
    means: Mapping[int, float]
    factors: tuple[tuple[Cause, float], ...]

    @property
    def is_enough(self) -> bool:
        return len(self.days) >= LEAST

    @property
    def factor(self) -> float:
        return prod(factor for _cause, factor in self.factors)

    @property
    def visits(self) -> dict[int, float]:
        """Expected arrivals by group; none when too little is known."""
        if not self.is_enough:
            return {}
        return {group: mean * self.factor for group, mean in self.means.items()}

    @property
    def total(self) -> float | None:
        return sum(self.visits.values()) if self.is_enough else None


@dataclass(frozen=True, slots=True)
class Tested:
    """An open day of the past: how many came, what was forecast the evening before, and one week earlier."""

    day: datetime.date
    came: int
    ours: float
    naive: int


@dataclass(frozen=True, slots=True)
class PastError:
    """Mean absolute errors in visits a day of the forecast and of the naive one, over the same days."""

    tested: tuple[Tested, ...]

    @property
    def count(self) -> int:
        return len(self.tested)

    @property
    def came(self) -> float:
        """Visits a day that came: the base of both percentages."""
        return sum(one.came for one in self.tested) / self.count

    @property
    def ours(self) -> float:
        return sum(abs(one.ours - one.came) for one in self.tested) / self.count

    @property
    def naive(self) -> float:
        return sum(abs(one.naive - one.came) for one in self.tested) / self.count


@dataclass(frozen=True, slots=True)
class History:
    """The past of one office: arrivals by open day and group, and the causes that concern it."""

    arrivals: Mapping[datetime.date, Arrivals] = field(default_factory=dict)
    causes: Sequence[Cause] = ()

    def forecast(self, day: datetime.date, *, before: datetime.date | None = None) -> Forecast:
        """Of an open `day`, out of the days before `before` (the day itself if None). Pure."""
        alike = [
            past
            for past in sorted(self.arrivals, reverse=True)
            if past < (before or day) and past.weekday() == day.weekday() and self.is_plain(past)
        ][:AVERAGED]
        sums: dict[int, int] = defaultdict(int)
        for past in alike:
            for group, count in self.arrivals[past].items():
                sums[group] += count
        return Forecast(
            day=day,
            days=tuple((past, sum(self.arrivals[past].values())) for past in alike),
            means={group: total / len(alike) for group, total in sums.items()},
            factors=tuple(
                (cause, cause.factor(day)) for cause in self.causes if cause.touches(day)
            ),
        )

    def past_error(self, *, group: int | None = None, last: int = TESTED) -> PastError | None:
        """Of all arrivals, or of one group's. None when no day can be tested.

        A day is tested when LEAST days before it are known and the office was open one week earlier, so that both
        forecasts answer for the same days. Causes count as they are in the calendar today. Pure.
        """
        tested = []
        for day in sorted(self.arrivals, reverse=True)[:last]:
            known = self.forecast(day)
            if known.is_enough and day - WEEK in self.arrivals:
                visits = known.visits
                tested.append(
                    Tested(
                        day=day,
                        came=_of(self.arrivals[day], group),
                        ours=sum(visits.values()) if group is None else visits.get(group, 0.0),
                        naive=_of(self.arrivals[day - WEEK], group),
                    )
                )
        return PastError(tuple(tested)) if any(one.came for one in tested) else None

    def is_plain(self, day: datetime.date) -> bool:
        """Whether no cause touched a day."""
        return not any(cause.touches(day) for cause in self.causes)


# A queue day is there once somebody came, or a supervisor steered it: a day on which the office was open.
ARRIVALS = """
    SELECT day.office_id, day.date, ticket.group_id, count(ticket.id)
    FROM citizens_queueday day LEFT JOIN citizens_ticket ticket ON ticket.queue_day_id = day.id
    WHERE day.office_id = ANY(%s) AND day.date >= %s AND day.date < %s
    GROUP BY day.office_id, day.date, ticket.group_id
"""


def read(*, offices: Collection[int], at: datetime.datetime) -> dict[int, History]:
    """The past of each office (key) before the day of `at`: two queries, however many offices, days or causes."""
    today = local_date(at)
    arrivals: dict[int, dict[datetime.date, dict[int, int]]] = {office: {} for office in offices}
    with connection.cursor() as cursor:
        cursor.execute(ARRIVALS, [[*offices], today - HISTORY_DAYS * ONE_DAY, today])
        for office, day, group, count in cursor.fetchall():
            of_day = arrivals[office].setdefault(day, {})
            if group is not None:
                of_day[group] = count
    causes = SurgeCause.objects.filter(Q(office=None) | Q(office__in=offices)).order_by(
        "first_day", "pk"
    )
    rows = causes.values_list(
        "office", "pk", "name", "first_day", "days", "multiplier", "source", "confirmed"
    )
    found = [
        (office, Cause(pk, name, first, days, float(multiplier), source, confirmed))
        for office, pk, name, first, days, multiplier, source, confirmed in rows
    ]
    return {
        office: History(
            arrivals=arrivals[office],
            causes=tuple(cause for place, cause in found if place in (None, office)),
        )
        for office in offices
    }


def _of(arrivals: Arrivals, group: int | None) -> int:
    return sum(arrivals.values()) if group is None else arrivals.get(group, 0)
