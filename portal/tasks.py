"""Housekeeping of what belongs to Django itself."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="portal.clear_sessions")
def clear_sessions() -> None:
    """Deletes the sign-ins that ran out."""
    call_command("clearsessions")
