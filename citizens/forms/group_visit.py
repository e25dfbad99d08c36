"""What a group is asked for when it wants to come. Every error says what happened and what to do."""

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens import phone
from citizens.domain.group_visits import MOST_PEOPLE, Wish
from citizens.enums import Organiser
from citizens.forms.contact import PHONE_PROBLEMS
from citizens.forms.person import clean_name, name_field
from citizens.models import SMALLEST_GROUP, Office, ServiceCase

DATE = "%d-%m-%Y"
CONTACT_MISSING = _("Write the name of the person whom we can ask.")


def _date_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format=DATE, attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Write the day as day-month-year, for example 17-08-2027."),
            "invalid": _("Write the day as day-month-year, for example 17-08-2027."),
        },
        **kwargs,
    )


class GroupVisitForm(forms.Form):
    """Who asks, for how many people and what, where and when. The hidden key makes two presses one request."""

    organiser = forms.ChoiceField(
        label=_("Who asks?"),
        choices=Organiser,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who asks for the group.")},
    )
    organiser_name = forms.CharField(
        label=_("Name of the RT/RW, school or employer"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={
            "required": _(
                "Write the name, for example RW 05 Kelurahan Cipare or SMAN 1 Kota Serang."
            )
        },
    )
    contact_name = name_field(
        label=_("Contact person"),
        missing=CONTACT_MISSING,
        help_text=_("Somebody whom we can ask about the group."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Mobile number of the contact person"),
        max_length=30,
        required=False,
        help_text=_("We answer by SMS or e-mail: write at least one of the two."),
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
    case = forms.ChoiceField(
        label=_("What does everybody need?"),
        help_text=_("One service for the whole group. Ask once more for another one."),
        error_messages={"required": _("Choose the service that the group needs.")},
    )
    people = forms.IntegerField(
        label=_("Number of people"),
        min_value=SMALLEST_GROUP,
        max_value=MOST_PEOPLE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Write how many people come, in figures."),
            "invalid": _("Write how many people come, in figures."),
            "min_value": _(
                "A group has at least %(limit_value)s people. With fewer, each family makes its own appointment."
            ),
            "max_value": _(
                "At most %(limit_value)s people at a time. Ask once more for the others."
            ),
        },
    )
    office = forms.ChoiceField(
        label=_("Where?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the place where the group comes.")},
    )
    wished_from = _date_field(_("Earliest day that suits you"))
    wished_until = _date_field(_("Latest day that suits you"))
    note = forms.CharField(
        label=_("What should we know?"),
        max_length=300,
        required=False,
        help_text=_(
            "Such as the time of day that suits you, or people in a wheelchair. No NIK, please."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    submission_key = forms.CharField(min_length=22, max_length=22, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        cases: Sequence[ServiceCase],
        offices: Sequence[Office],
        served: Mapping[int, set[int]],
        window: tuple[datetime.date, datetime.date],
        **kwargs: Any,
    ) -> None:
        """`served` names by service group the offices that serve it; `window` is the first and last wished day."""
        super().__init__(*args, **kwargs)
        self.cases = {f"{case.service.slug}.{case.code}": case for case in cases}
        self.offices = {office.code: office for office in offices}
        self.served = served
        self.first, self.last = window
        self._choices("case", [("", _("Choose the service")), *self._by_service()])
        self._choices("office", [(code, place.name) for code, place in self.offices.items()])
        self.fields["wished_from"].help_text = _("Day-month-year, from %(first)s to %(last)s.") % {
            "first": f"{self.first:{DATE}}",
            "last": f"{self.last:{DATE}}",
        }

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = choices

    def _by_service(self) -> list[tuple[str, Any]]:
        grouped = groupby(self.cases.items(), key=lambda item: item[1].service)
        return [
            (service.local("name"), [(text, case.local("name")) for text, case in found])
            for service, found in grouped
        ]

    def clean_organiser_name(self) -> str:
        typed: str = self.cleaned_data["organiser_name"]
        if not any(sign.isalnum() for sign in typed):
            raise forms.ValidationError(self.fields["organiser_name"].error_messages["required"])
        return typed

    def clean_contact_name(self) -> str:
        return clean_name(self.cleaned_data["contact_name"], missing=CONTACT_MISSING)

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        if not typed.strip():
            return ""
        try:
            return phone.normalise(typed)
        except phone.Invalid as error:
            raise forms.ValidationError(PHONE_PROBLEMS[error.reason]) from error

    def clean_wished_from(self) -> datetime.date:
        return self._in_window("wished_from")

    def clean_wished_until(self) -> datetime.date:
        return self._in_window("wished_until")

    def _in_window(self, name: str) -> datetime.date:
        day: datetime.date = self.cleaned_data[name]
        if not self.first <= day <= self.last:
            raise forms.ValidationError(
                _("Choose a day from %(first)s to %(last)s."),
                params={"first": f"{self.first:{DATE}}", "last": f"{self.last:{DATE}}"},
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        tried = {"phone", "email"} & self.errors.keys()
        if not tried and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error(
                "phone", _("Write a mobile number or an e-mail address: we answer there.")
            )
        first, last = cleaned.get("wished_from"), cleaned.get("wished_until")
        if first and last and last < first:
            self.add_error(
                "wished_until", _("The latest day is before the earliest one. Check both.")
            )
        self._check_served(cleaned)
        return cleaned

    def _check_served(self, cleaned: Mapping[str, Any]) -> None:
        """The chosen place must have counters for the chosen service; if not, says which places have."""
        case, office = (
            self.cases.get(cleaned.get("case", "")),
            self.offices.get(cleaned.get("office", "")),
        )
        if case is None or office is None:
            return
        there = self.served.get(case.service.group_id, set())
        if office.pk not in there:
            names = [place.name for place in self.offices.values() if place.pk in there]
            self.add_error(
                "office",
                forms.ValidationError(
                    _("This service is not given there. Choose: %(places)s."),
                    params={"places": ", ".join(names) or "-"},
                ),
            )

    def wish(self, *, language: str) -> Wish:
        """What was asked, cleaned. Call it on a valid form."""
        found = {name: self.cleaned_data[name] for name in self.fields if name != "submission_key"}
        return Wish(
            **found
            | {
                "case": self.cases[found["case"]],
                "office": self.offices[found["office"]],
                "language": language,
            }
        )


class DeclineForm(forms.Form):
    """Why a supervisor says no; the group reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The group reads it. Say what they can do instead."),
        error_messages={"required": _("Write why, so that the group knows what to do.")},
    )
