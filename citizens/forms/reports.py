"""Which days a report is about."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.domain.reports import MOST_DAYS, ONE_DAY, USUAL_DAYS

EARLIEST = datetime.date(2020, 1, 1)


def _day(label: Any, name: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "class": "form-control", "id": name}
        ),
        error_messages={"invalid": _("Write the day as year-month-day, for example 2027-08-17.")},
    )


class ReportForm(forms.Form):
    """The days from `dari` to `sampai`, both included; without any, the last USUAL_DAYS."""

    dari = _day(_("From"), "dari")
    sampai = _day(_("Until"), "sampai")

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def usual(self) -> tuple[datetime.date, datetime.date]:
        """The last days, today's included."""
        return self.today - (USUAL_DAYS - 1) * ONE_DAY, self.today

    @property
    def days(self) -> tuple[datetime.date, datetime.date]:
        """The days asked for; the usual ones where they cannot be."""
        if not self.is_valid():
            return self.usual
        return self.cleaned_data["dari"], self.cleaned_data["sampai"]

    def clean_dari(self) -> datetime.date | None:
        return self._possible("dari")

    def clean_sampai(self) -> datetime.date | None:
        return self._possible("sampai")

    def _possible(self, name: str) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data[name]
        if day is not None and not EARLIEST <= day <= self.today:
            raise forms.ValidationError(
                _("Choose a day from %(first)s until today."),
                params={"first": EARLIEST.isoformat()},
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        last = cleaned["sampai"] or self.today
        first = cleaned["dari"] or max(EARLIEST, last - (USUAL_DAYS - 1) * ONE_DAY)
        if last < first:
            raise forms.ValidationError(_("The last day is before the first one. Check both."))
        if (last - first).days >= MOST_DAYS:
            raise forms.ValidationError(
                _("At most %(days)s days at a time."), params={"days": MOST_DAYS}
            )
        return cleaned | {"dari": first, "sampai": last}
