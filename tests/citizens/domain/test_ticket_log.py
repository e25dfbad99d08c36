"""Days of all verbs, the supervisor's too, in random order: the log replayed gives the table."""

import datetime
import random
from dataclasses import replace
from functools import partial

import pytest

from citizens import tokens
from citizens.domain import (
    arrivals,
    counter,
    day_control,
    end_of_day,
    paper_numbers,
    queue,
    setting_aside,
    ticket_log,
    undoing,
)
from citizens.enums import (
    AT_THE_COUNTER,
    ENDED_TICKET_STATES,
    Actor,
    Outcome,
    ParkReason,
    PriorityGroup,
    TicketState,
)
from citizens.models import QueueDayEvent, Ticket
from tests.factories.citizens import (
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    UserFactory,
)

STEPS = 300
COLUMNS = sorted(ticket_log.Told.__slots__)
REFUSED = (
    counter.AlreadyServing,
    counter.CalledEnough,
    counter.CounterClosed,
    counter.NobodyWaiting,
    counter.OnPause,
    day_control.NotOpen,
    day_control.WalkInRefused,
    paper_numbers.NumberTaken,
    queue.StaleTicket,
    setting_aside.CallAgainFirst,
    counter.NotServedHere,
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
        self.supervisor = UserFactory(office=self.office)

    def arrive(self, session):
        arrivals.issue_walk_in(
            office=self.office,
            case=self.chance.choice(self.cases),
            priority_group=self.chance.choice([None, None, PriorityGroup.ELDERLY]),
            at=self.at,
            staff=session.staff,
            submission_key=tokens.new(),
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

    def reopen(self, session):
        self.sessions[self.sessions.index(session)] = counter.open_counter(
            counter=session.counter, at=self.at, staff=session.staff
        )

    def pause_and_go_on(self, session):
        counter.pause(session=session, at=self.at)
        if self.chance.random() < 0.8:
            counter.go_on(session=session, at=self.at)

    def go_on(self, session):
        counter.go_on(session=session, at=self.at)

    def supervise(self, verb, **values):
        verb(office=self.office, at=self.at, staff=self.supervisor, **values)

    def change_rule(self, _session):
        self.day.refresh_from_db()
        rule = replace(day_control.Rule.of(self.day), booked_per_walk_in=self.chance.randint(1, 3))
        self.supervise(day_control.change_rule, rule=rule, version=self.day.version, reason="Ramai")

    def limit_walk_ins(self, _session):
        self.day.refresh_from_db()
        self.supervise(
            day_control.limit_walk_ins,
            limit=self.chance.choice([None, None, 20]),
            version=self.day.version,
            reason="Ramai",
        )

    def close_or_open_service(self, _session):
        group = self.cases[1].service.group
        if self.chance.random() < 0.3:
            self.supervise(day_control.close_service, group=group, reason="Ramai")
        else:
            self.supervise(day_control.open_service, group=group)

    def release(self, session):
        day_control.release_counter(
            session=session, reason="Pulang", at=self.at, staff=self.supervisor
        )
        self.reopen(session)

    def enter_paper(self, _session):
        slip = paper_numbers.Slip(
            number=self.chance.choice(queue.PAPER_NUMBERS),
            written_at=self.at - datetime.timedelta(minutes=self.chance.randint(0, 30)),
            case=self.chance.choice(self.cases),
            outcome=self.chance.choice([None, None, Outcome.DONE]),
        )
        self.supervise(paper_numbers.enter, slips=[slip])

    def end(self):
        """Whoever is being served is finished first: the end of the day waits for them."""
        for ticket in Ticket.objects.filter(queue_day=self.day, state=TicketState.SERVING):
            counter.finish(
                ticket=ticket,
                outcome=Outcome.DONE,
                missing_papers=[],
                offers=[],
                at=self.at,
                staff=self.supervisor,
            )
        self.supervise(end_of_day.end)

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
            self.pause_and_go_on: 1,
            self.go_on: 2,
            self.change_rule: 1,
            self.limit_walk_ins: 1,
            self.close_or_open_service: 1,
            self.release: 1,
            self.enter_paper: 1,
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
    given = [ticket.number for ticket in tickets if ticket.number not in queue.PAPER_NUMBERS]
    assert given == list(range(1, len(given) + 1))
    assert len({ticket.number for ticket in tickets}) == len(tickets) > len(given)
    for ticket in tickets:
        assert_table_is_the_log(ticket)
    states = {event.to_state for ticket in tickets for event in ticket.events.all()}
    assert states >= {"waiting", "called", "serving", "parked", "missed", "finished"}
    assert any(event.undoes_id for ticket in tickets for event in ticket.events.all())

    assert QueueDayEvent.objects.values("what").distinct().count() >= 4

    played.end()

    for ticket in Ticket.objects.filter(queue_day=played.day):
        assert ticket.state in ENDED_TICKET_STATES
        assert_table_is_the_log(ticket)


def assert_table_is_the_log(ticket):
    """In all columns that events decide; each event begins where the last ended, and has who and when."""
    events = list(ticket.events.order_by("pk"))
    told = ticket_log.replay(events)
    assert {name: getattr(told, name) for name in COLUMNS} == {
        name: getattr(ticket, name) for name in COLUMNS
    }
    assert [event.from_state for event in events] == ["", *(one.to_state for one in events[:-1])]
    for event in events:
        assert event.at is not None
        assert (event.staff_id is not None) == (event.actor == Actor.STAFF)
