import datetime
import random

import pytest

from citizens.domain import arrivals, counter, hall, order, queue, setting_aside
from citizens.enums import TicketState
from citizens.models import DeskSession, QueueDay, Ticket
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories.queue_day import ClosedServiceFactory, DeskPauseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return OfficeFactory()


@pytest.fixture
def cases():
    return [ServiceCaseFactory() for _ in range(3)]


def open_desk(office, *cases, **kwargs):
    groups = [case.service.group for case in cases]
    return DeskSessionFactory(counter=CounterFactory(office=office, groups=groups, **kwargs))


def come(office, case, *, at=MOMENT, priority=None, key=None):
    return arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=priority,
        at=at,
        staff=UserFactory(office=office),
        submission_key=key or f"{case.pk}-{at.timestamp()}",
    )


def reading(office, *, at=MOMENT):
    return hall.read(hall.facts_of(office, at=at), at=at)


def shown(found):
    return [[found.label(person) for person in line.people] for line in found.lines]


def filled(office, cases, *, seed):
    """A day with people of every kind, of whom some have been called."""
    chance = random.Random(seed)  # noqa: S311 - a crowd that can be made again
    come(office, cases[0])
    day = QueueDay.objects.get(office=office)
    for number in range(2, 30):
        kind = chance.choice([{}, {}, {"priority": True}, {"booked": True}])
        due = {"due_at": MOMENT + chance.randint(-40, 40) * MINUTE} if "booked" in kind else {}
        called = {"finished": True} if chance.random() < 0.4 else {}
        arrived = MOMENT - datetime.timedelta(minutes=60 - number)
        TicketFactory(
            queue_day=day,
            number=number,
            case=chance.choice(cases),
            arrived_at=arrived,
            **kind,
            **due,
            **called,
        )
    return day


@pytest.mark.parametrize("seed", range(6))
def test_the_first_of_a_line_is_who_call_next_calls(office, cases, seed):
    filled(office, cases, seed=seed)
    one, both = open_desk(office, cases[0]), open_desk(office, *cases[1:])

    for session in (one, both, one, both, one):
        found = reading(office)
        line = next(line for line in found.lines if session.counter.number in line.counters)
        called = counter.call_next(session=session, at=MOMENT)
        assert called.label == found.label(line.people[0])
        Ticket.objects.filter(pk=called.pk).update(state=TicketState.FINISHED, ended_at=MOMENT)


@pytest.mark.parametrize("seed", range(6))
def test_the_memory_of_any_counters_is_that_of_call_next(office, cases, seed):
    day = filled(office, cases, seed=seed)
    groups = [case.service.group_id for case in cases]

    made = queue.made(day)

    for some in (groups[:1], groups[1:], groups):
        assert made.rule(some) == queue.rule(day, groups=some)
    assert made.counts == queue.group_calls(day)


def test_counters_with_the_same_services_share_a_line(office, cases):
    come(office, cases[0])
    first, second = open_desk(office, cases[0]), open_desk(office, cases[0])

    lines = reading(office).lines

    assert lines[0].counters == (first.counter.number, second.counter.number)
    assert [line.counters for line in lines[1:]] == [(), ()]


def test_whoever_is_transferred_to_a_counter_waits_at_that_one_alone(office, cases):
    session, other = open_desk(office, cases[0]), open_desk(office, cases[0])
    ticket = come(office, cases[0])
    counter.call_next(session=session, at=MOMENT)
    ticket.refresh_from_db()
    setting_aside.transfer(ticket=ticket, to_counter=other.counter, at=MOMENT, staff=session.staff)

    found = reading(office)

    assert found.line_of(ticket.number).counters == (other.counter.number,)
    assert found.before(ticket.number) == 0


def test_nobody_is_called_at_a_counter_that_pauses(office, cases):
    come(office, cases[0])
    DeskPauseFactory(session=open_desk(office, cases[0]))

    assert reading(office).lines[0].counters == ()


def test_before_counts_the_people_who_are_called_earlier(office, cases):
    first, second = come(office, cases[0]), come(office, cases[0], at=MOMENT + MINUTE)
    gone = come(office, cases[1])
    Ticket.objects.filter(pk=gone.pk).update(state=TicketState.UNSERVED, ended_at=MOMENT)
    open_desk(office, cases[0])

    found = reading(office, at=MOMENT + MINUTE)

    assert [found.before(one.number) for one in (first, second, gone)] == [0, 1, None]


def test_before_the_first_number_nothing_is_read(office, cases, django_assert_num_queries):
    told = hall.facts_of(office, at=MOMENT)

    with django_assert_num_queries(0):
        assert hall.read(told, at=MOMENT).lines == ()


def test_a_version_stays_while_nothing_changes_and_changes_with_everything_shown(office, cases):
    def version():
        return hall.facts_of(office, at=MOMENT).version

    seen = [version()]
    assert version() == seen[0]
    ticket = come(office, cases[0])
    seen.append(version())
    session = open_desk(office, cases[0])
    seen.append(version())
    pause = DeskPauseFactory(session=session)
    seen.append(version())
    pause.delete()
    ClosedServiceFactory(queue_day=ticket.queue_day, group=cases[0].service.group)
    seen.append(version())
    QueueDay.objects.update(booked_per_walk_in=4)
    seen.append(version())
    counter.call_next(session=session, at=MOMENT)
    seen.append(version())
    counter.call_again(ticket=ticket, at=MOMENT, staff=session.staff)
    seen.append(version())
    DeskSession.objects.update(closed_at=MOMENT)
    seen.append(version())

    assert len(set(seen)) == len(seen)


def test_another_office_changes_no_version(office, cases):
    come(office, cases[0])
    before = hall.facts_of(office, at=MOMENT).version

    come(OfficeFactory(), cases[0], key="elsewhere")

    assert hall.facts_of(office, at=MOMENT).version == before


def test_the_hall_costs_three_queries_with_one_person_and_with_thirty(
    office, cases, django_assert_num_queries
):
    come(office, cases[0])
    open_desk(office, cases[0])
    with django_assert_num_queries(3):
        reading(office)
    for minute in range(30):
        come(office, cases[minute % 3], at=MOMENT + minute * MINUTE)
    open_desk(office, *cases)

    with django_assert_num_queries(3):
        assert len(shown(reading(office))) == 2


def test_the_place_in_the_line_is_the_order_of_the_day(office, cases):
    day = filled(office, cases, seed=7)
    group = cases[0].service.group_id

    waiting = queue.line(day, groups={group})
    rule = queue.rule(day, groups={group})
    sequence = order.sequence(waiting, rule=rule, at=MOMENT, groups={group})

    found = reading(office)
    line = next(line for line in found.lines if line.groups == {group})
    assert list(line.people) == sequence
