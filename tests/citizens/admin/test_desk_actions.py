"""What a counter does beside calling and serving, from "Hari ini"."""

import datetime

import pytest
from django.urls import reverse

from citizens import tokens
from citizens.domain import arrivals
from citizens.enums import Outcome, ParkReason, TicketState
from citizens.models import DeskPause, TicketEvent
from portal import groups
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    MissingPaperFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    TicketFactory,
    VisitFactory,
    VisitorServiceFactory,
)

TODAY = "/petugas/citizens/queueday/hari-ini/"


@pytest.fixture
def case(db):
    return ServiceCaseFactory(ktp=True)


@pytest.fixture
def day(office):
    return QueueDayFactory(office=office)


@pytest.fixture
def session(office, case, staff):
    desk = CounterFactory(office=office, groups=[case.service.group])
    return DeskSessionFactory(counter=desk, staff=staff)


@pytest.fixture
def called(session, day, case):
    return TicketFactory(queue_day=day, case=case, called=True, counter=session.counter)


@pytest.fixture
def post(client, office):
    def act(name, *args, sees=200, data=None):
        address = reverse(f"admin:citizens_{name}", args=[office.code, *args])
        response = client.post(address, data or {}, follow=True)
        assert response.status_code == sees
        return response.content.decode() if sees == 200 else ""

    return act


def state(ticket):
    ticket.refresh_from_db()
    return ticket.state


def test_a_counter_pauses_and_goes_on(session, day, case, post):
    TicketFactory(queue_day=day, case=case)

    assert "Pauses since 09.20" in post("pause")
    assert "Your counter pauses." in post("call_next")
    post("go_on")

    assert DeskPause.objects.get().ended_at == MOMENT
    assert "Called 1 of 3" in post("call_next")


def test_nobody_pauses_with_somebody_at_the_counter(called, post):
    assert f"{called.label} is still at the counter." in post("pause")


def test_a_number_put_back_waits_for_five_more(called, post):
    html = post("put_back", called.pk)

    assert f"{called.label} is called again after 5 more numbers." in html
    assert "Back after 5" in html
    assert state(called) == TicketState.WAITING


def test_setting_aside_keeps_reason_and_note_and_the_person_is_called_back(called, post):
    html = post("park", called.pk, data={"reason": ParkReason.PAPERS, "note": "fotokopi KK"})

    assert "Fetches a paper or a copy: fotokopi KK" in html
    assert state(called) == TicketState.PARKED
    assert "Called 2 of 3" in post("call_back", called.pk)


def test_setting_aside_without_a_reason_asks_for_it(called, post):
    html = post("park", called.pk, data={"note": "sebentar"})

    assert "Choose why." in html
    assert 'value="sebentar"' in html
    assert state(called) == TicketState.CALLED


def test_whoever_missed_three_calls_may_turn_up(called, post):
    for _ in range(2):
        post("call_again", called.pk)
    assert "Turned up" in post("give_up", called.pk)

    assert f"{called.label} waits again" in post("turned_up", called.pk)
    assert state(called) == TicketState.WAITING


def test_a_transfer_to_another_service_keeps_the_number(called, office, post):
    other = ServiceCaseFactory().service.group
    DeskSessionFactory(counter=CounterFactory(office=office, groups=[other]))

    html = post("transfer", called.pk, data={"target": f"service-{other.pk}", "note": "akta"})

    assert f"{called.label} is next there, with the same number." in html
    called.refresh_from_db()
    assert (called.state, called.group) == (TicketState.WAITING, other)
    assert TicketEvent.objects.filter(ticket=called).latest("pk").reason == "akta"


def test_a_transfer_to_another_open_counter_is_for_that_one_alone(called, case, office, post):
    there = CounterFactory(office=office, groups=[case.service.group])
    DeskSessionFactory(counter=there)

    html = post("transfer", called.pk, data={"target": f"counter-{there.pk}"})

    called.refresh_from_db()
    assert called.for_counter == there
    assert "Sent to another counter <strong>1</strong>" in html


def test_nobody_is_sent_to_a_closed_counter(called, case, office, post):
    closed, there = CounterFactory.create_batch(2, office=office, groups=[case.service.group])
    DeskSessionFactory(counter=there)

    html = post("transfer", called.pk, data={"target": f"counter-{closed.pk}"})

    assert "That counter was closed meanwhile." in html
    assert state(called) == TicketState.CALLED


def test_with_no_other_counter_open_nobody_is_sent_on(called, post):
    assert "No other counter is open now." in post("transfer", called.pk)


def test_the_last_action_is_named_and_taken_back_once(session, office, case, post):
    ticket = arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=None,
        at=MOMENT,
        staff=session.staff,
        submission_key=tokens.new(),
    )
    post("call_next")
    assert f"Take back: Start of {ticket.label}" in post("start", ticket.pk)

    html = post("undo")

    assert f"Taken back. {ticket.label} is again: Called." in html
    assert "Nothing to take back" in html
    assert "There is nothing to take back" in post("undo")


def test_a_ticket_at_another_counter_is_left_alone(session, day, post):
    elsewhere = TicketFactory(queue_day=day, called=True)

    for name in ("put_back", "park", "transfer"):
        assert "This was done already" in post(name, elsewhere.pk)
    assert state(elsewhere) == TicketState.CALLED


def test_a_ticket_of_another_office_is_not_found(session, post):
    ticket = TicketFactory(state=TicketState.MISSED)

    for name in ("put_back", "park", "transfer", "call_back", "turned_up"):
        post(name, ticket.pk, sees=404)
    assert state(ticket) == TicketState.MISSED


@pytest.mark.parametrize("name", ["pause", "go_on", "undo"])
def test_who_only_reads_does_nothing(sign_in, office, post, name):
    sign_in(groups.AUDITOR, None)

    post(name, sees=403)

    assert not DeskPause.objects.exists()


def test_a_page_left_open_overnight_calls_nobody_back(session, office, post):
    yesterday = MOMENT - datetime.timedelta(days=1)
    old = QueueDayFactory(office=office, date=yesterday.date())
    ticket = TicketFactory(
        queue_day=old, state=TicketState.PARKED, parked_at=yesterday, parked_by=session.staff
    )

    assert "This was done already" in post("call_back", ticket.pk)


def test_a_refresh_tells_when_the_counter_changed_elsewhere(client, office, called, post):
    address = reverse("admin:citizens_set_aside", args=[office.code])
    before = client.get(address)
    again = client.get(address, headers={"If-None-Match": before["ETag"]})
    post("start", called.pk)

    assert again.status_code == 304
    assert client.get(address)["X-Own-State"] != before["X-Own-State"]
    assert (
        f'data-own-state="{client.get(address)["X-Own-State"]}"'
        in client.get(TODAY).content.decode()
    )


@pytest.fixture
def person(session, day, case):
    """A booked person at the counter."""
    ticket = TicketFactory(
        queue_day=day, case=case, booked=True, called=True, counter=session.counter
    )
    return VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case).visitor


def been_here(person, n, **kwargs):
    date = MOMENT - datetime.timedelta(days=n + 1)
    ticket = TicketFactory(
        queue_day__date=date.date(), booked=True, finished=True, due_at=date, arrived_at=date
    )
    VisitorServiceFactory(
        visitor__appointment=ticket.appointment,
        visitor__person_key=person.person_key,
        active=False,
    )
    return VisitFactory(ticket=ticket, recorded_at=date + 20 * MINUTE, **kwargs)


def test_the_card_tells_earlier_visits_with_what_was_missing(client, person):
    visit = been_here(person, 1, outcome=Outcome.PAPERS_MISSING)
    paper = MissingPaperFactory(visit=visit).requirement

    html = " ".join(client.get(TODAY).content.decode().split())

    assert "14-03-2027" in html
    assert f"Papers missing ({paper.text_en})" in html
    assert person.nik not in html


def test_the_card_tells_the_last_five_visits(client, person):
    for n in range(7):
        been_here(person, n)

    html = client.get(TODAY).content.decode()

    assert "11-03-2027" in html
    assert "10-03-2027" not in html


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_past(
    client, office, day, person, count, django_assert_num_queries
):
    for n in range(count):
        MissingPaperFactory(visit=been_here(person, n))
        TicketFactory(queue_day=day, was_called=True, state=TicketState.MISSED)
        DeskSessionFactory(counter=CounterFactory(office=office))

    with django_assert_num_queries(31):
        client.get(TODAY)
