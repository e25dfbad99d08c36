"""The way on for people whose family card is not of Kota Serang: what can be done here, and what only at home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from citizens.models import ServiceCase
from citizens.views.shared import shared

# What a data change is, needs the office of the family card, whatever the service is.
DATA_CHANGES = {("KTP", "ubah")}


@require_safe
@shared(seconds=10)
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Every case by where it can be done. One query."""
    cases = (
        ServiceCase.objects.filter(active=True, service__active=True)
        .select_related("service")
        .order_by("service__group__sort_order", "service__sort_order", "sort_order", "pk")
    )
    here, home = [], []
    for case in cases:
        service = case.service
        if service.home_office_only or (service.code, case.code) in DATA_CHANGES:
            home.append(f"{service.local('name')}: {case.local('name')}")
            continue
        here.append(
            {
                "title": f"{service.local('name')}: {case.local('name')}",
                "note": case.local("explanation"),
                "url": reverse("case", args=[service.slug, case.code]),
            }
        )
    return render(request, "citizens/services/elsewhere.html", {"here": here, "home": home})
