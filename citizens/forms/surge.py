"""Forms of the surge planner: a cause, and how far the office can go on one day."""

import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain.surge_measures import Limits
from citizens.models import SurgeCause

# A year that is typed wrong is farther away.
REACH = datetime.timedelta(days=2 * 366)
USUAL = Limits(desks=2, before=30, after=60)


class CauseForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter when the program runs
    """A cause of the calendar; the same kind cannot begin twice in overlapping days at a place."""

    today: datetime.date  # set by the page

    class Meta:
        model = SurgeCause
        fields = [
            "kind",
            "name",
            "office",
            "first_day",
            "days",
            "multiplier",
            "source",
            "confirmed",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds: dict[str, tuple[Any, Any]] = {"days": (1, 90), "multiplier": (0.1, 10)}
        for name, (least, most) in bounds.items():
            if name in self.fields:
                self.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]

    def clean_first_day(self) -> datetime.date:
        first: datetime.date = self.cleaned_data["first_day"]
        if abs(first - self.today) > REACH:
            raise forms.ValidationError(_("Check the year: that is more than two years away."))
        return first

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if {"kind", "first_day", "days"} <= data.keys() and (twin := self._twin(data)):
            words = _(
                "“%(name)s” is of the same kind and covers some of these days: the two would multiply. Change that one."
            )
            self.add_error("first_day", words % {"name": twin.name})
        return data

    def _twin(self, data: dict[str, Any]) -> SurgeCause | None:
        until = data["first_day"] + datetime.timedelta(days=data["days"])
        rows = SurgeCause.objects.filter(kind=data["kind"], first_day__lt=until)
        if office := data.get("office"):
            rows = rows.filter(Q(office=office) | Q(office=None))
        rows = rows.exclude(pk=self.instance.pk)
        return next(
            (
                row
                for row in rows.order_by("first_day", "pk")
                if row.first_day + datetime.timedelta(days=row.days) > data["first_day"]
            ),
            None,
        )


class LimitsForm(forms.Form):
    """How many desks more, and how much longer; what is missing or cannot be is as usual."""

    desks = forms.IntegerField(
        label=gettext_lazy("Desks more at the same time"), min_value=0, max_value=20
    )
    before = forms.IntegerField(
        label=gettext_lazy("Minutes before opening"), min_value=0, max_value=180
    )
    after = forms.IntegerField(
        label=gettext_lazy("Minutes after closing"), min_value=0, max_value=300
    )

    def __init__(self, data: Any) -> None:
        usual = {"desks": USUAL.desks, "before": USUAL.before, "after": USUAL.after}
        super().__init__({name: data.get(name, value) for name, value in usual.items()})

    @property
    def limits(self) -> Limits:
        if not self.is_valid():
            return USUAL
        return Limits(**{name: self.cleaned_data[name] for name in ("desks", "before", "after")})
