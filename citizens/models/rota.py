"""Who is at which counter when, who is away, and orders that everybody is present."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import AbsenceKind
from citizens.models import ranges
from citizens.models.calendar import Weekday
from citizens.models.office import Counter, Office


class Shift(models.Model):
    """One member of staff at one counter on one weekday, from one day until another (half-open).

    Of several shifts of a person on a day, the one that began to hold last is worked (citizens.domain.rota).
    """

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        on_delete=models.PROTECT,
        related_name="shifts",
    )
    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, related_name="shifts"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "weekday", "valid_from"], name="one_shift_of_a_person_begins"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="shift_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counter} · {self.get_weekday_display()} · {self.staff}"


class Absence(models.Model):
    """Days on which somebody is not at the counter: from the first one until the day of coming back (half-open)."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        on_delete=models.PROTECT,
        related_name="absences",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AbsenceKind)
    first_day = models.DateField(_("first day"))
    until = models.DateField(_("back on"))
    note = models.CharField(_("note"), max_length=120, blank=True)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            ExclusionConstraint(
                name="absences_of_a_person_never_overlap",
                expressions=[
                    (ranges.one("staff"), RangeOperators.OVERLAPS),
                    (ranges.days("first_day", "until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person is away on some of these days already."),
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("first_day")), name="absence_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.first_day} · {self.get_kind_display()}"


class PresenceOrder(models.Model):
    """Days on which nobody works from home, by a circular; without an office, everywhere. Half-open."""

    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="presence_orders",
        help_text=_("Empty: every office."),
    )
    first_day = models.DateField(_("first day"))
    until = models.DateField(_("until"))
    source = models.CharField(_("source"), max_length=160)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("order that everybody is present")
        verbose_name_plural = _("orders that everybody is present")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("first_day")), name="presence_order_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} · {self.source}"
