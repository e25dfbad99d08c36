"""The waiting list for an earlier time, and the places that it offers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.crypto import EncryptedTextField
from citizens.enums import ON_THE_WAITLIST, OfferState, WaitlistState
from citizens.models.appointment import Appointment
from citizens.models.office import Office
from citizens.models.slot import Hold


class WaitlistEntry(models.Model):
    """Somebody who waits for a time earlier than `before`. Its state is changed by citizens.domain.waitlist alone.

    With an appointment, the offered place replaces its time; without one, `answers` (encrypted, as on a hold)
    is all that is needed to book it.
    """

    token = models.CharField(_("token"), max_length=32, unique=True)
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="waitlist_entries",
    )
    party = models.CharField(_("party"), max_length=400)
    answers = EncryptedTextField(context="waitlistentry.answers", null=True, blank=True)
    # The lead person, so that nobody waits twice for the same thing.
    person_key = models.CharField(_("person key"), max_length=64)
    office = models.ForeignKey(
        Office,
        verbose_name=_("office"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text=_("Empty: any office."),
    )
    not_before = models.DateField(_("not before"))
    before = models.DateTimeField(_("earlier than"))
    joined_at = models.DateTimeField(_("joined at"))
    state = models.CharField(
        _("state"), max_length=10, choices=WaitlistState, default=WaitlistState.WAITING
    )
    state_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("entry of the waiting list")
        verbose_name_plural = _("waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["person_key", "party"],
                condition=Q(state__in=ON_THE_WAITLIST),
                name="a_person_waits_once_for_a_party",
            ),
        ]
        indexes = [
            # Read by waitlist.offer: who has waited longest.
            models.Index(
                "joined_at", name="waitlist_in_order", condition=Q(state=WaitlistState.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.joined_at:%Y-%m-%d %H:%M:%S}Z"


class WaitlistOffer(models.Model):
    """Places held for one person of the waiting list until `expires_at`; the hold lasts a little longer."""

    entry = models.ForeignKey(
        WaitlistEntry, verbose_name=_("entry"), on_delete=models.CASCADE, related_name="offers"
    )
    hold = models.OneToOneField(
        Hold, verbose_name=_("hold"), on_delete=models.SET_NULL, null=True, related_name="offer"
    )
    office = models.ForeignKey(Office, verbose_name=_("office"), on_delete=models.PROTECT)
    starts_at = models.DateTimeField(_("starts at"))
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=10, choices=OfferState, default=OfferState.OPEN)
    state_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("offer to the waiting list")
        verbose_name_plural = _("offers to the waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state=OfferState.OPEN),
                name="one_open_offer_an_entry",
            )
        ]
        indexes = [
            models.Index("expires_at", name="offer_open", condition=Q(state=OfferState.OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} · {self.starts_at:%Y-%m-%d %H:%M}Z · {self.state}"
