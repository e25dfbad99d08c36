"""Who looked at what: every reveal of personal data in full, with its reason."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import Revealed
from citizens.models.appointment import Appointment, Visitor


class AccessLog(models.Model):
    """One reveal: append-only."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("staff"), on_delete=models.PROTECT
    )
    at = models.DateTimeField(_("at"))
    field = models.CharField(_("what"), max_length=5, choices=Revealed)
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="access_logs",
    )
    visitor = models.ForeignKey(
        Visitor, verbose_name=_("visitor"), on_delete=models.CASCADE, null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("accesses to personal data")
        permissions = [("reveal_personal_data", "Can see personal data in full, for a reason")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="access_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(field=Revealed.NIK) | Q(visitor__isnull=False),
                name="access_to_a_nik_names_the_visitor",
            ),
        ]
        indexes = [models.Index("at", name="access_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}Z · {self.field}"
