"""The question to whoever booked long ago: will you still come? Measured, never enforced.

Whoever does not answer keeps the place (reference: booking.md section 9, number 8).
"""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Q

from citizens.domain.appointments import StaleAppointment, TooLate
from citizens.domain.office_time import local_midnight
from citizens.enums import AppointmentState
from citizens.models import Appointment, Office

LONG_AGO = datetime.timedelta(days=7)  # before the visit
ASKING = "3d"  # the reminder that asks
CAME = (AppointmentState.CHECKED_IN, AppointmentState.SERVED, AppointmentState.UNSERVED)


@dataclass(frozen=True, slots=True)
class Answers:
    """Visits that are over whose people were to be asked: how many answered, and how many of both came."""

    asked: int
    answered: int
    answered_and_came: int
    silent_and_came: int

    @property
    def silent(self) -> int:
        return self.asked - self.answered


def is_asked(appointment: Appointment, *, reminder: str) -> bool:
    """Whether this reminder asks the person: the one of three days, of a visit booked more than a week ahead."""
    return reminder == ASKING and appointment.starts_at - appointment.booked_at > LONG_AGO


def confirm(*, appointment: Appointment, at: datetime.datetime) -> None:
    """Writes down that the person will come; said twice, the first time stays. A move to another time forgets it.

    Raises TooLate once the visit has begun, StaleAppointment when it is not booked any more.
    """
    if at >= appointment.starts_at:
        raise TooLate
    booked = Appointment.objects.filter(pk=appointment.pk, state=AppointmentState.BOOKED)
    if booked.filter(reconfirmed_at=None).update(reconfirmed_at=at):
        appointment.reconfirmed_at = at
    elif not booked.exists():
        raise StaleAppointment


def count(*, since: datetime.date, until: datetime.date, office: Office | None = None) -> Answers:
    """The answers about visits from the day `since` to before the day `until`, at one office or at all.

    Counts who was to be asked by settings and date of booking and has an address, not which message arrived. One
    query. Cancelled visits are not in it.
    """
    if ASKING not in settings.REMINDERS:
        return Answers(0, 0, 0, 0)
    over = Appointment.objects.filter(
        starts_at__gte=local_midnight(since),
        starts_at__lt=local_midnight(until),
        booked_at__lt=F("starts_at") - LONG_AGO,
        state__in=(*CAME, AppointmentState.NO_SHOW),
    ).exclude(phone="", email="")
    if office:
        over = over.filter(office=office)
    answered = Q(reconfirmed_at__isnull=False)
    came = Q(state__in=CAME)
    return Answers(
        **over.aggregate(
            asked=Count("pk"),
            answered=Count("pk", filter=answered),
            answered_and_came=Count("pk", filter=answered & came),
            silent_and_came=Count("pk", filter=~answered & came),
        )
    )
