"""Plays the rest of a queue day ahead: the calls that the open desks would make, in the one real order.

Pure: values in, values out. Who is called is asked of citizens.domain.order at every call. So that a thousand people
are played in a moment, it is asked about those alone who can be next: the head of each line of each service group.
"""

import datetime
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from citizens.domain import order
from citizens.domain.order import Rule, Waiting

# A place in first come, first served: when somebody came, and the number.
Place = tuple[datetime.datetime, int]


@dataclass(frozen=True, slots=True)
class Desk:
    """An open counter, the service groups it serves, and when it can call somebody."""

    counter: int
    groups: frozenset[int]
    free_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides who is called when.

    `waiting` are the people here, `coming` those expected, each from its `arrived_at` on. `asking` are newcomers of
    whom we want to know when they would be called: they hold up nobody. Numbers are unique over all three.
    `rules` has the rule of every desk's groups. `passed` are, by group, the places of people who wait no more and
    whose first-come turn is still to come. In `breaks`, from one moment to another, nobody is called.
    """

    at: datetime.datetime
    waiting: Sequence[Waiting]
    rules: Mapping[frozenset[int], Rule]
    coming: Sequence[Waiting] = ()
    asking: Sequence[Waiting] = ()
    passed: Mapping[int, Sequence[Place]] | None = None
    breaks: Sequence[tuple[datetime.datetime, datetime.datetime]] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody is called to a counter; `until` is when that counter can call again, None when nobody knows."""

    number: int
    counter: int
    groups: frozenset[int]
    at: datetime.datetime
    until: datetime.datetime | None


def calls(
    situation: Situation,
    *,
    desks: Iterable[Desk],
    lasts: Callable[[int], datetime.timedelta | None],
) -> Iterator[Call]:
    """The calls to come, one by one, until nobody is left whom an open desk serves.

    `lasts` says how long the visit of a number takes; a counter that begins one of unknown length (None) calls
    nobody after it.
    """
    hall = _Hall(situation)
    free = [(desk.free_at, desk.counter, desk) for desk in desks]
    heapq.heapify(free)
    while free and hall.left:
        moment, _counter, desk = heapq.heappop(free)
        at = _working(max(moment, situation.at), situation.breaks)
        hall.let_in(at)
        chosen = hall.call(desk, at=at)
        if chosen is None:
            later = hall.next_arrival(desk.groups)
            if later is not None:
                heapq.heappush(free, (later, desk.counter, desk))
        elif chosen in hall.asking:
            hall.left -= 1
            heapq.heappush(free, (at, desk.counter, desk))
            yield Call(chosen, desk.counter, desk.groups, at, at)
        else:
            hall.left -= chosen in hall.here
            length = lasts(chosen)
            until = None if length is None else at + length
            if until is not None:
                heapq.heappush(free, (until, desk.counter, desk))
            yield Call(chosen, desk.counter, desk.groups, at, until)


def _working(
    at: datetime.datetime, breaks: Sequence[tuple[datetime.datetime, datetime.datetime]]
) -> datetime.datetime:
    for begins, ends in breaks:
        if begins <= at < ends:
            return ends
    return at


class _Hall:
    """Who waits, in lines of which only the heads are looked at, and what the calls so far changed."""

    def __init__(self, situation: Situation) -> None:
        self.people: dict[int, Waiting] = {}
        self.taken: set[int] = set()
        self.rules = dict(situation.rules)
        self.rule_sets: dict[int, list[frozenset[int]]] = defaultdict(list)
        for groups in self.rules:
            for group in groups:
                self.rule_sets[group].append(groups)
        self.made: dict[int, int] = defaultdict(int)  # calls of each group
        self.lines: dict[tuple[int, int | None], _Lines] = {}
        self.counters: dict[int, set[int | None]] = defaultdict(set)  # of lines, by group
        self.turnless: dict[int, list[Place]] = defaultdict(list)  # heaps
        for group, places in (situation.passed or {}).items():
            self.turnless[group].extend(places)
        for places in self.turnless.values():
            heapq.heapify(places)
        self.coming = sorted(
            situation.coming, key=lambda one: (one.arrived_at, one.number), reverse=True
        )
        self.here = {one.number for one in situation.waiting}
        self.asking = {one.number for one in situation.asking}
        self.left = len(self.here) + len(self.asking)  # of whom a call is of interest
        for one in (*situation.waiting, *situation.asking):
            self._let_in(one)

    def let_in(self, at: datetime.datetime) -> None:
        """Whoever was expected by `at` is here."""
        while self.coming and self.coming[-1].arrived_at <= at:
            self._let_in(self.coming.pop())

    def next_arrival(self, groups: frozenset[int]) -> datetime.datetime | None:
        return next((one.arrived_at for one in reversed(self.coming) if one.group in groups), None)

    def call(self, desk: Desk, *, at: datetime.datetime) -> int | None:
        """Takes whoever is next for a desk out of the lines; None when nobody waits for what it serves."""
        rule = self.rules[desk.groups]
        heads = list(self._heads(desk, at=at, ageing=rule.ageing))
        if not heads:
            return None
        chosen = (
            heads[0]
            if len(heads) == 1
            else order.next_ticket(
                heads, rule=rule, at=at, groups=desk.groups, counter=desk.counter
            )
        )
        assert chosen is not None  # noqa: S101 - the heads are people whom this desk may call
        self.taken.add(chosen.number)
        if chosen.number not in self.asking:
            self._note(chosen, desk.groups, at=at)
        return chosen.number

    def _let_in(self, one: Waiting) -> None:
        self.people[one.number] = one
        key = (one.group, one.for_counter)
        if key not in self.lines:
            self.lines[key] = _Lines(self.people, self.taken)
            self.counters[one.group].add(one.for_counter)
        self.lines[key].add(one)
        if one.turn_at is None:
            heapq.heappush(self.turnless[one.group], (one.arrived_at, one.number))

    def _heads(
        self, desk: Desk, *, at: datetime.datetime, ageing: datetime.timedelta
    ) -> Iterator[Waiting]:
        # Of a kind the earliest of all services is enough: whoever is due comes before whoever is not.
        usual: dict[tuple[bool, bool], tuple[datetime.datetime, int]] = {}
        for group in desk.groups:
            for counter in (None, desk.counter):
                lines = self.lines.get((group, counter))
                if lines is not None:
                    yield from lines.ahead(made=self.made[group], aged_by=at - ageing, at=at)
                    for kind, head in lines.usual_heads():
                        if kind not in usual or head < usual[kind]:
                            usual[kind] = head
        yield from (self.people[number] for _since, number in usual.values())

    def _note(self, chosen: Waiting, groups: frozenset[int], *, at: datetime.datetime) -> None:
        """What a call changes: the memory of every rule it counts for, and whose first-come turn it was."""
        for concerned in self.rule_sets[chosen.group]:
            self.rules[concerned] = order.after(chosen, rule=self.rules[concerned])
        if chosen.behind is None:
            self.made[chosen.group] += 1
            self._pass_turn(groups, at=at)

    def _pass_turn(self, groups: frozenset[int], *, at: datetime.datetime) -> None:
        while first := min((self.turnless[g] for g in groups if self.turnless[g]), default=None):
            _arrived_at, number = heapq.heappop(first)
            one = self.people.get(number)
            if one is not None and number not in self.taken:
                self.people[number] = aged = replace(one, turn_at=at)
                self.lines[one.group, one.for_counter].add_turn(aged)
            if number not in self.asking:  # who only asks takes no turn
                return


class _Lines:
    """The people of one group whom one counter, or any, may call."""

    def __init__(self, people: Mapping[int, Waiting], taken: set[int]) -> None:
        self.people = people
        self.taken = taken
        self.usual: dict[tuple[bool, bool], list[tuple[datetime.datetime, int]]] = {}
        self.turns: list[tuple[datetime.datetime, int]] = []
        self.ready: list[int] = []  # recalled: their calls have passed
        self.later: list[tuple[int, int]] = []

    def add(self, one: Waiting) -> None:
        if one.behind is not None:
            heapq.heappush(self.later, (one.behind, one.number))
            return
        line = self.usual.setdefault((one.booked, one.priority), [])
        heapq.heappush(line, (one.since, one.number))
        if one.turn_at is not None:
            self.add_turn(one)

    def add_turn(self, one: Waiting) -> None:
        if one.turn_at is not None and one.behind is None:
            heapq.heappush(self.turns, (one.turn_at, one.number))

    def usual_heads(self) -> Iterator[tuple[tuple[bool, bool], tuple[datetime.datetime, int]]]:
        """By kind (booked or not, priority or not) the one who waits longest, as (since, number)."""
        for kind, line in self.usual.items():
            while line and line[0][1] in self.taken:
                heapq.heappop(line)
            if line:
                yield kind, line[0]

    def ahead(
        self, *, made: int, aged_by: datetime.datetime, at: datetime.datetime
    ) -> Iterator[Waiting]:
        """Who may go before the usual turns at `at`, after `made` calls of the group: recalled, or aged."""
        yield from self._recalled(made)
        while self.turns and self.turns[0][1] in self.taken:
            heapq.heappop(self.turns)
        if self.turns and self.turns[0][0] <= aged_by:
            yield from self._aged(aged_by, at=at)

    def _recalled(self, made: int) -> Iterator[Waiting]:
        while self.later and (self.later[0][0] <= made or self.later[0][1] in self.taken):
            heapq.heappush(self.ready, heapq.heappop(self.later)[1])
        while self.ready and self.ready[0] in self.taken:
            heapq.heappop(self.ready)
        if self.ready:
            yield replace(self.people[self.ready[0]], behind=0)
        if self.later:
            behind, number = self.later[0]
            yield replace(self.people[number], behind=behind - made)

    def _aged(self, aged_by: datetime.datetime, *, at: datetime.datetime) -> Iterator[Waiting]:
        """Of those who have aged the first who is due; who came early does not age before the time."""
        number = self.turns[0][1]
        if self.people[number].is_due(at=at):
            yield self.people[number]
            return
        for turn, number in sorted(self.turns):
            if turn > aged_by:
                return
            if number not in self.taken and self.people[number].is_due(at=at):
                yield self.people[number]
                return
