"""Forms of the day page: reception, the counter, and what came of a visit."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import visits
from citizens.enums import RESULTS_WITH_REASON, OfferResult, Outcome, PriorityGroup
from citizens.forms.reception import clean_phone, phone_field
from citizens.models import Counter, OfferReason, Requirement, ServiceCase, Visitor

Choices = list[tuple[str, Any]]


class CheckInForm(forms.Form):
    """The code of an appointment or the link to its page, typed or scanned; or the name of who is booked."""

    code = forms.CharField(
        label=gettext_lazy("Code, QR or name"),
        max_length=300,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "data-key": "k",
            }
        ),
        error_messages={"required": gettext_lazy("Type or scan the code, or write the name.")},
    )

    def refuse(self, sentence: str) -> None:
        """Shows at the field why the code was refused; what was typed stays."""
        self.add_error("code", sentence)


class WalkInForm(forms.Form):
    """What somebody without an appointment comes for."""

    case = forms.TypedChoiceField(
        label=gettext_lazy("Service"),
        coerce=int,
        widget=forms.Select(attrs={"data-key": "w"}),
        error_messages={"required": gettext_lazy("Choose what the person comes for.")},
    )
    priority_group = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    phone = phone_field()
    submission_key = forms.CharField(max_length=32, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cases: Sequence[ServiceCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = {case.pk: case for case in cases}
        _set_choices(self, "case", [("", _("Choose the service")), *by_service(cases)])
        _set_choices(self, "priority_group", [("", _("No")), *PriorityGroup.choices])

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    @property
    def chosen_case(self) -> ServiceCase:
        return self.cases[self.cleaned_data["case"]]

    @property
    def chosen_priority(self) -> PriorityGroup | None:
        value = self.cleaned_data["priority_group"]
        return PriorityGroup(value) if value else None


class OpenCounterForm(forms.Form):
    """Which counter somebody sits down at."""

    counter = forms.TypedChoiceField(
        label=gettext_lazy("Counter"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose your counter."),
            "invalid_choice": gettext_lazy("A colleague has this counter open. Choose another."),
        },
    )

    def __init__(self, *args: Any, counters: Iterable[Counter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counters = {counter.pk: counter for counter in counters}
        names = [
            (str(pk), f"{counter.number} · {counter.label}" if counter.label else counter.number)
            for pk, counter in self.counters.items()
        ]
        _set_choices(self, "counter", [("", _("Choose a counter")), *names])

    @property
    def chosen_counter(self) -> Counter:
        return self.counters[self.cleaned_data["counter"]]


@dataclass(frozen=True, slots=True)
class Present:
    """One person at the counter, with the fields for the digital-ID offer."""

    name: str
    result: BoundField
    reason: BoundField


class FinishForm(forms.Form):
    """Outcome, missing papers, and the digital-ID offer for each person present."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the visit ended.")},
    )
    papers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Missing papers"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        requirements: Collection[Requirement],
        people: Sequence[Visitor | None],
        reasons: Collection[OfferReason],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.requirements = {row.pk: row for row in requirements}
        self.people = people
        self.reasons = {row.pk: row for row in reasons}
        _set_choices(self, "papers", [(str(row.pk), row.local("text")) for row in requirements])
        reason_choices: Choices = [("", _("Choose a reason"))]
        reason_choices += [(str(row.pk), row.local("name")) for row in reasons]
        for place in range(len(people)):
            self.fields[f"offer_{place}"] = forms.ChoiceField(
                label=_("Digital ID (IKD) offered"),
                choices=OfferResult,
                widget=forms.RadioSelect,
                initial=OfferResult.NOT_ASKED.value,
            )
            self.fields[f"reason_{place}"] = forms.TypedChoiceField(
                label=_("Reason"),
                choices=reason_choices,
                coerce=int,
                required=False,
                empty_value=None,
            )

    def present(self) -> Iterator[Present]:
        """Each person with the two fields of the offer."""
        for place, visitor in enumerate(self.people):
            name = visitor.full_name if visitor else _("The person at the counter")
            yield Present(name, self[f"offer_{place}"], self[f"reason_{place}"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_papers(cleaned)
        for place in range(len(self.people)):
            self._check_offer(place, cleaned)
        return cleaned

    def _check_papers(self, cleaned: dict[str, Any]) -> None:
        missing = cleaned.get("outcome") == Outcome.PAPERS_MISSING
        ticked = cleaned.get("papers")
        if "outcome" not in cleaned or "papers" not in cleaned:
            return
        if missing and self.requirements and not ticked:
            self.add_error("papers", _("Tick the papers that are missing."))
        if ticked and not missing:
            self.add_error(
                "outcome",
                _("Papers are ticked as missing. Choose “Papers missing”, or untick them."),
            )

    def _check_offer(self, place: int, cleaned: dict[str, Any]) -> None:
        needs_reason = cleaned.get(f"offer_{place}") in RESULTS_WITH_REASON
        if needs_reason and cleaned.get(f"reason_{place}") is None:
            self.add_error(f"reason_{place}", _("Choose why; “Another reason” is in the list too."))

    def chosen_outcome(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])

    def missing_papers(self) -> list[Requirement]:
        return [self.requirements[pk] for pk in self.cleaned_data["papers"]]

    def offers(self) -> list[visits.Offer]:
        """What became of each offer; a reason that was left chosen beside another answer is dropped."""
        found = []
        for place, visitor in enumerate(self.people):
            result = OfferResult(self.cleaned_data[f"offer_{place}"])
            reason = None
            if result in RESULTS_WITH_REASON:
                reason = self.reasons[self.cleaned_data[f"reason_{place}"]]
            found.append(visits.Offer(visitor, result, reason))
        return found


def by_service(cases: Iterable[ServiceCase]) -> Choices:
    return [
        (service.local("name"), [(str(case.pk), case.local("name")) for case in grouped])
        for service, grouped in groupby(cases, key=lambda case: case.service)
    ]


def _set_choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
    field.choices = choices
