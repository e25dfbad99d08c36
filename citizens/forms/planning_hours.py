"""Fields that several forms of planning share: a day, hours with a break, counters of every group."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import online_share
from citizens.domain.online_share import Desks
from citizens.forms.planned_desks import MOST_DESKS, share_refusal
from citizens.models import ServiceGroup

SHORTEST, LONGEST = 5, 120  # minutes of a slot
HOURS = ("opens", "closes", "break_from", "break_until")
BOX = {"class": "form-control"}


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """One day, from the browser's own calendar or typed."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
        error_messages={
            "required": gettext_lazy("Choose the day."),
            "invalid": gettext_lazy(
                "There is no such day. Write it as day-month-year; 29 February is in leap years only."
            ),
        },
    )


def time_field(label: Any) -> forms.TimeField:
    """A time of day; empty where there is none."""
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"} | BOX),
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
        error_messages={
            "invalid": gettext_lazy("Write the time as hours and minutes, such as 08.00.")
        },
    )


def hours_fields(prefix: str, *, of: Any = "") -> dict[str, forms.TimeField]:
    """Opening, closing and a break; `of` (a weekday) goes before the labels."""
    labels = (
        gettext_lazy("opens"),
        gettext_lazy("closes"),
        gettext_lazy("break from"),
        gettext_lazy("break until"),
    )
    return {
        f"{prefix}{name}": time_field(f"{of}, {label}" if of else str(label).capitalize())
        for name, label in zip(HOURS, labels, strict=True)
    }


class HoursMixin(forms.Form):
    """Reads and judges hours of fields that hours_fields() has made."""

    def pairs(self, prefix: str) -> list[tuple[str, str]]:
        """The periods of a day as an edit has them; none for a day that is closed, or whose hours are wrong."""
        names = [f"{prefix}{name}" for name in HOURS]
        if any(name in self.errors for name in names):
            return []
        opens, closes, rests, goes_on = (self.cleaned_data.get(name) for name in names)
        wrong = _wrong_hours(opens, closes, rests, goes_on)
        if wrong:
            place, sentence = wrong
            self.add_error(names[place], sentence)
        if wrong or opens is None or closes is None:
            return []
        if rests is None or goes_on is None:
            return [(_text(opens), _text(closes))]
        return [(_text(opens), _text(rests)), (_text(goes_on), _text(closes))]

    @staticmethod
    def as_initial(
        prefix: str, periods: Sequence[tuple[datetime.time, datetime.time]]
    ) -> dict[str, Any]:
        """Stored periods as these fields show them: the first gap is the break."""
        if not periods:
            return {}
        found: dict[str, Any] = {f"{prefix}opens": periods[0][0], f"{prefix}closes": periods[-1][1]}
        if len(periods) > 1:
            found |= {f"{prefix}break_from": periods[0][1], f"{prefix}break_until": periods[1][0]}
        return found


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A group with the three boxes of it."""

    group: str
    counters: forms.BoundField
    online: forms.BoundField
    minutes: forms.BoundField


class CountersMixin(forms.Form):
    """Counters, online places and slot length for each group; `groups` are set before the fields are made."""

    groups: Sequence[ServiceGroup]

    def add_counters(self) -> None:
        for group in self.groups:
            name = group.local("name")
            boxes = (
                ("counters", gettext_lazy("counters"), 0, MOST_DESKS),
                ("online", gettext_lazy("places online"), 0, MOST_DESKS),
                ("minutes", gettext_lazy("minutes"), SHORTEST, LONGEST),
            )
            for box, label, least, most in boxes:
                self.fields[f"{box}_{group.pk}"] = forms.IntegerField(
                    label=f"{name}, {label}",
                    required=False,
                    min_value=least,
                    max_value=most,
                    widget=forms.NumberInput(attrs=BOX),
                )

    @property
    def counter_rows(self) -> list[CounterRow]:
        return [
            CounterRow(
                group.local("name"),
                *(self[f"{box}_{group.pk}"] for box in ("counters", "online", "minutes")),
            )
            for group in self.groups
        ]

    def capacities(self) -> list[dict[str, int]]:
        """The rows of an edit: groups that have a counter. Adds what is wrong to the fields."""
        rows = [row for group in self.groups if (row := self._capacity(group))]
        day = {row["group"]: Desks(1, row["counters"], row["online"]) for row in rows}
        total = online_share.total(day, percent=settings.ONLINE_SHARE_PERCENT)
        if not total.fits:
            self.add_error(None, share_refusal(total))
        return rows

    def _capacity(self, group: ServiceGroup) -> dict[str, int] | None:
        names = [f"{box}_{group.pk}" for box in ("counters", "online", "minutes")]
        if any(name in self.errors for name in names):
            return None
        counters, online, minutes = (self.cleaned_data.get(name) for name in names)
        if not counters:
            if online:
                self.add_error(names[0], _("Places online need a counter."))
            return None
        if (online or 0) > counters:
            self.add_error(names[1], _("At most one place online for each counter."))
        if not minutes:
            self.add_error(names[2], _("Write how many minutes a slot is long."))
            return None
        row = {"group": group.pk, "counters": counters, "online": online or 0}
        return row | {"slot_minutes": minutes}

    @staticmethod
    def counters_initial(rows: Iterable[Any]) -> dict[str, int]:
        """Stored capacities (of a week or a special day) as these fields show them."""
        found: dict[str, int] = {}
        for row in rows:
            found |= {
                f"counters_{row.group_id}": row.counters,
                f"online_{row.group_id}": row.online,
                f"minutes_{row.group_id}": row.slot_minutes,
            }
        return found


def _wrong_hours(
    opens: datetime.time | None,
    closes: datetime.time | None,
    rests: datetime.time | None,
    goes_on: datetime.time | None,
) -> tuple[int, str] | None:
    """Which of the four is wrong, by its place, and why."""
    if opens is None or closes is None:
        return _half_hours(opens, closes, rests or goes_on)
    if closes <= opens:
        return 1, _("Closing must come after opening.")
    if rests is None and goes_on is None:
        return None
    if rests is None or goes_on is None:
        return (2 if rests is None else 3), _("A break needs its beginning and its end.")
    if goes_on <= rests:
        return 3, _("The break must end after it begins.")
    if not opens < rests < goes_on < closes:
        words = _(
            "The break does not fit into the hours from %(opens)s until %(closes)s. Make it shorter, or leave it empty."
        )
        return 2, words % {"opens": f"{opens:%H.%M}", "closes": f"{closes:%H.%M}"}
    return None


def _half_hours(
    opens: datetime.time | None, closes: datetime.time | None, rest: datetime.time | None
) -> tuple[int, str] | None:
    if opens is None and closes is None:
        return (0, _("A break without hours: write when it opens and closes.")) if rest else None
    if opens is None:
        return 0, _("Write when it opens as well, or leave both empty.")
    return 1, _("Write when it closes as well, or leave both empty.")


def _text(moment: datetime.time) -> str:
    return f"{moment:%H:%M}"
