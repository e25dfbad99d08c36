"""What a citizen is asked when booking. Every error says what happened and what to do."""

import datetime
from collections import defaultdict
from typing import Any

from django import forms
from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext_lazy as _

from citizens import crypto, nik, phone
from citizens.domain.booking import Answers
from citizens.enums import Attendance, Language, PriorityGroup
from citizens.models import ServiceCase, Subdistrict

OUTSIDE = "outside"
OLDEST_BIRTH_YEAR = 1900

NIK_PROBLEMS = {
    nik.Problem.LETTERS: _("A NIK has only numbers. Check for letters or other signs."),
    nik.Problem.LENGTH: _("A NIK has 16 digits. Count them again on the card or family card."),
    nik.Problem.PROVINCE: _("The first two digits are not those of a province. Check them again."),
    nik.Problem.DAY: _("Digits 7 and 8 cannot be a day of birth. Check them again."),
    nik.Problem.MONTH: _("Digits 9 and 10 cannot be a month of birth. Check them again."),
    nik.Problem.DATE: _("The date of birth inside this NIK does not exist. Check it again."),
    nik.Problem.SERIAL: _("The last four digits cannot be 0000. Check them again."),
}
PHONE_PROBLEMS = {
    phone.Problem.EMPTY: _("Write a mobile number, for example 0812-3456-7890."),
    phone.Problem.LETTERS: _("A phone number has only numbers. Example: 0812-3456-7890."),
    phone.Problem.LENGTH: _("This number is too short or too long. Example: 0812-3456-7890."),
    phone.Problem.LANDLINE: _("This is a landline. SMS needs a mobile number that starts with 08."),
    phone.Problem.FOREIGN: _("Only Indonesian mobile numbers can get our SMS. Use e-mail instead."),
    phone.Problem.UNKNOWN: _("This is not a mobile number that we know. Check it again."),
}


def kelurahan_choices() -> list[tuple[str, Any]]:
    """Every kelurahan under its kecamatan (names repeat between them), then everywhere else."""
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name, district in caches["local"].get_or_set("kelurahan", _kelurahan) or []:
        grouped[f"Kec. {district}"].append((code, f"{name}, Kec. {district}"))
    return [
        ("", _("Choose your kelurahan")),
        *grouped.items(),
        (OUTSIDE, _("Outside Kota Serang")),
    ]


def _kelurahan() -> list[tuple[str, str, str]]:
    rows = Subdistrict.objects.order_by("district__name", "name", "pk")
    return list(rows.values_list("code", "name", "district__name"))


class DetailsForm(forms.Form):
    """Who comes, and how we can reach them."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("As on the KTP or family card. One name is fine."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the full name of the person who needs the service.")},
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
    subdistrict = forms.ChoiceField(
        label=_("Kelurahan where this person lives"),
        help_text=_("Where you live now. It may differ from the first digits of the NIK."),
        error_messages={"required": _("Choose the kelurahan, or “Outside Kota Serang”.")},
    )
    phone = forms.CharField(
        label=_("Mobile number for SMS"),
        max_length=30,
        required=False,
        help_text=_(
            "For the confirmation and a reminder the day before. A family member's is fine."
        ),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("This e-mail address is not complete. Example: nama@contoh.id.")
        },
    )
    no_contact = forms.BooleanField(
        label=_("I have neither a phone nor e-mail; I will write down the code"), required=False
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"), choices=Language, widget=forms.RadioSelect
    )
    priority_group = forms.ChoiceField(
        label=_("Do you need to be served first?"),
        help_text=_("No proof is needed."),
        required=False,
    )

    def __init__(self, *args: Any, case: ServiceCase, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.today = today
        self.fields["nik"].required = case.nik_required
        self.fields["nik"].help_text = (
            _("16 digits. Spaces and dashes do not matter.")
            if case.nik_required
            else _("16 digits, if there is one already. You may leave it empty.")
        )
        self._choices("subdistrict", kelurahan_choices())
        self._choices("priority_group", [("", _("No")), *PriorityGroup.choices])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = choices

    def clean_full_name(self) -> str:
        typed: str = self.cleaned_data["full_name"]
        try:
            crypto.normalise_name(typed)
        except ValueError as error:
            raise forms.ValidationError(
                _("Write the full name of the person who needs the service.")
            ) from error
        return typed

    def clean_nik(self) -> str:
        typed: str = self.cleaned_data["nik"]
        if not typed.strip():
            return ""
        try:
            return nik.parse(
                typed,
                today=self.today,
                child=self.case.attendance == Attendance.PARENT,
                allow_demo=settings.TRYING_OUT,
            ).digits
        except nik.Invalid as error:
            raise forms.ValidationError(NIK_PROBLEMS[error.reason]) from error

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if not typed.strip():
            return ""
        try:
            return phone.normalise(typed)
        except phone.Invalid as error:
            raise forms.ValidationError(PHONE_PROBLEMS[error.reason]) from error

    def clean_birth_date(self) -> datetime.date:
        born: datetime.date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise forms.ValidationError(_("This date is in the future. Check the year."))
        if born.year < OLDEST_BIRTH_YEAR:
            raise forms.ValidationError(_("Write the year with four digits, for example 1990."))
        return born

    def clean_subdistrict(self) -> str:
        chosen: str = self.cleaned_data["subdistrict"]
        if chosen == OUTSIDE and self.case.service.home_office_only:
            raise forms.ValidationError(
                _(
                    "Only the civil registry of your own city or regency can do this. Please go there."
                )
            )
        return "" if chosen == OUTSIDE else chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reachable = cleaned.get("phone") or cleaned.get("email")
        tried = {"phone", "email"} & self.errors.keys()
        if not reachable and not tried and not cleaned.get("no_contact"):
            self.add_error(
                "phone",
                _("Write a mobile number or an e-mail address, or tick that you have neither."),
            )
        return cleaned

    def answers(self) -> Answers:
        """What was typed, cleaned. Call it on a valid form."""
        kept = {name: self.cleaned_data[name] for name in Answers.__dataclass_fields__}
        return Answers(**kept)

    @staticmethod
    def initial_of(answers: Answers) -> dict[str, Any]:
        """The form's initial values for what was typed before."""
        initial = {name: getattr(answers, name) for name in Answers.__dataclass_fields__}
        initial["subdistrict"] = answers.subdistrict or OUTSIDE
        initial["phone"] = phone.display(answers.phone) if answers.phone else ""
        initial["no_contact"] = not answers.phone and not answers.email
        return initial
