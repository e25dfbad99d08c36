"""What the office does: service groups, services, their cases, papers to bring, published standards."""

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import Attendance, StandardPart
from citizens.models.bilingual import Bilingual


class ServiceGroup(Bilingual):
    """The unit of slot capacity, and of "one active appointment per person"."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    letter = models.CharField(_("ticket letter"), max_length=1)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("service group")
        verbose_name_plural = _("service groups")

    def __str__(self) -> str:
        return self.name


class Service(Bilingual):
    """A service of the catalogue, such as KTP-el."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        # It stands in addresses (see slug).
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*\Z")],
    )
    group = models.ForeignKey(
        ServiceGroup,
        verbose_name=_("service group"),
        on_delete=models.PROTECT,
        related_name="services",
    )
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    summary = models.CharField(_("summary"), max_length=200)
    summary_en = models.CharField(_("summary (English)"), max_length=200, blank=True)
    offers_digital_id = models.BooleanField(
        _("digital ID is offered"),
        default=False,
        help_text=_("Staff record what became of the offer for each person present."),
    )
    needs_print = models.BooleanField(_("needs printing"), default=False)
    home_office_only = models.BooleanField(
        _("only for people of Kota Serang"),
        default=False,
        help_text=_("Other people must go to the office of their own city or regency."),
    )
    active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """The code as it stands in an address: AKTA_LAHIR is "akta-lahir"."""
        return self.code.lower().replace("_", "-")

    @staticmethod
    def code_of(slug: str) -> str:
        """The code behind a slug."""
        return slug.upper().replace("-", "_")


class ServiceCase(Bilingual):
    """A case of a service (first, lost, damaged, changed): who must come, minutes, papers."""

    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="cases"
    )
    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    explanation = models.CharField(_("explanation"), max_length=250, blank=True)
    explanation_en = models.CharField(_("explanation (English)"), max_length=250, blank=True)
    attendance = models.CharField(_("who must come"), max_length=20, choices=Attendance)
    minutes = models.PositiveSmallIntegerField(_("minutes at the counter"))
    nik_required = models.BooleanField(_("NIK required"), default=False)
    active = models.BooleanField(_("active"), default=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["service", "code"], name="case_code_once_a_service"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="case_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def in_force(self, *, on: datetime.date) -> "RequirementQuerySet":
        """Papers asked for on the day `on` (valid_until is the first day without them)."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_until=None) | Q(valid_until__gt=on)
        )


class Requirement(Bilingual):
    """A paper to bring for a case. Editable: papers change by law, not by release."""

    case = models.ForeignKey(
        ServiceCase, verbose_name=_("case"), on_delete=models.PROTECT, related_name="requirements"
    )
    code = models.SlugField(_("code"), max_length=40)
    text = models.CharField(_("paper"), max_length=250)
    text_en = models.CharField(_("paper (English)"), max_length=250, blank=True)
    short_text = models.CharField(
        _("short text"),
        max_length=30,
        help_text=_("Used in text messages: “KK”, “surat kehilangan”."),
    )
    optional = models.BooleanField(_("only if it applies"), default=False)
    legal_reference = models.CharField(_("legal reference"), max_length=120, blank=True)
    confirmed = models.BooleanField(_("confirmed"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper to bring")
        verbose_name_plural = _("papers to bring")
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="requirement_code_once_a_case"),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=models.F("valid_from")),
                name="requirement_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.text}"


class ServiceStandard(Bilingual):
    """One of the six published parts of a service's standard."""

    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="standards"
    )
    part = models.CharField(_("part"), max_length=15, choices=StandardPart)
    text = models.TextField(_("text"))
    text_en = models.TextField(_("text (English)"), blank=True)

    class Meta:
        verbose_name = _("service standard")
        verbose_name_plural = _("service standards")
        constraints = [
            models.UniqueConstraint(fields=["service", "part"], name="standard_part_once_a_service")
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.get_part_display()}"
