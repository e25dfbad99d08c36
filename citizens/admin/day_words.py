"""What "Hari ini" says in plain words: why something could not be done, and what to know of a person."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from citizens.domain import (
    arrivals,
    counter,
    day_control,
    queue,
    setting_aside,
    undoing,
    wording,
)
from citizens.enums import AppointmentState, ContactKind, ParkReason, TicketState
from citizens.models import TicketEvent


def unproved(kinds: Iterable[ContactKind]) -> list[str]:
    """The marks beside contacts of which nobody knows that our messages arrive."""
    words = {
        ContactKind.PHONE: _("Phone not proved"),
        ContactKind.EMAIL: _("E-mail not proved"),
    }
    return [words[kind] for kind in kinds]


def reason(text: str) -> str:
    """The reason of an event: why somebody was set aside stands there as a code, before the note."""
    code, _mark, note = text.partition(": ")
    if code not in ParkReason:
        return text
    label = str(ParkReason(code).label)
    return f"{label}: {note}" if note else label


def happened(event: TicketEvent) -> str:
    """The state that an event led to, its reason, and whether it was taken back."""
    words = event.get_to_state_display()
    if event.undoes_id is not None:
        words = _("Taken back: %(state)s") % {"state": words}
    return f"{words} ({reason(event.reason)})" if event.reason else words


def taken_back(event: TicketEvent) -> str:
    """What an undo of `event` takes back; its ticket is loaded."""
    words = {
        TicketState.SERVING: _("Start of %(ticket)s"),
        TicketState.FINISHED: _("End of the visit of %(ticket)s"),
        TicketState.PARKED: _("%(ticket)s set aside"),
        TicketState.MISSED: _("%(ticket)s did not come"),
        TicketState.WAITING: _("%(ticket)s back in the queue"),
    }
    found = words.get(TicketState(event.to_state), _("Call of %(ticket)s"))
    return found % {"ticket": event.ticket.label}


def check_in(error: arrivals.CheckInRefused) -> str:
    """The sentence beside the code that was refused."""
    match error:
        case arrivals.AppointmentOver():
            return _over(error)
        case arrivals.OtherDay():
            return _(
                "This appointment is on %(when)s, at %(office)s. Today a walk-in number is possible."
            ) % {
                "when": wording.when(error.appointment.starts_at),
                "office": error.appointment.office,
            }
        case arrivals.OtherOffice():
            return _(
                "This appointment is today at %(time)s, but at %(office)s. "
                "The person may go there, or take a walk-in number here."
            ) % {
                "time": wording.clock(error.appointment.starts_at),
                "office": error.appointment.office,
            }
        case arrivals.DayOver():
            return _(
                "The day was ended: nobody is called any more. Offer the person a time on another day."
            )
        case _other:
            return _(
                "No appointment has this code. Check the eight characters, or give a walk-in number."
            )


def _over(error: arrivals.AppointmentOver) -> str:
    when = {"when": wording.when(error.appointment.starts_at)}
    if error.appointment.state == AppointmentState.CANCELLED:
        return _("This appointment (%(when)s) was cancelled. A walk-in number is possible.") % when
    return _("This appointment (%(when)s) is over. A walk-in number is possible.") % when


def at_the_counter(error: Exception) -> str | None:
    """The sentence for what a counter could not do; None for an error that is none of these."""
    match error:
        case queue.StaleTicket():
            return _(
                "This was done already, in another tab or by a colleague. "
                "The page shows how it stands now."
            )
        case counter.AlreadyServing():
            return _(
                "%(ticket)s is still at the counter. Finish this visit first, or set it aside."
            ) % {"ticket": error.ticket.label}
        case counter.NobodyWaiting():
            return _("Nobody is waiting for the services of your counter.")
        case counter.CounterClosed():
            return _("Your counter is closed. Open it again to call somebody.")
        case counter.NotServedHere():
            return _("Your counter does not serve this. A counter that does can call the person.")
        case counter.CalledEnough():
            return _(
                "This person was called three times. Start the service, or give the number up."
            )
        case _:
            return _setting_aside(error) or _opening(error) or walk_in(error)


def _setting_aside(error: Exception) -> str | None:
    match error:
        case setting_aside.CallAgainFirst():
            return _("Call three times before you give a number up.")
        case setting_aside.NotServedThere():
            return _("No counter there serves this. Choose another service or counter.")
        case counter.OnPause():
            return _("Your counter pauses. Go on before you call somebody.")
        case undoing.NothingToUndo():
            return _(
                "There is nothing to take back: it is too long ago, or the visit went on since."
            )
    return None


def _opening(error: Exception) -> str | None:
    match error:
        case counter.CounterTaken() if error.session is not None:
            return _("%(staff)s has counter %(number)s open. Choose another.") % {
                "staff": error.session.staff,
                "number": error.session.counter.number,
            }
        case counter.CounterTaken():
            return _("This counter was opened at this moment. Choose another.")
        case counter.ElsewhereOpen():
            return _("You still have counter %(number)s open. Close it first.") % {
                "number": error.session.counter.number
            }
    return None


def walk_in(error: Exception) -> str | None:
    """Why somebody without an appointment gets no number; None for an error that is none of these."""
    match error:
        case day_control.ServiceClosed():
            return _("This service takes no more walk-ins today: %(reason)s.") % {
                "reason": error.reason.rstrip(".")
            }
        case day_control.NoMoreNumbers() if error.limit is None:
            return _("The day has ended: no more numbers are given today.")
        case day_control.NoMoreNumbers():
            return _("All %(count)s walk-in numbers of today are given.") % {"count": error.limit}
    return None
