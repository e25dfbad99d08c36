"""A message, each attempt to send it, and when the sender last ran. The broker knows nothing of these."""

import datetime
import re
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from citizens import masking
from citizens.enums import Language
from citizens.models import Appointment, ContactCode, GroupVisit, Office, Ticket, WaitlistOffer
from outreach.enums import (
    IN_FLIGHT,
    MESSAGE_MOVES,
    STATES_WITH_REASON,
    STILL_TO_SEND,
    AttemptOutcome,
    Channel,
    MessageState,
    Purpose,
    Reason,
    Urgency,
)

# A one-time code as it stands in a message, and what is left of it afterwards.
DIGITS = re.compile(r"\d{6}")
WIPED = "******"
_WITHOUT_DIGITS = Case(
    When(
        purpose=Purpose.CODE,
        then=Func(
            F("body"),
            Value(DIGITS.pattern),
            Value(WIPED),
            Value("g"),
            function="regexp_replace",
            output_field=models.TextField(),
        ),
    ),
    default=F("body"),
)


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, *, at: datetime.datetime) -> "MessageQuerySet":
        """What should be sent at `at`, the longest due first."""
        return self.filter(state=MessageState.PLANNED, due_at__lte=at).order_by("due_at", "pk")

    def with_expired_lease(self, *, at: datetime.datetime) -> "MessageQuerySet":
        """Whose sender should have reported by `at` and did not."""
        return self.filter(state__in=IN_FLIGHT, lease_until__lte=at)

    def move(
        self,
        to: MessageState,
        *,
        expected: Collection[MessageState],
        at: datetime.datetime,
        reason: str = "",
        **columns: Any,
    ) -> int:
        """Moves the rows that are in one of the `expected` states; returns how many were.

        The only place that writes a state. `columns` are written with it. The digits of a one-time code are wiped
        from its text once it need not be sent any more, but not in a trial, whose one phone is the page of outgoing
        messages. Raises ValueError for a move that no row may make.
        """
        for state in expected:
            if to not in MESSAGE_MOVES[state]:
                raise ValueError(f"A message does not move from {state} to {to}.")
        if to not in IN_FLIGHT:
            columns["lease_until"] = None
        if to == MessageState.PLANNED:
            columns["claim_token"] = None
        if to not in STILL_TO_SEND and not settings.TRYING_OUT:
            columns["body"] = _WITHOUT_DIGITS
        return self.filter(state__in=expected).update(
            state=to, state_at=at, reason=reason, **columns
        )


class Message(models.Model):
    """One text to one address for one purpose. Its words are fixed when it is planned."""

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
    )
    # The time and the place that the words tell: what is no longer true must not leave.
    starts_at = models.DateTimeField(_("time of the visit"), null=True, blank=True)
    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # What else the words are about, looked at again before they leave.
    offer = models.ForeignKey(
        WaitlistOffer,
        verbose_name=_("offer to the waiting list"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    contact_code = models.ForeignKey(
        ContactCode,
        verbose_name=_("one-time code"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    group_visit = models.ForeignKey(
        GroupVisit,
        verbose_name=_("group visit"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    ticket = models.ForeignKey(
        Ticket,
        verbose_name=_("ticket"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    address = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    # One row for each occasion, however often it is planned.
    unique_key = models.CharField(_("unique key"), max_length=120, unique=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    due_at = models.DateTimeField(_("due at"))
    valid_until = models.DateTimeField(_("valid until"))
    state = models.CharField(
        _("state"), max_length=18, choices=MessageState, default=MessageState.PLANNED
    )
    state_at = models.DateTimeField(_("in this state since"))
    reason = models.CharField(_("reason"), max_length=24, choices=Reason, blank=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    repeats = models.PositiveSmallIntegerField(
        _("repeated"),
        default=0,
        help_text=_("How often it was sent again although it may have arrived."),
    )
    claim_token = models.UUIDField(_("claim"), null=True, blank=True)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("due_at")), name="message_is_due_while_valid"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=IN_FLIGHT, claim_token__isnull=False, lease_until__isnull=False
                )
                | (~Q(state__in=IN_FLIGHT) & Q(lease_until=None)),
                name="message_in_flight_has_claim_and_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.PLANNED) | Q(claim_token=None),
                name="message_planned_has_no_claim",
            ),
            models.CheckConstraint(
                condition=Q(repeats=0) | Q(repeats=1, purpose=Purpose.REMINDER),
                name="message_repeated_once_if_a_reminder",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=STATES_WITH_REASON) | ~Q(reason=""),
                name="message_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.EMAIL) | Q(subject=""),
                name="message_sms_has_no_subject",
            ),
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(body=""), name="message_has_address_and_text"
            ),
        ]
        indexes = [
            # Read by claims.claim, one urgency after the other, and by delivery.oldest_due.
            models.Index(
                "channel",
                "urgency",
                "due_at",
                condition=Q(state=MessageState.PLANNED),
                name="message_due",
            ),
            # Read by claims.release_expired.
            models.Index(
                "lease_until", condition=Q(state__in=IN_FLIGHT), name="message_with_lease"
            ),
            # Read by claims.repeat_reminders, and by whoever has to decide about unknowns.
            models.Index(
                "state_at", condition=Q(state=MessageState.UNKNOWN), name="message_unknown"
            ),
            # Read when an offer, a code or a group visit looks for its messages; few rows have one.
            *(
                models.Index(
                    name, condition=Q(**{f"{name}__isnull": False}), name=f"message_{name}"
                )
                for name in ("offer", "contact_code", "group_visit", "ticket")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.channel} · {self.masked_address}"

    @property
    def masked_address(self) -> str:
        """The address as any screen may show it."""
        mask = masking.phone if self.channel == Channel.SMS else masking.email
        return mask(self.address)

    @property
    def text_without_code(self) -> str:
        """The words as any screen of staff may show them: a one-time code is its receiver's alone."""
        return DIGITS.sub(WIPED, self.body) if self.purpose == Purpose.CODE else self.body


class Attempt(models.Model):
    """One try to send a message, written before anything leaves."""

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="attempts"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    # Our name for it at the provider: the client reference of an SMS, the Message-ID of an e-mail.
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    provider = models.CharField(_("provider"), max_length=20)
    parts = models.PositiveSmallIntegerField(_("parts"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=AttemptOutcome, default=AttemptOutcome.RUNNING
    )
    provider_reference = models.CharField(_("provider's reference"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="attempt_number_from_one"),
            models.CheckConstraint(
                condition=Q(outcome=AttemptOutcome.RUNNING, finished_at=None)
                | (~Q(outcome=AttemptOutcome.RUNNING) & Q(finished_at__isnull=False)),
                name="attempt_finished_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}.{self.number} · {self.outcome}"


class Sweep(models.Model):
    """When a recurring job last ran: what the health page and the dead-man alarm look at."""

    name = models.SlugField(_("name"), max_length=30, unique=True)
    ran_at = models.DateTimeField(_("ran at"))

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")

    def __str__(self) -> str:
        return f"{self.name} · {self.ran_at:%Y-%m-%d %H:%M:%S}Z"
