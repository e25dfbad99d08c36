"""The second step of staff sign-in: a six-digit code of an authenticator app (TOTP), set up at the first sign-in.

Signing in with user name and password alone opens nothing: PortalAdminSite.has_permission also wants a verified
device. A device is made by a POST, is confirmed by its first right code, and shows its secret until then only.
"""

import math
from base64 import b32encode
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

DEVICE_NAME = "authenticator"


class CodeForm(forms.Form):
    """The code that the app shows now; blanks between its digits are fine."""

    code = forms.CharField(
        label=gettext_lazy("Six-digit code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, device: TOTPDevice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.device = device

    def clean_code(self) -> str:
        """The right code, once; each wrong one doubles the time until the next may be tried."""
        code = "".join(self.cleaned_data["code"].split())
        if not (code.isascii() and code.isdigit() and len(code) == self.device.digits):
            raise ValidationError(_("The code has six digits."))
        with transaction.atomic():  # the row lock keeps one code from being used twice
            self.device = TOTPDevice.objects.select_for_update().get(pk=self.device.pk)
            allowed, why = self.device.verify_is_allowed()
            if not allowed:
                raise ValidationError(_wait(why["locked_until"] - timezone.now()))
            right = self.device.verify_token(code)
            if right and not self.device.confirmed:
                self.device.confirmed = True
                self.device.save(update_fields=["confirmed"])
        if not right:
            raise ValidationError(
                _("This code is not right, or was used before. Wait for the next one and try it.")
            )
        return code


def is_complete(request: HttpRequest) -> bool:
    """Whether this sign-in needs no (further) second step."""
    return not settings.SECOND_FACTOR or request.user.is_verified()  # type: ignore[union-attr]  # by OTPMiddleware


def url(next_page: str) -> str:
    """Address of the second step, which goes on to `next_page`."""
    return f"{reverse('admin:second_factor')}?{urlencode({REDIRECT_FIELD_NAME: next_page})}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest, *, context: dict[str, Any]) -> HttpResponse:
    """Asks for the code, or at the first sign-in sets the app up. `context` is that of the admin site."""
    next_page = _next_page(request)
    if not (request.user.is_active and getattr(request.user, "is_staff", False)):
        return HttpResponseRedirect(reverse("admin:login"))
    if is_complete(request):
        return HttpResponseRedirect(next_page)
    device = _device(request)
    if device is None:
        if request.method == "POST":
            TOTPDevice.objects.create(user=request.user, name=DEVICE_NAME, confirmed=False)
            return HttpResponseRedirect(url(next_page))
        return _page(request, context, next_page, step="start")
    form = CodeForm(request.POST if request.method == "POST" else None, device=device)
    if form.is_valid():
        request.session.cycle_key()
        otp_login(request, form.device)
        return HttpResponseRedirect(next_page)
    return _page(
        request,
        context,
        next_page,
        step="confirm" if device.confirmed else "enrol",
        form=form,
        **({} if device.confirmed else {"qr": _qr(device), "secret": _secret(device)}),
    )


def _device(request: HttpRequest) -> TOTPDevice | None:
    """The confirmed device of the person, else the one that is being set up."""
    devices = TOTPDevice.objects.filter(user=request.user.pk)
    return devices.order_by("-confirmed", "pk").first()


def _page(
    request: HttpRequest, context: dict[str, Any], next_page: str, **more: Any
) -> TemplateResponse:
    title = _("Sign in: second step")
    return TemplateResponse(
        request,
        "admin/second_factor.html",
        {**context, "title": title, "subtitle": None, "next": next_page, **more},
    )


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("admin:index")


def _wait(remaining: Any) -> str:
    seconds = max(1, math.ceil(remaining.total_seconds()))
    return ngettext(
        "Too many wrong codes. Try again in %(seconds)d second.",
        "Too many wrong codes. Try again in %(seconds)d seconds.",
        seconds,
    ) % {"seconds": seconds}


def _qr(device: TOTPDevice) -> SafeString:
    """The device's address as inline SVG, without style attributes: the content policy forbids them."""
    code = segno.make(device.config_url, error="m", micro=False)
    drawn = code.svg_inline(border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from our own address; it holds no markup


def _secret(device: TOTPDevice) -> str:
    """The key for typing, in groups of four."""
    secret = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
