"""What a kiosk asks: a phone number that may be left out, the code of an appointment, and a fact beside it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.domain import arrivals
from citizens.enums import PriorityGroup
from citizens.forms.lookup import LookupForm
from citizens.forms.reception import clean_phone, phone_field
from citizens.models import Kiosk, ServiceCase

LONGEST_CODE = 300  # a scanner may type an address
SCANNED = {
    "autocomplete": "off",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "autofocus": True,
}
NO_CODE = _("This is no code. Scan the QR code again, or type the eight letters and numbers.")


class NumberForm(forms.Form):
    """The answers until now, hidden, and the phone. `cases` are those offered, by their address such as ktp.hilang."""

    case = forms.CharField(max_length=120, widget=forms.HiddenInput)
    priority_group = forms.ChoiceField(
        required=False, choices=[("", ""), *PriorityGroup.choices], widget=forms.HiddenInput
    )
    submission_key = forms.CharField(min_length=22, max_length=22, widget=forms.HiddenInput)
    phone = phone_field()

    def __init__(self, *args: Any, cases: Mapping[str, ServiceCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = cases
        self.fields["phone"].label = _("Mobile number (you may leave this empty)")
        self.fields["phone"].widget.attrs["inputmode"] = "tel"

    def clean_case(self) -> str:
        address: str = self.cleaned_data["case"]
        if address not in self.cases:
            raise forms.ValidationError(_("Choose the service again."))
        return address

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    @property
    def is_begun_wrong(self) -> bool:
        """Whether something else than the phone is wrong: nobody typed that."""
        return bool(self.errors.keys() - {"phone"})

    @property
    def chosen_case(self) -> ServiceCase:
        return self.cases[self.cleaned_data["case"]]

    @property
    def chosen_priority(self) -> PriorityGroup | None:
        value = self.cleaned_data["priority_group"]
        return PriorityGroup(value) if value else None


class CodeForm(forms.Form):
    """The code of an appointment or the link to its page, scanned or typed."""

    code = forms.CharField(
        label=_("Code of the appointment"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs=SCANNED),
        error_messages={"required": _("Scan the QR code, or type the code of the appointment.")},
    )

    def clean_code(self) -> str:
        return _clean_code(self.cleaned_data["code"])


class FactForm(LookupForm):
    """The fact that goes with a code, which is hidden now."""

    code = forms.CharField(
        max_length=LONGEST_CODE,
        widget=forms.HiddenInput,
        error_messages={"required": NO_CODE},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        return _clean_code(self.cleaned_data["code"])


class RegistrationForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when the program runs
    """A new kiosk. What is switched off lends its name to another."""

    class Meta:
        model = Kiosk
        fields = ("office", "name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        there = Kiosk.objects.filter(
            office=cleaned.get("office"), name=cleaned.get("name", ""), switched_off_at=None
        )
        if there.exists():
            self.add_error("name", _("This office has a kiosk of this name already."))
        return cleaned


def _clean_code(typed: str) -> str:
    """The code, or the address of the own page, without what a scanner sent twice. Raises ValidationError."""
    try:
        [(column, text)] = arrivals.named_by(typed).items()
    except arrivals.NotFound as error:
        raise forms.ValidationError(NO_CODE) from error
    return text if column == "code" else f"/j/{text}/"
