"""Rows on their way to the database: collected in memory, written in bulk in the order they depend on."""

import datetime
from collections import defaultdict
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

from citizens.enums import Actor
from citizens.models import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    DeskPause,
    DeskSession,
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    QueueDay,
    SurveyAnswer,
    Ticket,
    Visit,
    Visitor,
    VisitorService,
    WaitForecast,
)

ORDER: tuple[models.Manager[Any], ...] = (
    Appointment.objects,
    AppointmentPlace.objects,
    AppointmentEvent.objects,
    Visitor.objects,
    VisitorService.objects,
    DeskSession.objects,
    DeskPause.objects,
    QueueDay.objects,
    Ticket.objects,
    WaitForecast.objects,
    Visit.objects,
    MissingPaper.objects,
    DigitalIdOffer.objects,
    DigitalIdActivation.objects,
    SurveyAnswer.objects,
)
BATCH = 2000

COPY_STEPS = """
    COPY citizens_ticketevent (
        ticket_id, group_id, actor, from_state, to_state, at, staff_id, counter_id, calls, reason
    ) FROM STDIN
"""

Row = TypeVar("Row", bound=models.Model)


class Step(NamedTuple):
    """The columns of a TicketEvent, with the ticket in place of its key."""

    ticket: Ticket
    from_state: str
    to_state: str
    at: datetime.datetime
    staff: int
    counter: int | None
    calls: int = 0
    reason: str = ""


class Rows:
    """A row may point to another that is not written yet: it gets the key when both are flushed."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self._steps: list[Step] = []

    def add(self, row: Row) -> Row:
        """Keeps `row` for the next flush."""
        self._rows[type(row)].append(row)
        return row

    def add_step(self, step: Step) -> None:
        """Keeps one event of a ticket. Two rows in five are such events, so they skip the model."""
        self._steps.append(step)

    def flush(self) -> None:
        """Writes everything that was kept. Raises IntegrityError where a constraint of the model is broken."""
        for manager in ORDER:
            manager.bulk_create(self._rows.pop(manager.model, []), batch_size=BATCH)
        with connection.cursor() as cursor, cursor.copy(COPY_STEPS) as copy:
            for step in self._steps:
                copy.write_row((step.ticket.pk, step.ticket.group_id, Actor.STAFF.value, *step[1:]))
        self._steps = []
