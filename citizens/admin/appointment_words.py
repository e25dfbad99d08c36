"""How staff pages put an appointment, its history and its troubles into words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import tokens
from citizens.domain import appointments, booking, identity, obstacles, wording
from citizens.domain.availability import Reason
from citizens.enums import Actor, AppointmentState, PlaceShare, TicketState
from citizens.models import AppointmentEvent, TicketEvent

TAG_KINDS: Mapping[str, str] = {
    AppointmentState.BOOKED: "info",
    AppointmentState.CHECKED_IN: "success",
    AppointmentState.SERVED: "success",
    AppointmentState.CANCELLED: "danger",
    AppointmentState.NO_SHOW: "warning",
    AppointmentState.UNSERVED: "warning",
}
SHARE_KINDS: Mapping[str, str] = {
    PlaceShare.ONLINE: "",
    PlaceShare.INTERNAL: "info",
    PlaceShare.OVERBOOKED: "warning",
}
# Reasons that stand for words of ours, which tell it already.
SAID_ALREADY = (identity.CARD_MISMATCH,)
# What stands in the way of booking or moving, as a domain error.
REFUSALS = (
    booking.SlotFull,
    booking.AlreadyBooked,
    booking.HouseholdBooked,
    obstacles.NotServed,
    appointments.TooLate,
    appointments.StaleAppointment,
)
REASONS: Mapping[Reason, object] = {
    Reason.CLOSED: gettext_lazy("closed, or not planned yet"),
    Reason.NO_CARDS: gettext_lazy("blank cards have run out"),
    Reason.OUTAGE: gettext_lazy("system down"),
}


def spelled(code: str) -> str:
    """The code to be read aloud, sign by sign: "A - B - C - D, 2 - 3 - 4 - 5"."""
    return ", ".join(" - ".join(part) for part in tokens.display_code(code).split("-"))


def happened(event: AppointmentEvent) -> str:
    """What an event of an appointment was."""
    if event.reason == identity.CARD_MISMATCH:
        return _("The card shown did not match; no number was given")
    if not event.from_state:
        return _("Booked")
    if event.from_starts_at and event.to_starts_at:
        return _("Moved from %(from)s, %(from_office)s to %(to)s, %(to_office)s") % {
            "from": wording.when(event.from_starts_at),
            "from_office": event.from_office,
            "to": wording.when(event.to_starts_at),
            "to_office": event.to_office,
        }
    return str(event.get_to_state_display())


def happened_to_ticket(event: TicketEvent) -> str:
    """What an event of the ticket was."""
    words = {"ticket": event.ticket.label, "state": TicketState(event.to_state).label}
    if event.counter is None:
        return _("Number %(ticket)s: %(state)s") % words
    return _("Number %(ticket)s: %(state)s, counter %(counter)s") % {
        **words,
        "counter": event.counter.number,
    }


def doer(event: AppointmentEvent) -> str:
    """Whose doing an event was."""
    return str(event.staff) if event.staff else str(Actor(event.actor).label)


def refusal(error: Exception) -> str:
    """Why a time could not be given or a change not made, and what to do."""
    match error:
        case booking.SlotFull():
            return _("This time was taken at this moment. Choose another one; the list is fresh.")
        case booking.AlreadyBooked():
            return _(
                "One of these people has an active appointment for the same kind of service already. Find it "
                "with the NIK or the name, and move it instead."
            )
        case booking.HouseholdBooked():
            return _(
                "This family has an appointment for the same kind of service on that day already. Choose "
                "another day, or find and move that one."
            )
        case obstacles.NotServed():
            return _not_served(error)
        case appointments.TooLate():
            return _("The visit has begun: nothing can be changed any more.")
    return _(
        "The appointment was changed meanwhile, by the citizen or a colleague. The page shows how it stands now."
    )


def _not_served(error: obstacles.NotServed) -> str:
    if error.reason == obstacles.Obstacle.NO_CARDS:
        return _("Blank cards have run out at that office. Choose another office or a later day.")
    return _("At that time the service is down: %(note)s. Choose another time.") % {
        "note": error.note
    }
