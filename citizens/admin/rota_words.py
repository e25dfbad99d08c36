"""The rota in words: titles of proposals, days and weekdays."""

import datetime
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citizens.admin import planning_words
from citizens.forms.rota import weekday_names
from citizens.models import Absence, Counter, PresenceOrder, Shift, User

ONE_DAY = datetime.timedelta(days=1)


def span(first: datetime.date, until: datetime.date | None) -> str:
    """Days in words, the last one included: `until` is the first day that is not meant."""
    return planning_words.span(first, until - ONE_DAY if until else None)


def shift_title(
    *,
    staff: User,
    counter: Counter,
    weekdays: Sequence[int],
    first: datetime.date,
    until: datetime.date | None,
) -> str:
    """ "Siti at counter 3: Mon, Tue, from 7 Dec 2026 on"."""
    return _("%(name)s at counter %(counter)s: %(weekdays)s, %(days)s") % {
        "name": staff,
        "counter": counter.number,
        "weekdays": weekday_names(weekdays),
        "days": span(first, until),
    }


def end_title(shift: Shift, weekdays: Sequence[int], until: datetime.date) -> str:
    """What ends, and when its last day is."""
    return _("%(name)s no longer at counter %(counter)s: %(weekdays)s, last on %(day)s") % {
        "name": shift.staff,
        "counter": shift.counter.number,
        "weekdays": weekday_names(weekdays),
        "day": date_format(until - ONE_DAY, "j M Y"),
    }


def absence_title(staff: User, kind: str, first: datetime.date, until: datetime.date) -> str:
    """ "Leave: Siti, 7 Dec 2026"."""
    return _("%(kind)s: %(name)s, %(days)s") % {
        "kind": kind,
        "name": staff,
        "days": span(first, until),
    }


def take_back_title(absence: Absence) -> str:
    """What is taken back."""
    return _("Taken back: %(what)s") % {
        "what": absence_title(
            absence.staff, absence.get_kind_display(), absence.first_day, absence.until
        )
    }


def presence_title(source: str, first: datetime.date, until: datetime.date) -> str:
    """ "Everybody present, 7 Dec 2026: SE 7/2026"."""
    return _("Everybody present, %(days)s: %(source)s") % {
        "days": span(first, until),
        "source": source,
    }


def lift_title(order: PresenceOrder) -> str:
    """What is lifted."""
    return _("Lifted: %(what)s") % {
        "what": presence_title(order.source, order.first_day, order.until)
    }


def post_words(shift: Shift, weekdays: Sequence[int]) -> str:
    """Shifts of one person at one counter, as they are."""
    return shift_title(
        staff=shift.staff,
        counter=shift.counter,
        weekdays=weekdays,
        first=shift.valid_from,
        until=shift.valid_until,
    )
