"""The kiosk: a registered device in the hall. What it begins with, how a device becomes one, and who is turned away.

A device is known by its cookie. Nothing here says who anybody is, and every page goes back to the start by itself.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from itertools import groupby
from typing import Any, Concatenate

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.domain import kiosks, self_service
from citizens.models import Kiosk, ServiceCase
from citizens.views.personal import personal

COOKIE = "kios"
# Browsers forget a cookie after 400 days at most; every number given renews it.
COOKIE_AGE = 400 * 24 * 60 * 60

kiosk_view = Callable[Concatenate[HttpRequest, Kiosk, ...], HttpResponse]


def at_kiosk(view: kiosk_view) -> Callable[Concatenate[HttpRequest, ...], HttpResponse]:
    """Gives the view the kiosk that asks; any other device is led to the page that says what a kiosk is."""

    @personal
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        kiosk = _kiosk_of(request)
        if kiosk is None:
            return redirect("kiosk")
        return view(request, kiosk, *args, **kwargs)

    return guarded


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    """What somebody came for. A POST begins anew for the next person, in the office's language. Three queries."""
    if request.method == "POST":
        response = redirect("kiosk")
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
    found = _kiosk_of(request)
    if found is None:
        return render(request, "citizens/kiosk/unknown.html")
    shut = self_service.shut(kiosk=found, at=timezone.now())
    if shut.day_ended:
        return refused(request, found, _("No more numbers are given today"))
    offered = self_service.cases(kiosk=found)
    context = {"kiosk": found, "services": _services(offered, shut)}
    return render(request, "citizens/kiosk/start.html", context)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time address: asks, and on a POST makes this device the kiosk."""
    at = timezone.now()
    if request.method == "POST":
        try:
            of_device = kiosks.claim(token=token, at=at)
        except kiosks.AddressOver:
            return render(request, "citizens/kiosk/address_over.html", status=404)
        response = redirect("kiosk")
        _set_cookie(response, of_device)
        return response
    found = kiosks.claimable(token=token, at=at)
    if found is None:
        return render(request, "citizens/kiosk/address_over.html", status=404)
    return render(request, "citizens/kiosk/claim.html", {"kiosk": found})


def renew(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lets the cookie of a kiosk in use live on."""
    _set_cookie(response, request.COOKIES[COOKIE])
    return response


def refused(
    request: HttpRequest, kiosk: Kiosk, title: str, *, lead: str = "", status: int = 200
) -> HttpResponse:
    """Why there is no number, and the ways on: reception, and an appointment on one's own phone."""
    code = qr(reverse("home"), title=_("QR code of our booking page"))
    context = {"kiosk": kiosk, "title": title, "lead": lead, "qr": code}
    return render(request, "citizens/kiosk/refused.html", context, status=status)


def qr(path: str, *, title: str) -> SafeString:
    """An address of ours as inline SVG in black on white: scanners want contrast."""
    svg = segno.make(settings.PUBLIC_URL.rstrip("/") + path, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=title, omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own address


def address(case: ServiceCase) -> str:
    """How a case is called in an address of the kiosk, such as "ktp.hilang"."""
    return f"{case.service.slug}.{case.code}"


def case_url(case: ServiceCase) -> str:
    """The page that goes on with a case."""
    return f"{reverse('kiosk_number')}?{urlencode({'keperluan': address(case)})}"


def _kiosk_of(request: HttpRequest) -> Kiosk | None:
    return kiosks.known(token=request.COOKIES.get(COOKIE, ""))


def _services(offered: Iterable[ServiceCase], shut: self_service.Shut) -> list[dict[str, Any]]:
    """Choices for the first page. What a supervisor closed is named, and leads to the reason."""
    found = []
    for service, grouped in groupby(offered, key=lambda case: case.service):
        cases = list(grouped)
        several = f"{reverse('kiosk_number')}?{urlencode({'layanan': service.slug})}"
        closed = service.group_id in shut.groups
        found.append(
            {
                "title": service.local("name"),
                "note": _("No more walk-ins today") if closed else "",
                "url": case_url(cases[0]) if len(cases) == 1 or closed else several,
            }
        )
    return found


def _set_cookie(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_AGE,
        path=reverse("kiosk"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
