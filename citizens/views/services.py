"""What a citizen can read before booking: a service, and a case with the papers to bring."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import outages
from citizens.domain import party as parties
from citizens.domain.office_time import local_date
from citizens.models import Requirement, Service, ServiceCase
from citizens.views import banners, way
from citizens.views.shared import shared


def case_or_404(
    service: str, case: str, *, told_at: datetime.datetime | None = None
) -> ServiceCase:
    """An active case by the two slugs of its address, with service and group. One query.

    With `told_at` it brings the outages of its service at that moment: case_outages() shows them.
    """
    rows = ServiceCase.objects.select_related("service__group")
    if told_at is not None:
        rows = rows.annotate(told=outages.touching("service", at=told_at))
    return get_object_or_404(
        rows,
        service__code=Service.code_of(service),
        service__active=True,
        code=case,
        active=True,
    )


def case_outages(found: Any) -> list[dict[str, Any]]:
    """Banners of the outages that case_or_404 brought."""
    return banners.rows(outages.notices(found.told), name=found.service.local("name"))


def papers(requirements: list[Requirement]) -> list[dict[str, str]]:
    """Rows for components/checklist.html."""
    return [
        {
            "title": requirement.local("text"),
            "note": _("Only if it applies to you.") if requirement.optional else "",
            "law": requirement.legal_reference
            if requirement.confirmed
            else _("%(law)s (to be confirmed by the office)")
            % {"law": requirement.legal_reference},
        }
        for requirement in requirements
    ]


@require_safe
@shared(seconds=10)
def service(request: HttpRequest, service: str) -> HttpResponse:
    """A service: its cases to choose from, and its published standard."""
    rows = Service.objects.annotate(told=outages.touching("pk", at=timezone.now()))
    found = get_object_or_404(rows, code=Service.code_of(service), active=True)
    told: list[Any] = found.__dict__["told"]
    cases = [
        {
            "title": case.local("name"),
            "note": case.local("explanation"),
            "url": reverse("case", args=[found.slug, case.code]),
        }
        for case in found.cases.filter(active=True).order_by("sort_order", "pk")
    ]
    standards = [
        {"title": standard.get_part_display(), "text": standard.local("text")}
        for standard in found.standards.order_by("pk")
    ]
    return render(
        request,
        "citizens/services/service.html",
        {
            "name": found.local("name"),
            "summary": found.local("summary"),
            "cases": cases,
            "standards": standards,
            "outages": banners.rows(outages.notices(told), name=found.local("name")),
        },
    )


@require_safe
@shared(seconds=10)
def case(request: HttpRequest, service: str, case: str) -> HttpResponse:
    """A case: who must come, how long it takes, and the papers as a checklist."""
    at = timezone.now()
    found = case_or_404(service, case, told_at=at)
    requirements = found.requirements.in_force(on=local_date(at)).order_by("sort_order", "pk")
    return render(
        request,
        "citizens/services/case.html",
        {
            "service": found.service.local("name"),
            "service_url": reverse("service", args=[found.service.slug]),
            "name": found.local("name"),
            "explanation": found.local("explanation"),
            "attendance": found.get_attendance_display(),
            "minutes": found.minutes,
            "papers": papers(list(requirements)),
            "home_office_only": found.service.home_office_only,
            "times_url": reverse("times", args=[found.service.slug, found.code]),
            "outages": case_outages(found),
            "party_url": way.party_url(parties.of(found).text),
        },
    )
