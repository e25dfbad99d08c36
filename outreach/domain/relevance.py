"""Whether a message is still true: every purpose is judged anew by what holds when the message is taken up."""

import datetime

from outreach.domain import (
    appointment_messages,
    code_messages,
    group_messages,
    offer_messages,
    turn_messages,
)
from outreach.enums import Purpose, Reason
from outreach.models import Message

# What why_not looks at, read with the message.
ABOUT = ("appointment", "offer", "contact_code", "group_visit", "ticket")


def why_not(*, message: Message, at: datetime.datetime) -> Reason | None:
    """Why a message must not leave at `at`; None when it may. Needs what it is about (ABOUT)."""
    match message.purpose:
        case Purpose.OFFER:
            return offer_messages.why_not(message, at=at)
        case Purpose.CODE:
            return code_messages.why_not(message, at=at)
        case Purpose.GROUP:
            return group_messages.why_not(message)
        case Purpose.TURN:
            return turn_messages.why_not(message)
        case _:
            return appointment_messages.why_not(message)
