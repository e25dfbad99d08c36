"""Whose turn is near is told by SMS: a number and a place, no name."""

import datetime

from django.conf import settings

from citizens.enums import TicketState
from citizens.models import Ticket
from outreach.domain import composition, plans
from outreach.domain.plans import Occasion, Person
from outreach.enums import Channel, Purpose, Reason
from outreach.models import Message

# Later it would only confuse: the number was called by then.
GOOD_FOR = datetime.timedelta(minutes=20)


def queue(*, ticket: Ticket, at: datetime.datetime) -> int:
    """Plans the message to the phone that was given for the ticket or the appointment; returns how many rows.

    Call it in the transaction of the call that brought the turn near.
    """
    person = _person(ticket)
    if not person.phone:
        return 0
    occasion = Occasion(Purpose.TURN, f"turn:{ticket.pk}", at, at + GOOD_FOR)
    row = plans.row(
        occasion,
        composition.of_turn(ticket=ticket, language=person.language),
        person=person,
        channel=Channel.SMS,
        address=person.phone,
        at=at,
        ticket=ticket,
        office=ticket.queue_day.office,
    )
    return plans.plan([row])


def why_not(message: Message) -> Reason | None:
    """Why a near turn must not be told now: the number was called already, or waits no more."""
    ticket = message.ticket
    if ticket is None or ticket.state != TicketState.WAITING:
        return Reason.TICKET_CALLED
    return None


def _person(ticket: Ticket) -> Person:
    """The phone of the ticket, else that of the appointment; a walk-in is written to in the office's language."""
    appointment = ticket.appointment
    if appointment is None:
        return Person(ticket.phone, "", settings.LANGUAGE_CODE)
    return Person(ticket.phone or appointment.phone, "", appointment.language)
