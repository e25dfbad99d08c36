"""The screen in the hall: readable on a wall and on a phone, light and dark, in both languages, with and without scripts."""

import pytest
from playwright.sync_api import expect

from citizens import tokens
from citizens.domain import arrivals, counter
from citizens.enums import PriorityGroup
from citizens.models import Counter, Office, ServiceCase
from tests.browser.conftest import DESK, MOMENT
from tests.factories.citizens import DeskSessionFactory, UserFactory

BOARD = "/papan/utama/"
WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 360, "height": 740}
# What the browser would say and sound, written down instead.
LISTEN = """
window.said = []; window.chimes = 0;
const voices = () => window.voiceless ? [] : [{ lang: "id-ID", name: "suara" }];
Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: voices, cancel() {},
    speak(one) { window.said.push(one.text); setTimeout(() => one.onend(), 10); } } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.chimes += 1; return start.apply(this, when); };
"""


@pytest.fixture(scope="module")
def office(transactional_db):
    return Office.objects.get(code="utama")


@pytest.fixture(scope="module")
def sessions(office):
    """All counters of the main office, open."""
    return [
        DeskSessionFactory(counter=desk, opened_at=MOMENT)
        for desk in Counter.objects.filter(office=office).order_by("number")
    ]


@pytest.fixture(scope="module")
def crowd(office, sessions):
    """Sixty people, some with priority, and the first call of each counter."""
    staff = UserFactory(office=office)
    cases = list(ServiceCase.objects.select_related("service").order_by("pk"))
    for number in range(60):
        arrivals.issue_walk_in(
            office=office,
            case=cases[number % len(cases)],
            priority_group=PriorityGroup.ELDERLY if number % 6 == 0 else None,
            at=MOMENT,
            staff=staff,
            submission_key=tokens.new(),
        )
    for session in sessions[:9]:
        counter.call_next(session=session, at=MOMENT)


def free(session):
    """Lets the counter call again."""
    ticket = session.counter.ticket_set.get(state="called")
    counter.start(ticket=ticket, at=MOMENT, staff=session.staff)
    counter.finish(
        ticket=ticket,
        outcome="done",
        missing_papers=[],
        offers=[],
        at=MOMENT,
        staff=session.staff,
    )


def eventually(page, fact):
    """Waits until something is so. Playwright's own way needs eval, which the content policy refuses."""
    for _ in range(100):
        if page.evaluate(fact):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"Never so: {fact}")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("theme", ["terang", "gelap"])
def test_axe_finds_nothing_and_nothing_is_cut(
    open_page, photograph, no_violations, crowd, theme, language
):
    page = open_page(language=language, viewport=WALL)
    page.goto(f"{BOARD}?layar={theme}")
    expect(page.locator("[data-call]")).to_have_count(6)

    for viewport in (WALL, DESK, PHONE):
        page.set_viewport_size(viewport)
        photograph(page, f"board {theme} {language}")
        no_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_on_the_wall_everything_stands_on_one_screen_in_letters_for_ten_metres(open_page, crowd):
    page = open_page(viewport=WALL)
    page.goto(BOARD)

    assert page.evaluate("document.documentElement.scrollHeight") <= WALL["height"]
    sizes = page.evaluate(
        """() => [".call-number", ".line-next span"].map(one =>
            Math.min(...[...document.querySelectorAll(one)].map(each => parseFloat(getComputedStyle(each).fontSize))))"""
    )
    assert min(sizes) >= 50


def test_without_scripts_the_page_loads_itself_again(open_page, crowd):
    page = open_page(viewport=WALL, javascript=False)
    page.goto(BOARD)

    expect(page.locator("[data-call]")).to_have_count(6)
    expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "30")
    expect(page.locator("#sound")).to_be_hidden()


def test_a_new_call_comes_by_itself_and_is_said_once(open_page, crowd, sessions):
    page = open_page(viewport=WALL)
    page.add_init_script(LISTEN)
    page.goto(BOARD)
    page.locator("#sound").click()
    first = page.locator("[data-call]").first.get_attribute("data-call")
    assert page.evaluate("said") == []

    counter.call_next(session=sessions[10], at=MOMENT)

    expect(page.locator("[data-call]").first).not_to_have_attribute("data-call", first)
    expect(page.locator(".is-new .call-new")).to_be_visible()
    words = page.locator("[data-call]").first.get_attribute("data-say")
    eventually(page, "said.length > 0")
    page.wait_for_timeout(7_000)  # two more polls
    assert page.evaluate("said") == [words]


def test_where_no_voice_speaks_indonesian_a_chime_sounds(open_page, crowd, sessions):
    page = open_page(viewport=WALL)
    page.add_init_script(LISTEN + "window.voiceless = true;")
    page.goto(BOARD)
    page.locator("#sound").click()
    before = page.evaluate("chimes")

    counter.call_next(session=sessions[11], at=MOMENT)

    eventually(page, f"chimes > {before}")
    assert page.evaluate("said") == []


def test_after_a_lost_connection_only_the_newest_calls_are_said(open_page, crowd, sessions):
    page = open_page(viewport=WALL)
    page.add_init_script(LISTEN)
    page.goto(BOARD)
    page.locator("#sound").click()
    page.wait_for_timeout(500)
    page.route("**/isi/", lambda route: route.abort())
    for session in sessions[:4]:
        free(session)
        counter.call_next(session=session, at=MOMENT)
    expect(page.locator("#stale")).to_be_visible(timeout=25_000)

    page.unroute("**/isi/")

    expect(page.locator("#stale")).to_be_hidden()
    eventually(page, "said.length === 3")
    newest = page.locator("[data-call]").evaluate_all("all => all.map(one => one.dataset.say)")
    assert page.evaluate("said") == newest[:3][::-1]
