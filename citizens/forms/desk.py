"""Forms of the counter: why somebody is set aside, and where somebody is sent."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.enums import ParkReason
from citizens.models import Counter, ServiceGroup

# Reason and note share a column of the history.
NOTE_LENGTH = 100


def _note(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ParkForm(forms.Form):
    """Why the person at the counter is set aside."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=ParkReason,
        initial=ParkReason.PAPERS.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why.")},
    )
    note = _note(gettext_lazy("Note for colleagues"))

    def chosen_reason(self) -> ParkReason:
        return ParkReason(self.cleaned_data["reason"])


class TransferForm(forms.Form):
    """Where the person at the counter goes on: another service, or an open counter that does the same."""

    target = forms.ChoiceField(
        label=gettext_lazy("To"),
        error_messages={
            "required": gettext_lazy("Choose a service or a counter."),
            "invalid_choice": gettext_lazy("That counter was closed meanwhile. Choose another."),
        },
    )
    note = _note(gettext_lazy("Note for the next counter"))

    def __init__(
        self, *args: Any, groups: Iterable[ServiceGroup], counters: Iterable[Counter], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {f"service-{group.pk}": group for group in groups}
        self.counters = {f"counter-{counter.pk}": counter for counter in counters}
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [
            ("", _("Choose")),
            (_("Another service"), [(key, row.local("name")) for key, row in self.groups.items()]),
            (_("Another counter"), [(key, _name(row)) for key, row in self.counters.items()]),
        ]

    @property
    def has_targets(self) -> bool:
        return bool(self.groups or self.counters)

    def chosen_group(self) -> ServiceGroup | None:
        return self.groups.get(self.cleaned_data["target"])

    def chosen_counter(self) -> Counter | None:
        return self.counters.get(self.cleaned_data["target"])


def _name(counter: Counter) -> str:
    name = _("Counter %(number)s") % {"number": counter.number}
    return f"{name} · {counter.label}" if counter.label else name
