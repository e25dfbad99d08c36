"""The form of what stands in the way: an outage."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from citizens.domain import outages
from citizens.models import Outage


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
