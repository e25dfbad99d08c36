"""One day at the offices: who comes, and how the counters work it off."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from citizens.domain.office_time import local_midnight
from citizens.enums import Actor, AppointmentState, OfficeKind
from citizens.management.demo import records, rhythm
from citizens.management.demo.bookings import Booking
from citizens.management.demo.desk import Arrival, Call, Periods, serve
from citizens.management.demo.world import World
from citizens.models import AppointmentEvent, DeskPause, DeskSession, Office, QueueDay, Slot

MINUTE = datetime.timedelta(minutes=1)


def live_through(
    world: World, day: datetime.date, slots: Sequence[Slot], *, closed_before: int
) -> None:
    """Adds the rows of a whole past day. `slots` are those of the day, in order of time."""
    stands = world.booker.fill(slots, chance=_past_fill, now=local_midnight(day) + 7 * 60 * MINUTE)
    for office, office_slots in by_office(slots).items():
        came, missed = came_and_missed(world, office, stands)
        arrivals = arrive(world, day, office_slots, came, closed_before=closed_before)
        calls = work_off(world, office_slots, arrivals)
        records.write_day(world, world.rows.add(QueueDay(office=office, date=day)), calls)
        _staff_counters(world, office, office_slots, calls)
        _miss(world, day, missed)


def came_and_missed(
    world: World, office: Office, bookings: Iterable[Booking]
) -> tuple[list[Booking], list[Booking]]:
    """The bookings at one office whose people come, and those whose people do not."""
    here = [one for one in bookings if one.appointment.office_id == office.pk]
    comes = {id(one): world.rng.random() >= rhythm.NO_SHOW for one in here}
    return [one for one in here if comes[id(one)]], [one for one in here if not comes[id(one)]]


def arrive(
    world: World,
    day: datetime.date,
    slots: Sequence[Slot],
    came: Sequence[Booking],
    *,
    closed_before: int,
) -> list[Arrival]:
    """Everybody who comes to one office on `day`: the booked people `came`, and walk-ins up to the day's total."""
    office = slots[0].office
    total, shares = _demand(world, office, day, closed_before)
    opens, closes = slots[0].start, max(slot.ends_at for slot in slots)
    arrivals = [
        Arrival(rhythm.booked_arrival(one.starts_at, world.rng), one.case, one, one.priority_group)
        for one in came
    ]
    booked = Counter(world.groups[one.case.service.group_id].code for one in came)
    for group, share in shares.items():
        arrivals += [
            walk_in(world, group, at=rhythm.walk_in_at(opens, closes, world.rng))
            for _ in range(round(total * share) - booked[group])
        ]
    return arrivals


def walk_in(world: World, group: str, *, at: datetime.datetime) -> Arrival:
    """Somebody without an appointment, who comes for something of this service group."""
    age, female = world.rng.randint(17, 75), world.rng.random() < 0.55
    return Arrival(
        at=at,
        case=world.booker.case_of(group),
        booking=None,
        priority_group=world.people.priority(age=age, female=female),
    )


def work_off(world: World, slots: Sequence[Slot], arrivals: Sequence[Arrival]) -> list[Call]:
    """Has the counters of one office call everybody, each group at the counters that serve it."""
    hours = periods(slots)
    calls: list[Call] = []
    for group in sorted({slot.group_id for slot in slots}):
        calls += serve(
            [one for one in arrivals if one.group_id == group],
            counters=world.counters[slots[0].office_id, world.groups[group].code],
            periods=hours,
            rng=world.rng,
        )
    return calls


def by_office(slots: Iterable[Slot]) -> dict[Office, list[Slot]]:
    """The slots of each office, in order of time."""
    offices: dict[Office, list[Slot]] = defaultdict(list)
    for slot in slots:
        offices[slot.office].append(slot)
    return dict(offices)


def periods(slots: Iterable[Slot]) -> Periods:
    """The hours that slots in order of time cover, with the breaks between them."""
    hours: list[tuple[datetime.datetime, datetime.datetime]] = []
    for slot in slots:
        if hours and slot.start <= hours[-1][1] + 20 * MINUTE:
            hours[-1] = (hours[-1][0], max(hours[-1][1], slot.ends_at))
        else:
            hours.append((slot.start, slot.ends_at))
    return hours


def _past_fill(slot: Slot) -> float:
    if slot.office.kind == OfficeKind.MAIN:
        return rhythm.PAST_FILL[slot.group.code]
    return rhythm.DISTRICT_FILL if slot.office.kind == OfficeKind.DISTRICT else rhythm.VAN_FILL


def _demand(
    world: World, office: Office, day: datetime.date, closed_before: int
) -> tuple[int, dict[str, float]]:
    if office.kind == OfficeKind.MAIN:
        total = rhythm.visits_on(day, closed_before=closed_before, rng=world.rng)
        return total, rhythm.GROUP_SHARE
    if office.kind == OfficeKind.DISTRICT:
        return world.rng.randint(*rhythm.DISTRICT_VISITS), rhythm.DISTRICT_SHARE
    return world.rng.randint(*rhythm.VAN_VISITS), {"ikd": 1.0}


def _staff_counters(
    world: World, office: Office, slots: Sequence[Slot], calls: Sequence[Call]
) -> None:
    """Opens each counter before the doors, and closes it when the last person has left it."""
    closes = max(slot.ends_at for slot in slots)
    for group in sorted({slot.group.code for slot in slots}):
        for counter in world.counters[office.pk, group]:
            mine = [call for call in calls if call.counter == counter]
            session = world.rows.add(
                DeskSession(
                    counter=counter,
                    staff=world.staff(counter),
                    opened_at=slots[0].start - 5 * MINUTE,
                    closed_at=max([closes, *(call.ended_at for call in mine)]) + 5 * MINUTE,
                )
            )
            _pause_for_the_break(world, session, slots, mine)


def _pause_for_the_break(
    world: World, session: DeskSession, slots: Sequence[Slot], calls: Sequence[Call]
) -> None:
    """Pauses a counter over the breaks between the hours, once the person before the break has left."""
    hours = periods(slots)
    for (_opens, closes), (opens, _closes) in pairwise(hours):
        begins = max([closes, *(call.ended_at for call in calls if call.called_at < closes)])
        if begins < opens:
            world.rows.add(DeskPause(session=session, began_at=begins, ended_at=opens))


def _miss(world: World, day: datetime.date, bookings: Iterable[Booking]) -> None:
    """Marks those who did not come, as the job of the following night does."""
    night = local_midnight(day + datetime.timedelta(days=1)) + 5 * MINUTE
    for booking in bookings:
        world.booker.move(
            booking,
            AppointmentState.NO_SHOW,
            at=night,
            event=AppointmentEvent(actor=Actor.SYSTEM),
        )
