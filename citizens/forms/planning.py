"""Forms that propose a change of one day: closed, special hours, counters, or something taken back.

A form that is valid has `wish`, which citizens.domain.proposals understands.
"""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import closures
from citizens.domain.office_time import local_date
from citizens.domain.plan_edits import Edit
from citizens.domain.proposals import Wish
from citizens.enums import ClosedDayKind
from citizens.forms.planned_desks import MOST_DESKS
from citizens.forms.planning_hours import CountersMixin, HoursMixin, day_field, hours_fields
from citizens.models import ClosedDay, DayDesks, District, Office, ServiceGroup, SpecialDay

ONE_DAY = datetime.timedelta(days=1)
TITLE_LENGTH = 160
CONFIRMED_HELP = gettext_lazy(
    "Tick it when the decree is published. Leave it empty while this is only expected."
)


def text_field(
    label: Any, length: int, *, missing: Any = None, help_text: Any = ""
) -> forms.CharField:
    """One line; without `missing` it may stay empty."""
    return forms.CharField(
        label=label,
        max_length=length,
        required=missing is not None,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": missing} if missing else {},
    )


def source_field(*, required: bool = True) -> forms.CharField:
    missing = gettext_lazy("Write where it is said: the number of the decree or circular.")
    return text_field(
        gettext_lazy("Source"),
        160,
        missing=missing if required else None,
        help_text=gettext_lazy("Number of the decree or circular, for example SKB 3 Menteri 2027."),
    )


def confirmed_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("Confirmed"), required=False, help_text=CONFIRMED_HELP
    )


class PlanningForm(forms.Form):
    """Knows the offices of whoever fills it in, and when that is."""

    office = forms.ModelChoiceField(
        label=gettext_lazy("Office"),
        queryset=Office.objects.none(),
        to_field_name="code",
        error_messages={
            "required": gettext_lazy("Choose the office."),
            "invalid_choice": gettext_lazy("Choose one of the offices of the list."),
        },
    )

    def __init__(
        self,
        *args: Any,
        offices: QuerySet[Office],
        whole: bool,
        at: datetime.datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offices = offices
        self.whole = whole  # whether every office at once may be planned
        self.at = at
        if "office" in self.fields:
            field = self.fields["office"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field it is
            field.queryset = offices

    @property
    def wish(self) -> Wish:
        """What the form wants to change. Call it on a valid form."""
        raise NotImplementedError

    def check_day(self, name: str) -> None:
        """Refuses a day that is over or too far away."""
        day = self.cleaned_data.get(name)
        if day is None:
            return
        try:
            closures.check_date(day, at=self.at)
        except closures.DayIsOver:
            self.add_error(name, _("This day is over. Choose today or a day to come."))
        except closures.TooFarAhead:
            self.add_error(name, _("Check the year: that is more than two years away."))

    def one_day(self, what: str, edit: Edit, office: Office | None) -> Wish:
        """A wish that touches a single day."""
        day = datetime.date.fromisoformat(edit["date"])
        where = office.name if office else _("Every office")
        title = f"{where}: {what}, {date_format(day, 'j M Y')}"[:TITLE_LENGTH]
        return Wish(title, (edit,), day, day + ONE_DAY, (office.pk,) if office else ())


class CloseForm(PlanningForm):
    """A closed day, of one office or of every one."""

    date = day_field(gettext_lazy("Day"))
    name = text_field(
        gettext_lazy("Reason"),
        120,
        missing=gettext_lazy("Write the reason: citizens read it on that day."),
        help_text=gettext_lazy("Citizens read it on that day, for example Cuti bersama Idulfitri."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ClosedDayKind)
    source = source_field()
    confirmed = confirmed_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.whole:
            field = self.fields["office"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - see above
            field.required = False
            field.empty_label = _("Every office")
            field.help_text = _("An office with special hours on that day stays open.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_day("date")
        return cleaned

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        edit = {name: data[name] for name in ("name", "kind", "source", "confirmed")}
        office = data["office"]
        edit |= {"op": "close_day", "date": data["date"].isoformat()}
        edit["office"] = office.pk if office else None
        return self.one_day(_("closed"), edit, office)


class DesksForm(PlanningForm):
    """Counters of a group, on one day alone."""

    date = day_field(gettext_lazy("Day"))
    group = forms.ModelChoiceField(
        label=gettext_lazy("Service group"),
        queryset=ServiceGroup.objects.order_by("sort_order", "pk"),
        to_field_name="code",
        error_messages={"required": gettext_lazy("Choose the service group.")},
    )
    counters = forms.IntegerField(
        label=gettext_lazy("Counters"),
        min_value=0,
        max_value=MOST_DESKS,
        help_text=gettext_lazy("0 closes the service group on that day."),
        error_messages={"required": gettext_lazy("Write a number; 0 closes the group.")},
    )
    online = forms.IntegerField(
        label=gettext_lazy("Places online a slot"),
        min_value=0,
        max_value=MOST_DESKS,
        help_text=gettext_lazy(
            "At most as many as counters. The others are for walk-ins and callers."
        ),
        error_messages={"required": gettext_lazy("Write a number, 0 for none.")},
    )
    source = source_field(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_day("date")
        if {"counters", "online"} <= cleaned.keys() and cleaned["online"] > cleaned["counters"]:
            self.add_error("online", _("At most one place online for each counter."))
        return cleaned

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        edit = {name: data[name] for name in ("counters", "online", "source")}
        edit |= {"op": "desks", "office": data["office"].pk, "group": data["group"].pk}
        edit["date"] = data["date"].isoformat()
        what = _("%(group)s with %(counters)s counters") % {
            "group": data["group"].local("name"),
            "counters": data["counters"],
        }
        return self.one_day(what, edit, data["office"])


class SpecialForm(CountersMixin, HoursMixin, PlanningForm):
    """A day with hours of its own: longer, shorter, on a closed day, or somewhere else."""

    date = day_field(gettext_lazy("Day"))
    name = text_field(
        gettext_lazy("Reason"),
        120,
        missing=gettext_lazy("Write the reason: citizens read it on that day."),
        help_text=gettext_lazy("Citizens read it on that day, for example Pelayanan Sabtu."),
    )
    source = source_field()
    confirmed = confirmed_field()
    place = text_field(
        gettext_lazy("Place"),
        80,
        help_text=gettext_lazy(
            "Only where the office is somewhere else that day, for example Balai RW 05."
        ),
    )
    address = text_field(gettext_lazy("Address"), 200)
    district = forms.ModelChoiceField(
        label=gettext_lazy("Kecamatan"),
        queryset=District.objects.order_by("code"),
        required=False,
    )

    def __init__(self, *args: Any, groups: list[ServiceGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        self.fields |= hours_fields("")
        self.add_counters()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.check_day("date")
        cleaned["hours"] = self.pairs("")
        cleaned["capacities"] = self.capacities()
        if not cleaned["hours"] and "opens" not in self.errors and "closes" not in self.errors:
            self.add_error("opens", _("Write when the office opens and closes on that day."))
        self._check_closed(cleaned)
        return cleaned

    def _check_closed(self, cleaned: dict[str, Any]) -> None:
        office, date = cleaned.get("office"), cleaned.get("date")
        if office and date and ClosedDay.objects.filter(office=office, date=date).exists():
            words = _(
                "The office itself is closed on this day. Open it again first, then give it hours."
            )
            self.add_error("date", words)

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        own = ("name", "source", "confirmed", "place", "address", "hours", "capacities")
        edit = {name: data[name] for name in own}
        district = data["district"]
        edit |= {"op": "special_day", "office": data["office"].pk}
        edit |= {"date": data["date"].isoformat(), "district": district.pk if district else None}
        return self.one_day(_("special hours"), edit, data["office"])


class UndoForm(PlanningForm):
    """What was decided for a day to come, to be taken back."""

    office = None  # type: ignore[assignment]  # the choice says where
    what = forms.ChoiceField(
        label=gettext_lazy("What is taken back?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of the list."),
            "invalid_choice": gettext_lazy(
                "Somebody has taken it back meanwhile. Choose another one."
            ),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {key: (words, wish) for key, words, wish in self._decided()}
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [(key, words) for key, (words, _wish) in self.found.items()]

    @property
    def is_empty(self) -> bool:
        return not self.found

    @property
    def wish(self) -> Wish:
        wish: Wish = self.found[self.cleaned_data["what"]][1]
        return wish

    def _decided(self) -> list[tuple[str, str, Wish]]:
        """Each as key, words and wish, in order of days. Three queries."""
        today = local_date(self.at)
        rows: list[tuple[datetime.date, str, str, Wish]] = []
        closed = ClosedDay.objects.filter(date__gte=today).select_related("office")
        for day in closed if self.whole else closed.filter(office__in=self.offices):
            what = _("open again (%(name)s)") % {"name": day.name}
            rows.append(self._row(f"closed-{day.pk}", day, "open_day", what))
        own = {"office__in": self.offices, "date__gte": today}
        for special in SpecialDay.objects.filter(**own).select_related("office"):
            what = _("no special hours (%(name)s)") % {"name": special.name}
            rows.append(self._row(f"special-{special.pk}", special, "drop_special_day", what))
        for desks in DayDesks.objects.filter(**own).select_related("office", "group"):
            what = _("counters of the week (%(group)s)") % {"group": desks.group.local("name")}
            more = {"group": desks.group_id}
            rows.append(self._row(f"desks-{desks.pk}", desks, "drop_desks", what, **more))
        rows.sort(key=lambda row: (row[0], row[1]))
        return [(key, words, wish) for _day, key, words, wish in rows]

    def _row(
        self, key: str, decided: ClosedDay | SpecialDay | DayDesks, op: str, what: str, **more: Any
    ) -> tuple[datetime.date, str, str, Wish]:
        edit = {"op": op, "office": decided.office_id, "date": decided.date.isoformat(), **more}
        wish = self.one_day(what, edit, decided.office)
        return decided.date, key, wish.title, wish
