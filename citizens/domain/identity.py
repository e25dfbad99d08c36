"""Who was booked is who comes. Name, birth date and NIK are frozen by PostgreSQL; the card is compared here."""

import datetime

from citizens.enums import Actor
from citizens.models import Appointment, AppointmentEvent, User

# Stands as the reason in the history; pages put it into words.
CARD_MISMATCH = "card_mismatch"


def note_mismatch(*, appointment: Appointment, at: datetime.datetime, staff: User) -> None:
    """Writes into the history that the card shown was not of who is booked. The state stays as it is."""
    AppointmentEvent.objects.create(
        appointment=appointment,
        from_state=appointment.state,
        to_state=appointment.state,
        at=at,
        actor=Actor.STAFF,
        staff=staff,
        reason=CARD_MISMATCH,
    )
