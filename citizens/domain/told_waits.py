"""What people were told about their wait when they got their number, and how often it was so."""

import datetime
import logging
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q

from citizens.domain import estimate
from citizens.domain.estimate import MINUTE
from citizens.domain.office_time import local_date
from citizens.domain.service_minutes import ENOUGH, WORKING_DAYS
from citizens.models import Office, QueueDay, Ticket, WaitForecast

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """Of `told` ranges whose people were called, `held` had the first call in them."""

    held: int
    told: int

    @property
    def percent(self) -> int | None:
        """Whole percent; None below ENOUGH."""
        return round(100 * self.held / self.told) if self.told >= ENOUGH else None


def tell(*, ticket: Ticket, at: datetime.datetime) -> None:
    """Keeps what a new ticket is told, after the transaction that gave it: nobody waits for the lock of the day meanwhile.

    What cannot be kept is logged: the number is given all the same, and counts as one that was told nothing.
    """
    try:
        with transaction.atomic():
            write(ticket=ticket, at=at)
    except DatabaseError:
        logger.exception("A told wait was not kept", extra={"ticket": ticket.pk})


def write(*, ticket: Ticket, at: datetime.datetime) -> WaitForecast | None:
    """Keeps what a new ticket is told; None where there is no range."""
    told = estimate.of_ticket(ticket=ticket, at=at)
    if told is None or told.low is None or told.high is None:
        return None
    return WaitForecast.objects.create(
        ticket=ticket, made_at=at, ahead=told.ahead, low=told.low, high=told.high
    )


def held_share(*, office: Office, at: datetime.datetime, days: int = WORKING_DAYS) -> Held:
    """The ranges of the last `days` days with a queue, today's included. One query.

    Who was never called says nothing about the range.
    """
    dates = QueueDay.objects.filter(office=office, date__lte=local_date(at)).order_by("-date")
    waited = ExpressionWrapper(F("ticket__called_at") - F("made_at"), output_field=DurationField())
    called = WaitForecast.objects.filter(
        ticket__queue_day__in=dates[:days], ticket__called_at__isnull=False
    ).annotate(waited=waited)
    return Held(
        **called.aggregate(
            told=Count("pk"),
            held=Count(
                "pk",
                filter=Q(waited__gte=F("low") * MINUTE, waited__lte=F("high") * MINUTE),
            ),
        )
    )
