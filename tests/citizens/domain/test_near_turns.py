import pytest

from citizens.domain import counter as counters
from citizens.domain import near_turns
from citizens.models import Ticket
from outreach.models import Message
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
)
from tests.factories.queue_day import DeskPauseFactory

PHONE = "+6281200000001"


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    return DeskSessionFactory(counter=CounterFactory(groups=[case.service.group]))


@pytest.fixture
def day(session):
    return QueueDayFactory(office=session.counter.office)


def wait(day, case, *numbers, **values):
    for number in numbers:
        TicketFactory(queue_day=day, case=case, number=number, **values)


def told():
    return sorted(Ticket.objects.exclude(near_told_at=None).values_list("number", flat=True))


def test_a_call_tells_the_next_three_who_left_a_phone(session, day, case):
    wait(day, case, 1, 2, 3, 4, 5, phone=PHONE)

    counters.call_next(session=session, at=MOMENT)

    assert told() == [2, 3, 4]
    assert Message.objects.filter(ticket__number__in=[2, 3, 4]).count() == 3


def test_everybody_is_told_once(session, day, case):
    wait(day, case, 1, 2, 3, phone=PHONE)

    first = counters.call_next(session=session, at=MOMENT)
    Ticket.objects.filter(pk=first.pk).update(state="finished", ended_at=MOMENT)
    counters.call_next(session=session, at=MOMENT + MINUTE)

    assert Message.objects.count() == 2
    assert set(Ticket.objects.filter(number__gt=1).values_list("near_told_at", flat=True)) == {
        MOMENT
    }


def test_who_left_no_phone_is_told_nothing(session, day, case):
    wait(day, case, 1, 2)
    wait(day, case, 3, booked=True, appointment__phone="")

    counters.call_next(session=session, at=MOMENT)

    assert told() == []


def test_a_booked_person_is_told_at_the_phone_of_the_appointment(session, day, case):
    wait(day, case, 1)
    wait(day, case, 2, booked=True, appointment__phone=PHONE, due_at=MOMENT + 90 * MINUTE)

    counters.call_next(session=session, at=MOMENT)

    assert Message.objects.get().address == PHONE


def test_with_more_counters_people_are_told_earlier(session, day, case):
    for _ in range(2):
        other = CounterFactory(office=day.office, groups=[case.service.group])
        DeskSessionFactory(counter=other)
    idle = DeskSessionFactory(
        counter=CounterFactory(office=day.office, groups=[case.service.group])
    )
    DeskPauseFactory(session=idle)
    wait(day, case, *range(1, 15), phone=PHONE)

    counters.call_next(session=session, at=MOMENT)

    assert told() == list(range(2, 2 + 3 * near_turns.NUMBERS))


def test_it_costs_one_query_when_nobody_is_to_be_told(
    session, day, case, django_assert_num_queries
):
    wait(day, case, 1, 2, 3)
    line, rule = counters.queue.line(day, groups={case.service.group_id}), None

    with django_assert_num_queries(1):
        near_turns.tell(day, line, rule=rule, session=session, at=MOMENT)
