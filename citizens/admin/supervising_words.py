"""What the supervisor's page says: changes of the day in words, and why something was not done."""

import datetime
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.admin import day_words
from citizens.domain import arrivals, day_control, end_of_day, paper_numbers, wording
from citizens.domain.day_control import Rule
from citizens.enums import DayChange
from citizens.models import QueueDayEvent


def rule(rule: Rule) -> str:
    """The rule of a day in one sentence."""
    return _(
        "%(booked)s booked to 1 walk-in; priority at most every %(priority)s calls; before any ratio after "
        "%(ageing)s minutes longer; late after %(late)s minutes."
    ) % {
        "booked": rule.booked_per_walk_in,
        "priority": rule.calls_per_priority,
        "ageing": rule.ageing_minutes,
        "late": rule.late_minutes,
    }


def change(event: QueueDayEvent, *, groups: Mapping[str, str]) -> str:
    """What a supervisor did; `groups` are the names of the services by their codes."""
    match event.what:
        case DayChange.RATIO:
            return _("Before: %(before)s Now: %(after)s") % {
                "before": rule(Rule.read(event.before)),
                "after": rule(Rule.read(event.after)),
            }
        case DayChange.WALK_IN_LIMIT:
            return f"{event.before or _('no limit')} → {event.after or _('no limit')}"
        case DayChange.SERVICE_CLOSED | DayChange.SERVICE_OPENED:
            return groups.get(event.after, event.after)
        case DayChange.DAY_ENDED:
            return ended(end_of_day.Ended.read(event.after))
        case DayChange.COUNTER_RELEASED if event.after:
            return _("%(counter)s; there was %(ticket)s.") % {
                "counter": event.before,
                "ticket": event.after,
            }
    return event.after or event.before


def ended(done: end_of_day.Ended) -> str:
    """How many people and counters the end of the day met."""
    return _("%(absent)s absent, %(unserved)s not served; counters closed: %(counters)s.") % {
        "absent": done.absent,
        "unserved": done.unserved,
        "counters": done.counters,
    }


def closed(closing: day_control.Closing) -> str:
    """That a service was closed, and what becomes of the people who wait for it."""
    told = _("%(service)s takes no more walk-ins.") % {
        "service": closing.closed.group.local("name")
    }
    people = ngettext(
        "%(count)s person still waits for it and keeps the place.",
        "%(count)s people still wait for it and keep their places.",
        closing.waiting,
    )
    return f"{told} {people % {'count': closing.waiting}}" if closing.waiting else told


def refusal(error: Exception) -> str:
    """Why a supervisor's action was not done."""
    match error:
        case end_of_day.StillServing():
            names = ", ".join(
                f"{ticket.label} ({_('counter')} {ticket.counter.number})"
                for ticket in error.tickets
                if ticket.counter
            )
            return _(
                "Not ended: somebody is still being served. Finish these visits, or close their counters first: "
                "%(names)s."
            ) % {"names": names}
        case day_control.NotOpen():
            return _("This counter is closed already.")
        case day_control.DayEnded():
            return _("The day has ended; nothing was changed.")
    raise error


def slip(error: paper_numbers.SlipRefused, *, at: datetime.datetime) -> str:
    """Why nothing was entered, at the row that is wrong."""
    match error:
        case paper_numbers.NumberTaken():
            return _("This number is entered already, or stands here twice.")
        case paper_numbers.NotToday():
            return _("This time is not of today until now (%(time)s at the latest).") % {
                "time": wording.clock(at)
            }
        case paper_numbers.NothingWaitsAnyMore():
            return _("The day has ended: choose how this person was served.")
        case paper_numbers.NotBooked():
            cause = error.__cause__
            if isinstance(cause, arrivals.AlreadyCheckedIn):
                return _("This appointment has number %(ticket)s already.") % {
                    "ticket": cause.ticket.label
                }
            if isinstance(cause, arrivals.CheckInRefused):
                return day_words.check_in(cause)
            return _("This appointment was changed at this moment. Look at it again.")
    return _("No such number is printed for a failure of the system.")
