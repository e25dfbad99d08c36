"""Encrypts with the first of FIELD_KEYS what an older key encrypted."""

from typing import Any

from django.core.management.base import BaseCommand

from citizens.domain import keys


class Command(BaseCommand):
    help = "Encrypts again, with the first of FIELD_KEYS, every field that an older key encrypted."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{keys.rotate()} fields encrypted again")
