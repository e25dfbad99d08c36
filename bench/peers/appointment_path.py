"""The whole way to an appointment with django-appointment, as its pages and scripts lead a browser."""

import datetime
import json
import random
from collections.abc import Callable
from urllib.parse import urlencode

from bench.visitors import Answer, Ask, Path, WrongAnswer

REQUESTS = 8
ROOT = "/appointment"


def slots(*, service: int, staff: int, day: datetime.date) -> Ask:
    """Its call for the free times of one of its staff on one day."""
    query = {"selected_date": day.isoformat(), "staff_member": staff, "service_id": service}
    return Ask(f"{ROOT}/ajax/available_slots/?{urlencode(query)}", ajax=True)


def free(answer: Answer) -> list[str]:
    """The times, in ISO form, that such a call is answered with."""
    return [start for start, _text in json.loads(answer.text)["available_slots"]]


def book(
    *,
    service: int,
    staff: int,
    day: datetime.date,
    email: str,
    code: Callable[[str], str],
    time: str = "",
) -> Path:
    """Books a free time of the day (or the one that begins at `time`, ISO), and reaches "booked".

    `code` finds the code that was sent to an e-mail address. Raises WrongAnswer when it ends elsewhere.
    """
    page = yield Ask(f"{ROOT}/request/{service}/")
    answer = yield slots(service=service, staff=staff, day=day)
    start = datetime.datetime.fromisoformat(time or random.choice(free(answer)))  # noqa: S311 - anybody's choice
    form = _form(page, "/request-submit/")
    chosen = {
        "date": day.isoformat(),
        "start_time": f"{start:%H:%M}",
        "end_time": f"{start + datetime.timedelta(minutes=15):%H:%M}",
        "service": str(service),
        "staff_member": str(staff),
    }
    details = yield _moved((yield Ask(form.action, form.fields | chosen)))
    form = _form(details, "/client-info/")
    person = {"name": "Budi Santoso", "email": email, "phone_0": "ID", "phone_1": "81234567890"}
    proof = yield _moved(
        (yield form.filled(person | {"address": "Serang", "payment_type": "full"}))
    )
    form = _form(proof, "/verification-code/")
    done = yield _moved((yield form.filled({"code": code(email)})))
    if done.status != 200 or "/thank-you/" not in done.path:
        raise WrongAnswer(f"{done.path} answered {done.status}")
    return "booked"


def _form(page: Answer, action: str):
    found = [form for form in page.forms if action in form.action]
    if not found:
        raise WrongAnswer(f"{page.path} answered {page.status} without the form to {action}")
    return found[0]


def _moved(answer: Answer) -> Ask:
    if not answer.location:
        raise WrongAnswer(f"{answer.path} answered {answer.status} and leads nowhere")
    return Ask(answer.location)
