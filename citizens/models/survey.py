"""The satisfaction survey (SKM): answers without a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.enums import SurveyElement, SurveySource
from citizens.models.office import Office
from citizens.models.service import ServiceGroup

LEAST, MOST = 1, 4  # PermenPANRB 14/2017: from "not good" to "very good"


class SurveyAnswer(models.Model):
    """One sheet: nine marks from LEAST to MOST. It names a day and a service, never a ticket or a person."""

    office = models.ForeignKey(Office, verbose_name=_("office"), on_delete=models.PROTECT)
    group = models.ForeignKey(
        ServiceGroup,
        verbose_name=_("service group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    date = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=5, choices=SurveySource)
    requirements = models.PositiveSmallIntegerField(SurveyElement.REQUIREMENTS.label)
    procedure = models.PositiveSmallIntegerField(SurveyElement.PROCEDURE.label)
    time = models.PositiveSmallIntegerField(SurveyElement.TIME.label)
    cost = models.PositiveSmallIntegerField(SurveyElement.COST.label)
    product = models.PositiveSmallIntegerField(SurveyElement.PRODUCT.label)
    competence = models.PositiveSmallIntegerField(SurveyElement.COMPETENCE.label)
    conduct = models.PositiveSmallIntegerField(SurveyElement.CONDUCT.label)
    complaints = models.PositiveSmallIntegerField(SurveyElement.COMPLAINTS.label)
    facilities = models.PositiveSmallIntegerField(SurveyElement.FACILITIES.label)

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{element.value}__range": (LEAST, MOST)}),
                name=f"survey_{element.value}_from_one_to_four",
            )
            for element in SurveyElement
        ]
        indexes = [models.Index("office", "date", name="survey_of_an_office")]

    def __str__(self) -> str:
        return f"{self.office_id} · {self.date}"
