"""Forms of the supervisor's page: the rule of the day, walk-in numbers, services, counters, paper numbers."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import tokens
from citizens.domain import paper_numbers
from citizens.domain.day_control import Rule
from citizens.domain.office_time import local_date, local_midnight
from citizens.domain.queue import PAPER_NUMBERS
from citizens.enums import Outcome, PriorityGroup
from citizens.forms.day import by_service
from citizens.models import ServiceCase, ServiceGroup

NUMBER = gettext_lazy("Write a whole number.")
WHY = gettext_lazy("Write why, in a few words.")
TIME = gettext_lazy("Write the time as on the paper, for example 09.20.")


def _number(label: Any, least: int, most: int, **kwargs: Any) -> forms.IntegerField:
    messages = {"required": NUMBER, "invalid": NUMBER}
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=messages, **kwargs
    )


def _reason(*, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why"),
        max_length=100,
        required=required,
        error_messages={"required": WHY},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class _Versioned(forms.Form):
    """A change of what another supervisor may have changed meanwhile."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def look_again(self, version: int) -> None:
        """Says that the day was changed; what was typed stays, and can be sent again knowingly."""
        # The last value of each field: none of these forms has a field with several.
        typed = {name: self.data[name] for name in self.data}
        self.data = typed | {self.add_prefix("version"): version}
        self.add_error(
            None,
            _(
                "Not changed: a colleague changed the day meanwhile. See above how it is now; what you typed is "
                "still here."
            ),
        )


class RuleForm(_Versioned):
    """Who is called before whom."""

    prefix = "rule"
    booked_per_walk_in = _number(gettext_lazy("Booked people to one walk-in"), 1, 20)
    calls_per_priority = _number(gettext_lazy("Priority at most every so many calls"), 1, 20)
    ageing_minutes = _number(gettext_lazy("Called before any ratio after (minutes longer)"), 5, 480)
    late_minutes = _number(gettext_lazy("Late after (minutes)"), 0, 240)
    reason = _reason()

    def rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(
            booked_per_walk_in=data["booked_per_walk_in"],
            calls_per_priority=data["calls_per_priority"],
            ageing_minutes=data["ageing_minutes"],
            late_minutes=data["late_minutes"],
        )


class LimitForm(_Versioned):
    """How many walk-in numbers the day gives."""

    prefix = "limit"
    limit = _number(gettext_lazy("At most (empty: no limit)"), 0, 2000, required=False)
    reason = _reason()


class CloseServiceForm(forms.Form):
    """Which service takes no more walk-ins, and why: people read the reason."""

    prefix = "close"
    group = forms.TypedChoiceField(
        label=gettext_lazy("Service"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose the service.")},
    )
    reason = _reason()

    def __init__(self, *args: Any, groups: Iterable[ServiceGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {group.pk: group for group in groups}
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        names = [(str(pk), group.local("name")) for pk, group in self.groups.items()]
        field.choices = [("", _("Choose the service")), *names]

    @property
    def chosen_group(self) -> ServiceGroup:
        return self.groups[self.cleaned_data["group"]]


class ReasonForm(forms.Form):
    """Why something is done to a colleague's counter."""

    reason = _reason()


class EndForm(forms.Form):
    """The end of the day needs no reason."""

    reason = _reason(required=False)


class SlipForm(forms.Form):
    """One number that was written on paper."""

    number = _number(gettext_lazy("Number"), PAPER_NUMBERS.start, PAPER_NUMBERS.stop - 1)
    time = forms.TimeField(
        label=gettext_lazy("Written at"),
        input_formats=["%H.%M", "%H:%M"],
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "09.20"}),
        error_messages={"required": TIME, "invalid": TIME},
    )
    case = forms.TypedChoiceField(
        label=gettext_lazy("Service"), coerce=int, required=False, empty_value=None
    )
    code = forms.CharField(
        label=gettext_lazy("or appointment code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    priority_group = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Served on paper"), required=False)

    def __init__(self, *args: Any, cases: Sequence[ServiceCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases = {case.pk: case for case in cases}
        for name, choices in {
            "case": [("", _("Choose the service")), *by_service(cases)],
            "priority_group": [("", _("No")), *PriorityGroup.choices],
            "outcome": [("", _("Still waits")), *Outcome.choices],
        }.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
            field.choices = choices

    def clean_code(self) -> str:
        text: str = self.cleaned_data["code"]
        try:
            return tokens.clean_code(text) if text else ""
        except tokens.InvalidCode as error:
            raise ValidationError(
                _("This is no appointment code; it has eight characters.")
            ) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "code" in data and not data["code"] and data.get("case") is None:
            self.add_error("case", _("Choose the service, or type the code of the appointment."))
        return data

    def slip(self, *, at: datetime.datetime) -> paper_numbers.Slip:
        """The number of today at `at`."""
        data = self.cleaned_data
        midnight = local_midnight(local_date(at))
        return paper_numbers.Slip(
            number=data["number"],
            written_at=datetime.datetime.combine(midnight.date(), data["time"], midnight.tzinfo),
            case=None if data["code"] else self.cases[data["case"]],
            code=data["code"],
            priority_group=PriorityGroup(data["priority_group"])
            if data["priority_group"]
            else None,
            outcome=Outcome(data["outcome"]) if data["outcome"] else None,
        )


SlipFormSet = forms.formset_factory(SlipForm, extra=10, max_num=100, absolute_max=100)
