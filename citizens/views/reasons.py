"""Why nothing is free, in words: in one for the table of days, in a sentence for a day, in a few for a place."""

import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _

from citizens.domain import wording
from citizens.domain.availability import Day, OfficeDays, Reason

# Of the reasons of many days, the first of these is what people can do something with.
TELLING = (Reason.NOT_RELEASED, Reason.OUTAGE, Reason.NO_CARDS, Reason.FULL)


def short(day: Day) -> str:
    """One short word for a cell of the table of days."""
    return {
        Reason.FULL: _("full"),
        Reason.HOLIDAY: _("holiday"),
        Reason.OUTAGE: _("outage"),
        Reason.NO_CARDS: _("no cards"),
        Reason.NOT_RELEASED: _("not yet"),
    }.get(day.reason or Reason.CLOSED, _("closed"))


def sentence(day: Day) -> str:
    """The reason in a sentence or two; empty when times are free."""
    if day.reason is Reason.HOLIDAY:
        return _("The office is closed on this day: %(name)s.") % {"name": day.note}
    if day.reason is Reason.OUTAGE:
        return _("This service cannot be given on this day. %(note)s") % {"note": day.note}
    if day.reason is Reason.NOT_RELEASED and day.opens:
        return _("The places of this day are not open for booking yet. They open %(window)s.") % {
            "window": window(day.opens)
        }
    if day.reason is None:
        return ""
    return {
        Reason.FULL: _("Every place of this day is taken. Choose another day or another place."),
        Reason.NO_CARDS: _(
            "The blank cards of this place are all promised. Choose another place, or come back when new ones are"
            " in."
        ),
    }.get(day.reason, _("The office is closed on this day, or its last time has passed."))


def more(day: Day) -> str:
    """When more places of a day open that has some, or none, left; empty where none will."""
    if day.opens and day.reason in (None, Reason.FULL):
        return _("More places of this day open %(window)s.") % {"window": window(day.opens)}
    return ""


def of_office(office: OfficeDays) -> str:
    """Why a place has nothing free on any day, in a few words."""
    reasons = {day.reason for day in office.days}
    why = next((reason for reason in TELLING if reason in reasons), None)
    if why is Reason.NOT_RELEASED and office.opens:
        return _("Nothing free yet. Places open %(window)s") % {"window": window(office.opens)}
    return {
        Reason.OUTAGE: _("Cannot be given at the moment: outage"),
        Reason.NO_CARDS: _("No blank cards left"),
    }.get(why or Reason.FULL, _("Nothing free in the coming two weeks"))


def window(opens: Sequence[datetime.datetime]) -> str:
    """A day and the hours between which places open; never the minute."""
    first, last = opens
    return _("on %(day)s between %(first)s and %(last)s %(zone)s") % {
        "day": wording.day(first),
        "first": wording.clock(first),
        "last": wording.clock(last),
        "zone": wording.local(first).tzname(),
    }
