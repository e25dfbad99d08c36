"""The queue day of an office: its lock row, its settings, and what supervisors changed in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import DayChange
from citizens.models.office import Office
from citizens.models.service import ServiceGroup


class QueueDay(models.Model):
    """The lock row of one office and day: numbers are given and people are called under it."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="queue_days"
    )
    date = models.DateField(_("date"))
    last_number = models.PositiveSmallIntegerField(_("last number"), default=0)
    booked_per_walk_in = models.PositiveSmallIntegerField(_("booked to one walk-in"), default=2)
    calls_per_priority = models.PositiveSmallIntegerField(
        _("calls to one priority"), default=3, help_text=_("Priority at most every so many calls.")
    )
    ageing_minutes = models.PositiveSmallIntegerField(
        _("ageing (minutes)"),
        default=45,
        help_text=_(
            "Who waits this much longer than first come, first served goes before any ratio."
        ),
    )

    late_minutes = models.PositiveSmallIntegerField(
        _("late (minutes)"),
        default=15,
        help_text=_("Who comes later than this after the booked time waits like a walk-in."),
    )
    walk_in_limit = models.PositiveSmallIntegerField(
        _("walk-in numbers of the day"),
        null=True,
        blank=True,
        help_text=_("Empty: as many as the counters can still serve."),
    )
    # Grows with every change of a supervisor: two at once do not overwrite each other unseen.
    version = models.PositiveIntegerField(_("version"), default=0)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("queue day")
        verbose_name_plural = _("queue days")
        permissions = [
            ("serve_queue", "Can check in, call and serve people"),
            ("supervise_queue", "Can see and steer the whole queue day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["office", "date"], name="one_queue_an_office_and_day"),
            models.CheckConstraint(
                condition=Q(booked_per_walk_in__gte=1) & Q(calls_per_priority__gte=1),
                name="queue_ratios_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="queue_day_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.date}"


class ClosedService(models.Model):
    """A service group that takes no new walk-ins on a queue day, until it is opened again."""

    queue_day = models.ForeignKey(
        QueueDay, verbose_name=_("queue day"), on_delete=models.PROTECT, related_name="closed"
    )
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=120)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened again at"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened again by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("closed service")
        verbose_name_plural = _("closed services")
        constraints = [
            models.UniqueConstraint(
                fields=["queue_day", "group"],
                condition=Q(opened_at=None),
                name="service_closed_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="service_opened_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue_day} · {self.group_id}"


class QueueDayEvent(models.Model):
    """One change of a supervisor to a queue day: append-only."""

    queue_day = models.ForeignKey(
        QueueDay, verbose_name=_("queue day"), on_delete=models.CASCADE, related_name="events"
    )
    what = models.CharField(_("what"), max_length=20, choices=DayChange)
    before = models.CharField(_("before"), max_length=120, blank=True)
    after = models.CharField(_("after"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("staff"), on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("queue day event")
        verbose_name_plural = _("queue day events")

    def __str__(self) -> str:
        return f"{self.queue_day_id} · {self.what} · {self.at:%Y-%m-%d %H:%M:%S}Z"
