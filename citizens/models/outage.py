"""What stands in the way of services: outages, and blank cards that run out."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import OutageCause
from citizens.models.office import Office
from citizens.models.service import Service


class OutageQuerySet(models.QuerySet["Outage"]):
    def current(self, *, at: datetime.datetime) -> "OutageQuerySet":
        """Those that have begun, that nobody has ended, and whose expected end has not passed."""
        return self.filter(
            Q(expected_end=None) | Q(expected_end__gt=at), ended_at=None, starts_at__lte=at
        )


class Outage(models.Model):
    """Something that stops services: no new bookings for what it touches until it is expected to end.

    Without an expected end it touches the rest of the day on which it is looked at.
    """

    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outages",
        help_text=_("Empty: every office."),
    )
    services = models.ManyToManyField(
        Service, verbose_name=_("services"), blank=True, help_text=_("None: every service.")
    )
    cause = models.CharField(_("cause"), max_length=10, choices=OutageCause)
    note = models.CharField(
        _("what people should know"), max_length=200, blank=True, help_text=_("Shown to citizens.")
    )
    starts_at = models.DateTimeField(_("starts at"))
    expected_end = models.DateTimeField(_("expected end"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    reported_at = models.DateTimeField(_("reported at"), editable=False)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reported by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_end=None) | Q(expected_end__gt=F("starts_at")),
                name="outage_expected_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("starts_at")),
                name="outage_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="outage_end_says_who_and_when",
            ),
        ]
        indexes = [
            models.Index("starts_at", name="outage_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} · {self.starts_at:%Y-%m-%d %H:%M}Z"

    def is_over(self, *, at: datetime.datetime) -> bool:
        return self.ended_at is not None and self.ended_at <= at


class CardStock(models.Model):
    """A count of blank cards at an office: the newest one limits the bookings of services that print."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="card_stocks"
    )
    cards = models.PositiveIntegerField(_("blank cards"))
    counted_at = models.DateTimeField(_("counted at"), editable=False)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("counted by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("count of blank cards")
        verbose_name_plural = _("counts of blank cards")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "counted_at"], name="cards_counted_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.cards}"
