"""Closing a day and opening it again. People who are booked on it keep their appointments: planning moves them."""

import datetime
import logging

from django.db import transaction

from citizens.domain import slots
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import ClosedDayKind
from citizens.models import Appointment, ClosedDay, Office, User

logger = logging.getLogger(__name__)


# A year that is typed wrong is farther away.
REACH = datetime.timedelta(days=2 * 366)


class DayIsOver(Exception):
    """A day that has passed is neither closed nor opened any more."""


class TooFarAhead(Exception):
    """The day is more than two years away."""


class AlreadyClosed(Exception):
    """The day is closed already for the office (or for every one): `closed_day` says why."""

    def __init__(self, closed_day: ClosedDay) -> None:
        super().__init__(closed_day.name)
        self.closed_day = closed_day


def hit(*, office: Office | None, date: datetime.date) -> int:
    """How many active appointments stand on a day at `office`, or at every one. One query."""
    found = Appointment.objects.active().filter(
        starts_at__gte=local_midnight(date),
        starts_at__lt=local_midnight(date + datetime.timedelta(days=1)),
    )
    return (found if office is None else found.filter(office=office)).count()


def check_date(date: datetime.date, *, at: datetime.datetime) -> None:
    """Raises DayIsOver or TooFarAhead when nobody closes such a day."""
    today = local_date(at)
    if date < today:
        raise DayIsOver
    if date > today + REACH:
        raise TooFarAhead


@transaction.atomic
def close_day(
    *,
    office: Office | None,
    date: datetime.date,
    name: str,
    kind: ClosedDayKind,
    source: str,
    staff: User,
    at: datetime.datetime,
    confirmed: bool = True,
) -> int:
    """Closes a day at `office` (None: at every one); returns how many active appointments stand on it.

    From now on nothing can be booked on the day. Raises DayIsOver, TooFarAhead and AlreadyClosed.
    """
    check_date(date, at=at)
    made, is_new = ClosedDay.objects.get_or_create(
        office=office,
        date=date,
        defaults={"name": name, "kind": kind, "source": source, "confirmed": confirmed},
    )
    if not is_new:
        raise AlreadyClosed(made)
    _log("A day was closed", made, staff)
    return hit(office=office, date=date)


@transaction.atomic
def reopen_day(*, closed_day: ClosedDay, staff: User, at: datetime.datetime) -> int:
    """Opens a closed day again, and makes the slots that it has not got; returns how many.

    A day that is closed both at one office and at every one stays closed by the other row. Raises DayIsOver.
    """
    if closed_day.date < local_date(at):
        raise DayIsOver
    _log("A day was opened again", closed_day, staff)
    closed_day.delete()
    return slots.top_up(at=at)


def _log(message: str, closed_day: ClosedDay, staff: User) -> None:
    facts = {"office": closed_day.office_id or 0, "day": f"{closed_day.date}", "staff": staff.pk}
    logger.info(message, extra=facts)
