"""Where the van and the points in the kecamatan are on days of their own: for everybody, once it is confirmed.

Such a day is a special day of the calendar (SpecialDay) that has a place, or belongs to the van or to a point. What
became of it is read from the proposals that were applied: they number its versions, and know of days taken back.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, TruncDate

from citizens.domain.office_time import local_date
from citizens.domain.plan_edits import Edit
from citizens.enums import OfficeKind, ProposalState
from citizens.models import (
    ClosedDay,
    Office,
    OpeningCapacity,
    OpeningTemplate,
    Proposal,
    SpecialCapacity,
    SpecialDay,
    SpecialPeriod,
)

MOST = 40  # stops that are told at once
# What an applied proposal may do to a single day of an office.
TOUCHES = ("special_day", "drop_special_day", "close_day", "open_day")
MOVABLE = (OfficeKind.MOBILE, OfficeKind.DISTRICT)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Stop:
    """A day of an office at a place; `hours` are local times, `groups` ids of what is served."""

    office: str  # code
    office_name: str
    date: datetime.date
    place: str
    address: str
    district: str
    hours: tuple[tuple[datetime.time, datetime.time], ...]
    groups: tuple[int, ...]
    is_off: bool = False  # the office is closed after all


@dataclass(slots=True)
class History:
    """What applied proposals did to a day of an office: how often, when last, and what was published last."""

    changes: int = 0
    changed_at: datetime.datetime | None = None
    published: Edit | None = None
    is_gone: bool = False


Key = tuple[int, datetime.date]  # office and day


@dataclass(frozen=True, slots=True)
class Feed:
    """Stops by office and day with their history, and the days that were taken back."""

    stops: dict[Key, Stop] = field(default_factory=dict)
    histories: dict[Key, History] = field(default_factory=dict)

    @property
    def taken_back(self) -> dict[Key, History]:
        """Days that were published and are not there any more."""
        return {
            key: history
            for key, history in self.histories.items()
            if history.is_gone and history.published and key not in self.stops
        }


def stops(*, first: datetime.date) -> list[Stop]:
    """The confirmed stops from the day `first` on, in order; none on which the office is closed. One query."""
    found = [stop for _key, stop in _read(first)]
    return [stop for stop in found if not stop.is_off][:MOST]


def feed(*, first: datetime.date) -> Feed:
    """The same with those that were called off or taken back, for calendars that have them already. Two queries."""
    return Feed(stops=dict(_read(first)), histories=_histories(first))


def with_place(rows: "QuerySet[Row]", *, office: str, starts: str) -> "QuerySet[Row]":
    """Rows with `stop_place` and `stop_address`: where the office is on the day of a moment, if elsewhere (else None).

    `office` and `starts` are the paths to them.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    there = SpecialDay.objects.filter(
        office=OuterRef(office), date=OuterRef("stop_day"), confirmed=True
    ).exclude(place="")
    found: QuerySet[Row] = rows.annotate(stop_day=TruncDate(starts, tzinfo=zone)).annotate(
        stop_place=Subquery(there.values("place")[:1]),
        stop_address=Subquery(there.values("address")[:1]),
    )
    return found


def address_on(*, office: Office, starts_at: datetime.datetime) -> str:
    """Where to come to on the day of a moment. One query for the van and the points, none for the main office."""
    if office.kind not in MOVABLE:
        return office.address
    there = SpecialDay.objects.filter(office=office, date=local_date(starts_at), confirmed=True)
    found = there.exclude(place="").first()
    return ", ".join(filter(None, (found.place, found.address))) if found else office.address


def _read(first: datetime.date) -> list[tuple[Key, Stop]]:
    periods = SpecialPeriod.objects.filter(day=OuterRef("pk")).order_by("opens")
    closed = ClosedDay.objects.filter(office=OuterRef("office"), date=OuterRef("date"))
    rows = (
        SpecialDay.objects.filter(confirmed=True, date__gte=first, office__active=True)
        .filter(Q(office__kind__in=MOVABLE) | ~Q(place=""))
        .select_related("office", "district")
        .annotate(
            is_off=Exists(closed),
            hours=ArraySubquery(periods.values(pair=JSONObject(opens="opens", closes="closes"))),
            own=_groups(SpecialCapacity.objects.filter(day=OuterRef("pk"))),
            weekly=_groups(OpeningCapacity.objects.filter(template=_template())),
        )
        .order_by("date", "office__sort_order", "pk")
    )
    return [((row.office_id, row.date), _stop(row)) for row in rows]


def _groups(capacities: "QuerySet[Any]") -> ArraySubquery:
    served = capacities.filter(counters__gt=0).order_by("group__sort_order", "group")
    return ArraySubquery(served.values("group"))


def _template() -> Subquery:
    """The week in force on the day of the outer row but one."""
    in_force = OpeningTemplate.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=OuterRef(OuterRef("date"))),
        office=OuterRef(OuterRef("office")),
        valid_from__lte=OuterRef(OuterRef("date")),
    )
    return Subquery(in_force.order_by("-kind").values("pk")[:1])


def _stop(row: Any) -> Stop:
    office = row.office
    district = row.district or office.district
    return Stop(
        office=office.code,
        office_name=office.name,
        date=row.date,
        place=row.place or office.name,
        address=row.address or ("" if row.place else office.address),
        district=district.name if district else "",
        hours=tuple(
            (datetime.time.fromisoformat(one["opens"]), datetime.time.fromisoformat(one["closes"]))
            for one in row.hours
        ),
        groups=tuple(row.own or row.weekly),
        is_off=row.is_off,
    )


def _histories(first: datetime.date) -> dict[Key, History]:
    touched = Q()
    for op in TOUCHES:
        touched |= Q(edits__contains=[{"op": op}])
    applied = Proposal.objects.filter(touched, state=ProposalState.APPLIED, until__gt=first)
    found: dict[Key, History] = defaultdict(History)
    for edits, decided_at in applied.order_by("decided_at", "pk").values_list(
        "edits", "decided_at"
    ):
        for edit in _of_one_office(edits):
            history = found[edit["office"], datetime.date.fromisoformat(edit["date"])]
            history.changes += 1
            history.changed_at = decided_at
            history.is_gone = edit["op"] == "drop_special_day"
            if edit["op"] == "special_day" and edit["confirmed"]:
                history.published = edit
    return dict(found)


def _of_one_office(edits: Sequence[Edit]) -> list[Edit]:
    return [edit for edit in edits if edit["op"] in TOUCHES and edit["office"] is not None]
