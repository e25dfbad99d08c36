"""A morning of one office: a reception and two counters by keyboard, a citizen's phone, the board, and the supervisor.

Every browser is one of its own, and whatever they did is in the history of the tickets at the end.
"""

import dataclasses

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import ticket_log
from citizens.models import DeskSession, DigitalIdOffer, Office, ServiceCase, Ticket, TicketEvent
from portal import groups
from tests.browser import keyboard
from tests.browser.conftest import DESK, MOMENT, violations
from tests.browser.signing_in import PASSWORD, new_staff
from tests.factories.citizens import MINUTE, AppointmentFactory, VisitorServiceFactory

TODAY = "/petugas/citizens/queueday/hari-ini/"
POLLED = 15_000  # milliseconds in which a page that asks by itself has asked
SECOND_ENTER = (
    1_000  # until then an Enter may be that of a scanner that sends twice, and presses nothing
)


@pytest.fixture
def office(transactional_db):
    return Office.objects.get(code="utama")


@pytest.fixture
def case(transactional_db):
    return ServiceCase.objects.select_related("service").get(service__code="KTP", code="hilang")


@pytest.fixture
def booked(office, case):
    """Two people who are due within ten minutes."""
    found = [AppointmentFactory(office=office, starts_at=MOMENT + n * MINUTE) for n in (5, 10)]
    for appointment in found:
        VisitorServiceFactory(visitor__appointment=appointment, case=case)
    return found


@pytest.fixture
def arrive_at_work(open_page, office):
    """A browser in which somebody has signed in and come to a page by keys alone."""

    def arrived(group, address=TODAY):
        staff = new_staff(office=office, group=group)
        page = open_page(viewport=DESK)
        page.goto(address)
        keyboard.write(page, "#id_username", staff.username)
        keyboard.write(page, "#id_password", PASSWORD)
        act(page, "Enter")
        return page

    return arrived


@pytest.fixture
def desks(arrive_at_work, office):
    """Two counters for the KTP, each opened by keys in a browser of its own; as (page, number)."""
    numbers = office.counters.filter(groups__code="ktp").order_by("number")
    opened = []
    for number in numbers.values_list("number", flat=True)[:2]:
        page = arrive_at_work(groups.COUNTER_STAFF)
        keyboard.choose(page, "#id_counter", str(number))
        keyboard.press(page, "form[action$='/buka-loket/'] button")
        expect(page.locator("[data-key=n]")).to_be_focused()
        opened.append((page, number))
    return opened


def act(page, key):
    """Presses a key that does something, and waits for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press(key)


def select(page, selector, value):
    """Tab to a list, then arrow down to the choice with this value."""
    keyboard.reach(page, selector)
    field = page.locator(selector)
    for _ in range(field.locator("option").count()):
        if field.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    expect(field).to_have_value(value)


def check_in(page, code):
    """Types or scans into the field in focus; the card matches. Gives the number."""
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.type(code)
    act(page, "Enter")
    expect(page.locator(".arrived button.btn-primary")).to_be_focused()
    page.wait_for_timeout(SECOND_ENTER)
    act(page, "Enter")
    return page.locator(".given-number").inner_text()


def take_number(page, case, priority=""):
    """A number for a walk-in at the reception."""
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.locator("#id_case")).to_be_focused()
    select(page, "#id_case", str(case.pk))
    select(page, "#id_priority_group", priority)
    keyboard.press(page, "form[action$='/nomor/'] button")
    return page.locator(".given-number").inner_text()


def at_the_desk(page):
    return page.locator(".now-number").inner_text()


def call(page):
    act(page, "n")
    return at_the_desk(page)


def serve(page):
    """Starts and finishes; the digital ID is declined by whoever is asked."""
    act(page, "m")
    page.keyboard.press("1")
    expect(page.locator("input[name=outcome][data-key='1']")).to_be_checked()
    if page.locator("[name=offer_0]").count():
        keyboard.reach(page, "[name=offer_0]")
        declined = page.locator("[name=offer_0][value=declined]")
        for _ in range(page.locator("[name=offer_0]").count()):
            if declined.is_checked():
                break
            page.keyboard.press("ArrowDown")
        keyboard.reach(page, "#id_reason_0")
        page.keyboard.press("ArrowDown")
    keyboard.press(page, "#finish .btn-primary")
    expect(page.locator(".now-empty")).to_be_visible()


def set_aside(page, label):
    page.keyboard.press("p")
    expect(page.locator("#park input:checked")).to_be_focused()
    act(page, "Enter")
    expect(page.locator("#aside")).to_contain_text(label)


def at_the_same_moment(first, second):
    """Both counters ask for the next person, and neither waits for the other."""
    with first.expect_navigation(), second.expect_navigation():
        first.keyboard.press("n")
        second.keyboard.press("n")
    return [at_the_desk(first), at_the_desk(second)]


def call_again_and_set_aside(page):
    """Called once more, set aside, taken back, set aside for good; then a pause. Gives the number."""
    act(page, "u")
    label = at_the_desk(page)
    set_aside(page, label)
    act(page, "z")
    expect(page.locator(".now-number")).to_have_text(label)
    set_aside(page, label)
    act(page, "j")
    expect(page.locator("[data-key=n]")).to_have_count(0)
    act(page, "j")
    return label


def send_on(page, other, target):
    """The next person goes on to the counter of another page, which serves the same number."""
    label = call(page)
    page.keyboard.press("a")
    select(page, "#id_target", f"counter-{target.pk}")
    keyboard.press(page, "#transfer .btn-primary")
    assert call(other) == label
    serve(other)


def put_back_while_another_types(page, other):
    """The list of the other page refreshes, and what is half typed there stays. Gives the number put back."""
    other.keyboard.press("k")
    expect(other.locator("#id_code")).to_be_focused()
    other.keyboard.type("siti am")
    label = call(page)
    act(page, "b")
    expect(other.locator("#line")).to_contain_text(label, timeout=POLLED)
    expect(other.locator("#id_code")).to_be_focused()
    expect(other.locator("#id_code")).to_have_value("siti am")
    other.keyboard.press("Escape")
    return label


def call_back(page, label):
    page.keyboard.press("d")
    expect(page.locator("#aside button").first).to_be_focused()
    act(page, "Enter")
    assert at_the_desk(page) == label
    serve(page)


def end_the_day(page, office):
    """By the supervisor, from "Hari ini", by keys."""
    keyboard.press(page, f"a[href$='/{office.code}/penyelia/']")
    keyboard.press(page, "form[action$='/akhir-hari/'] button")
    keyboard.press(page, "#content .btn-primary")
    expect(page.locator(".desk-panel[role=status]")).to_be_visible()


def assert_the_history_tells_the_table(tickets):
    for ticket in tickets:
        events = TicketEvent.objects.filter(ticket=ticket).order_by("pk")
        told = dataclasses.asdict(ticket_log.replay(list(events)))
        assert told == {name: getattr(ticket, name) for name in told}


@pytest.fixture
def arrived(arrive_at_work, case, booked):
    """The reception by keys, and the numbers it gave: by code, by scanner, with priority, and two walk-ins."""
    page = arrive_at_work(groups.COUNTER_STAFF)
    labels = [
        check_in(page, tokens.display_code(booked[0].code).lower()),
        check_in(page, booked[1].code),
        take_number(page, case, "elderly"),
        take_number(page, case),
        take_number(page, case),
    ]
    return page, labels


@pytest.fixture
def watched(open_page, office, arrived):
    """The board, and the phone of whoever took the last number, whom four people are before."""
    board, phone = open_page(viewport=DESK), open_page()
    board.goto(f"/papan/{office.code}/")
    phone.goto(f"/nomor/{Ticket.objects.latest('pk').token}/")
    expect(phone.locator(".summary-list .value").first).to_have_text("4")
    return board, phone


def test_a_morning_at_a_reception_and_two_counters(
    arrive_at_work, desks, arrived, watched, office, case
):
    (first, first_number), (second, second_number) = desks
    (reception, labels), (board, phone) = arrived, watched
    citizen = labels[-1]
    expect(first.locator("#line")).to_contain_text(citizen, timeout=POLLED)
    turns = first.locator("#line th.ticket").all_inner_texts()
    assert (sorted(turns), turns[0]) == (sorted(labels), labels[2])

    called = at_the_same_moment(first, second)
    assert sorted(called) == sorted(turns[:2])
    expect(phone.locator(".summary-list .value").first).to_have_text("2", timeout=POLLED)
    for label in called:
        expect(board.locator(".board-calls")).to_contain_text(label, timeout=POLLED)
    expect(board.locator(".board-lines")).to_contain_text(citizen)

    serve(first)
    parked = call_again_and_set_aside(second)
    send_on(first, second, office.counters.get(number=second_number))
    put_back = put_back_while_another_types(first, second)
    late, served = take_number(reception, case), []
    while put_back not in served or citizen not in served:
        served.append(call(first))
        if served[-1] == citizen:
            words = f"loket {first_number}"
            expect(phone.locator("#ticket")).to_contain_text(words, timeout=POLLED)
        serve(first)
    call_back(second, parked)
    for page in (first, reception, phone):
        assert violations(page) == []

    end_the_day(arrive_at_work(groups.SUPERVISOR), office)
    tickets = Ticket.objects.filter(queue_day__office=office)
    states = {ticket.label: ticket.state for ticket in tickets}
    assert states.keys() == {*labels, late}
    assert {states[label] for label in labels} == {"finished"}
    assert DigitalIdOffer.objects.filter(visit__ticket__in=tickets, result="declined").exists()
    assert not DeskSession.objects.open().filter(counter__office=office).exists()
    assert_the_history_tells_the_table(tickets)
