"""What reception asks of somebody for whom there is no number today, and how a phone number is asked there."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens import phone
from citizens.domain.answers import Answers
from citizens.domain.later_place import LaterDay
from citizens.enums import Attendance, BookedFor, PriorityGroup
from citizens.forms.contact import OUTSIDE, PHONE_PROBLEMS, kelurahan_choices
from citizens.forms.person import PersonForm, clean_name, name_field
from citizens.models import ServiceCase


def phone_field() -> forms.CharField:
    """A mobile number that may be left out."""
    return forms.CharField(
        label=_("Mobile number (if they like)"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )


def clean_phone(typed: str) -> str:
    """The number as E.164, empty when there is none. Raises ValidationError with what to do."""
    if not typed.strip():
        return ""
    try:
        return phone.normalise(typed)
    except phone.Invalid as error:
        raise forms.ValidationError(PHONE_PROBLEMS[error.reason]) from error


class LaterPlaceForm(PersonForm):
    """One person and one of the free times; neither NIK nor phone is needed."""

    GUARDIAN_MISSING = _("Write the name of the parent or guardian who comes with the child.")
    start = forms.ChoiceField(
        label=_("Day and time"),
        error_messages={
            "required": _("Choose a time."),
            "invalid_choice": _("This time can no longer be given. Choose another one."),
        },
    )
    guardian_name = name_field(
        label=_("Parent or guardian who comes along"), missing=GUARDIAN_MISSING
    )
    subdistrict = forms.ChoiceField(
        label=_("Kelurahan where this person lives"),
        error_messages={"required": _("Choose the kelurahan, or “Outside Kota Serang”.")},
    )
    phone = phone_field()
    priority_group = forms.ChoiceField(required=False, choices=PriorityGroup)
    field_order = ("start", "full_name", "birth_date", "nik", "guardian_name", "subdistrict")

    def __init__(
        self,
        *args: Any,
        case: ServiceCase,
        days: Sequence[LaterDay],
        today: datetime.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, cases=[case], today=today, **kwargs)
        self.fields["nik"].required = False
        self.fields["nik"].help_text = _("16 digits. You may leave it empty.")
        self._choose("start", [(t.start.isoformat(), "") for day in days for t in day.times])
        self._choose("subdistrict", kelurahan_choices())
        self.is_child = case.attendance == Attendance.PARENT
        if not self.is_child:
            del self.fields["guardian_name"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = choices

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_guardian_name(self) -> str:
        return clean_name(self.cleaned_data["guardian_name"], missing=self.GUARDIAN_MISSING)

    def clean_subdistrict(self) -> str:
        chosen: str = self.cleaned_data["subdistrict"]
        if chosen != OUTSIDE:
            return chosen
        if any(case.service.home_office_only for case in self.cases):
            raise forms.ValidationError(
                _(
                    "Only the civil registry of your own city or regency can do this. Please go there."
                )
            )
        return ""

    @property
    def chosen(self) -> datetime.datetime:
        """The time chosen, aware. Call it on a valid form."""
        return datetime.datetime.fromisoformat(self.cleaned_data["start"])

    def answers(self) -> Answers:
        """Everything for the booking. Call it on a valid form."""
        found = self.cleaned_data
        return Answers(
            people=(self.person(),),
            phone=found["phone"],
            subdistrict=found["subdistrict"],
            priority_group=found["priority_group"],
            booked_for=(BookedFor.CHILD if self.is_child else BookedFor.SELF).value,
            guardian_name=found.get("guardian_name", ""),
        )
