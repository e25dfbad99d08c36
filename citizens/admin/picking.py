"""Choosing place and day for a visit that staff arrange: what ?kantor= and ?tanggal= name, and what there is."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest

from citizens.admin import appointment_words, who
from citizens.domain import staff_times, wording
from citizens.domain.availability import OfficeDays
from citizens.domain.party import Party
from citizens.domain.staff_times import StaffDay, StaffTime
from citizens.models import Appointment


@dataclass(frozen=True, slots=True)
class DayLink:
    """A day that has times, to be chosen; or one that has none, with the reason."""

    day: StaffDay
    chosen: bool = False

    @property
    def value(self) -> str:
        return self.day.date.isoformat()

    @property
    def words(self) -> str:
        return wording.day(self.day.date)

    @property
    def reason(self) -> str:
        if self.day.note:
            return self.day.note
        return str(appointment_words.REASONS.get(self.day.reason, "")) if self.day.reason else ""


@dataclass(frozen=True, slots=True)
class Pick:
    """The places where the party is served, the days of the chosen one, and the times of the chosen day."""

    offices: list[OfficeDays]
    office: OfficeDays | None
    days: list[DayLink]
    date: datetime.date | None
    times: list[StaffTime]

    @property
    def open_days(self) -> list[DayLink]:
        return [link for link in self.days if link.day.has_times]

    @property
    def other_days(self) -> list[DayLink]:
        """Days without a time for a reason that is worth a word: weekends and the like are not."""
        return [link for link in self.days if not link.day.has_times and link.day.note]

    @property
    def when(self) -> str:
        return wording.day(self.date) if self.date else ""


def pick(
    request: HttpRequest,
    party: Party,
    *,
    at: datetime.datetime,
    own: Appointment | None = None,
) -> Pick:
    """What the address names; staff of one office choose among its days alone.

    `own` is an appointment that is to be moved: it is looked for at its own office and day first.
    """
    allowed = set(who.own_offices(request).values_list("code", flat=True))
    found = [one for one in staff_times.offices(party=party, at=at) if one.code in allowed]
    wanted = request.GET.get("kantor") or (own.office.code if own else "")
    office = next((one for one in found if one.code == wanted), found[0] if found else None)
    if office is None:
        return Pick([], None, [], None, [])
    days = staff_times.days(party=party, office=office, at=at, own=own)
    date = _date(request.GET.get("tanggal", ""))
    day = next((one for one in days if one.date == date and one.has_times), None)
    return Pick(
        offices=found,
        office=office,
        days=[DayLink(one, chosen=one is day) for one in days],
        date=day.date if day else None,
        times=staff_times.times(party=party, office=office.code, day=day.date, at=at, own=own)
        if day
        else [],
    )


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
