"""Who comes: name, NIK and date of birth of one person. Every error says what happened and what to do."""

import datetime
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from citizens import crypto, nik
from citizens.domain.answers import PersonAnswers
from citizens.enums import Attendance
from citizens.models import ServiceCase

OLDEST_BIRTH_YEAR = 1900
LONGEST_NAME = 120
# Pictures, and letters that only their maker knows: no card has them in a name.
NOT_IN_A_NAME = ("So", "Co", "Cn", "Cs")

NIK_PROBLEMS = {
    nik.Problem.LETTERS: _("A NIK has only numbers. Check for letters or other signs."),
    nik.Problem.LENGTH: _("A NIK has 16 digits. Count them again on the card or family card."),
    nik.Problem.PROVINCE: _("The first two digits are not those of a province. Check them again."),
    nik.Problem.DAY: _("Digits 7 and 8 cannot be a day of birth. Check them again."),
    nik.Problem.MONTH: _("Digits 9 and 10 cannot be a month of birth. Check them again."),
    nik.Problem.DATE: _("The date of birth inside this NIK does not exist. Check it again."),
    nik.Problem.SERIAL: _("The last four digits cannot be 0000. Check them again."),
}


def clean_name(typed: str, *, missing: Any) -> str:
    """A person's name as it was typed; raises ValidationError, with `missing` for one without a letter."""
    if any(unicodedata.category(sign) in NOT_IN_A_NAME for sign in typed):
        raise forms.ValidationError(
            _("A name has only letters and signs such as ' and -. Leave out emoji and pictures.")
        )
    try:
        crypto.normalise_name(typed)
    except ValueError as error:
        raise forms.ValidationError(missing) from error
    return typed


def name_field(*, label: Any, missing: Any, **kwargs: Any) -> forms.CharField:
    """A field for a person's name; its errors say what to do."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_NAME,
        error_messages={
            "required": missing,
            "max_length": _("A name may have 120 letters. Shorten titles and middle names."),
        },
        **kwargs,
    )


class PersonForm(forms.Form):
    """One person of a party, for the cases that this person needs.

    `others` are the people of the party who were typed before: nobody comes twice.
    """

    NAME_MISSING = _("Write the full name of the person who needs the service.")
    full_name = name_field(
        label=_("Full name"),
        missing=NAME_MISSING,
        help_text=_("As on the KTP or family card. One name is fine."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    nik = forms.CharField(
        label=_("NIK"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("This service needs the NIK: 16 digits, on the KTP or family card.")
        },
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Day-month-year, for example 17-08-1990."),
        widget=forms.DateInput(
            format="%d-%m-%Y", attrs={"inputmode": "numeric", "autocomplete": "bday"}
        ),
        error_messages={
            "required": _("Write the date of birth, for example 17-08-1990."),
            "invalid": _("Write the date as day-month-year, for example 17-08-1990."),
        },
    )

    def __init__(
        self,
        *args: Any,
        cases: Sequence[ServiceCase],
        today: datetime.date,
        others: Sequence[PersonAnswers] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        self.today = today
        self.others = others
        needed = any(case.nik_required for case in cases)
        self.fields["nik"].required = needed
        self.fields["nik"].help_text = (
            _("16 digits. Spaces and dashes do not matter.")
            if needed
            else _("16 digits, if there is one already. You may leave it empty.")
        )

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"], missing=self.NAME_MISSING)

    def clean_nik(self) -> str:
        typed: str = self.cleaned_data["nik"]
        if not typed.strip():
            return ""
        try:
            return nik.parse(
                typed,
                today=self.today,
                child=any(case.attendance == Attendance.PARENT for case in self.cases),
                allow_demo=settings.TRYING_OUT,
            ).digits
        except nik.Invalid as error:
            raise forms.ValidationError(NIK_PROBLEMS[error.reason]) from error

    def clean_birth_date(self) -> datetime.date:
        born: datetime.date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise forms.ValidationError(_("This date is in the future. Check the year."))
        if born.year < OLDEST_BIRTH_YEAR:
            raise forms.ValidationError(_("Write the year with four digits, for example 1990."))
        return born

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"full_name", "nik", "birth_date"} <= cleaned.keys():
            typed = self.person(cleaned)
            same = next((one for one in self.others if one.person_key == typed.person_key), None)
            if same:
                self.add_error("nik" if typed.nik else "full_name", self._twice(typed, same))
        return cleaned

    def person(self, cleaned: Mapping[str, Any] | None = None) -> PersonAnswers:
        """Who was typed, cleaned. Call it on a valid form."""
        found = self.cleaned_data if cleaned is None else cleaned
        return PersonAnswers(found["full_name"], found["birth_date"], found["nik"])

    @staticmethod
    def _twice(typed: PersonAnswers, same: PersonAnswers) -> forms.ValidationError:
        if typed.nik:
            words = _(
                "%(name)s and %(other)s have the same NIK here. Each person has their own: check both on the"
                " family card."
            )
        else:
            words = _(
                "%(name)s is in this visit already, with the same date of birth. Write another person, or go"
                " back and add the service to the first one."
            )
        return forms.ValidationError(
            words, params={"name": typed.full_name, "other": same.full_name}
        )
