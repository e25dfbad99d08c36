"""Kiosks: supervisors register a device, give it its one-time address, and switch it off."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from citizens import models
from citizens.admin import who
from citizens.admin.records import OfOwnOffice
from citizens.domain import kiosks, wording
from citizens.forms.kiosk import RegistrationForm

CHANGE = "citizens.change_kiosk"


@admin.register(models.Kiosk)
class KioskAdmin(OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when the program runs
    """A registered kiosk is not edited: its buttons do what can be done."""

    form = RegistrationForm
    change_form_template = "admin/citizens/kiosk/change_form.html"
    list_display = ["name", "office", "state", "last_seen_at", "registered_at"]
    list_filter = ["office"]
    list_select_related = ["office"]
    ordering = ["-registered_at", "-pk"]
    fields = ["office", "name"]
    facts = ("office", "name", "state", "registered_at", "registered_by", "claimed_at")

    @admin.display(description=gettext_lazy("state"))
    def state(self, kiosk: models.Kiosk) -> str:
        if kiosk.switched_off_at is not None:
            return _("Switched off")
        if kiosk.claimed_at is not None:
            return _("In use")
        return _("Not set up yet")

    def get_urls(self) -> list[URLPattern]:
        """With the verbs of one kiosk."""
        guard = self.admin_site.admin_view
        return [
            path("<int:kiosk>/alamat/", guard(new_address), name="citizens_kiosk_address"),
            path("<int:kiosk>/matikan/", guard(switch_off), name="citizens_kiosk_off"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        return (*self.facts, "last_seen_at", "switched_off_at", "switched_off_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("state",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: models.Kiosk, form: Any, change: bool) -> None:
        made, token = kiosks.register(
            office=obj.office, name=obj.name, staff=who.staff(request), at=timezone.now()
        )
        obj.pk, obj.address_until = made.pk, made.address_until
        # For response_add, and nothing else: the row has only the hash.
        request.one_time = token  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: models.Kiosk, post_url_continue: Any = None
    ) -> HttpResponse:
        """Shows the one-time address. Loading this page again finds the name taken and registers nothing."""
        return _address_page(request, obj, request.one_time)  # type: ignore[attr-defined]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        more = {"may_steer": who.staff(request).has_perm(CHANGE)}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)


@require_POST
def new_address(request: HttpRequest, kiosk: int) -> HttpResponse:
    """Another one-time address for a kiosk whose device is new or was wiped."""
    found = _steered(request, kiosk)
    try:
        token = kiosks.new_address(kiosk=found, at=timezone.now())
    except kiosks.SwitchedOff:
        messages.error(request, _("This kiosk is switched off. Register a new one."))
        return redirect("admin:citizens_kiosk_change", found.pk)
    found.refresh_from_db(fields=["address_until"])
    return _address_page(request, found, token)


@require_http_methods(["GET", "HEAD", "POST"])
def switch_off(request: HttpRequest, kiosk: int) -> HttpResponse:
    """Asks, and on a POST ends the kiosk for good."""
    found = _steered(request, kiosk)
    if request.method == "POST":
        if kiosks.switch_off(kiosk=found, staff=who.staff(request), at=timezone.now()):
            messages.success(request, _("The kiosk is switched off."))
        return redirect("admin:citizens_kiosk_change", found.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Switch this kiosk off?"),
        "kiosk": found,
    }
    return TemplateResponse(request, "admin/citizens/kiosk/switch_off.html", context)


def _steered(request: HttpRequest, pk: int) -> models.Kiosk:
    """The kiosk, for whoever may steer it; 404 for one of another office than one's own."""
    who.require(request, CHANGE)
    own = models.Kiosk.objects.filter(office__in=who.own_offices(request))
    return get_object_or_404(own.select_related("office"), pk=pk)


def _address_page(request: HttpRequest, kiosk: models.Kiosk, token: str) -> HttpResponse:
    address = settings.PUBLIC_URL.rstrip("/") + reverse("kiosk_claim", args=[token])
    context = {
        **admin.site.each_context(request),
        "title": _("One-time address of the kiosk"),
        "kiosk": kiosk,
        "address": address,
        "until": wording.clock(kiosk.address_until) if kiosk.address_until else "",
        "qr": _qr(address),
    }
    return TemplateResponse(request, "admin/citizens/kiosk/address.html", context)


def _qr(text: str) -> SafeString:
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=2, dark="#000", light="#fff", title=_("QR code"), omitsize=True
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from our own address
