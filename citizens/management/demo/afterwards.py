"""What the demo's visits leave beside their tickets: the wait that was told, and answers to the satisfaction survey."""

import random

from citizens.domain.office_time import local_date
from citizens.enums import SurveyElement, SurveySource
from citizens.management.demo.desk import Call
from citizens.management.demo.world import World
from citizens.models import SurveyAnswer, Ticket, WaitForecast

ANSWERS = 0.12  # of the visits end with a sheet
BY_LINK = 0.4  # of the sheets come by the link on the phone
STEP = 5  # minutes: waits are told in such steps
# How often each mark from 1 to 4 is given; people complain most about the time it takes.
MARKS = (1, 4, 55, 40)
MARKS_OF_TIME = (4, 16, 55, 25)


def tell_wait(world: World, ticket: Ticket, call: Call) -> None:
    """The range of minutes that the person was told on arrival: most held, some did not."""
    waited = (call.called_at - ticket.arrived_at).total_seconds() / 60
    rng = _luck(ticket, "wait")
    guessed = max(0.0, waited * rng.lognormvariate(0, 0.3) + rng.uniform(-4, 4))
    low = int(guessed * 0.75) // STEP * STEP
    high = -(-int(guessed * 1.3 + 4) // STEP) * STEP
    world.rows.add(
        WaitForecast(
            ticket=ticket,
            made_at=ticket.arrived_at,
            ahead=max(0, round(guessed / 4)),
            low=low,
            high=max(high, low + STEP),
        )
    )


def answer_survey(world: World, ticket: Ticket, call: Call) -> None:
    """Now and then a sheet, without the person: the ticket only knows that its link was used."""
    rng = _luck(ticket, "survey")
    if rng.random() >= ANSWERS:
        return
    by_link = rng.random() < BY_LINK
    ticket.surveyed = by_link
    marks = {
        element.value: rng.choices(
            (1, 2, 3, 4), MARKS_OF_TIME if element == SurveyElement.TIME else MARKS
        )[0]
        for element in SurveyElement
    }
    world.rows.add(
        SurveyAnswer(
            office_id=ticket.queue_day.office_id,
            group_id=ticket.group_id,
            date=local_date(call.ended_at),
            source=SurveySource.LINK if by_link else SurveySource.DESK,
            **marks,
        )
    )


def _luck(ticket: Ticket, what: str) -> random.Random:
    """Of its own, so that what is told afterwards changes nothing of the days themselves."""
    day = ticket.queue_day
    return random.Random(f"{what} {day.office_id} {day.date} {ticket.number}")  # noqa: S311 - invented rows
