"""What is asked of somebody who looks for an appointment made before."""

import datetime
import re

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens import tokens
from citizens.domain.lookup import DIGITS, Fact

# A date with separators, or without: no phone number or NIK has eight digits.
DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
SEPARATORS = re.compile(r"[\s.()+-]")
SHORTEST_NUMBER = 9  # digits of a phone number with its country


class LookupForm(forms.Form):
    """The code, and a fact that only the visitor knows."""

    code = forms.CharField(
        label=_("Code of the appointment"),
        max_length=30,
        help_text=_("Eight letters and numbers. It stands on your confirmation."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Write the code of the appointment.")},
    )
    fact = forms.CharField(
        label=_("Last four digits of the NIK or of the phone number"),
        max_length=30,
        help_text=_(
            "Of somebody whom the visit is for, or the phone number given. Without both: the date of birth, for "
            "example 17-08-1990."
        ),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
        error_messages={
            "required": _("Write the last four digits of the NIK or of the phone number.")
        },
    )

    def clean_code(self) -> str:
        try:
            return tokens.clean_code(self.cleaned_data["code"])
        except tokens.InvalidCode as error:
            raise forms.ValidationError(
                _("A code has eight letters and numbers. Compare it with your confirmation.")
            ) from error

    def clean_fact(self) -> Fact:
        typed: str = self.cleaned_data["fact"].strip()
        if date := DATE.fullmatch(typed):
            day, month, year = (int(part) for part in date.groups() if part)
            try:
                return Fact(birth_date=datetime.date(year, month, day))
            except ValueError as error:
                raise forms.ValidationError(
                    _("Write the date as day-month-year, for example 17-08-1990.")
                ) from error
        digits = SEPARATORS.sub("", typed)
        # Whoever types the whole number has said its last four digits too.
        enough = len(digits) == DIGITS or len(digits) >= SHORTEST_NUMBER
        if enough and digits.isascii() and digits.isdigit():
            return Fact(digits=digits[-DIGITS:])
        raise forms.ValidationError(
            _("Write four digits, for example 0001, or a date of birth, for example 17-08-1990.")
        )

    def say_not_found(self) -> None:
        """Puts on the form that nothing was found, and not which part was wrong."""
        self.add_error(
            None,
            _(
                "No appointment has this code together with these digits. Check both: one of them, or both, may "
                "be mistyped."
            ),
        )
