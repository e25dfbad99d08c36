"""When offices are open: weekly templates with validity, closed days, and days with hours of their own."""

import datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import ClosedDayKind, HoursKind
from citizens.models import ranges
from citizens.models.office import Office
from citizens.models.region import District
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
    """The weekly hours of an office from one day until another (half-open).

    While a template of Ramadan is in force it gives the hours, whatever ordinary one lies below.
    """

    kind = models.PositiveSmallIntegerField(
        _("kind"), choices=HoursKind, default=HoursKind.ORDINARY
    )
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
            ExclusionConstraint(
                name="one_template_of_a_kind_a_day",
                expressions=[
                    (ranges.one("office"), RangeOperators.OVERLAPS),
                    (ranges.one("kind"), RangeOperators.OVERLAPS),
                    (ranges.days("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "Another template of this office covers some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="opening_template_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.name}"


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
            ExclusionConstraint(
                name="periods_of_a_weekday_never_overlap",
                expressions=[
                    (ranges.one("template"), RangeOperators.OVERLAPS),
                    (ranges.one("weekday"), RangeOperators.OVERLAPS),
                    (ranges.hours("opens", "closes"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Two periods of a day overlap."),
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


class ClosedDayQuerySet(models.QuerySet["ClosedDay"]):
    def closing(self, *, office: Office) -> "ClosedDayQuerySet":
        """Those that close `office`: its own, and those of every office unless it has hours of its own that day."""
        special = SpecialDay.objects.filter(office=office, date=OuterRef("date"))
        return self.filter(Q(office=office) | Q(office=None) & ~Exists(special))


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

    objects = ClosedDayQuerySet.as_manager()

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


class SpecialDay(models.Model):
    """A day on which an office has hours of its own: longer, shorter, on a closed day, or elsewhere (the van).

    It stands over the templates and over what closes every office; a closed day of the office itself stands over it.
    """

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="special_days"
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=120)
    place = models.CharField(
        _("place"),
        max_length=80,
        blank=True,
        help_text=_("Where the office is on that day. Empty: at its own address."),
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    district = models.ForeignKey(
        District, verbose_name=_("kecamatan"), on_delete=models.PROTECT, null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=160)
    confirmed = models.BooleanField(_("confirmed"), default=False)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(fields=["office", "date"], name="one_special_day_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.date} · {self.office} · {self.name}"


class SpecialPeriod(models.Model):
    """Hours of a special day, local time; a break is the gap between two periods."""

    day = models.ForeignKey(
        SpecialDay,
        verbose_name=_("special day"),
        on_delete=models.CASCADE,
        related_name="periods",
    )
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("special period")
        verbose_name_plural = _("special periods")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="special_period_closes_after_it_opens"
            ),
            ExclusionConstraint(
                name="special_periods_never_overlap",
                expressions=[
                    (ranges.one("day"), RangeOperators.OVERLAPS),
                    (ranges.hours("opens", "closes"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Two periods of a day overlap."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.opens:%H.%M}-{self.closes:%H.%M}"


class SpecialCapacity(models.Model):
    """Counters of a group on a special day. A day without any keeps the counters of its template."""

    day = models.ForeignKey(
        SpecialDay,
        verbose_name=_("special day"),
        on_delete=models.CASCADE,
        related_name="capacities",
    )
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    counters = models.PositiveSmallIntegerField(_("counters"))
    online = models.PositiveSmallIntegerField(_("places online"))
    slot_minutes = models.PositiveSmallIntegerField(_("slot length (minutes)"))

    class Meta:
        verbose_name = _("capacity of a special day")
        verbose_name_plural = _("capacities of special days")
        constraints = [
            models.UniqueConstraint(fields=["day", "group"], name="special_capacity_once_a_group"),
            models.CheckConstraint(
                condition=Q(online__lte=F("counters")), name="special_online_fits_the_counters"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5) & Q(slot_minutes__lte=120),
                name="special_slot_length_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.group}: {self.counters}"


class DayDesks(models.Model):
    """How many counters serve a group on one day, decided for that day alone; none: the group is closed."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="day_desks"
    )
    date = models.DateField(_("date"))
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    counters = models.PositiveSmallIntegerField(_("counters"))
    online = models.PositiveSmallIntegerField(_("places online"))
    source = models.CharField(_("source"), max_length=160, blank=True)
    set_at = models.DateTimeField(_("set at"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("counters of a day")
        verbose_name_plural = _("counters of days")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "date", "group"], name="counters_of_a_day_once_a_group"
            ),
            models.CheckConstraint(
                condition=Q(online__lte=F("counters")), name="day_online_fits_the_counters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} · {self.office} · {self.group}: {self.counters}"
