"""Visits of earlier days, for tests of what is measured."""

import datetime

from django.core.cache import caches

from citizens.models import Ticket
from tests.factories.citizens import DAY, MINUTE, MOMENT, QueueDayFactory, TicketFactory


def measure(office, case, *, count=30, minutes=(8, 12), days_ago=1):
    """`count` finished visits of an earlier day, spread evenly: as shipped their quartiles are 8, 10 and 12 minutes."""
    caches["local"].clear()
    day = QueueDayFactory(office=office, date=DAY - datetime.timedelta(days=days_ago))
    first = TicketFactory(queue_day=day, case=case, finished=True, number=1)
    low, high = minutes
    half = max(1, count // 2)
    lengths = [low] * half + [high] * (count - half)
    began = MOMENT - datetime.timedelta(days=days_ago)
    times = {"started_at": began, "called_at": began}
    fields = {
        name: getattr(first, name)
        for name in ("queue_day", "case", "group", "counter", "called_by", "started_by", "ended_by")
    } | {
        "prefix": "A",
        "origin": first.origin,
        "state": first.state,
        "calls": 1,
        "arrived_at": began,
    }
    first.delete()
    return Ticket.objects.bulk_create(
        Ticket(
            number=number,
            token=f"measured-{case.pk}-{days_ago}-{number}",
            ended_at=began + length * MINUTE,
            **fields,
            **times,
        )
        for number, length in enumerate(lengths, start=1)
    )
