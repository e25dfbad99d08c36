"""Slots, and the holds that keep places in them while somebody fills in the form."""

import datetime
from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.crypto import EncryptedTextField
from citizens.models.office import Office
from citizens.models.service import ServiceGroup


class Slot(models.Model):
    """A time at an office for a service group: so many places, in an online and an internal share.

    `online` places are for citizens; `released` of them may be booked by now, and active appointments have
    `taken` of these. The rest of `capacity` is the internal share: staff give it to callers and groups
    (`internal_taken`). `overbooked` counts what staff gave beyond the capacity. Who changes a count holds the
    row lock; the constraints behind it keep the counts true even when somebody forgets.
    """

    office = models.ForeignKey(
        Office, verbose_name=_("office"), on_delete=models.PROTECT, related_name="slots"
    )
    group = models.ForeignKey(
        ServiceGroup,
        verbose_name=_("service group"),
        on_delete=models.PROTECT,
        related_name="slots",
    )
    start = models.DateTimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), help_text=_("Counters planned for the slot.")
    )
    online = models.PositiveSmallIntegerField(_("places online"))
    released = models.PositiveSmallIntegerField(_("released"), default=0)
    taken = models.PositiveSmallIntegerField(_("taken"), default=0)
    internal_taken = models.PositiveSmallIntegerField(_("taken of the internal share"), default=0)
    overbooked = models.PositiveSmallIntegerField(_("overbooked"), default=0)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [
            models.UniqueConstraint(fields=["office", "group", "start"], name="slot_starts_once"),
            models.CheckConstraint(
                condition=Q(taken__lte=F("released")), name="slot_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(released__lte=F("online")), name="slot_releases_what_is_online"
            ),
            models.CheckConstraint(
                condition=Q(internal_taken__lte=F("capacity") - F("online")),
                name="slot_internal_share_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(online__lte=F("capacity")), name="slot_online_fits_capacity"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="slot_takes_time"),
        ]
        indexes = [
            # Read by availability: the next free times of a group over all offices.
            models.Index(
                "group", "start", name="slot_free_by_group", condition=Q(taken__lt=F("released"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} · {self.group} · {self.start:%Y-%m-%d %H:%M}Z"

    @property
    def ends_at(self) -> datetime.datetime:
        return self.start + datetime.timedelta(minutes=self.minutes)


class Release(models.Model):
    """Places of a slot that open to citizens at a moment drawn at random (citizens.domain.release).

    Rows are the whole of what is not released yet: a slot's `online` is its `released` plus the places of its
    rows here. A returned place came back from a cancellation: the waiting list has it first.
    """

    slot = models.ForeignKey(
        Slot, verbose_name=_("slot"), on_delete=models.CASCADE, related_name="releases"
    )
    places = models.PositiveSmallIntegerField(_("places"))
    due_at = models.DateTimeField(_("due at"), db_index=True)
    returned = models.BooleanField(_("returned"), default=False)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.CheckConstraint(condition=Q(places__gt=0), name="release_has_places"),
        ]

    def __str__(self) -> str:
        return f"{self.slot} · {self.places}"


class Hold(models.Model):
    """Places kept for one browser for a few minutes. An expired hold no longer counts: no job is needed.

    `party` is who comes for what (citizens.domain.party). `answers` is what was typed, encrypted: it outlives
    the hold's time, so that nothing typed is lost. An offer to the waiting list is a hold of two hours.
    """

    token = models.CharField(_("token"), max_length=32, unique=True)
    browser = models.CharField(_("browser"), max_length=32, db_index=True)
    party = models.CharField(_("party"), max_length=400)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    answers = EncryptedTextField(context="hold.answers", null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gte=F("created_at")), name="hold_expires_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.created_at:%Y-%m-%d %H:%M:%S}Z"

    def is_alive(self, *, at: datetime.datetime) -> bool:
        return self.expires_at > at

    @cached_property
    def slots(self) -> list[Slot]:
        """Where it keeps places, in order of time, each with its office. One query, once."""
        held = Slot.objects.filter(held_places__hold=self).select_related("office")
        return list(held.order_by("start", "pk"))


class HeldPlace(models.Model):
    """One place of a hold in one slot."""

    hold = models.ForeignKey(
        Hold, verbose_name=_("hold"), on_delete=models.CASCADE, related_name="places"
    )
    slot = models.ForeignKey(
        Slot, verbose_name=_("slot"), on_delete=models.CASCADE, related_name="held_places"
    )

    class Meta:
        verbose_name = _("held place")
        verbose_name_plural = _("held places")
        constraints = [
            models.UniqueConstraint(fields=["hold", "slot"], name="one_place_a_slot_and_hold")
        ]

    def __str__(self) -> str:
        return f"{self.hold} · {self.slot}"
