"""Adds the reference data that is missing, and the slots of the coming days. Safe to run at every start."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from citizens.domain import reference


class Command(BaseCommand):
    help = (
        "Adds what is missing of regions, offices, services, hours, closed days and coming slots. "
        "Changes no row."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        added = reference.set_up(at=timezone.now())
        for name, count in added.items():
            if count:
                self.stdout.write(f"{name}: {count} added")
        if not any(added.values()):
            self.stdout.write("Reference data is complete.")
