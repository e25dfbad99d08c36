"""The form of a week: hours with a break for each weekday, and counters for each service group."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain.office_time import local_date
from citizens.domain.proposals import LONGEST, Wish
from citizens.enums import HoursKind
from citizens.forms.planning import (
    ONE_DAY,
    TITLE_LENGTH,
    PlanningForm,
    confirmed_field,
    source_field,
    text_field,
)
from citizens.forms.planning_hours import (
    HOURS,
    CountersMixin,
    HoursMixin,
    day_field,
    hours_fields,
)
from citizens.models import Office, OpeningTemplate, ServiceGroup, Weekday


@dataclass(frozen=True, slots=True)
class DayRow:
    """A weekday with the four boxes of it."""

    weekday: str
    boxes: tuple[forms.BoundField, ...]


class WeekForm(CountersMixin, HoursMixin, PlanningForm):
    """A template: the ordinary week, or that of Ramadan for a range of days."""

    kind = forms.TypedChoiceField(
        label=gettext_lazy("Kind"), choices=HoursKind, coerce=int, widget=forms.HiddenInput
    )
    name = text_field(
        gettext_lazy("Name"),
        80,
        missing=gettext_lazy("Give the week a name, for example Ramadan 2027."),
    )
    first_day = day_field(gettext_lazy("First day"))
    last_day = day_field(
        gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("This day is included. Leave it empty for a week without an end."),
    )
    source = source_field()
    confirmed = confirmed_field()

    def __init__(self, *args: Any, groups: list[ServiceGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        for day in Weekday:
            self.fields |= hours_fields(f"d{day.value}_", of=day.label)
        self.add_counters()

    @property
    def day_rows(self) -> list[DayRow]:
        return [
            DayRow(str(day.label), tuple(self[f"d{day.value}_{name}"] for name in HOURS))
            for day in Weekday
        ]

    @property
    def is_ramadan(self) -> bool:
        return str(self["kind"].value()) == str(HoursKind.RAMADAN.value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_day("first_day")
        self.check_day("last_day")
        cleaned["hours"] = {
            str(day.value): pairs for day in Weekday if (pairs := self.pairs(f"d{day.value}_"))
        }
        cleaned["capacities"] = self.capacities()
        if not self.errors:
            self._check_whole(cleaned)
            self._check_days(cleaned)
        return cleaned

    def _check_whole(self, cleaned: dict[str, Any]) -> None:
        if not cleaned["hours"]:
            self.add_error("d0_opens", _("Write the hours of at least one weekday."))
        if not cleaned["capacities"] and self.groups:
            first = f"counters_{self.groups[0].pk}"
            self.add_error(first, _("Write the counters of at least one service group."))

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        first, last, kind = cleaned["first_day"], cleaned["last_day"], cleaned["kind"]
        if last and last < first:
            self.add_error("last_day", _("The last day is before the first one. Check both."))
        elif not last and kind == HoursKind.RAMADAN:
            self.add_error("last_day", _("Write the last day of fasting: Ramadan has an end."))
        else:
            self._check_others(cleaned["office"], kind, first, last)

    def _check_others(
        self, office: Office, kind: int, first: datetime.date, last: datetime.date | None
    ) -> None:
        """Refuses what would overlap a week that begins later, and a Ramadan that leaves nothing after it."""
        same = OpeningTemplate.objects.filter(office=office, kind=kind, valid_from__gt=first)
        if last:
            same = same.filter(valid_from__lte=last)
        if later := same.order_by("valid_from").first():
            words = _(
                "The week “%(name)s” begins on %(day)s, within these days. Choose a last day before it, "
                "or begin on that day."
            )
            self.add_error("last_day", words % _told(later.name, later.valid_from))
        if kind != HoursKind.RAMADAN or last is None:
            return
        ordinary = OpeningTemplate.objects.filter(office=office, kind=HoursKind.ORDINARY)
        if ordinary.in_force(on=last + ONE_DAY).exists():
            return
        ended = (
            ordinary.filter(valid_from__lte=last, valid_until__gt=first)
            .order_by("valid_until")
            .last()
        )
        if ended and ended.valid_until:
            words = _(
                "The ordinary week “%(name)s” ends on %(day)s, within Ramadan, and none follows: after Ramadan "
                "the office would be closed. Propose the next ordinary week first."
            )
            self.add_error("last_day", words % _told(ended.name, ended.valid_until - ONE_DAY))

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        first, last, office = data["first_day"], data["last_day"], data["office"]
        until = last + ONE_DAY if last else None
        farthest = max(first, local_date(self.at)) + LONGEST * ONE_DAY
        edit = {
            "op": "template",
            "office": office.pk,
            "valid_from": first.isoformat(),
            "valid_until": until.isoformat() if until else None,
            **{name: data[name] for name in ("kind", "name", "source", "confirmed")},
            **{name: data[name] for name in ("hours", "capacities")},
        }
        said = {"office": office.name, "name": data["name"], "day": date_format(first, "j M Y")}
        title = _("%(office)s: week “%(name)s” from %(day)s") % said
        return Wish(
            title[:TITLE_LENGTH], (edit,), first, min(until or farthest, farthest), (office.pk,)
        )


def _told(name: str, day: datetime.date) -> dict[str, str]:
    return {"name": name, "day": date_format(day, "j F Y")}
