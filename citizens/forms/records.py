"""What staff are asked when they find, open, move or cancel an appointment."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.domain.staff_times import StaffTime
from citizens.enums import PlaceShare

LONGEST_REASON = 120


def reason_field(label: Any, help_text: Any, *, required: bool = True) -> forms.CharField:
    """One line that is kept in the history."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Write the reason; it is kept in the history."),
            "max_length": _("Write the reason in at most 120 letters."),
        },
    )


class FindForm(forms.Form):
    """One box for whatever somebody can say about the appointment."""

    text = forms.CharField(
        label=_("Code, name, phone number or NIK"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
        error_messages={"required": _("Write a code, a name, a phone number or a NIK.")},
    )

    def refuse(self, sentence: str) -> None:
        """Shows at the box why nothing was looked for; what was typed stays."""
        self.add_error("text", sentence)


class RevealForm(forms.Form):
    """Why somebody needs to see personal data in full."""

    reason = reason_field(
        _("Why do you need to see it?"),
        _("For example: the citizen asks us to check the number. Never write the number itself."),
    )


class CancelForm(forms.Form):
    """Why an appointment is cancelled, and whether the office caused it."""

    reason = reason_field(
        _("Reason"), _("It stays in the history. The citizen gets a message without it.")
    )
    office_caused = forms.BooleanField(
        label=_("Caused by the office"),
        help_text=_("It then never counts against the citizen."),
        required=False,
    )


class TimeMixin(forms.Form):
    """A choice among the times of one day, with a reason where the day is full already."""

    start = forms.ChoiceField(
        label=_("Time"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a time."),
            "invalid_choice": _("This time can no longer be given. Choose another one."),
        },
    )
    overbook = reason_field(
        _("Reason to overbook"),
        _("Only for a time that is full. It stays on the appointment with your name."),
        required=False,
    )

    def __init__(self, *args: Any, times: Sequence[StaffTime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.times = {time.start.isoformat(): time for time in times}
        field = self.fields["start"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [(value, value) for value in self.times]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        time = self.times.get(cleaned.get("start", ""))
        if time and time.share == PlaceShare.OVERBOOKED and not cleaned.get("overbook"):
            self.add_error(
                "overbook",
                _("This time is full. Write why it is given all the same, or choose another."),
            )
        return cleaned

    @property
    def has_full_times(self) -> bool:
        """Whether a reason to overbook may be needed."""
        return any(time.share == PlaceShare.OVERBOOKED for time in self.times.values())

    @property
    def chosen(self) -> datetime.datetime:
        """The time chosen, aware. Call it on a valid form."""
        return self.times[self.cleaned_data["start"]].start

    @property
    def overbook_reason(self) -> str:
        """The reason, for a time that is full; empty for any other. Call it on a valid form."""
        full = self.times[self.cleaned_data["start"]].share == PlaceShare.OVERBOOKED
        return self.cleaned_data["overbook"] if full else ""


class MoveForm(TimeMixin, CancelForm):
    """The new time, and why."""

    field_order = ("start", "overbook", "reason", "office_caused")
