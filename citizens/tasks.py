"""Housekeeping that beat rings: each task reads the clock and makes one domain call."""

from celery import shared_task
from django.utils import timezone

from citizens.domain import (
    announcing,
    booking,
    contact,
    end_of_day,
    limits,
    release,
    slots,
    waitlist,
)


@shared_task(name="citizens.top_up_slots")
def top_up_slots() -> int:
    return slots.top_up(at=timezone.now())


@shared_task(name="citizens.open_places")
def open_places() -> int:
    """The waiting list first: what it cannot use opens to everybody when its moment comes."""
    at = timezone.now()
    waitlist.sweep(at=at)
    return release.release_due(at=at)


@shared_task(name="citizens.tell_changes")
def tell_changes() -> int:
    """What a proposal did to people who are not told yet."""
    return announcing.tell_all(at=timezone.now())


@shared_task(name="citizens.close_past_days")
def close_past_days() -> int:
    return end_of_day.close_past_days(at=timezone.now())


@shared_task(name="citizens.purge_holds")
def purge_holds() -> int:
    return booking.purge_holds(at=timezone.now())


@shared_task(name="citizens.purge_attempts")
def purge_attempts() -> int:
    return limits.purge(at=timezone.now())


@shared_task(name="citizens.purge_codes")
def purge_codes() -> int:
    return contact.purge(at=timezone.now())
