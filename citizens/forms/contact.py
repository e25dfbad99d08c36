"""How to reach a party, and for whom it is booked. Every error says what happened and what to do."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.cache import caches
from django.utils.translation import gettext_lazy as _

from citizens import crypto, nik, phone
from citizens.domain.party import Party
from citizens.enums import BookedFor, Language, PriorityGroup
from citizens.forms.person import clean_name, name_field
from citizens.models import Subdistrict

OUTSIDE = "outside"

PHONE_PROBLEMS = {
    phone.Problem.EMPTY: _("Write a mobile number, for example 0812-3456-7890."),
    phone.Problem.LETTERS: _("A phone number has only numbers. Example: 0812-3456-7890."),
    phone.Problem.LENGTH: _("This number is too short or too long. Example: 0812-3456-7890."),
    phone.Problem.LANDLINE: _("This is a landline. SMS needs a mobile number that starts with 08."),
    phone.Problem.FOREIGN: _("Only Indonesian mobile numbers can get our SMS. Use e-mail instead."),
    phone.Problem.UNKNOWN: _("This is not a mobile number that we know. Check it again."),
}
HOUSEHOLD_PROBLEMS = {
    nik.Problem.LETTERS: _("The number of a family card has only numbers. Check for other signs."),
    nik.Problem.LENGTH: _("The number of a family card has 16 digits. Count them again."),
}


def kelurahan_choices() -> list[tuple[str, Any]]:
    """Every kelurahan under its kecamatan (names repeat between them), then everywhere else."""
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name, district in _kelurahan():
        grouped[f"Kec. {district}"].append((code, f"{name}, Kec. {district}"))
    return [
        ("", _("Choose your kelurahan")),
        *grouped.items(),
        (OUTSIDE, _("Outside Kota Serang")),
    ]


def kelurahan_name(code: str) -> str:
    """The name of a kelurahan with its kecamatan; empty for a code that nobody has."""
    names = {known: f"{name}, Kec. {district}" for known, name, district in _kelurahan()}
    return names.get(code, "")


def _kelurahan() -> list[tuple[str, str, str]]:
    return caches["local"].get_or_set("kelurahan", _read_kelurahan) or []


def _read_kelurahan() -> list[tuple[str, str, str]]:
    rows = Subdistrict.objects.order_by("district__name", "name", "pk")
    return list(rows.values_list("code", "name", "district__name"))


class ContactForm(forms.Form):
    """What is asked once for everybody of a party.

    `household_key` is the keyed hash of a family card's number that was typed before: it is not asked again.
    """

    OWN_NAME_MISSING = _("Write your own name, as the one who books.")
    GUARDIAN_MISSING = _("Write the name of the parent or guardian who comes with the child.")
    booked_for = forms.ChoiceField(
        label=_("You are booking for"), choices=BookedFor, widget=forms.RadioSelect, required=False
    )
    booker_name = name_field(
        label=_("Your own name"),
        missing=OWN_NAME_MISSING,
        required=False,
        help_text=_("So that the office knows who booked for this person."),
    )
    consent = forms.BooleanField(
        label=_("This person knows that I give their data here, and agrees"), required=False
    )
    guardian_name = name_field(
        label=_("Parent or guardian who comes along"),
        missing=GUARDIAN_MISSING,
        help_text=_("The name as on the KTP. A child is served together with this person."),
    )
    household = forms.CharField(
        label=_("Number of the family card (KK)"),
        max_length=40,
        help_text=_("16 digits, at the top of the family card. We do not keep the number itself."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Write the number of the family card: 16 digits, at the top of the card.")
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

    def __init__(self, *args: Any, party: Party, household_key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party = party
        self.household_key = household_key
        self._choices("subdistrict", kelurahan_choices())
        self._choices("priority_group", [("", _("No")), *PriorityGroup.choices])
        self.fields["booked_for"].initial = self._usual
        if not party.has_child_service:
            del self.fields["guardian_name"]
        if len(party.people) == 1:
            del self.fields["household"]
            self._choices("booked_for", [(BookedFor.SELF, _("Myself")), *BookedFor.choices[1:]])
        else:
            self.fields["subdistrict"].label = _("Kelurahan where the family lives")
            self._ask_household_once()

    @property
    def _usual(self) -> str:
        """For whom a party like this is usually booked."""
        child = len(self.party.people) == 1 and self.party.has_child_service
        return (BookedFor.CHILD if child else BookedFor.SELF).value

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = choices

    def _ask_household_once(self) -> None:
        if self.household_key:
            self.fields["household"].required = False
            self.fields["household"].help_text = _(
                "Filled in already, and not shown again. Write it anew only to change it."
            )

    def forget_household(self) -> None:
        """Takes the number of the family card off the page, once only its keyed hash is needed."""
        key = self.cleaned_data.get("household", "") if self.is_bound else ""
        if key and "household" not in self.errors:
            self.household_key = key
            typed = {name: self.data.get(name, "") for name in self.fields}
            self.data = typed | {"household": ""}
            self._ask_household_once()

    def clean_booked_for(self) -> str:
        return self.cleaned_data["booked_for"] or self._usual

    def clean_booker_name(self) -> str:
        typed: str = self.cleaned_data["booker_name"]
        return clean_name(typed, missing=self.OWN_NAME_MISSING) if typed else ""

    def clean_guardian_name(self) -> str:
        return clean_name(self.cleaned_data["guardian_name"], missing=self.GUARDIAN_MISSING)

    def clean_household(self) -> str:
        """The keyed hash of the number that was typed; the number itself goes nowhere."""
        typed: str = self.cleaned_data["household"]
        if not typed.strip():
            return self.household_key
        try:
            return crypto.keyed_hash(nik.clean(typed), purpose="household")
        except nik.Invalid as error:
            raise forms.ValidationError(HOUSEHOLD_PROBLEMS[error.reason]) from error

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if not typed.strip():
            return ""
        try:
            return phone.normalise(typed)
        except phone.Invalid as error:
            raise forms.ValidationError(PHONE_PROBLEMS[error.reason]) from error

    def clean_subdistrict(self) -> str:
        chosen: str = self.cleaned_data["subdistrict"]
        if chosen != OUTSIDE:
            return chosen
        bound = [case.local("name") for case in self.party.cases if case.service.home_office_only]
        if not bound:
            return ""
        if self.party.is_single:
            raise forms.ValidationError(
                _(
                    "Only the civil registry of your own city or regency can do this. Please go there."
                )
            )
        raise forms.ValidationError(
            _(
                "Only the civil registry of your own city or regency can do this: %(cases)s. Please go there, or"
                " book only the other services here."
            ),
            params={"cases": ", ".join(bound)},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reachable = cleaned.get("phone") or cleaned.get("email")
        tried = {"phone", "email"} & self.errors.keys()
        if not reachable and not tried and not cleaned.get("no_contact"):
            self.add_error(
                "phone",
                _("Write a mobile number or an e-mail address, or tick that you have neither."),
            )
        if cleaned.get("booked_for") == BookedFor.OTHER:
            self._check_consent(cleaned)
        return cleaned

    def _check_consent(self, cleaned: Mapping[str, Any]) -> None:
        if not cleaned.get("booker_name") and "booker_name" not in self.errors:
            self.add_error("booker_name", self.OWN_NAME_MISSING)
        if not cleaned.get("consent"):
            self.add_error(
                "consent",
                _("Ask the person first, then tick this. Without their consent we cannot book."),
            )

    def shared(self) -> dict[str, Any]:
        """What was typed, cleaned, by the names of Answers. Call it on a valid form."""
        found = self.cleaned_data
        other = found["booked_for"] == BookedFor.OTHER
        return {
            "phone": found["phone"],
            "email": found["email"],
            "subdistrict": found["subdistrict"],
            "language": found["language"],
            "priority_group": found["priority_group"],
            "booked_for": found["booked_for"],
            "booker_name": found["booker_name"] if other else "",
            "consent": other and found["consent"],
            "guardian_name": found.get("guardian_name", ""),
            "household_key": found.get("household", ""),
        }


def initial_of(shared: Mapping[str, Any]) -> dict[str, Any]:
    """The form's initial values for what was typed before, by the names of Answers."""
    initial = dict(shared)
    del initial["household_key"]
    initial["subdistrict"] = shared["subdistrict"] or OUTSIDE
    initial["phone"] = phone.display(shared["phone"]) if shared["phone"] else ""
    initial["no_contact"] = not shared["phone"] and not shared["email"]
    return initial
