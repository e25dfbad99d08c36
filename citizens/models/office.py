"""Where people are served: offices (the main one, points in kecamatan, the van), counters, desk sessions."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from citizens.enums import OfficeKind
from citizens.models.region import District
from citizens.models.service import ServiceGroup


class Office(models.Model):
    """A location where people are served."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=OfficeKind)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(
        _("short name"),
        max_length=30,
        help_text=_("Used in text messages, where every letter counts."),
    )
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    district = models.ForeignKey(
        District, verbose_name=_("kecamatan"), on_delete=models.PROTECT, null=True, blank=True
    )
    active = models.BooleanField(_("active"), default=True)
    confirmed = models.BooleanField(
        _("confirmed"),
        default=False,
        help_text=_("Address and hours were confirmed by the office."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    # The order of its queue: each day begins with these, and a supervisor may change those of the day.
    booked_per_walk_in = models.PositiveSmallIntegerField(_("booked to one walk-in"), default=2)
    calls_per_priority = models.PositiveSmallIntegerField(
        _("calls to one priority"), default=3, help_text=_("Priority at most every so many calls.")
    )
    ageing_minutes = models.PositiveSmallIntegerField(_("ageing (minutes)"), default=45)
    late_minutes = models.PositiveSmallIntegerField(
        _("late (minutes)"),
        default=15,
        help_text=_("Who comes later than this after the booked time waits like a walk-in."),
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(booked_per_walk_in__gte=1, calls_per_priority__gte=1),
                name="office_queue_ratios_are_positive",
                violation_error_message=_("Both ratios are at least 1."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A counter (loket), and which service groups it serves."""

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="counters"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=60, blank=True)
    groups = models.ManyToManyField(
        ServiceGroup, verbose_name=_("service groups"), related_name="counters"
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [
            models.UniqueConstraint(
                fields=["office", "number"],
                name="counter_number_once_an_office",
                violation_error_message=_("This office already has a counter of that number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.office.short_name} · {self.number}"


class DeskSessionQuerySet(models.QuerySet["DeskSession"]):
    def open(self) -> "DeskSessionQuerySet":
        return self.filter(closed_at=None)


class DeskSession(models.Model):
    """One member of staff at one counter, from opening it to closing it."""

    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, related_name="sessions"
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        on_delete=models.PROTECT,
        related_name="desk_sessions",
    )
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = DeskSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("desk session")
        verbose_name_plural = _("desk sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["counter"],
                condition=models.Q(closed_at=None),
                name="one_open_session_a_counter",
            ),
            models.UniqueConstraint(
                fields=["staff"],
                condition=models.Q(closed_at=None),
                name="one_open_session_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(closed_at__gte=models.F("opened_at")),
                name="desk_session_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counter} · {self.staff} · {self.opened_at:%Y-%m-%d %H:%M}"


class DeskPause(models.Model):
    """A pause of a desk session: nobody is called meanwhile."""

    session = models.ForeignKey(
        DeskSession, verbose_name=_("desk session"), on_delete=models.CASCADE, related_name="pauses"
    )
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(ended_at=None),
                name="one_pause_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="pause_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.began_at:%Y-%m-%d %H:%M}"
