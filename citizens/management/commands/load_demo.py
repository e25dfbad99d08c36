"""Loads invented people and visits, once, for trying the portal out."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from citizens.management.demo import loading, staff


class Command(BaseCommand):
    help = "Loads demo data (invented and marked as such) into a new database. Needs DEMO=1 or DEBUG=1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--past-days", type=int, default=60, help="days of past visits (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("Demo data is only for DEMO=1 or DEBUG=1: it has a known password.")
        if staff.exists():
            self.stdout.write("Demo data is there already.")
            return
        made = loading.load(at=timezone.now(), past_days=options["past_days"])
        self.stdout.write("Demo data: " + ", ".join(f"{n} {name}" for name, n in made.items()))
