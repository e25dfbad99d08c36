"""One order in three places: what the estimate foretells, what the board shows next, and whom the counter calls."""

import random

import pytest

from citizens.domain import counter, estimate, hall
from citizens.enums import TicketState
from citizens.models import Ticket
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
)

PACE = 10  # minutes that every visit is planned to take, and takes
PEOPLE = 12


def small_day(chance):
    """An open counter with two services, and people of every kind who wait or were called before."""
    cases = [ServiceCaseFactory(minutes=PACE) for _ in range(2)]
    office = OfficeFactory()
    served = [case.service.group for case in cases]
    session = DeskSessionFactory(counter=CounterFactory(office=office, groups=served))
    day = QueueDayFactory(office=office, ageing_minutes=chance.choice([15, 45]))
    for place in range(PEOPLE):
        due = MOMENT + chance.randint(-40, 90) * MINUTE
        kind = chance.choice(
            [
                {},
                {"number": 900 + place},  # from paper: entered late, with the written time
                {"priority": True},
                {"booked": True, "due_at": due},
                {"booked": True, "due_at": due},
                {"finished": True},
                {"was_called": True, "counter": None, "recall_after": chance.randint(0, 5)},
            ]
        )
        arrived = MOMENT - chance.randint(31, 60) * MINUTE
        TicketFactory(
            **{"queue_day": day, "number": place + 1, "case": chance.choice(cases)} | kind,
            arrived_at=arrived,
        )
    return session


@pytest.mark.parametrize("seed", range(6))
def test_the_estimate_the_board_and_the_counter_have_one_order(db, seed):
    session = small_day(random.Random(seed))  # noqa: S311 - a day that can be played again
    office = session.counter.office
    foretold = list(estimate.forecast(office=office, at=MOMENT).tickets)

    called, shown = [], []
    for nth in range(len(foretold)):
        at = MOMENT + nth * PACE * MINUTE
        [line] = hall.read(hall.facts_of(office, at=at), at=at).lines
        shown.append(line.people[0].number)
        ticket = counter.call_next(session=session, at=at)
        called.append(ticket.number)
        Ticket.objects.filter(pk=ticket.pk).update(state=TicketState.FINISHED, ended_at=at)

    assert called == foretold
    assert shown == called
    assert not Ticket.objects.filter(state=TicketState.WAITING).exists()
