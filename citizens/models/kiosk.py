"""Devices in the hall at which people take a walk-in number themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.models.office import Office


class Kiosk(models.Model):
    """A registered device. A one-time address makes a device a kiosk; its cookie holds a random token from then on.

    Of both only a hash is kept.
    """

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="kiosks"
    )
    name = models.CharField(
        _("name"),
        max_length=40,
        help_text=_("Where the device stands, for example “Main entrance”."),
    )
    address_hash = models.CharField(  # noqa: DJ001 - unique, and NULL once the address is used
        _("hash of the one-time address"), max_length=64, unique=True, null=True, editable=False
    )
    address_until = models.DateTimeField(_("address valid until"), null=True, editable=False)
    token_hash = models.CharField(  # noqa: DJ001 - unique, and NULL until a device has taken part
        _("hash of the token"), max_length=64, unique=True, null=True, editable=False
    )
    claimed_at = models.DateTimeField(_("set up at"), null=True, editable=False)
    last_seen_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    registered_at = models.DateTimeField(_("registered at"), editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("registered by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    switched_off_at = models.DateTimeField(_("switched off at"), null=True, editable=False)
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("switched off by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("kiosk")
        verbose_name_plural = _("kiosks")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "name"],
                condition=Q(switched_off_at=None),
                name="kiosk_name_once_an_office",
                violation_error_message=_("This office has a kiosk of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(address_hash=None, address_until=None)
                | Q(address_hash__isnull=False, address_until__isnull=False),
                name="kiosk_address_ends",
            ),
            models.CheckConstraint(
                condition=Q(token_hash=None, claimed_at=None)
                | Q(token_hash__isnull=False, claimed_at__isnull=False),
                name="kiosk_token_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(switched_off_at=None, switched_off_by=None)
                | Q(switched_off_at__isnull=False, switched_off_by__isnull=False),
                name="kiosk_off_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.short_name} · {self.name}"
