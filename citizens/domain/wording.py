"""How the office writes a moment: "Selasa, 16 Maret 2027 pukul 09.20 WIB", in the language at work."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def local(moment: datetime.datetime) -> datetime.datetime:
    """The moment on the office's clock."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def day(moment: datetime.datetime | datetime.date) -> str:
    """ "Selasa, 16 Maret 2027"; a moment is read on the office's clock."""
    return date_format(
        local(moment) if isinstance(moment, datetime.datetime) else moment, "l, j F Y"
    )


def clock(moment: datetime.datetime) -> str:
    """ "09.20" on the office's clock."""
    return f"{local(moment):%H.%M}"


def when(moment: datetime.datetime) -> str:
    """Day, time and zone in words."""
    return _("%(day)s at %(time)s %(zone)s") % {
        "day": day(moment),
        "time": clock(moment),
        "zone": local(moment).tzname(),
    }
