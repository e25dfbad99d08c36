import datetime
from dataclasses import replace
from functools import partial

import pytest
from django.db.models import QuerySet

from citizens import tokens
from citizens.domain import arrivals, counter, day_control, queue, setting_aside
from citizens.enums import DayChange, ParkReason, TicketState
from citizens.models import ClosedService, DeskPause, DeskSession, QueueDay, QueueDayEvent, Ticket
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories.queue_day import DeskPauseFactory
from tests.racing import at_once

RULE = day_control.Rule(
    booked_per_walk_in=2, calls_per_priority=3, ageing_minutes=45, late_minutes=15
)
NEW = replace(RULE, booked_per_walk_in=1)


@pytest.fixture
def day(db):
    return QueueDayFactory()


@pytest.fixture
def supervisor(day):
    return UserFactory(office=day.office)


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


def change(day, supervisor, rule=NEW, version=0, **kwargs):
    given = {"reason": "many walk-ins", "at": MOMENT, "staff": supervisor} | kwargs
    return day_control.change_rule(office=day.office, rule=rule, version=version, **given)


def limit(day, supervisor, number, version=0):
    return day_control.limit_walk_ins(
        office=day.office, limit=number, version=version, reason="-", at=MOMENT, staff=supervisor
    )


def close(day, supervisor, case, reason="printer rusak"):
    return day_control.close_service(
        office=day.office, group=case.service.group, reason=reason, at=MOMENT, staff=supervisor
    )


def reopen(day, supervisor, case):
    day_control.open_service(
        office=day.office, group=case.service.group, at=MOMENT + MINUTE, staff=supervisor
    )


def walk_in(day, supervisor, case, key=None):
    return arrivals.issue_walk_in(
        office=day.office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=supervisor,
        submission_key=key or tokens.new(),
    )


def events():
    return list(QueueDayEvent.objects.order_by("pk").values_list("what", "before", "after"))


# --- The rule ---------------------------------------------------------------------------------------------------------


def test_a_changed_rule_is_written_down_with_who_when_what_and_why(day, supervisor):
    changed = change(day, supervisor)

    event = QueueDayEvent.objects.get()
    assert day_control.Rule.of(changed) == NEW
    assert (event.what, event.staff, event.at) == (DayChange.RATIO, supervisor, MOMENT)
    assert event.reason == "many walk-ins"
    assert day_control.Rule.read(event.before) == RULE
    assert day_control.Rule.read(event.after) == NEW


def test_the_next_call_follows_the_changed_rule(day, supervisor, case):
    desk = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )
    called = {"queue_day": day, "case": case, "counter": desk.counter}
    TicketFactory(**called, booked=True, finished=True)
    TicketFactory(queue_day=day, case=case, booked=True)
    walks = TicketFactory(queue_day=day, case=case, arrived_at=MOMENT + MINUTE)

    change(day, supervisor)

    assert counter.call_next(session=desk, at=MOMENT + 10 * MINUTE) == walks


def test_the_same_rule_again_is_no_change(day, supervisor):
    change(day, supervisor, rule=RULE)

    assert not events()
    assert QueueDay.objects.get().version == 0


def test_a_day_that_has_not_begun_begins_with_the_change(supervisor):
    QueueDay.objects.all().delete()
    office = OfficeFactory(late_minutes=20)

    day_control.change_rule(
        office=office, rule=NEW, version=0, reason="-", at=MOMENT, staff=supervisor
    )

    assert day_control.Rule.read(QueueDayEvent.objects.get().before).late_minutes == 20
    assert day_control.Rule.of(QueueDay.objects.get()) == NEW


def test_what_another_supervisor_changed_meanwhile_is_not_overwritten_unseen(day, supervisor):
    change(day, supervisor)

    with pytest.raises(day_control.StaleDay):
        change(day, supervisor, rule=replace(RULE, booked_per_walk_in=5))
    with pytest.raises(day_control.StaleDay):
        limit(day, supervisor, 20)

    assert day_control.Rule.of(QueueDay.objects.get()) == NEW
    assert len(events()) == 1


def test_whoever_has_read_the_change_may_change_again(day, supervisor):
    version = change(day, supervisor).version

    assert limit(day, supervisor, 20, version=version).version == version + 1


@pytest.mark.parametrize("verb", [change, partial(limit, number=3), close, reopen])
def test_a_day_that_has_ended_is_not_steered_any_more(day, supervisor, case, verb):
    QueueDay.objects.update(ended_at=MOMENT, ended_by=supervisor)
    arguments = {"case": case} if verb in (close, reopen) else {}

    with pytest.raises(day_control.DayEnded):
        verb(day, supervisor, **arguments)


RATIOS = range(3, 7)


def wish(day, supervisor, ratio):
    return partial(change, day, supervisor, rule=replace(RULE, booked_per_walk_in=ratio))


@pytest.mark.race
def test_of_supervisors_at_once_one_changes_the_rule_and_the_others_look_again(transactional_db):
    day = QueueDayFactory()
    supervisor = UserFactory(office=day.office)

    outcomes = at_once(*[wish(day, supervisor, ratio) for ratio in RATIOS])

    changed = [outcome for outcome in outcomes if isinstance(outcome, QueueDay)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, day_control.StaleDay)]
    assert (len(changed), len(refused)) == (1, len(RATIOS) - 1)
    assert QueueDay.objects.get().booked_per_walk_in == changed[0].booked_per_walk_in
    assert len(events()) == 1


@pytest.mark.race
def test_without_the_lock_supervisors_overwrite_each_other(transactional_db, monkeypatch):
    """The control: what the lock is for."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **kwargs: self)
    overwritten = 0

    for _ in range(20):
        day = QueueDayFactory()
        supervisor = UserFactory(office=day.office)
        outcomes = at_once(*[wish(day, supervisor, ratio) for ratio in RATIOS])
        overwritten += sum(isinstance(outcome, QueueDay) for outcome in outcomes) > 1
        if overwritten:
            break

    assert overwritten


# --- Walk-in numbers --------------------------------------------------------------------------------------------------


def test_beyond_the_limit_nobody_gets_a_number(day, supervisor, case):
    limit(day, supervisor, 2)
    TicketFactory(queue_day=day, from_paper=True)
    TicketFactory(queue_day=day, booked=True)
    walk_in(day, supervisor, case)

    with pytest.raises(day_control.NoMoreNumbers) as refused:
        walk_in(day, supervisor, case)

    assert refused.value.limit == 2
    assert day_control.walk_ins(day) == 2


def test_a_form_that_is_sent_again_finds_its_number_in_spite_of_the_limit(day, supervisor, case):
    first = walk_in(day, supervisor, case, key="k")
    limit(day, supervisor, 1)

    assert walk_in(day, supervisor, case, key="k") == first


def test_a_limit_is_taken_away_again(day, supervisor, case):
    version = limit(day, supervisor, 0).version

    limit(day, supervisor, None, version=version)

    assert walk_in(day, supervisor, case)
    assert events() == [("walk_in_limit", "", "0"), ("walk_in_limit", "0", "")]


def test_after_the_end_of_the_day_nobody_gets_a_number(day, supervisor, case):
    QueueDay.objects.update(ended_at=MOMENT, ended_by=supervisor)

    with pytest.raises(day_control.NoMoreNumbers) as refused:
        walk_in(day, supervisor, case)

    assert refused.value.limit is None


@pytest.mark.race
def test_of_people_at_once_no_more_get_a_number_than_the_limit_says(transactional_db):
    day, case = QueueDayFactory(walk_in_limit=3), ServiceCaseFactory()
    staff = UserFactory(office=day.office)

    outcomes = at_once(*[partial(walk_in, day, staff, case) for _ in range(6)])

    assert sum(isinstance(outcome, Ticket) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, day_control.NoMoreNumbers) for outcome in outcomes) == 3


# --- Services ---------------------------------------------------------------------------------------------------------


def test_a_service_is_closed_while_ten_people_wait_who_keep_their_places(day, supervisor, case):
    TicketFactory.create_batch(10, queue_day=day, case=case)

    closing = close(day, supervisor, case)

    assert closing.waiting == 10
    assert Ticket.objects.filter(state=TicketState.WAITING).count() == 10
    assert day_control.closed_services(day) == [closing.closed]
    assert events() == [("service_closed", "", case.service.group.code)]


def test_a_closed_service_takes_no_walk_ins_and_says_why(day, supervisor, case):
    close(day, supervisor, case)

    with pytest.raises(day_control.ServiceClosed) as refused:
        walk_in(day, supervisor, case)

    assert refused.value.reason == "printer rusak"
    assert walk_in(day, supervisor, ServiceCaseFactory())


def test_closed_twice_it_keeps_its_first_reason(day, supervisor, case):
    first = close(day, supervisor, case)
    again = close(day, supervisor, case, reason="another")

    assert again.closed == first.closed
    assert len(events()) == 1


def test_an_opened_service_takes_walk_ins_again(day, supervisor, case):
    close(day, supervisor, case)

    reopen(day, supervisor, case)
    reopen(day, supervisor, case)

    closed = ClosedService.objects.get()
    assert (closed.opened_at, closed.opened_by) == (MOMENT + MINUTE, supervisor)
    assert walk_in(day, supervisor, case)
    assert [what for what, *_ in events()] == ["service_closed", "service_opened"]


def test_a_service_can_be_closed_again_after_it_was_opened(day, supervisor, case):
    close(day, supervisor, case)
    reopen(day, supervisor, case)

    close(day, supervisor, case, reason="listrik padam")

    assert day_control.closed_services(day)[0].reason == "listrik padam"


def test_it_is_closed_for_its_office_and_day_alone(day, supervisor, case):
    close(day, supervisor, case)
    elsewhere = QueueDayFactory(date=DAY)

    assert walk_in(elsewhere, supervisor, case)


# --- A colleague's counter --------------------------------------------------------------------------------------------


@pytest.fixture
def session(day, case):
    desk = CounterFactory(office=day.office, number=7, groups=[case.service.group])
    return DeskSessionFactory(counter=desk)


def release(session, supervisor):
    return day_control.release_counter(
        session=session, reason="went home", at=MOMENT + 20 * MINUTE, staff=supervisor
    )


def test_a_counter_that_was_left_open_is_closed_with_its_pause(session, supervisor):
    pause = DeskPauseFactory(session=session)

    assert release(session, supervisor) is None

    session.refresh_from_db()
    pause.refresh_from_db()
    assert session.closed_at == pause.ended_at == MOMENT + 20 * MINUTE
    event = QueueDayEvent.objects.get()
    assert (event.what, event.before) == (DayChange.COUNTER_RELEASED, f"7 · {session.staff}")
    assert (event.after, event.reason, event.staff) == ("", "went home", supervisor)


@pytest.mark.parametrize(
    ("trait", "calls", "state"),
    [
        ("called", 1, TicketState.WAITING),
        ("called", 3, TicketState.MISSED),
        ("serving", 1, TicketState.PARKED),
    ],
)
def test_whoever_was_there_is_not_lost(day, session, supervisor, case, trait, calls, state):
    there = {"queue_day": day, "case": case, "counter": session.counter, "calls": calls}
    ticket = TicketFactory(**there, **{trait: True})

    assert release(session, supervisor) == ticket

    ticket.refresh_from_db()
    event = ticket.events.get()
    assert (ticket.state, event.staff) == (state, supervisor)
    assert "went home" in event.reason
    assert QueueDayEvent.objects.get().after == ticket.label


def test_somebody_called_there_is_first_in_turn_at_the_next_counter(day, session, supervisor, case):
    waits_longer = TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 30 * MINUTE)
    called = TicketFactory(queue_day=day, case=case, counter=session.counter, called=True)
    other = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )

    release(session, supervisor)

    assert counter.call_next(session=other, at=MOMENT + 21 * MINUTE) == called
    waits_longer.refresh_from_db()
    assert waits_longer.state == TicketState.WAITING


def test_somebody_set_aside_has_a_reason_that_the_page_knows(day, session, supervisor, case):
    ticket = TicketFactory(queue_day=day, case=case, counter=session.counter, serving=True)

    release(session, supervisor)

    assert ticket.events.get().reason == f"{ParkReason.OTHER}: went home"


def test_a_counter_that_its_colleague_closed_meanwhile_is_not_released(session, supervisor):
    DeskSession.objects.update(closed_at=MOMENT + MINUTE)

    with pytest.raises(day_control.NotOpen):
        release(session, supervisor)

    assert not events()


def test_a_counter_left_open_overnight_is_released_with_whoever_is_still_there(day, case):
    yesterday = QueueDayFactory(office=day.office, date=DAY - datetime.timedelta(days=1))
    desk = CounterFactory(office=day.office)
    session = DeskSessionFactory(counter=desk, opened_at=MOMENT - datetime.timedelta(days=1))
    ticket = TicketFactory(queue_day=yesterday, case=case, counter=desk, serving=True)

    release(session, UserFactory(office=day.office))

    ticket.refresh_from_db()
    assert ticket.state == TicketState.PARKED
    assert QueueDayEvent.objects.get().queue_day == day


@pytest.mark.race
def test_a_counter_released_while_its_colleague_puts_the_person_back_moves_them_once(
    transactional_db,
):
    case = ServiceCaseFactory()
    day = QueueDayFactory()
    session = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )
    supervisor = UserFactory(office=day.office)
    ticket = TicketFactory(queue_day=day, case=case, counter=session.counter, called=True)
    put_back = partial(
        setting_aside.put_back, ticket=ticket, at=MOMENT + 20 * MINUTE, staff=session.staff
    )

    outcomes = at_once(partial(release, session, supervisor), put_back)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING
    assert ticket.events.count() == 1
    assert not [one for one in outcomes if isinstance(one, Exception)] or isinstance(
        outcomes[1], queue.StaleTicket
    )
    assert not DeskPause.objects.exists()
