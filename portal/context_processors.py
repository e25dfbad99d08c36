"""What every template may know about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a trial, and the request's reference number."""
    return {
        "DEMO": settings.DEMO,
        "TRYING_OUT": settings.TRYING_OUT,
        "request_id": getattr(request, "reference", ""),
    }
