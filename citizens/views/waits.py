"""How long people wait, in words: one estimate for the screen and every phone of an office."""

import datetime

from django.utils.translation import gettext as _

from citizens.domain import estimate, hall
from citizens.models import Office
from citizens.views.kept import kept

KEPT = 60  # seconds; a version of the hall is never older


def forecast(*, office: Office, told: hall.Facts, at: datetime.datetime) -> estimate.Forecast:
    """The estimate that belongs to a version of the hall, made by whoever asks first."""
    return kept(
        f"forecast-{office.code}-{told.version}",
        seconds=KEPT,
        make=lambda: estimate.forecast(office=office, at=at, read=told),
    )


def minutes(found: estimate.Estimate) -> str:
    """The range, such as "25 to 40 minutes"; empty where there is none."""
    if not found.is_known:
        return ""
    if not found.high:
        return _("any moment now")
    return _("%(low)s to %(high)s minutes") % {"low": found.low, "high": found.high}


def why_not(found: estimate.Estimate) -> str:
    """Why there is no range; empty where there is one."""
    if found.unknown == estimate.Unknown.NO_COUNTER:
        return _("No counter is open for this service now.")
    if found.unknown == estimate.Unknown.NOT_MEASURED:
        return _("We have not measured enough visits yet to say how long it takes.")
    return ""
