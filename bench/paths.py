"""The ways to an appointment: of our portal, and of the bare site, whose forms have the same fields."""

import random
import re
from collections.abc import Callable

from bench.visitors import Answer, Ask, Form, Path, WrongAnswer

BOOKED, FULL = "booked", "full"
START = re.compile(r'name="start"\s+value="([^"]+)"')
TRIES = 5  # times that somebody tries before leaving
SHORTEST = 5  # requests
LONGEST = 11


def person(number: int) -> dict[str, str]:
    """What somebody types whom nobody else is; NIK and date of birth agree, and the province exists."""
    day, month, year = 1 + number % 28, 1 + number // 28 % 12, 1955 + number // 336 % 45
    serial = 1 + number // (336 * 45) % 9999
    return {
        "full_name": f"Warga {_letters(number)}",
        "nik": f"367301{day:02d}{month:02d}{year % 100:02d}{serial:04d}",
        "birth_date": f"{day:02d}-{month:02d}-{year}",
        "phone": f"0812{number % 10**8:08d}",
    }


def shortest(
    link: str,
    typed: dict[str, str],
    *,
    choose: Callable[[list[str]], str] = random.choice,
    tries: int = TRIES,
) -> Path:
    """From a link that names service, case and place: times, hold, details, booked from there, the appointment."""
    details = yield from _hold((yield Ask(link)), choose, tries)
    if details is None:
        return FULL
    moved = yield _form(details, "full_name").filled(_chosen(details, typed) | {"book": "1"})
    return (yield from _arrive(moved))


def longest(steps: list[str], typed: dict[str, str]) -> Path:
    """From the front page over every page: `steps` lead to the times, then hold, details, check, booked."""
    for step in steps[:-1]:
        answer = yield Ask(step)
        if answer.status != 200:
            raise WrongAnswer(f"{step} answered {answer.status}")
    details = yield from _hold((yield Ask(steps[-1])), random.choice, TRIES)
    if details is None:
        return FULL
    moved = yield _form(details, "full_name").filled(_chosen(details, typed))
    check = yield Ask(moved.location)
    last = next(form for form in check.forms if form.action.endswith("/selesai/"))
    return (yield from _arrive((yield last.filled({}))))


def _hold(page: Answer, choose: Callable[[list[str]], str], tries: int) -> Path:
    """Tries free times until one is kept; returns the page of details, or None when all is full."""
    for _try in range(tries):
        starts = START.findall(page.text)
        if page.status != 200 or not starts:
            return None
        form = _form(page, "start")
        kept = yield Ask(form.action, form.filled({}).form | {"start": choose(starts)})
        target = Ask(kept.location)
        if not kept.location:
            raise WrongAnswer(f"{kept.path} answered {kept.status}")
        page = yield target
        if "penuh=" not in target.path:
            return page
    return None


def _arrive(moved: Answer) -> Path:
    """The page of the appointment, at the end of every way."""
    if not moved.location:
        raise WrongAnswer(f"{moved.path} answered {moved.status}: {moved.text[-300:]}")
    page = yield Ask(moved.location)
    if page.status != 200 or "penuh=" in moved.location:
        raise WrongAnswer(f"{page.path} answered {page.status}")
    return BOOKED


def _form(page: Answer, field: str) -> Form:
    found = next((form for form in page.forms if field in form.fields), None)
    if found is None:
        raise WrongAnswer(f"{page.path} answered {page.status} without a form for {field}")
    return found


def _chosen(page: Answer, typed: dict[str, str]) -> dict[str, str]:
    """With one of the places to live that the page offers."""
    choices = re.search(r'<select name="subdistrict".*?</select>', page.text, re.DOTALL)
    offered = re.findall(r'value="([^"]+)"', choices[0]) if choices else []
    return typed | {"subdistrict": offered[len(offered) // 2]}


def _letters(number: int) -> str:
    """The number in letters: a name has no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
