import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.domain import arrivals, told_waits
from citizens.models import Ticket, WaitForecast
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories.queue_day import WaitForecastFactory


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def session(case):
    return DeskSessionFactory(counter=CounterFactory(groups=[case.service.group]))


def walk_in(office, case, key="form"):
    return arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=UserFactory(office=office),
        submission_key=key,
    )


def told(office, waited, *, count=1, date=DAY, low=10, high=25):
    """People who were told 10 to 25 minutes and were called after `waited` ones."""
    day = QueueDayFactory(office=office, date=date)
    for number in range(1, count + 1):
        ticket = TicketFactory(
            queue_day=day,
            number=number,
            finished=True,
            counter__office=office,
            called_at=MOMENT + waited * MINUTE,
        )
        WaitForecastFactory(ticket=ticket, low=low, high=high)


def test_who_gets_a_number_is_told_a_range_and_it_is_kept(case, session):
    office = session.counter.office
    measure(office, case)
    walk_in(office, case, "first")

    ticket = walk_in(office, case, "second")

    kept = WaitForecast.objects.get(ticket=ticket)
    assert (kept.ahead, kept.low, kept.high, kept.made_at) == (1, 5, 15, MOMENT)


def test_nothing_is_kept_where_nothing_could_be_told(case, session):
    walk_in(session.counter.office, case, "first")

    ticket = walk_in(session.counter.office, case, "second")

    assert not WaitForecast.objects.filter(ticket=ticket).exists()


def test_a_form_sent_twice_is_told_once(case, session):
    measure(session.counter.office, case)

    for _ in range(2):
        walk_in(session.counter.office, case)

    assert WaitForecast.objects.count() == 1


@pytest.mark.parametrize(("waited", "held"), [(9, 0), (10, 1), (25, 1), (26, 0)])
def test_a_range_held_when_the_first_call_came_in_it(session, waited, held):
    told(session.counter.office, waited)

    found = told_waits.held_share(office=session.counter.office, at=MOMENT)

    assert (found.held, found.told) == (held, 1)
    assert found.percent is None


def test_the_share_is_told_from_thirty_ranges_on(session):
    told(session.counter.office, 20, count=24)
    told(session.counter.office, 40, count=6, date=DAY - datetime.timedelta(days=1))

    assert told_waits.held_share(office=session.counter.office, at=MOMENT).percent == 80
    assert told_waits.held_share(office=session.counter.office, at=MOMENT, days=1).told == 24


def test_another_office_and_who_was_never_called_do_not_count(session):
    told(CounterFactory().office, 20)
    WaitForecastFactory(ticket__queue_day__office=session.counter.office)

    assert told_waits.held_share(office=session.counter.office, at=MOMENT).told == 0


def test_a_number_is_given_even_when_its_wait_cannot_be_kept(case, session, caplog):
    office = session.counter.office
    measure(office, case)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE citizens_waitforecast ADD CHECK (low < 0) NOT VALID")

    ticket = walk_in(office, case)

    assert Ticket.objects.filter(pk=ticket.pk).exists()
    assert not WaitForecast.objects.exists()
    assert "A told wait was not kept" in caplog.text


def test_the_lock_of_the_day_is_free_before_the_wait_is_computed(case, session):
    office = session.counter.office
    measure(office, case)

    with CaptureQueriesContext(connection) as queries:
        walk_in(office, case)

    said = [query["sql"] for query in queries]
    given = next(n for n, sql in enumerate(said) if sql.startswith('INSERT INTO "citizens_ticket"'))
    done = next(n for n, sql in enumerate(said) if n > given and sql.startswith("RELEASE"))
    kept = next(n for n, sql in enumerate(said) if 'INTO "citizens_waitforecast"' in sql)
    assert given < done < kept
    # The replay reads several tables: all of that stands between the two.
    assert kept - done > 3
