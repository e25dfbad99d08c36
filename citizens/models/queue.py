"""The tickets of a queue day, from arrival to the end of the visit, and their history."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import (
    AT_THE_COUNTER,
    ENDED_TICKET_STATES,
    Actor,
    PriorityGroup,
    TicketOrigin,
    TicketState,
)
from citizens.models.appointment import Appointment
from citizens.models.kiosk import Kiosk
from citizens.models.office import Counter
from citizens.models.queue_day import QueueDay
from citizens.models.service import ServiceCase, ServiceGroup


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
    # Called first once its group has had so many calls: whoever was put back, came late, or was transferred.
    recall_after = models.PositiveSmallIntegerField(
        _("called again after"),
        null=True,
        blank=True,
        help_text=_(
            "First in turn once the service has had so many calls; empty for the usual turn."
        ),
    )
    for_counter = models.ForeignKey(
        Counter,
        verbose_name=_("for the counter"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Transferred to this counter: no other one calls it."),
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    kiosk = models.ForeignKey(
        Kiosk, verbose_name=_("kiosk"), on_delete=models.PROTECT, null=True, blank=True
    )
    from_paper = models.BooleanField(
        _("from paper"),
        default=False,
        help_text=_("Written on paper while the system was down, entered afterwards."),
    )
    near_told_at = models.DateTimeField(_("told that the turn is near"), null=True, blank=True)
    surveyed = models.BooleanField(
        _("has answered the survey"),
        default=False,
        help_text=_("The answer itself is kept without the ticket."),
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
    parked_at = models.DateTimeField(_("set aside at"), null=True, blank=True)
    parked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set aside by"),
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
                condition=Q(state__in=AT_THE_COUNTER),
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
                condition=Q(parked_at=None, parked_by=None)
                | Q(parked_at__isnull=False, parked_by__isnull=False),
                name="ticket_parked_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state=TicketState.PARKED) | Q(parked_at__isnull=False),
                name="parked_ticket_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="ticket_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=AT_THE_COUNTER)
                | Q(called_at__isnull=False, counter__isnull=False),
                name="called_ticket_has_a_counter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED_TICKET_STATES) | Q(ended_at__isnull=False),
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
    """One change of a ticket: append-only. Replayed in order, the events of a day give its tickets."""

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="events"
    )
    from_state = models.CharField(_("from"), max_length=10, choices=TicketState, blank=True)
    to_state = models.CharField(_("to"), max_length=10, choices=TicketState)
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("whose doing"), max_length=10, choices=Actor, default=Actor.STAFF)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("staff"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    # The ticket as the change left it.
    group = models.ForeignKey(
        ServiceGroup, verbose_name=_("service group"), on_delete=models.PROTECT, related_name="+"
    )
    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, null=True, blank=True
    )
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    recall_after = models.PositiveSmallIntegerField(_("called again after"), null=True, blank=True)
    for_counter = models.ForeignKey(
        Counter,
        verbose_name=_("for the counter"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    # A counter may take its last action back: both stay written down.
    undoes = models.OneToOneField(
        "self",
        verbose_name=_("takes back"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
    )

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        constraints = [
            models.CheckConstraint(
                condition=Q(actor=Actor.STAFF, staff__isnull=False)
                | (~Q(actor=Actor.STAFF) & Q(staff=None)),
                name="ticket_event_by_staff_names_them",
            )
        ]

    def __str__(self) -> str:
        return (
            f"{self.ticket_id} · {self.from_state}>{self.to_state} · {self.at:%Y-%m-%d %H:%M:%S}Z"
        )


class WaitForecast(models.Model):
    """The wait that a ticket was told when it was given, in minutes: what it was worth is known at the first call."""

    ticket = models.OneToOneField(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="forecast"
    )
    made_at = models.DateTimeField(_("made at"))
    ahead = models.PositiveSmallIntegerField(_("people before"))
    low = models.PositiveSmallIntegerField(_("from (minutes)"))
    high = models.PositiveSmallIntegerField(_("to (minutes)"))

    class Meta:
        verbose_name = _("told wait")
        verbose_name_plural = _("told waits")
        constraints = [
            models.CheckConstraint(condition=Q(high__gte=F("low")), name="told_wait_is_a_range")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.low}-{self.high}"
