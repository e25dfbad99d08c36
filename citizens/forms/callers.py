"""What staff ask a caller: who comes for what, and how to reach them. The questions are the citizen's own."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import party as parties
from citizens.domain.party import Party, UnknownParty
from citizens.enums import BookedFor
from citizens.forms.contact import ContactForm
from citizens.forms.records import TimeMixin
from citizens.models import ServiceCase

PEOPLE = 4  # on one page of selects; bigger families book online, or twice
SERVICES = 3  # of one person


class PartyForm(forms.Form):
    """Up to four people with up to three services each, as plain selects."""

    def __init__(self, *args: Any, cases: Sequence[ServiceCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.party: Party | None = None
        choices: list[tuple[str, Any]] = [("", _("None"))]
        for service, grouped in groupby(cases, key=lambda case: case.service):
            of_service = [(f"{service.slug}.{case.code}", case.local("name")) for case in grouped]
            choices.append((service.local("name"), of_service))
        for person in range(1, PEOPLE + 1):
            for number in range(1, SERVICES + 1):
                label = _("Person %(person)s, service %(number)s") % {
                    "person": person,
                    "number": number,
                }
                self.fields[f"p{person}s{number}"] = forms.ChoiceField(
                    label=label,
                    choices=choices,
                    required=False,
                    error_messages={"invalid_choice": _("This service is no longer offered.")},
                )

    def rows(self) -> list[dict[str, Any]]:
        """Each person with the fields of their services."""
        return [
            {
                "number": person,
                "fields": [self[f"p{person}s{number}"] for number in range(1, SERVICES + 1)],
            }
            for person in range(1, PEOPLE + 1)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        people = [
            [
                name
                for number in range(1, SERVICES + 1)
                if (name := cleaned.get(f"p{person}s{number}"))
            ]
            for person in range(1, PEOPLE + 1)
        ]
        text = ",".join("~".join(names) for names in people if names)
        if not text:
            raise forms.ValidationError(_("Choose at least one service for the first person."))
        try:
            self.party = parties.parse(text)
        except UnknownParty as error:
            raise forms.ValidationError(
                _(
                    "One person cannot have two services of the same kind in one visit. Choose one of them, or "
                    "put the other one under the person it is for."
                )
            ) from error
        return cleaned

    @staticmethod
    def initial_of(party: Party) -> dict[str, str]:
        """The selects as they were for a party of this form."""
        return {
            f"p{number}s{place}": name
            for number, person in enumerate(party.text.split(","), 1)
            for place, name in enumerate(person.split("~"), 1)
        }


class CallerForm(TimeMixin, ContactForm):
    """The time, and what is asked once; in the words of somebody who asks it on the phone."""

    field_order = (
        *("start", "overbook", "booked_for", "booker_name", "consent", "guardian_name"),
        *("household", "subdistrict", "phone", "email", "no_contact", "language"),
        "priority_group",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices(
            "booked_for",
            [
                (BookedFor.SELF.value, _("who comes, or their family")),
                (BookedFor.CHILD.value, _("the parent or guardian of the child")),
                (BookedFor.OTHER.value, _("somebody else, with their consent")),
            ],
        )
        words: dict[str, tuple[Any, Any]] = {
            "booked_for": (gettext_lazy("The caller is"), ""),
            "booker_name": (
                gettext_lazy("Name of the caller"),
                gettext_lazy("Only for a caller who books for somebody else."),
            ),
            "consent": (
                gettext_lazy("The caller says that this person knows of it and agrees"),
                "",
            ),
            "no_contact": (gettext_lazy("Neither a phone nor e-mail: I read the code aloud"), ""),
            "priority_group": (gettext_lazy("Needs to be served first?"), None),
        }
        for name, (label, help_text) in words.items():
            self.fields[name].label = label
            if help_text is not None:
                self.fields[name].help_text = help_text
