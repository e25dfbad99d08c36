"""The real web server is killed while a counter calls, transfers and finishes, and while reception gives a number.

Nothing in the code knows of these tests: a trigger waits for a lock that the test holds, so that the request
hangs inside its transaction. Then the server is killed, and only after that PostgreSQL may go on: it takes back
what was not yet to be committed, and completes a commit that was asked for, although nobody waits for the answer.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from citizens.domain import ticket_log
from citizens.enums import Outcome, TicketState
from citizens.models import Ticket, TicketEvent, Visit
from portal import groups
from tests.browser.signing_in import FIRST_PAGE, PASSWORD, new_staff
from tests.browsing import Browser
from tests.citizens.domain.killable import PATIENCE, Server, wait_until
from tests.citizens.domain.test_undoing import call, start, wait
from tests.factories.citizens import (
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceCaseFactory,
)

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

TODAY = "/petugas/citizens/queueday/hari-ini/"
TIMES = 20 if os.environ.get("DRILL") else 2
LOCK = 4711  # any number: the trigger and the test have to name the same
COLUMNS = sorted(ticket_log.Told.__slots__)

HANG = f"""
    CREATE FUNCTION hang_here() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$
"""
# Where the request hangs: between the ticket and its history, or with everything written, in the commit.
BEFORE_HISTORY = "BEFORE INSERT ON citizens_ticketevent"
IN_THE_COMMIT = "AFTER INSERT ON citizens_ticketevent DEFERRABLE INITIALLY DEFERRED"
POINTS = {
    "before the history is written": f"CREATE TRIGGER hang_here {BEFORE_HISTORY}",
    "in the commit": f"CREATE CONSTRAINT TRIGGER hang_here {IN_THE_COMMIT}",
}
HANGING = """
    SELECT pid, backend_xid IS NOT NULL FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'
"""


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    made.start()
    yield made
    made.kill()


class Desk:
    """A counter of a small office, its page in a browser, and another counter that serves another service too."""

    def __init__(self, address):
        self.case, other = ServiceCaseFactory(ktp=True), ServiceCaseFactory()
        office = OfficeFactory(code="utama")
        self.day = QueueDayFactory(office=office)
        staff = new_staff(office=office, group=groups.COUNTER_STAFF)
        desk = CounterFactory(office=office, groups=[self.case.service.group])
        self.session = DeskSessionFactory(counter=desk, staff=staff)
        away = CounterFactory(office=office, groups=[other.service.group])
        DeskSessionFactory(counter=away)
        self.away = other.service.group
        self.first, self.second = (wait(self.day, self.case, self.session) for _ in range(2))
        self.browser = Browser(address)
        sign_in = self.browser.get(FIRST_PAGE).form("")
        self.browser.send(sign_in, username=staff.username, password=PASSWORD)

    def button(self, address, *, served=False):
        """A function that presses it on the page as it is now, with the first person `served` or waiting."""
        if served:
            start(call(None, self.session), self.session)
        typed = {
            "/nomor/": {"case": str(self.case.pk)},
            "/alihkan/": {"target": f"service-{self.away.pk}"},
            "/selesai/": {"outcome": Outcome.DONE.value},
        }
        form = self.browser.get(TODAY).form(address)
        return partial(self.browser.send, form, **typed.get(address, {}))


# The address of the button, and the state of the first ticket before and after.
DEEDS = {
    "call": ("/panggil/", TicketState.WAITING, TicketState.CALLED),
    "transfer": ("/alihkan/", TicketState.SERVING, TicketState.WAITING),
    "finish": ("/selesai/", TicketState.SERVING, TicketState.FINISHED),
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("repetition", range(TIMES))
def test_a_killed_server_leaves_each_ticket_in_one_state(server, deed, point, repetition):
    desk = Desk(server.address)
    address, before, after = DEEDS[deed]
    press = desk.button(address, served=before == TicketState.SERVING)
    events = TicketEvent.objects.count()

    kill_at(POINTS[point], server, press)

    done = point == "in the commit"
    assert state(desk.first) == (after if done else before)
    assert TicketEvent.objects.count() == events + done
    assert table_is_the_log()

    server.start()
    for _ in range(2):  # the second time from a page that is old: nothing more is done
        press()
        assert state(desk.first) == after
        assert state(desk.second) == TicketState.WAITING
        assert TicketEvent.objects.count() == events + 1
        assert Visit.objects.count() == (deed == "finish")
        assert table_is_the_log()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("repetition", range(TIMES))
def test_a_killed_server_gives_no_number_twice(server, point, repetition):
    desk = Desk(server.address)
    press = desk.button("/nomor/")

    kill_at(POINTS[point], server, press)

    assert numbers() == ([1, 2, 3] if point == "in the commit" else [1, 2])
    server.start()
    for _ in range(2):
        press()
        assert numbers() == [1, 2, 3]
    desk.button("/nomor/")()
    assert numbers() == [1, 2, 3, 4]
    assert table_is_the_log()


@pytest.mark.parametrize("deed", DEEDS)
def test_a_server_that_nobody_kills_does_it_once_it_may_go_on(server, deed):
    """The control: what hangs in these tests is the deed itself, and the trigger alone spoils nothing."""
    desk = Desk(server.address)
    address, before, after = DEEDS[deed]
    press = desk.button(address, served=before == TicketState.SERVING)

    with hanging(POINTS["before the history is written"], press) as pressed:
        assert state(desk.first) == before
        let_go()
        assert pressed.result(timeout=PATIENCE).status == 200

    assert state(desk.first) == after
    assert table_is_the_log()


def kill_at(trigger, server, press):
    """Kills the server while `press` hangs in its transaction; PostgreSQL goes on afterwards, alone."""
    with hanging(trigger, press) as pressed:
        server.kill()
        with pytest.raises(OSError, match=r"closed|reset"):
            pressed.result(timeout=PATIENCE)
        assert list(hanging_backends().values()) == [True], "it was not in the middle"


@contextmanager
def hanging(trigger, press):
    """`press`, in a thread of its own, while its transaction has written and waits for the test."""
    run(HANG)
    run(f"{trigger} FOR EACH ROW EXECUTE FUNCTION hang_here()")
    run(f"SELECT pg_advisory_lock({LOCK})")
    try:
        with ThreadPoolExecutor(1) as thread:
            pressed = thread.submit(press)
            try:
                wait_until(hanging_backends)
                assert all(hanging_backends().values()), "nothing was changed yet"
                yield pressed
            finally:
                let_go()
    finally:
        run("DROP FUNCTION hang_here CASCADE")  # waits until the transaction has ended


def let_go():
    run("SELECT pg_advisory_unlock_all()")


def state(ticket):
    return Ticket.objects.values_list("state", flat=True).get(pk=ticket.pk)


def numbers():
    return list(Ticket.objects.order_by("number").values_list("number", flat=True))


def table_is_the_log():
    """Whether every ticket is what its events say, in all columns they decide."""
    for ticket in Ticket.objects.all():
        told = ticket_log.replay(list(ticket.events.order_by("pk")))
        assert {name: getattr(told, name) for name in COLUMNS} == {
            name: getattr(ticket, name) for name in COLUMNS
        }
    return True


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def hanging_backends():
    """The server's database connections that wait for the test, and whether they have written."""
    with connection.cursor() as cursor:
        cursor.execute(HANGING)
        return dict(cursor.fetchall())
