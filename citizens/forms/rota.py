"""Forms of the rota: a shift, its end, an absence, and an order that everybody is present."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import rota, wording
from citizens.enums import AbsenceKind
from citizens.models import Absence, Counter, Office, Shift, User, Weekday

ONE_DAY = datetime.timedelta(days=1)
FARTHEST = datetime.timedelta(days=730)
CHOOSE_PERSON = gettext_lazy("Choose who it is.")


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day in the browser's own picker, or typed as 2027-03-16."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("This is no day. Write year-month-day, such as 2027-03-16."),
        },
        **kwargs,
    )


class DaysForm(forms.Form):
    """A first and a last day, both meant. They are today or to come, and not the wrong way round."""

    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_first(self) -> datetime.date:
        return self._to_come("first")

    def clean_last(self) -> datetime.date | None:
        return self._to_come("last") if self.cleaned_data["last"] else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error(
                "last", _("The last day is before the first one. Are the two the wrong way round?")
            )
        return data

    @property
    def until(self) -> datetime.date | None:
        """The first day that is not meant; None without a last day."""
        last: datetime.date | None = self.cleaned_data["last"]
        return last + ONE_DAY if last else None

    def _to_come(self, name: str) -> datetime.date:
        day: datetime.date = self.cleaned_data[name]
        if day < self.today:
            raise forms.ValidationError(
                _("This day is over. What was, stays: choose today or a day to come.")
            )
        if day > self.today + FARTHEST:
            raise forms.ValidationError(_("Check the year: that is more than two years away."))
        return day


class ShiftForm(DaysForm):
    """Who is at which counter on which weekdays, from when until when."""

    staff = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": CHOOSE_PERSON, "invalid_choice": CHOOSE_PERSON},
    )
    counter = forms.ModelChoiceField(
        label=gettext_lazy("Counter"),
        queryset=Counter.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose a counter of this office.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one weekday.")},
    )
    replaces = forms.BooleanField(
        label=gettext_lazy("End the other shifts of this person on these weekdays then"),
        required=False,
    )
    field_order = ["staff", "counter", "weekdays", "first", "last", "replaces"]

    def __init__(
        self,
        *args: Any,
        people: QuerySet[User],
        counters: QuerySet[Counter],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "staff", people)
        _choose(self, "counter", counters)
        self.fields["counter"].label_from_instance = counter_name  # type: ignore[attr-defined]
        self.fields["last"].required = False
        self.fields["last"].help_text = _("Empty: until further notice.")
        self.instead_of: list[Shift] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        clash = rota.clashing(
            staff=data["staff"].pk,
            weekdays=data["weekdays"],
            first=data["first"],
            until=self.until,
        )
        if clash and not data["replaces"]:
            self.add_error(
                "replaces",
                _(
                    "%(name)s is at counter %(counters)s then. Tick this, or choose a last day: until then this"
                    " shift stands in, and afterwards the other one is worked again."
                )
                % {"name": data["staff"], "counters": _counters(clash)},
            )
        self.instead_of = clash
        return data


class EndForm(forms.Form):
    """The last day of a shift."""

    last = day_field(gettext_lazy("Last day at this counter"))

    def __init__(self, *args: Any, shift: Shift, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shift, self.today = shift, today
        self.fields["last"].help_text = _("Yesterday: the shift is over already today.")

    def clean_last(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["last"]
        if day < self.today - ONE_DAY:
            raise forms.ValidationError(
                _("This day is over. What was, stays: choose yesterday or a later day.")
            )
        if day > self.today + FARTHEST:
            raise forms.ValidationError(_("Check the year: that is more than two years away."))
        if self.shift.valid_until and day + ONE_DAY >= self.shift.valid_until:
            raise forms.ValidationError(
                _("The shift ends by itself on %(day)s. Choose an earlier day.")
                % {"day": wording.day(self.shift.valid_until - ONE_DAY)}
            )
        return day


class AbsenceForm(DaysForm):
    """Who is not at the counter, why, and on which days."""

    staff = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": CHOOSE_PERSON, "invalid_choice": CHOOSE_PERSON},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=AbsenceKind.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as the number of the letter. Nothing about an illness."),
    )
    field_order = ["staff", "kind", "first", "last", "note"]

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "staff", people)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        found = Absence.objects.filter(
            staff=data["staff"], first_day__lt=self.until, until__gt=data["first"]
        ).first()
        if found:
            words = {
                "name": data["staff"],
                "kind": found.get_kind_display(),
                "first": wording.day(found.first_day),
                "last": wording.day(found.until - ONE_DAY),
            }
            self.add_error(
                "first",
                _(
                    "%(name)s is away already: %(kind)s, from %(first)s to %(last)s. Choose other days, or take"
                    " that back first."
                )
                % words,
            )
        return data


class PresenceForm(DaysForm):
    """The days on which everybody is present, and the circular that says so."""

    office = forms.ModelChoiceField(
        label=gettext_lazy("Office"), queryset=Office.objects.none(), required=False
    )
    source = forms.CharField(
        label=gettext_lazy("Circular"),
        max_length=100,
        help_text=gettext_lazy("Number and date, such as SE Wali Kota 7/2026."),
        error_messages={"required": gettext_lazy("Write which circular orders it.")},
    )
    field_order = ["office", "first", "last", "source"]

    def __init__(self, *args: Any, offices: QuerySet[Office], may_all: bool, **kwargs: Any) -> None:
        """`may_all`: whether the order may be for every office."""
        super().__init__(*args, **kwargs)
        _choose(self, "office", offices)
        self.fields["office"].required = not may_all
        self.fields["office"].empty_label = _("Every office") if may_all else None  # type: ignore[attr-defined]


def counter_name(counter: Counter) -> str:
    """ "3 · KTP-el"."""
    return f"{counter.number} · {counter.label}" if counter.label else str(counter.number)


def weekday_names(weekdays: Sequence[int]) -> str:
    """Short names of weekdays: "Mon-Fri, Sun"."""
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"{_weekday(run[0])}-{_weekday(run[-1])}" if len(run) > 2 else ", ".join(map(_weekday, run))
        for run in runs
    )


def _weekday(day: int) -> str:
    return date_format(datetime.date(2024, 1, 1) + day * ONE_DAY, "D")  # that was a Monday


def _counters(shifts: Sequence[Shift]) -> str:
    """The counters of shifts with their weekdays: "3 (Mon, Tue)"."""
    found: dict[Counter, set[int]] = {}
    for shift in shifts:
        found.setdefault(shift.counter, set()).add(shift.weekday)
    return "; ".join(
        f"{counter.number} ({weekday_names(sorted(days))})" for counter, days in found.items()
    )


def _choose(form: forms.Form, name: str, rows: "QuerySet[Any]") -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field it is
    field.queryset = rows
