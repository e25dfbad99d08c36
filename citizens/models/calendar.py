"""When offices are open: weekly templates with validity, and closed days."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import ClosedDayKind
from citizens.models.office import Office
from citizens.models.service import ServiceGroup


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningTemplateQuerySet(models.QuerySet["OpeningTemplate"]):
    def in_force(self, *, on: datetime.date) -> "OpeningTemplateQuerySet":
        """Templates valid on the day `on` (valid_until is the first day without it)."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)


class OpeningTemplate(models.Model):
    """The weekly hours of an office from one day until another (half-open)."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="opening_templates"
    )
    name = models.CharField(_("name"), max_length=80)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=160)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    objects = OpeningTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening template")
        verbose_name_plural = _("opening templates")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "valid_from"], name="one_template_starts_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="opening_template_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.name}"

    def clean(self) -> None:
        """Refuses a second template for a day that has one. PostgreSQL cannot say this without an extension."""
        given = self.__dict__  # of an unfinished form: what is missing has an error of its own
        if not given.get("office_id") or not given.get("valid_from"):
            return
        others = OpeningTemplate.objects.filter(office=self.office).exclude(pk=self.pk)
        if self.valid_until is not None:
            others = others.filter(valid_from__lt=self.valid_until)
        if others.filter(Q(valid_until=None) | Q(valid_until__gt=self.valid_from)).exists():
            raise ValidationError(_("Another template of this office covers some of these days."))


class OpeningPeriod(models.Model):
    """Hours of one weekday, local time; a break is the gap between two periods."""

    template = models.ForeignKey(
        OpeningTemplate,
        verbose_name=_("template"),
        on_delete=models.CASCADE,
        related_name="periods",
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening period")
        verbose_name_plural = _("opening periods")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="period_closes_after_it_opens"
            ),
            models.UniqueConstraint(
                fields=["template", "weekday", "opens"], name="period_opens_once"
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.template} · {self.get_weekday_display()} {self.opens:%H.%M}-{self.closes:%H.%M}"
        )


class OpeningCapacity(models.Model):
    """How many counters serve a group under a template, and how many of them may be booked online."""

    template = models.ForeignKey(
        OpeningTemplate,
        verbose_name=_("template"),
        on_delete=models.CASCADE,
        related_name="capacities",
    )
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    counters = models.PositiveSmallIntegerField(_("counters"))
    online = models.PositiveSmallIntegerField(
        _("places online"),
        help_text=_("Places a slot that may be booked online; about 55 % of the counters."),
    )
    slot_minutes = models.PositiveSmallIntegerField(_("slot length (minutes)"))

    class Meta:
        verbose_name = _("opening capacity")
        verbose_name_plural = _("opening capacities")
        constraints = [
            models.UniqueConstraint(fields=["template", "group"], name="capacity_once_a_group"),
            models.CheckConstraint(
                condition=Q(online__lte=F("counters")), name="online_places_fit_the_counters"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5) & Q(slot_minutes__lte=120),
                name="slot_length_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.group}: {self.counters}"


class ClosedDay(models.Model):
    """A day on which an office (or, without one, every office) is closed."""

    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_days",
        help_text=_("Empty: every office."),
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=ClosedDayKind)
    source = models.CharField(_("source"), max_length=160)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "date"], name="closed_once_a_day", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} · {self.name}"
