"""The calendar of causes of surges, and the addresses of the planner."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone

from citizens import models
from citizens.admin import surge_day, surge_page, who
from citizens.admin.records import OfOwnOffice
from citizens.domain import surge_causes
from citizens.domain.office_time import local_date
from citizens.enums import SurgeKind
from citizens.forms.surge import CauseForm


@admin.register(models.SurgeCause)
class SurgeCauseAdmin(OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when the program runs
    """Whoever belongs to one office sees the causes of every office too, and changes those of the own one."""

    form = CauseForm
    list_display = ["name", "kind", "office", "first_day", "days", "multiplier", "confirmed"]
    list_filter = ["kind", "confirmed"]
    list_select_related = ["office"]
    ordering = ["first_day", "pk"]
    fields = [
        "kind",
        "name",
        "office",
        ("first_day", "days", "multiplier"),
        "source",
        "confirmed",
    ]

    def get_urls(self) -> list[URLPattern]:
        """With the planner: the weeks of an office, and one day of it."""
        guard = self.admin_site.admin_view
        return [
            path("rencana/", guard(surge_page.weeks), name="citizens_surge"),
            path("rencana/<slug:day>/", guard(surge_day.page), name="citizens_surge_day"),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        made: Any = super().get_form(request, *args, **kwargs)
        made.today = local_date(timezone.now())  # made anew for each request
        return made

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.SurgeCause]:
        rows: QuerySet[models.SurgeCause] = admin.ModelAdmin.get_queryset(self, request)
        office = who.staff(request).office_id
        return rows if office is None else rows.filter(Q(office=office) | Q(office=None))

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """?kind= begins with what is usual for the kind."""
        given = super().get_changeform_initial_data(request)
        kind = given.get("kind", "")
        like = surge_causes.usual().get(SurgeKind(kind)) if kind in SurgeKind.values else None
        if like is None:
            return given
        usual = ("name", "multiplier", "days", "source")
        return {name: getattr(like, name) for name in usual} | given

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_own(request, obj)


def _is_own(request: HttpRequest, cause: models.SurgeCause | None) -> bool:
    """Whether a cause is no other office's; those of every office are changed by whoever plans for every office."""
    office = who.staff(request).office_id
    return cause is None or office in (None, cause.office_id)
