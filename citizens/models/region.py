"""Kota Serang's 6 kecamatan and 67 kelurahan, keyed by code: names repeat, codes do not."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """A kecamatan."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("kecamatan")
        verbose_name_plural = _("kecamatan")

    def __str__(self) -> str:
        return f"Kec. {self.name}"


class Subdistrict(models.Model):
    """A kelurahan."""

    code = models.CharField(_("code"), max_length=13, primary_key=True)
    district = models.ForeignKey(
        District, verbose_name=_("kecamatan"), on_delete=models.PROTECT, related_name="subdistricts"
    )
    name = models.CharField(_("name"), max_length=60)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)

    class Meta:
        verbose_name = _("kelurahan")
        verbose_name_plural = _("kelurahan")

    def __str__(self) -> str:
        return f"Kel. {self.name}, {self.district}"
