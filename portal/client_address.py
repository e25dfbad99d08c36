"""The address a request really comes from: for the lock-out after failed sign-ins, and for limits."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw.

    settings.PROXIES says how many there are. Each adds the address it saw at the end of X-Forwarded-For; what
    stands before those was written by the client and is worth nothing.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(seen) >= settings.PROXIES and seen[-settings.PROXIES]:
        return seen[-settings.PROXIES]
    address: str = request.META.get("REMOTE_ADDR", "")
    return address
