"""The visit of a group: asked for online, planned by a supervisor as a block of places."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import GroupVisitState, Language, Organiser
from citizens.models.office import Office
from citizens.models.service import ServiceCase
from citizens.models.slot import Slot

SMALLEST_GROUP = 15


class GroupVisit(models.Model):
    """A request for many people at once. Its state is changed by citizens.domain.group_visits alone."""

    token = models.CharField(_("token"), max_length=32, unique=True)
    code = models.CharField(_("code"), max_length=8, unique=True)
    submission_key = models.CharField(_("submission key"), max_length=32, unique=True)
    organiser = models.CharField(_("kind of organiser"), max_length=10, choices=Organiser)
    organiser_name = models.CharField(_("organiser"), max_length=120)
    contact_name = models.CharField(_("contact person"), max_length=120)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.INDONESIAN
    )
    case = models.ForeignKey(ServiceCase, verbose_name=_("case"), on_delete=models.PROTECT)
    people = models.PositiveSmallIntegerField(_("people"))
    office = models.ForeignKey(Office, verbose_name=_("office"), on_delete=models.PROTECT)
    wished_from = models.DateField(_("wished from"))
    wished_until = models.DateField(_("wished until"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    state = models.CharField(
        _("state"), max_length=10, choices=GroupVisitState, default=GroupVisitState.REQUESTED
    )
    state_at = models.DateTimeField(_("since"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("group visit")
        verbose_name_plural = _("group visits")
        permissions = [("plan_groupvisit", "Can plan and decline group visits")]
        constraints = [
            models.CheckConstraint(
                condition=Q(people__gte=SMALLEST_GROUP), name="group_visit_is_of_a_group"
            ),
            models.CheckConstraint(
                condition=Q(wished_until__gte=models.F("wished_from")),
                name="group_visit_wish_runs_forward",
            ),
            models.CheckConstraint(
                condition=~Q(state=GroupVisitState.PLANNED)
                | Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="group_visit_planned_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""), name="group_visit_can_be_answered"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="group_visit_decided_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organiser_name} · {self.people} · {self.case}"

    def may_be_ended(self, *, at: datetime.datetime) -> bool:
        """Whether it may still be withdrawn or declined: until it begins."""
        if self.state == GroupVisitState.PLANNED:
            return self.starts_at is not None and at < self.starts_at
        return self.state == GroupVisitState.REQUESTED


class GroupPlace(models.Model):
    """Places of a slot's internal share that a planned group visit takes."""

    group_visit = models.ForeignKey(
        GroupVisit, verbose_name=_("group visit"), on_delete=models.CASCADE, related_name="places"
    )
    slot = models.ForeignKey(
        Slot, verbose_name=_("slot"), on_delete=models.PROTECT, related_name="group_places"
    )
    places = models.PositiveSmallIntegerField(_("places"))

    class Meta:
        verbose_name = _("block of places")
        verbose_name_plural = _("blocks of places")
        constraints = [
            models.UniqueConstraint(
                fields=["group_visit", "slot"], name="one_block_a_slot_and_group_visit"
            ),
            models.CheckConstraint(condition=Q(places__gt=0), name="block_has_places"),
        ]

    def __str__(self) -> str:
        return f"{self.group_visit_id} · {self.slot_id} · {self.places}"
