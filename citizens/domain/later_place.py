"""A place on a later day for whoever gets no number any more: nobody is sent away with nothing."""

import datetime
from dataclasses import dataclass

from citizens.domain import booking, staff_times
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.domain.office_time import local_date
from citizens.domain.staff_times import StaffTime
from citizens.enums import PlaceShare
from citizens.models import Appointment, Office, ServiceCase, User

DAYS = 3
TIMES = 6  # of one day


@dataclass(frozen=True, slots=True)
class LaterDay:
    """A day with its first free times; there is at least one."""

    date: datetime.date
    times: list[StaffTime]


def first_times(*, case: ServiceCase, office: Office, at: datetime.datetime) -> list[LaterDay]:
    """The first free times of the next DAYS days on which one person can come for `case`.

    Out of the internal share first, then of what is released; never beyond the capacity, never today.
    At most 2 + DAYS queries.
    """
    party = parties.of(case)
    offices = staff_times.offices(party=party, at=at)
    place = next((one for one in offices if one.code == office.code), None)
    if place is None:
        return []
    days = staff_times.days(party=party, office=place, at=at)
    free = [one.date for one in days if one.date > local_date(at) and (one.internal or one.online)]
    found = []
    for date in free[:DAYS]:
        times = staff_times.times(party=party, office=office.code, day=date, at=at)
        kept = [time for time in times if time.share != PlaceShare.OVERBOOKED][:TIMES]
        found.append(LaterDay(date, kept))
    return found


def keep(
    *,
    case: ServiceCase,
    office: Office,
    start: datetime.datetime,
    answers: Answers,
    staff: User,
    at: datetime.datetime,
    submission_key: str,
) -> Appointment:
    """Books the place for one person. The same `submission_key` twice gives the same appointment.

    Raises what booking.book_for_caller raises; SlotFull for a time that is not on a later day.
    """
    if local_date(start) <= local_date(at):
        raise booking.SlotFull
    return booking.book_for_caller(
        party=parties.of(case),
        office=office.code,
        start=start,
        answers=answers,
        staff=staff,
        at=at,
        submission_key=submission_key,
    )
