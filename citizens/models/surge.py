"""What makes many people come at once: the calendar of causes."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import SurgeKind
from citizens.models.office import Office


class SurgeCause(models.Model):
    """A cause that multiplies arrivals from its first day on, for some days (counted with closed ones).

    The multiplier is of the first day; it falls evenly to 1 on the day after the last (citizens.domain.forecast).
    """

    kind = models.CharField(_("kind"), max_length=10, choices=SurgeKind)
    name = models.CharField(_("name"), max_length=120)
    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="surge_causes",
        help_text=_("Empty: every office."),
    )
    first_day = models.DateField(_("first day"))
    days = models.PositiveSmallIntegerField(_("days"))
    multiplier = models.DecimalField(
        _("multiplier of the first day"), max_digits=4, decimal_places=2
    )
    source = models.CharField(_("source"), max_length=160)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("cause of a surge")
        verbose_name_plural = _("causes of surges")
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=90), name="surge_lasts_some_days"
            ),
            models.CheckConstraint(
                condition=Q(multiplier__gte=Decimal("0.1"), multiplier__lte=10),
                name="surge_multiplier_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} · {self.name}"
