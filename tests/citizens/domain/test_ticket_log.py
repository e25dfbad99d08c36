"""A day of all verbs, in random order: its log replayed gives today's table."""

import datetime
import random
from functools import partial

import pytest

from citizens.domain import counter, queue, setting_aside, ticket_log, undoing
from citizens.enums import AT_THE_COUNTER, Outcome, ParkReason, PriorityGroup, TicketState
from citizens.models import Ticket
from tests.factories.citizens import (
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
)

STEPS = 300
COLUMNS = sorted(ticket_log.Told.__slots__)
REFUSED = (
    counter.AlreadyServing,
    counter.CalledEnough,
    counter.CounterClosed,
    counter.NobodyWaiting,
    queue.StaleTicket,
    setting_aside.CallAgainFirst,
    setting_aside.NotServedThere,
    undoing.NothingToUndo,
)


class Played:
    """An office with three counters and two services, and whatever `chance` does there."""

    def __init__(self, chance):
        self.chance = chance
        self.at = MOMENT
        self.office = OfficeFactory()
        self.cases = [ServiceCaseFactory(), ServiceCaseFactory()]
        groups = [case.service.group for case in self.cases]
        self.sessions = [
            DeskSessionFactory(counter=CounterFactory(office=self.office, groups=served))
            for served in (groups, groups[:1], groups)
        ]
        self.day = QueueDayFactory(office=self.office)

    def arrive(self, session):
        queue.issue(
            queue.lock_day(office=self.office, at=self.at),
            case=self.chance.choice(self.cases),
            prefix="A",
            priority_group=self.chance.choice([None, None, PriorityGroup.ELDERLY]),
            at=self.at,
            staff=session.staff,
        )

    def somebody(self, session):
        """Mostly who is at this counter; sometimes anybody, as from a page that is old."""
        tickets = Ticket.objects.filter(queue_day=self.day)
        there = tickets.filter(counter=session.counter, state__in=AT_THE_COUNTER).first()
        if there is not None and self.chance.random() < 0.9:
            return there
        return self.chance.choice(tickets.order_by("pk"))

    def with_somebody(self, verb, session, **values):
        verb(ticket=self.somebody(session), at=self.at, staff=session.staff, **values)

    def set_aside(self, state, session):
        return self.chance.choice(
            list(Ticket.objects.filter(queue_day=self.day, state=state).order_by("pk"))
            or [self.somebody(session)]
        )

    def call_back(self, session):
        ticket = self.set_aside(TicketState.PARKED, session)
        counter.call_back(ticket=ticket, session=session, at=self.at)

    def turned_up(self, session):
        ticket = self.set_aside(TicketState.MISSED, session)
        setting_aside.turned_up(ticket=ticket, at=self.at, staff=session.staff)

    def transfer(self, session):
        self.with_somebody(
            setting_aside.transfer,
            session,
            group=self.chance.choice(self.cases).service.group,
            to_counter=self.chance.choice([None, *(one.counter for one in self.sessions)]),
        )

    def close_and_open(self, session):
        counter.close_counter(session=session, at=self.at)
        place = self.sessions.index(session)
        self.sessions[place] = counter.open_counter(
            counter=session.counter, at=self.at, staff=session.staff
        )

    def verbs(self):
        finish = partial(
            self.with_somebody,
            counter.finish,
            outcome=Outcome.DONE,
            missing_papers=[],
            offers=[],
        )
        park = partial(self.with_somebody, setting_aside.park, reason=ParkReason.SYSTEM)
        weighted = {
            self.arrive: 5,
            lambda session: counter.call_next(session=session, at=self.at): 6,
            partial(self.with_somebody, counter.call_again): 9,
            partial(self.with_somebody, counter.start): 4,
            finish: 4,
            partial(self.with_somebody, setting_aside.put_back): 2,
            partial(self.with_somebody, setting_aside.give_up): 6,
            park: 3,
            self.call_back: 2,
            self.turned_up: 2,
            self.transfer: 3,
            self.close_and_open: 1,
            lambda session: undoing.undo(session=session, at=self.at): 4,
        }
        return [verb for verb, weight in weighted.items() for _ in range(weight)]

    def play(self):
        verbs = self.verbs()
        self.arrive(self.sessions[0])
        for _ in range(STEPS):
            self.at += datetime.timedelta(seconds=self.chance.randint(1, 12))
            try:
                self.chance.choice(verbs)(self.chance.choice(self.sessions))
            except REFUSED:
                continue


@pytest.mark.parametrize("seed", range(4))
def test_replaying_the_log_of_a_day_gives_todays_table(db, seed):
    played = Played(random.Random(seed))  # noqa: S311 - a day that can be played again

    played.play()

    tickets = list(Ticket.objects.filter(queue_day=played.day).order_by("number"))
    assert [ticket.number for ticket in tickets] == list(range(1, len(tickets) + 1))
    for ticket in tickets:
        told = ticket_log.replay(list(ticket.events.order_by("pk")))
        assert {name: getattr(told, name) for name in COLUMNS} == {
            name: getattr(ticket, name) for name in COLUMNS
        }
    states = {event.to_state for ticket in tickets for event in ticket.events.all()}
    assert states >= {"waiting", "called", "serving", "parked", "missed", "finished"}
    assert any(event.undoes_id for ticket in tickets for event in ticket.events.all())
