"""All the housekeeping at once, for a machine that runs `pump --loop` and no beat: call it every night."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from citizens.domain import booking, contact, end_of_day, limits, slots


class Command(BaseCommand):
    help = (
        "Opens the slots of the days to come, closes the days that are over, forgets what ran out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        self.stdout.write(f"slots opened: {slots.top_up(at=at)}")
        self.stdout.write(f"tickets and appointments closed: {end_of_day.close_past_days(at=at)}")
        self.stdout.write(f"rows of old holds deleted: {booking.purge_holds(at=at)}")
        self.stdout.write(f"counts of old attempts deleted: {limits.purge(at=at)}")
        self.stdout.write(f"old one-time codes deleted: {contact.purge(at=at)}")
        call_command("clearsessions")
