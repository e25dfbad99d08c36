"""What came of a visit: outcome, missing papers, the digital-ID offer, activations."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import RESULTS_WITH_REASON, ActivationSource, OfferResult, Outcome
from citizens.models.appointment import Visitor
from citizens.models.bilingual import Bilingual
from citizens.models.office import Counter
from citizens.models.queue import Ticket
from citizens.models.region import Subdistrict
from citizens.models.service import Requirement


class Visit(models.Model):
    """The end of a ticket's visit at the counter."""

    ticket = models.OneToOneField(
        Ticket, verbose_name=_("ticket"), on_delete=models.PROTECT, related_name="visit"
    )
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")

    def __str__(self) -> str:
        return f"{self.ticket} · {self.get_outcome_display()}"


class MissingPaper(models.Model):
    """A paper that was missing: the commonest ones go into the wording of the booking page."""

    visit = models.ForeignKey(
        Visit, verbose_name=_("visit"), on_delete=models.CASCADE, related_name="missing_papers"
    )
    requirement = models.ForeignKey(Requirement, verbose_name=_("paper"), on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("missing paper")
        verbose_name_plural = _("missing papers")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "requirement"], name="paper_missing_once_a_visit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} · {self.requirement}"


class OfferReason(Bilingual):
    """Why the digital ID was declined or not possible: a short list that the office edits."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("reason against the digital ID")
        verbose_name_plural = _("reasons against the digital ID")

    def __str__(self) -> str:
        return self.name


class DigitalIdOffer(models.Model):
    """What became of the offer to one person present. It never conditions the service."""

    visit = models.ForeignKey(
        Visit, verbose_name=_("visit"), on_delete=models.CASCADE, related_name="offers"
    )
    visitor = models.ForeignKey(
        Visitor,
        verbose_name=_("visitor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text=_("Empty: a walk-in whose name was not asked."),
    )
    result = models.CharField(_("result"), max_length=20, choices=OfferResult)
    reason = models.ForeignKey(
        OfferReason, verbose_name=_("reason"), on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta:
        verbose_name = _("digital-ID offer")
        verbose_name_plural = _("digital-ID offers")
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "visitor"],
                name="one_offer_a_person_and_visit",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(result__in=RESULTS_WITH_REASON, reason__isnull=False)
                | (~Q(result__in=RESULTS_WITH_REASON) & Q(reason=None)),
                name="refused_offer_has_a_reason",
                violation_error_message=_(
                    "Declined and not possible need a reason; the others have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} · {self.get_result_display()}"


class DigitalIdActivation(models.Model):
    """A digital ID that we saw being activated: one a person, where we know the person.

    `subdistrict` is the home; empty with `lives_elsewhere` for people of other cities, whose activation does
    not count towards the city's target.
    """

    person_key = models.CharField(
        _("person key"), max_length=64, null=True, blank=True, unique=True
    )
    offer = models.OneToOneField(
        DigitalIdOffer,
        verbose_name=_("offer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activation",
    )
    source = models.CharField(_("source"), max_length=10, choices=ActivationSource)
    counter = models.ForeignKey(
        Counter, verbose_name=_("counter"), on_delete=models.PROTECT, null=True, blank=True
    )
    subdistrict = models.ForeignKey(
        Subdistrict, verbose_name=_("kelurahan"), on_delete=models.PROTECT, null=True, blank=True
    )
    lives_elsewhere = models.BooleanField(_("lives outside Kota Serang"), default=False)
    activated_at = models.DateTimeField(_("activated at"))

    class Meta:
        verbose_name = _("digital-ID activation")
        verbose_name_plural = _("digital-ID activations")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=ActivationSource.DESK)
                | Q(counter__isnull=False, offer__isnull=False),
                name="desk_activation_names_its_counter",
            ),
            models.CheckConstraint(
                condition=Q(lives_elsewhere=False) | Q(subdistrict=None),
                name="activation_has_one_home",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} · {self.activated_at:%Y-%m-%d %H:%M}Z"
