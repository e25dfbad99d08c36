"""The queue of one office and day: its lock row, its tickets and their history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import PriorityGroup, TicketOrigin, TicketState
from citizens.models.appointment import Appointment
from citizens.models.office import Counter, Office
from citizens.models.service import ServiceCase, ServiceGroup


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
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.date}"


class Ticket(models.Model):
    """A place in the queue, from arrival to the end of the visit.

    Its state is changed by citizens.domain.queue.move alone.
    """

    queue_day = models.ForeignKey(
        QueueDay, verbose_name=_("queue day"), on_delete=models.PROTECT, related_name="tickets"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    prefix = models.CharField(_("prefix"), max_length=1)
    token = models.CharField(_("token"), max_length=32, unique=True)
    # A walk-in form that is sent twice finds the ticket that the first one made.
    submission_key = models.CharField(
        _("submission key"), max_length=32, unique=True, null=True, blank=True
    )
    origin = models.CharField(_("origin"), max_length=8, choices=TicketOrigin)
    appointment = models.OneToOneField(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ticket",
    )
    case = models.ForeignKey(ServiceCase, verbose_name=_("case"), on_delete=models.PROTECT)
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT
    )
    priority_group = models.CharField(
        _("priority group"), max_length=12, choices=PriorityGroup, blank=True
    )
    state = models.CharField(
        _("state"), max_length=10, choices=TicketState, default=TicketState.WAITING
    )
    arrived_at = models.DateTimeField(_("arrived at"))
    due_at = models.DateTimeField(
        _("due at"), null=True, blank=True, help_text=_("The booked time; empty for a walk-in.")
    )
    turn_at = models.DateTimeField(
        _("first-come turn"),
        null=True,
        blank=True,
        help_text=_("When first come, first served would have called this ticket."),
    )
    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, null=True, blank=True
    )
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("called by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
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
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["queue_day", "number"], name="ticket_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=[TicketState.CALLED, TicketState.SERVING]),
                name="one_person_at_a_counter",
            ),
            models.CheckConstraint(
                condition=Q(
                    origin=TicketOrigin.BOOKED, appointment__isnull=False, due_at__isnull=False
                )
                | Q(origin=TicketOrigin.WALK_IN, appointment=None, due_at=None),
                name="booked_ticket_has_its_appointment",
            ),
            models.CheckConstraint(
                condition=Q(called_at=None, called_by=None)
                | Q(called_at__isnull=False, called_by__isnull=False),
                name="ticket_called_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None, started_by=None)
                | Q(started_at__isnull=False, started_by__isnull=False),
                name="ticket_started_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="ticket_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TicketState.CALLED, TicketState.SERVING])
                | Q(called_at__isnull=False, counter__isnull=False),
                name="called_ticket_has_a_counter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TicketState.FINISHED, TicketState.ABSENT])
                | Q(ended_at__isnull=False),
                name="ended_ticket_says_when",
            ),
        ]
        indexes = [
            # Read by call next, the day page and the board.
            models.Index(
                "queue_day", name="ticket_waiting", condition=Q(state=TicketState.WAITING)
            ),
            # Read by call next: the latest calls are the memory of the ordering rule.
            models.Index(
                "queue_day", "called_at", name="ticket_called", condition=Q(called_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.queue_day}"

    @property
    def label(self) -> str:
        """What is printed and called: a letter and three digits, such as B-017."""
        return f"{self.prefix}-{self.number:03d}"


class TicketEvent(models.Model):
    """One change of state of a ticket: append-only."""

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="events"
    )
    from_state = models.CharField(_("from"), max_length=10, choices=TicketState, blank=True)
    to_state = models.CharField(_("to"), max_length=10, choices=TicketState)
    at = models.DateTimeField(_("at"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("staff"), on_delete=models.PROTECT
    )
    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")

    def __str__(self) -> str:
        return (
            f"{self.ticket_id} · {self.from_state}>{self.to_state} · {self.at:%Y-%m-%d %H:%M:%S}Z"
        )
