"""A ticket as its history tells it: what the undo goes back to, and what a test compares with the table."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from citizens.enums import ENDED_TICKET_STATES, TicketState
from citizens.models import TicketEvent


@dataclass(slots=True)
class Told:
    """The columns of a ticket that its events decide."""

    state: str = ""
    group_id: int | None = None
    counter_id: int | None = None
    calls: int = 0
    recall_after: int | None = None
    for_counter_id: int | None = None
    called_at: datetime.datetime | None = None
    called_by_id: int | None = None
    started_at: datetime.datetime | None = None
    started_by_id: int | None = None
    parked_at: datetime.datetime | None = None
    parked_by_id: int | None = None
    ended_at: datetime.datetime | None = None
    ended_by_id: int | None = None


def replay(events: Sequence[TicketEvent]) -> Told:
    """The ticket after its events, which come in the order in which they were written.

    What was taken back counts as if it had never been.
    """
    taken_back = {event.undoes_id for event in events if event.undoes_id}
    told = Told()
    for event in events:
        if event.undoes_id is None and event.pk not in taken_back:
            _apply(told, event)
    return told


def _apply(told: Told, event: TicketEvent) -> None:
    told.state = event.to_state
    told.group_id, told.counter_id = event.group_id, event.counter_id
    told.calls = event.calls
    told.recall_after, told.for_counter_id = event.recall_after, event.for_counter_id
    match TicketState(event.to_state):
        case TicketState.CALLED if told.called_at is None:
            told.called_at, told.called_by_id = event.at, event.staff_id
        case TicketState.SERVING:
            told.started_at, told.started_by_id = event.at, event.staff_id
        case TicketState.PARKED:
            told.parked_at, told.parked_by_id = event.at, event.staff_id
        case TicketState.WAITING:
            told.started_at = told.started_by_id = None
        case state if state in ENDED_TICKET_STATES:
            told.ended_at, told.ended_by_id = event.at, event.staff_id
