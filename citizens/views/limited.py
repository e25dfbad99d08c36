"""Who is counted when something is sent, and the page for whoever has sent too much.

A browser is known by its cookie, which it gets with its first hold; one without it is counted by its network alone.
"""

import datetime
import ipaddress
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from citizens.domain import limits, wording
from citizens.views.personal import type_view

BROWSER_COOKIE = "browser"
# A customer of IPv6 has at least so many bits of addresses; all of them are one.
IPV6_NETWORK = 64


def limited(*, browser: limits.Limit, address: limits.Limit) -> Callable[[type_view], type_view]:
    """Counts each POST to the view by browser and by network, before the view; beyond a limit, answers 429."""

    def decorate(view: type_view) -> type_view:
        @wraps(view)
        def counted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method == "POST":
                at = timezone.now()
                whom = {browser: browser_of(request), address: network_of(request)}
                try:
                    limits.check_all(counted=whom, at=at)
                except limits.TooMany as refused:
                    return too_many(request, refused, at=at)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def too_many(
    request: HttpRequest, refused: limits.TooMany, *, at: datetime.datetime
) -> HttpResponse:
    """The page that says when to try again; its button sends the same once more, so that nothing is typed twice."""
    again = refused.retry_at
    response = render(
        request,
        "429.html",
        {
            "retry_at": wording.when(again),
            "sent": [(name, text) for name, texts in request.POST.lists() for text in texts],
            "again_url": request.get_full_path(),
        },
        status=429,
    )
    response.headers["Retry-After"] = str(max(1, round((again - at).total_seconds())))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def browser_of(request: HttpRequest) -> str:
    """The name of the browser that sent this; empty for one that has no cookie of ours."""
    return request.get_signed_cookie(BROWSER_COOKIE, default="") or ""


def remember(response: HttpResponse, browser: str) -> None:
    """Gives the browser its name, until it is closed."""
    response.set_signed_cookie(
        BROWSER_COOKIE,
        browser,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def network_of(request: HttpRequest) -> str:
    """The network that a request comes from: an IPv4 address, or the customer's part of an IPv6 address."""
    text: str = getattr(request, "client_address", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), IPV6_NETWORK), strict=False))
