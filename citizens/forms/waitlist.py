"""What is asked of somebody who waits for an earlier time."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.models import Office

ANY = "any"


class WaitlistForm(forms.Form):
    """At which office, and from which day on."""

    office = forms.ChoiceField(
        label=_("Where?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the place."),
            "invalid_choice": _("Choose the place."),
        },
    )
    not_before = forms.DateField(
        label=_("From which day on can you come?"),
        help_text=_("Day-month-year, for example 17-08-2027."),
        widget=forms.DateInput(format="%d-%m-%Y", attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Write the day as day-month-year, for example 17-08-2027."),
            "invalid": _("Write the day as day-month-year, for example 17-08-2027."),
        },
    )

    def __init__(
        self, *args: Any, office: Office, today: datetime.date, last: datetime.date, **kwargs: Any
    ) -> None:
        """`office` is where the visit is now; `last` the last day that is still earlier."""
        super().__init__(*args, **kwargs)
        self.here = office
        self.today = today
        self.last = last
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [(office.code, office.name), (ANY, _("Any place that gives the service"))]

    def clean_not_before(self) -> datetime.date:
        chosen: datetime.date = self.cleaned_data["not_before"]
        if chosen > self.last:
            raise forms.ValidationError(_("Your visit is before this day. Choose an earlier day."))
        return max(chosen, self.today)

    @property
    def wished_office(self) -> Office | None:
        """The office that was chosen; None for any. Call it on a valid form."""
        return None if self.cleaned_data["office"] == ANY else self.here
