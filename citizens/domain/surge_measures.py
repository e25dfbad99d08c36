"""What can be done about a day that is too full: measures, what each of them brings in visits, and their edits.

A measure changes the day as the calendar wants it: longer hours, more desks, more places online within their share
(docs/adr/0013), the van before the door. Several together are one change, so that no visit is counted twice. Nothing
is written here: citizens.domain.proposals shows the edits to a supervisor, who applies them or not.
"""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.conf import settings

from citizens.domain import calendar_plan, online_share
from citizens.domain.calendar_plan import Capacity, Hours
from citizens.domain.online_share import Desks
from citizens.domain.plan_edits import Edit
from citizens.domain.surge import Minutes, OfficeDay, Outlook, minutes_of
from citizens.enums import OfficeKind
from citizens.models import Office, SpecialDay

MIDNIGHT = 24 * 60  # minutes; no day is longer


class Measure(StrEnum):
    """In the order in which they are put together."""

    HOURS = "hours"
    DESKS = "desks"
    ONLINE = "online"
    VAN = "van"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the office can go: desks more at the same time, minutes before opening and after closing."""

    desks: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Van:
    """A mobile office that is free on the day, and what it would bring before the door."""

    office: Office
    hours: tuple[Hours, ...]
    capacities: Mapping[int, Capacity]
    is_planned: bool  # it would be on its usual round on that day


@dataclass(frozen=True, slots=True)
class Plan:
    """A day as it would be."""

    hours: tuple[Hours, ...]
    groups: Mapping[int, Capacity]
    van: Van | None = None

    def starts(self, group: int) -> int:
        """Slots of a group: only those that fit wholly between opening and closing."""
        return slots_in(self.hours, self.groups[group].minutes)

    @property
    def desks(self) -> int:
        return sum(row.counters for row in self.groups.values())

    @property
    def online(self) -> int:
        """Places online of the whole day."""
        return sum(row.online * self.starts(group) for group, row in self.groups.items())


@dataclass(frozen=True, slots=True)
class Situation:
    """A day with what measures need to know of it. `plan` is the day as the calendar wants it."""

    office: Office
    day: OfficeDay
    plan: Plan
    minutes: Mapping[int, Minutes]
    limits: Limits
    van: Van | None = None

    @property
    def wanted(self) -> dict[int, float]:
        """Visits expected by group."""
        return {one.group: one.forecast or 0.0 for one in self.day.groups}

    def room(self, plan: Plan) -> dict[int, float]:
        """Visits that a plan can serve, by group."""
        room = {
            group: row.counters * row.minutes * plan.starts(group) / self.minutes[group].each
            for group, row in plan.groups.items()
        }
        for group, row in plan.van.capacities.items() if plan.van else ():
            places = row.counters * slots_in(plan.van.hours, row.minutes) if plan.van else 0
            each = self.minutes[group].each if group in self.minutes else float(row.minutes)
            room[group] = room.get(group, 0.0) + places * row.minutes / each
        return room

    def short(self, plan: Plan) -> dict[int, float]:
        """Visits too many for a plan, by group."""
        room = self.room(plan)
        return {
            group: max(0.0, visits - room.get(group, 0.0)) for group, visits in self.wanted.items()
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """What measures bring: `served` visits more on that day, `online` places more to book; `short` remain too many."""

    measures: tuple[Measure, ...]
    plan: Plan
    served: float
    online: int
    short: float

    @property
    def brings_something(self) -> bool:
        return self.served >= 1 or self.online > 0


def situation(
    *, outlook: Outlook, day: OfficeDay, limits: Limits, vans: Collection[Office] = ()
) -> Situation:
    """The day of an outlook, with the first of `vans` that has no special day then. Four queries at most."""
    wanted = outlook.calendar.slots(office=outlook.office.pk, day=day.day)
    capacities = dict(day.plan.capacities)
    groups = {
        # As the slots will be: the online share is applied.
        group: replace(row, online=min((one.online for one in wanted.get(group, ())), default=0))
        for group, row in capacities.items()
    }
    minutes = {
        group: minutes_of(outlook.measures, group=group, slot_minutes=row.minutes)
        for group, row in capacities.items()
    }
    return Situation(
        office=outlook.office,
        day=day,
        plan=Plan(day.plan.hours, groups),
        minutes=minutes,
        limits=limits,
        van=_free_van(vans, day),
    )


def effect(at_hand: Situation, measures: Collection[Measure]) -> Effect:
    """What some measures bring together. Pure."""
    chosen = tuple(measure for measure in Measure if measure in measures)
    plan = at_hand.plan
    for measure in chosen:
        plan = _CHANGES[measure](at_hand, plan)
    before = sum(at_hand.short(at_hand.plan).values())
    after = sum(at_hand.short(plan).values())
    return Effect(chosen, plan, before - after, plan.online - at_hand.plan.online, after)


def beside_the_others(at_hand: Situation, measure: Measure) -> Effect:
    """What a measure brings on top of all the others. Pure."""
    everything = effect(at_hand, list(Measure))
    others = effect(at_hand, [other for other in Measure if other != measure])
    return replace(
        everything,
        measures=(measure,),
        served=everything.served - others.served,
        online=everything.online - others.online,
    )


def edits(
    at_hand: Situation, found: Effect, *, hours_name: str, van_name: str, source: str
) -> list[Edit]:
    """The edits that make the day so. Citizens read the names of special days; `source` is why it is done."""
    day = at_hand.day.day
    made: list[Edit] = []
    if found.plan.hours != at_hand.plan.hours:
        made.append(_special_day(at_hand.office, day, found.plan.hours, hours_name, source))
    for group, row in found.plan.groups.items():
        if row != at_hand.plan.groups[group]:
            made.append(
                {
                    "op": "desks",
                    "office": at_hand.office.pk,
                    "date": day.isoformat(),
                    "group": group,
                    "counters": row.counters,
                    "online": row.online,
                    "source": source,
                }
            )
    if van := found.plan.van:
        where = {
            "place": at_hand.office.name[:80],
            "address": at_hand.office.address[:200],
            "district": at_hand.office.district_id,
        }
        made.append({**_special_day(van.office, day, van.hours, van_name, source), **where})
    return made


def offices(at_hand: Situation, found: Effect) -> tuple[int, ...]:
    """The offices (keys) that the edits touch."""
    return (at_hand.office.pk, *((found.plan.van.office.pk,) if found.plan.van else ()))


def slots_in(hours: Sequence[Hours], minutes: int) -> int:
    """How many slots of a length fit wholly into the periods of a day."""
    return sum((_minute(one.closes) - _minute(one.opens)) // minutes for one in hours)


def longer(at_hand: Situation, plan: Plan) -> Plan:
    """Opens earlier and closes later; breaks stay."""
    first, last = plan.hours[0], plan.hours[-1]
    opens = max(0, _minute(first.opens) - at_hand.limits.before)
    closes = min(MIDNIGHT - 1, _minute(last.closes) + at_hand.limits.after)
    hours = [*plan.hours]
    hours[0] = replace(hours[0], opens=_time(opens))
    hours[-1] = replace(hours[-1], closes=_time(closes))
    return replace(plan, hours=tuple(hours))


def more_desks(at_hand: Situation, plan: Plan) -> Plan:
    """One desk after the other to the group with most desk minutes missing, as many as the office can staff."""
    for _desk in range(at_hand.limits.desks):
        missing = {
            group: visits * at_hand.minutes[group].each
            for group, visits in at_hand.short(plan).items()
            if group in plan.groups
        }
        group = max(missing, key=lambda key: missing[key], default=None)
        if group is None or missing[group] <= 0:
            break
        row = plan.groups[group]
        plan = replace(plan, groups={**plan.groups, group: replace(row, counters=row.counters + 1)})
    return plan


def more_online(at_hand: Situation, plan: Plan) -> Plan:
    """Place after place online, from the group with the smallest part of its desks online, while the share allows."""
    while True:
        candidates = sorted(
            (group for group, row in plan.groups.items() if row.online < row.counters),
            key=lambda group: plan.groups[group].online / plan.groups[group].counters,
        )
        fitting = (raised for group in candidates if _fits(raised := _one_more(plan, group)))
        found = next(fitting, None)
        if found is None:
            return plan
        plan = found


def with_van(at_hand: Situation, plan: Plan) -> Plan:
    """The van before the door."""
    return replace(plan, van=at_hand.van)


_CHANGES = {
    Measure.HOURS: longer,
    Measure.DESKS: more_desks,
    Measure.ONLINE: more_online,
    Measure.VAN: with_van,
}


def _one_more(plan: Plan, group: int) -> Plan:
    row = plan.groups[group]
    return replace(plan, groups={**plan.groups, group: replace(row, online=row.online + 1)})


def _fits(plan: Plan) -> bool:
    """Whether the online places keep to their share of the day's desk minutes."""
    day = {
        group: Desks(row.minutes * plan.starts(group), row.counters, row.online)
        for group, row in plan.groups.items()
    }
    return online_share.total(day, percent=settings.ONLINE_SHARE_PERCENT).fits


def _free_van(vans: Collection[Office], day: OfficeDay) -> Van | None:
    """The first mobile office without a special day, with its own desks, at its usual hours or at those of the day."""
    mobile = [office for office in vans if office.kind == OfficeKind.MOBILE and office.active]
    if not mobile or not day.plan.hours:
        return None
    calendar = calendar_plan.read(
        offices=[office.pk for office in mobile],
        first=day.day - datetime.timedelta(days=6),
        until=day.day + datetime.timedelta(days=1),
    )
    for office in mobile:
        usual = calendar.of_day(office=office.pk, day=day.day)
        # On a day off its round it has the desks of its last day on it.
        round_ = [
            calendar.of_day(office=office.pk, day=day.day - datetime.timedelta(days=ago))
            for ago in range(7)
        ]
        desks = next((dict(one.capacities) for one in round_ if one.capacities), {})
        # A special day has a name; a closed one says why.
        if desks and not usual.why:
            hours = usual.hours or day.plan.hours
            return Van(office, tuple(hours), desks, bool(usual.hours))
    return None


def _special_day(
    office: Office, day: datetime.date, hours: Sequence[Hours], name: str, source: str
) -> dict[str, object]:
    """Hours of a day, over what a special day of the office says already: its name, place and desks stay."""
    old = SpecialDay.objects.filter(office=office, date=day).prefetch_related("capacities").first()
    own = {
        "name": old.name if old else name,
        "place": old.place if old else "",
        "address": old.address if old else "",
        "district": old.district_id if old else None,
        "source": old.source if old else source,
        "confirmed": old.confirmed if old else True,
    }
    capacities = old.capacities.all() if old else ()
    return {
        "op": "special_day",
        "office": office.pk,
        "date": day.isoformat(),
        **own,
        "hours": [[f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"] for one in hours],
        "capacities": [
            {
                "group": row.group_id,
                "counters": row.counters,
                "online": row.online,
                "slot_minutes": row.slot_minutes,
            }
            for row in capacities
        ],
    }


def _minute(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def _time(minute: int) -> datetime.time:
    return datetime.time(minute // 60, minute % 60)
