"""Proof that a phone or an e-mail address is the citizen's: a one-time code."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import ContactKind
from citizens.models.appointment import Appointment


class ContactCode(models.Model):
    """Six digits sent to a contact of an appointment; kept as keyed hash, good once and for ten minutes."""

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="contact_codes",
    )
    kind = models.CharField(_("kind"), max_length=5, choices=ContactKind)
    code_key = models.CharField(_("code"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="contact_code_expires_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.kind} · {self.made_at:%Y-%m-%d %H:%M:%S}Z"
