"""What is asked of somebody who waits for an earlier time, or for any time at all."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.models import Office

ANY = "any"


def _day(label: Any) -> forms.DateField:
    unclear = _("Write the day as day-month-year, for example 17-08-2027.")
    return forms.DateField(
        label=label,
        help_text=_("Day-month-year, for example 17-08-2027."),
        widget=forms.DateInput(format="%d-%m-%Y", attrs={"inputmode": "numeric"}),
        error_messages={"required": unclear, "invalid": unclear},
    )


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
    not_before = _day(_("From which day on can you come?"))

    def __init__(
        self,
        *args: Any,
        offices: Sequence[Office],
        today: datetime.date,
        last: datetime.date,
        **kwargs: Any,
    ) -> None:
        """`offices` to choose from, beside any; `last` is the last day that is worth waiting for."""
        super().__init__(*args, **kwargs)
        self.offices = {office.code: office for office in offices}
        self.today = today
        self.last = last
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [
            (ANY, _("Any place that gives the service")),
            *((office.code, office.name) for office in offices),
        ]

    def clean_not_before(self) -> datetime.date:
        chosen: datetime.date = self.cleaned_data["not_before"]
        if chosen > self.last:
            raise forms.ValidationError(self.too_late())
        return max(chosen, self.today)

    def too_late(self) -> Any:
        """What is wrong with a first day after the last one."""
        return _("Your visit is before this day. Choose an earlier day.")

    @property
    def wished_office(self) -> Office | None:
        """The office that was chosen; None for any. Call it on a valid form."""
        return self.offices.get(self.cleaned_data["office"])


class AnyTimeForm(WaitlistForm):
    """The same without an appointment: until which day as well."""

    until = _day(_("Until which day?"))

    def too_late(self) -> Any:
        return _("This day is too far ahead. Choose an earlier day.")

    def clean_until(self) -> datetime.date:
        chosen: datetime.date = self.cleaned_data["until"]
        if chosen > self.last:
            raise forms.ValidationError(self.too_late())
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, until = cleaned.get("not_before"), cleaned.get("until")
        if first and until and until < first:
            self.add_error("until", _("The last day is before the first. Check both."))
        return cleaned
