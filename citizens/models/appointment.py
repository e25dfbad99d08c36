"""An appointment: who comes (visitors), for what (visitor services), when (places), and its history."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens import masking
from citizens.crypto import EncryptedTextField
from citizens.enums import (
    ACTIVE_APPOINTMENT_STATES,
    Actor,
    AppointmentState,
    BookedFor,
    Language,
    PlaceShare,
    PriorityGroup,
)
from citizens.models.office import Office
from citizens.models.region import Subdistrict
from citizens.models.service import Requirement, ServiceCase, ServiceGroup
from citizens.models.slot import Slot


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def active(self) -> "AppointmentQuerySet":
        return self.filter(state__in=ACTIVE_APPOINTMENT_STATES)


class Appointment(models.Model):
    """One visit booked ahead. Its state is changed by citizens.domain.appointments.move alone."""

    token = models.CharField(_("token"), max_length=32, unique=True)
    code = models.CharField(_("code"), max_length=8, unique=True)
    # The hold's token: a form that is sent twice finds the appointment that the first one made.
    submission_key = models.CharField(_("submission key"), max_length=32, unique=True)
    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="appointments"
    )
    state = models.CharField(
        _("state"), max_length=12, choices=AppointmentState, default=AppointmentState.BOOKED
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.INDONESIAN
    )
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    subdistrict = models.ForeignKey(
        Subdistrict,
        verbose_name=_("kelurahan"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text=_("Empty: lives outside Kota Serang."),
    )
    priority_group = models.CharField(
        _("priority group"), max_length=12, choices=PriorityGroup, blank=True
    )
    booked_for = models.CharField(
        _("booked for"), max_length=8, choices=BookedFor, default=BookedFor.SELF
    )
    booker_name = models.CharField(
        _("booked by"), max_length=120, blank=True, help_text=_("Who booked for somebody else.")
    )
    consent_noted_at = models.DateTimeField(_("consent noted at"), null=True, blank=True)
    guardian_name = models.CharField(_("parent or guardian who comes"), max_length=120, blank=True)
    # Keyed hash of the number of the family card; the number itself is kept nowhere.
    household_key = models.CharField(_("household"), max_length=64, blank=True)
    phone_proved_at = models.DateTimeField(_("phone proved at"), null=True, blank=True)
    email_proved_at = models.DateTimeField(_("e-mail proved at"), null=True, blank=True)
    reconfirmed_at = models.DateTimeField(_("said again to come at"), null=True, blank=True)
    privacy_notice = models.CharField(_("version of the privacy notice"), max_length=20)
    booked_at = models.DateTimeField(_("booked at"))
    booked_by_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("booked by staff"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Rises with every change that a calendar must learn of (RFC 5545, SEQUENCE).
    sequence = models.PositiveSmallIntegerField(_("sequence"), default=0)
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        permissions = [("view_patterns", "Can see patterns of cancelling and booking again")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_takes_time"
            ),
            models.CheckConstraint(
                condition=~Q(booked_for=BookedFor.OTHER)
                | (Q(consent_noted_at__isnull=False) & ~Q(booker_name="")),
                name="appointment_for_another_has_consent",
            ),
        ]
        indexes = [
            # Read by the staff search and the report of patterns.
            models.Index("phone", name="appointment_by_phone", condition=~Q(phone="")),
            models.Index("email", name="appointment_by_email", condition=~Q(email="")),
            # Read by the day page: who is expected at an office today.
            models.Index("office", "starts_at", name="appointment_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.starts_at:%Y-%m-%d %H:%M}Z"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_APPOINTMENT_STATES

    @property
    def cancel_deadline(self) -> datetime.datetime:
        """From this moment on the citizen may not cancel any more."""
        return self.starts_at - datetime.timedelta(minutes=settings.CANCEL_DEADLINE_MINUTES)

    @property
    def reschedule_deadline(self) -> datetime.datetime:
        """From this moment on the citizen may not move the visit any more."""
        return self.starts_at - datetime.timedelta(minutes=settings.RESCHEDULE_DEADLINE_MINUTES)

    def may_be_cancelled(self, *, at: datetime.datetime) -> bool:
        """Whether the citizen may still cancel."""
        return self.state == AppointmentState.BOOKED and at < self.cancel_deadline

    def may_be_moved(self, *, at: datetime.datetime) -> bool:
        """Whether the citizen may still move the visit to another time."""
        return self.state == AppointmentState.BOOKED and at < self.reschedule_deadline


class AppointmentPlace(models.Model):
    """One place of an appointment in one slot; a long visit has several.

    A place beyond the capacity says on its row who gave it, and why.
    """

    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.CASCADE, related_name="places"
    )
    slot = models.ForeignKey(
        Slot, verbose_name=_("slot"), on_delete=models.PROTECT, related_name="places"
    )
    share = models.CharField(
        _("share"), max_length=10, choices=PlaceShare, default=PlaceShare.ONLINE
    )
    overbooked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("overbooked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    overbooked_at = models.DateTimeField(_("overbooked at"), null=True, blank=True)
    overbooked_why = models.CharField(_("reason to overbook"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.CheckConstraint(
                condition=Q(overbooked_by=None, overbooked_at=None, overbooked_why="")
                & ~Q(share=PlaceShare.OVERBOOKED)
                | Q(
                    share=PlaceShare.OVERBOOKED,
                    overbooked_by__isnull=False,
                    overbooked_at__isnull=False,
                )
                & ~Q(overbooked_why=""),
                name="place_overbooked_says_who_and_why",
            ),
            models.UniqueConstraint(
                fields=["appointment", "slot"], name="one_place_a_slot_and_appointment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} · {self.slot}"


class Visitor(models.Model):
    """A person whom the appointment is for. Name and NIK are frozen once booked."""

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="visitors",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    full_name = models.CharField(_("full name"), max_length=120)
    nik = EncryptedTextField(context="visitor.nik", null=True, blank=True)
    birth_date = models.DateField(_("date of birth"))
    person_key = models.CharField(_("person key"), max_length=64)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "position"], name="visitor_position_once"
            ),
            models.UniqueConstraint(
                fields=["appointment", "person_key"], name="a_person_once_an_appointment"
            ),
        ]
        indexes = [
            # Read by the staff search (a NIK is found by its keyed hash) and the report of patterns.
            models.Index("person_key", name="visitor_by_person"),
        ]

    def __str__(self) -> str:
        return f"{masking.name(self.full_name)} · {self.appointment_id}.{self.position}"

    @property
    def masked_nik(self) -> str:
        """The NIK as any screen may show it; empty without one."""
        return masking.nik(self.nik) if self.nik else ""

    @property
    def nik_ending(self) -> str:
        """The last four digits, to be compared with the card; empty without a NIK."""
        return self.nik[-4:] if self.nik else ""


class VisitorService(models.Model):
    """One service case for one visitor.

    `active` repeats whether the appointment is active, so that PostgreSQL itself can refuse a second active
    appointment of the same person in the same service group.
    """

    visitor = models.ForeignKey(
        Visitor, verbose_name=_("visitor"), on_delete=models.CASCADE, related_name="services"
    )
    case = models.ForeignKey(ServiceCase, verbose_name=_("case"), on_delete=models.PROTECT)
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    person_key = models.CharField(_("person key"), max_length=64)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("booked service")
        verbose_name_plural = _("booked services")
        constraints = [
            models.UniqueConstraint(
                fields=["person_key", "group"],
                condition=Q(active=True),
                name="one_active_appointment_a_person_and_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visitor} · {self.case}"


class HouseholdVisit(models.Model):
    """A family's visit for one service group on one day: a family card has one active a day.

    `active` repeats whether the appointment is active, so that PostgreSQL itself can refuse the second.
    """

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="household_visits",
    )
    household_key = models.CharField(_("household"), max_length=64)
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    date = models.DateField(_("date"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("visit of a household")
        verbose_name_plural = _("visits of households")
        constraints = [
            models.UniqueConstraint(
                fields=["household_key", "group", "date"],
                condition=Q(active=True),
                name="one_active_visit_a_household_group_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.group} · {self.date}"


class PaperTick(models.Model):
    """A paper that the citizen has laid out for the visit, and ticked."""

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="paper_ticks",
    )
    requirement = models.ForeignKey(Requirement, verbose_name=_("paper"), on_delete=models.CASCADE)
    ticked_at = models.DateTimeField(_("ticked at"))

    class Meta:
        verbose_name = _("ticked paper")
        verbose_name_plural = _("ticked papers")
        constraints = [
            models.UniqueConstraint(fields=["appointment", "requirement"], name="paper_ticked_once")
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.requirement_id}"


class AppointmentEvent(models.Model):
    """One change of state of an appointment: append-only."""

    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.CASCADE, related_name="events"
    )
    from_state = models.CharField(_("from"), max_length=12, choices=AppointmentState, blank=True)
    to_state = models.CharField(_("to"), max_length=12, choices=AppointmentState)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("whose doing"), max_length=10, choices=Actor)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    # Of a move to another time or place; empty for anything else.
    from_starts_at = models.DateTimeField(_("from time"), null=True, blank=True)
    to_starts_at = models.DateTimeField(_("to time"), null=True, blank=True)
    from_office = models.ForeignKey(
        Office,
        verbose_name=_("from place"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    to_office = models.ForeignKey(
        Office,
        verbose_name=_("to place"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # What the office caused never counts against anybody.
    office_caused = models.BooleanField(_("caused by the office"), default=False)

    class Meta:
        verbose_name = _("appointment event")
        verbose_name_plural = _("appointment events")
        permissions = [("arrange_appointments", "Can book, move and cancel for citizens")]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor=Actor.STAFF, staff__isnull=False)
                | (~Q(actor=Actor.STAFF) & Q(staff=None)),
                name="appointment_event_names_its_staff",
            ),
            models.CheckConstraint(
                condition=Q(
                    from_starts_at=None, to_starts_at=None, from_office=None, to_office=None
                )
                | Q(
                    from_starts_at__isnull=False,
                    to_starts_at__isnull=False,
                    from_office__isnull=False,
                    to_office__isnull=False,
                ),
                name="appointment_event_moves_from_and_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} · {self.from_state}>{self.to_state} · {self.at:%Y-%m-%d %H:%M:%S}Z"
