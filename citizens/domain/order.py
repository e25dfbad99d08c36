"""Who is next: one pure function over values. Call next, the day page, the board and the estimate use it.

The rule is a setting of the place and day, never an officer's whim:

1. Whoever was put back, transferred, or turned up after missing the call goes first, once the service has
   had so many calls as they were told.
2. Whoever is due and waits `ageing` longer than first come, first served would have cost goes before any
   ratio.
3. The priority class goes first, but at most every `calls_per_priority`-th call.
4. Otherwise `booked_per_walk_in` booked people who are due go to one walk-in; within each, first come.
5. Booked people who came early wait for their time, unless nobody else is there.

A priority person also keeps the ordinary turn, so that the bound of rule 3 never puts anybody behind
somebody who came later. Source of the ratio: simulation in docs/adr/0010 (two to one keeps the promise to
booked people as long as they are at most about 55 % of what the counters can serve).
"""

import datetime
import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

EARLY = datetime.timedelta(minutes=15)  # a booked person is due this long before the booked time


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket as the order sees it. `due_at` is the booked time; a walk-in, and who came too late, has none.

    `turn_at` is when first come, first served would have called it; None while that is to come. `behind` is how
    many more calls of its group come before it goes first; None for the usual turn. `for_counter` is the only
    counter that calls it; None for any.
    """

    number: int  # unique in the day, given in order of arrival: it breaks ties
    group: int
    priority: bool
    arrived_at: datetime.datetime
    due_at: datetime.datetime | None = None
    turn_at: datetime.datetime | None = None
    behind: int | None = None
    for_counter: int | None = None

    @property
    def booked(self) -> bool:
        return self.due_at is not None

    @property
    def since(self) -> datetime.datetime:
        """From when the wait counts: the arrival, or the booked time of whoever came before it."""
        return self.arrived_at if self.due_at is None else max(self.arrived_at, self.due_at)

    def is_due(self, *, at: datetime.datetime) -> bool:
        return self.due_at is None or self.due_at - EARLY <= at


@dataclass(frozen=True, slots=True)
class Called:
    """A call as the order remembers it."""

    booked: bool
    priority: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The settings of the place and day, and what the latest calls were.

    `booked_in_a_row` counts the booked people called since the last walk-in, `since_priority` the calls since
    the last person of the priority class.
    """

    booked_per_walk_in: int
    calls_per_priority: int
    ageing: datetime.timedelta
    booked_in_a_row: int = 0
    since_priority: int = 0

    @property
    def memory(self) -> int:
        """How many of the latest calls the rule needs to know."""
        return max(self.booked_per_walk_in, self.calls_per_priority)

    def after(self, call: Called | Waiting) -> "Rule":
        """The rule once `call` was made."""
        return replace(
            self,
            booked_in_a_row=self.booked_in_a_row + 1 if call.booked else 0,
            since_priority=0 if call.priority else self.since_priority + 1,
        )

    def remembering(self, calls: Iterable[Called]) -> "Rule":
        """The rule after `calls`, the latest ones of the day, oldest first.

        With fewer calls than `memory` this is the start of the day, when a priority person may go first.
        """
        rule = replace(self, booked_in_a_row=0, since_priority=self.calls_per_priority)
        for call in calls:
            rule = rule.after(call)
        return rule


def next_ticket(
    waiting: Iterable[Waiting],
    *,
    rule: Rule,
    at: datetime.datetime,
    groups: Collection[int] | None = None,
    counter: int | None = None,
) -> Waiting | None:
    """Who is called next at `at` by a `counter` that serves `groups` (None: all); None when nobody waits."""
    return _Lanes(waiting, groups=groups, counter=counter, ageing=rule.ageing, at=at).take(rule)


def sequence(
    waiting: Iterable[Waiting],
    *,
    rule: Rule,
    at: datetime.datetime,
    groups: Collection[int] | None = None,
    counter: int | None = None,
) -> list[Waiting]:
    """Everybody in the order of being called, if all calls were made at `at` and nobody else came."""
    lanes = _Lanes(waiting, groups=groups, counter=counter, ageing=rule.ageing, at=at)
    order = []
    while (called := lanes.take(rule)) is not None:
        order.append(called)
        rule = after(called, rule=rule)
    return order


def after(called: Waiting, *, rule: Rule) -> Rule:
    """The rule once somebody was called. Who goes first by rule 1 had a turn before, which counted then."""
    return rule if called.behind is not None else rule.after(called)


class _Lanes:
    """The same people in four lines, each sorted; who was taken from one is skipped in the others."""

    def __init__(
        self,
        waiting: Iterable[Waiting],
        *,
        groups: Collection[int] | None,
        counter: int | None,
        ageing: datetime.timedelta,
        at: datetime.datetime,
    ) -> None:
        allowed = [
            one
            for one in waiting
            if (groups is None or one.group in groups)
            and (counter is None or one.for_counter in (None, counter))
        ]
        self.made: dict[int, int] = defaultdict(int)  # calls of each group
        self.recalled = sorted(
            (one for one in allowed if one.behind is not None),
            key=lambda one: (one.behind, one.number),
        )
        people = [one for one in allowed if one.behind is None]
        due = [one for one in people if one.is_due(at=at)]
        self.taken: set[int] = set()
        self.aged = _Line(
            self.taken,
            (one for one in due if one.turn_at is not None and at - one.turn_at >= ageing),
            key=lambda one: one.turn_at,
        )
        self.priority = _Line(self.taken, (one for one in due if one.priority))
        self.booked = _Line(self.taken, (one for one in due if one.booked))
        self.walk_in = _Line(self.taken, (one for one in due if not one.booked))
        self.early = _Line(self.taken, (one for one in people if not one.is_due(at=at)))

    def take(self, rule: Rule) -> Waiting | None:
        """Take the next one out of all lines."""
        chosen = (
            self._recalled_now()
            or self.aged.head()
            or (
                self.priority.head() if rule.since_priority >= rule.calls_per_priority - 1 else None
            )
            or (self.booked.head() if rule.booked_in_a_row < rule.booked_per_walk_in else None)
            or self.walk_in.head()
            or self.booked.head()
            or self.early.head()
            or next(iter(self.recalled), None)
        )
        if chosen is None:
            return None
        self.taken.add(chosen.number)
        if chosen.behind is None:
            self.made[chosen.group] += 1
        else:
            self.recalled.remove(chosen)
        return chosen

    def _recalled_now(self) -> Waiting | None:
        """Whose calls have passed: the one who was to come first."""
        return next(
            (one for one in self.recalled if (one.behind or 0) <= self.made[one.group]), None
        )


class _Line:
    def __init__(
        self,
        taken: set[int],
        people: Iterable[Waiting],
        *,
        key: Callable[[Waiting], datetime.datetime | None] = lambda one: one.since,
    ) -> None:
        self.taken = taken
        self.heap = [(key(one), one.number, one) for one in people]
        heapq.heapify(self.heap)

    def head(self) -> Waiting | None:
        while self.heap and self.heap[0][1] in self.taken:
            heapq.heappop(self.heap)
        return self.heap[0][2] if self.heap else None
