"""Changes of the plan that are proposed before they are applied, and the people whom they leave to look after."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import AttentionEnd, AttentionReason, CallResult, Fate, ProposalState
from citizens.models.appointment import Appointment
from citizens.models.office import Office


class Proposal(models.Model):
    """Edits of the calendar with what they would do. State by citizens.domain.proposals alone.

    `edits` is a list of what citizens.domain.plan_edits understands. `effect` holds what was counted: see
    citizens.domain.plan_effect. `fingerprint` is of that effect: another one at the time of applying means that
    something has changed since.
    """

    title = models.CharField(_("title"), max_length=160)
    edits = models.JSONField(_("edits"))
    first_day = models.DateField(_("first day"))
    until = models.DateField(_("until"), help_text=_("The first day that is not touched."))
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState, default=ProposalState.PROPOSED
    )
    effect = models.JSONField(_("effect"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    successor = models.OneToOneField(
        "self",
        verbose_name=_("successor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessor",
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        permissions = [("plan_calendar", "Can propose and apply changes of the plan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="proposal_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED, decided_at=None)
                | ~Q(state=ProposalState.PROPOSED) & Q(decided_at__isnull=False),
                name="proposal_is_open_or_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProposalLine(models.Model):
    """An appointment that cannot stay where it is, and what becomes of it."""

    proposal = models.ForeignKey(
        Proposal, verbose_name=_("proposal"), on_delete=models.CASCADE, related_name="lines"
    )
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.CASCADE, related_name="+"
    )
    fate = models.CharField(_("fate"), max_length=10, choices=Fate)
    from_starts_at = models.DateTimeField(_("from"))
    to_starts_at = models.DateTimeField(_("to"), null=True, blank=True)
    to_office = models.ForeignKey(
        Office,
        verbose_name=_("to office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    has_contact = models.BooleanField(_("left a phone number or an email address"))
    # When the world was told; empty until then, and of a proposal that was not applied.
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a proposal")
        verbose_name_plural = _("lines of proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "appointment"], name="an_appointment_once_a_proposal"
            ),
            models.CheckConstraint(
                condition=Q(fate=Fate.MOVED, to_starts_at__isnull=False, to_office__isnull=False)
                | Q(fate=Fate.ORPHANED, to_starts_at=None, to_office=None),
                name="who_is_moved_is_moved_somewhere",
            ),
        ]
        indexes = [
            # Read every minute: whom an applied proposal has yet to tell.
            models.Index("proposal", name="line_not_told", condition=Q(told_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} · {self.appointment}"


class AttentionQuerySet(models.QuerySet["Attention"]):
    def open(self) -> "AttentionQuerySet":
        return self.filter(ended_at=None)


class Attention(models.Model):
    """An appointment that the office must look after: it changed the plan, and nobody else can settle it.

    While it is open nothing counts against the citizen (citizens.domain.attention).
    """

    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        related_name="attentions",
    )
    reason = models.CharField(_("reason"), max_length=10, choices=AttentionReason)
    proposal = models.ForeignKey(
        Proposal,
        verbose_name=_("proposal"),
        on_delete=models.PROTECT,
        related_name="attentions",
    )
    opened_at = models.DateTimeField(_("opened at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end = models.CharField(_("how it ended"), max_length=10, choices=AttentionEnd, blank=True)

    objects = AttentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment that needs attention")
        verbose_name_plural = _("appointments that need attention")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(ended_at=None),
                name="one_open_attention_an_appointment",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="attention_ends_somehow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment} · {self.get_reason_display()}"


class AttentionCall(models.Model):
    """One try to reach a person of the call sheet."""

    attention = models.ForeignKey(
        Attention, verbose_name=_("attention"), on_delete=models.CASCADE, related_name="calls"
    )
    result = models.CharField(_("result"), max_length=14, choices=CallResult)
    note = models.CharField(_("note"), max_length=160, blank=True)
    called_at = models.DateTimeField(_("called at"))
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("called by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self) -> str:
        return f"{self.attention} · {self.get_result_display()}"
