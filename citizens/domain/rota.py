"""Which counters stay empty on a day, by the rota, by who is away, and by orders that everybody is present.

Rules: of the shifts of a person on a day, the one that began to hold last is worked. A counter with shifts stays
empty when nobody who works one of them is there. An order that everybody is present suspends working from home; leave,
illness and duties elsewhere stay what they are. A counter without any shift is not planned here, and not missed.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from citizens.enums import AbsenceKind
from citizens.models import Absence, PresenceOrder, Shift


@dataclass(frozen=True, slots=True)
class Duty:
    """One shift, as the rule reads it: who, at which counter of which office, on which weekday, since when."""

    staff: int
    office: int
    counter: int
    weekday: int
    first: datetime.date
    until: datetime.date | None


@dataclass(frozen=True, slots=True)
class Away:
    """Days (half-open) on which somebody is away."""

    staff: int
    kind: AbsenceKind
    first: datetime.date
    until: datetime.date


@dataclass(frozen=True, slots=True)
class Order:
    """Days (half-open) on which nobody of an office (None: of any) works from home."""

    office: int | None
    first: datetime.date
    until: datetime.date


@dataclass(frozen=True, slots=True)
class Rota:
    """What was read of some offices and days."""

    duties: tuple[Duty, ...]
    away: tuple[Away, ...]
    orders: tuple[Order, ...]

    def worked(self, *, office: int, day: datetime.date) -> list[Duty]:
        """The shifts that are due on a day, one a person, in order of counters; whoever is away included."""
        latest: dict[int, Duty] = {}
        for duty in self.duties:
            if duty.weekday == day.weekday() and duty.first <= day and _before(day, duty.until):
                other = latest.get(duty.staff)
                if other is None or other.first < duty.first:
                    latest[duty.staff] = duty
        due = [duty for duty in latest.values() if duty.office == office]
        return sorted(due, key=lambda duty: (duty.counter, duty.staff))

    def is_away(self, *, staff: int, office: int, day: datetime.date) -> bool:
        """Whether somebody is not at the counter on a day."""
        return self.why_away(staff=staff, office=office, day=day) is not None

    def why_away(self, *, staff: int, office: int, day: datetime.date) -> AbsenceKind | None:
        """Why somebody is not at the counter on a day; None for whoever is there."""
        everybody = self.is_ordered(office=office, day=day)
        kinds = (
            row.kind
            for row in self.away
            if row.staff == staff
            and row.first <= day < row.until
            and not (everybody and row.kind == AbsenceKind.FROM_HOME)
        )
        return next(kinds, None)

    def is_ordered(self, *, office: int, day: datetime.date) -> bool:
        """Whether everybody of an office has to be present on a day."""
        return any(
            order.first <= day < order.until and order.office in (None, office)
            for order in self.orders
        )

    def empty_counters(self, *, office: int, day: datetime.date) -> list[int]:
        """The ids of the counters that stay empty on a day though the rota wanted somebody there."""
        there: dict[int, bool] = defaultdict(bool)
        for duty in self.worked(office=office, day=day):
            there[duty.counter] |= not self.is_away(staff=duty.staff, office=office, day=day)
        return sorted(counter for counter, manned in there.items() if not manned)


def read(*, offices: Collection[int], first: datetime.date, until: datetime.date) -> Rota:
    """The rota of offices for the days from `first` until `until` (half-open). Three queries."""
    shifts = Shift.objects.filter(Q(valid_until=None) | Q(valid_until__gt=first))
    staff = shifts.filter(valid_from__lt=until, counter__office__in=offices).values("staff")
    # A shift elsewhere may be the one that a person works: all shifts of these people are read.
    rows = shifts.filter(valid_from__lt=until, staff__in=staff).values_list(
        "staff", "counter__office", "counter", "weekday", "valid_from", "valid_until"
    )
    absences = Absence.objects.filter(first_day__lt=until, until__gt=first)
    orders = PresenceOrder.objects.filter(first_day__lt=until, until__gt=first)
    return Rota(
        duties=tuple(Duty(*row) for row in rows),
        away=tuple(
            Away(staff, AbsenceKind(kind), begins, ends)
            for staff, kind, begins, ends in absences.values_list(
                "staff", "kind", "first_day", "until"
            )
        ),
        orders=tuple(Order(*row) for row in orders.values_list("office", "first_day", "until")),
    )


def losers(
    desks: dict[int, int], *, lost: Iterable[Collection[int]], order: Collection[int]
) -> list[int | None]:
    """The group that loses a desk to each empty counter, if any; `lost` has the groups that each of these serves.

    It is the group with most desks left among those that the counter serves, the first in `order` of equals.
    """
    left = dict(desks)
    rank = {group: number for number, group in enumerate(order)}
    found: list[int | None] = []
    for groups in lost:
        served = [group for group in groups if left.get(group)]
        largest = max(served, key=lambda group: (left[group], -rank.get(group, 0)), default=None)
        if largest is not None:
            left[largest] -= 1
        found.append(largest)
    return found


def clashing(
    *,
    staff: int,
    weekdays: Collection[int],
    first: datetime.date,
    until: datetime.date | None,
) -> list[Shift]:
    """The shifts of a person that a new one from `first` until `until` (half-open) would leave unclear.

    A shift may stand in for an ordinary one: it lies wholly within its days, and afterwards the ordinary one is worked
    again. Any other two shifts of a person on one weekday would put the person at two counters.
    """
    same = Shift.objects.filter(staff=staff, weekday__in=weekdays).select_related(
        "counter__office", "staff"
    )
    ends = until or datetime.date.max
    return [
        row
        for row in same.order_by("valid_from", "weekday", "pk")
        if row.valid_from < ends
        and first < (row.valid_until or datetime.date.max)
        and not _stands_in(first, until, row)
        and not _is_stood_in_for(first, ends, row)
    ]


def _stands_in(first: datetime.date, until: datetime.date | None, row: Shift) -> bool:
    ends = row.valid_until or datetime.date.max
    return until is not None and row.valid_from < first and until <= ends


def _is_stood_in_for(first: datetime.date, ends: datetime.date, row: Shift) -> bool:
    return row.valid_until is not None and first < row.valid_from and row.valid_until <= ends


def _before(day: datetime.date, until: datetime.date | None) -> bool:
    return until is None or day < until
