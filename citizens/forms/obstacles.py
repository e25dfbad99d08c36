"""Forms of what stands in the way: an outage, and a day that closes."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citizens.domain import closures, outages
from citizens.models import ClosedDay, Outage


class OutageForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter when the program runs
    """Reporting an outage; of one that is reported only the note and the expected end."""

    at: datetime.datetime  # set by the page

    class Meta:
        model = Outage
        fields = ["office", "services", "cause", "note", "starts_at", "expected_end"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at = data.get("starts_at") or self.instance.starts_at
        if starts_at is None or "expected_end" not in data:
            return data
        try:
            outages.check_times(starts_at=starts_at, expected_end=data["expected_end"], at=self.at)
        except outages.EndsTooEarly:
            self.add_error("expected_end", _("Choose an end that is after the start and to come."))
        except outages.OutOfReach:
            self.add_error(None, _("Check the year: that is more than a year away."))
        return data


class ClosedDayForm(forms.ModelForm):  # type: ignore[type-arg]  # see above
    """Closing a day. Where people are booked on it, it says how many before anything is saved."""

    at: datetime.datetime  # set by the page

    anyway = forms.BooleanField(
        label=gettext_lazy("Close it although people are booked"),
        required=False,
        help_text=gettext_lazy("Their appointments stay until they are moved or cancelled."),
    )

    class Meta:
        model = ClosedDay
        fields = ["office", "date", "name", "kind", "source", "confirmed"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "office" in data and "date" in data:
            self._check_day(data)
        return data

    def _check_day(self, data: dict[str, Any]) -> None:
        try:
            closures.check_date(data["date"], at=self.at)
        except closures.DayIsOver:
            self.add_error("date", _("This day is over. Choose today or a day to come."))
            return
        except closures.TooFarAhead:
            self.add_error("date", _("Check the year: that is more than two years away."))
            return
        count = closures.hit(office=data["office"], date=data["date"])
        if count and not data.get("anyway"):
            self.add_error("anyway", _stand_on_it(count))


def _stand_on_it(count: int) -> str:
    return ngettext(
        "%(count)s appointment stands on this day. Nobody is told by closing it. Tick this to close it anyway.",
        "%(count)s appointments stand on this day. Nobody is told by closing it. Tick this to close it anyway.",
        count,
    ) % {"count": count}
