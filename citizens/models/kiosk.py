"""Devices in the hall at which people take a walk-in number themselves."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from citizens.models.office import Office


class Kiosk(models.Model):
    """A registered device. It is known by a random token in its cookie, of which only a hash is kept."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="kiosks"
    )
    name = models.CharField(_("name"), max_length=40)
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    active = models.BooleanField(_("active"), default=True)
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("registered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("kiosk")
        verbose_name_plural = _("kiosks")

    def __str__(self) -> str:
        return f"{self.office.short_name} · {self.name}"
