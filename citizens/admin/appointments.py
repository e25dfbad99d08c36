"""Appointments in the admin: the list, the record, and every page on which staff help a citizen with one.

Nothing is edited as a row: states change through the domain alone, and a booked name or NIK never.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from citizens import models
from citizens.admin import callers, changing, finding, patterns, record, sheet
from citizens.admin.records import CodeSearchAdmin


@admin.register(models.Appointment)
class AppointmentAdmin(CodeSearchAdmin):
    list_display = ["code", "starts_at", "office", "state", "booked_at"]
    list_filter = ["state", "office"]
    list_select_related = ["office"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record, to be read; there is nothing to save."""
        found = self.get_object(request, unquote(object_id))
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request, found):
            raise PermissionDenied
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        return record.show(request, found)

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"citizens_{name}")

        return [
            route("pola/", patterns.show, "patterns"),
            route("cari/", finding.find, "find_appointment"),
            route("buat/", callers.choose, "book_for_caller"),
            route("buat/waktu/", callers.days, "caller_days"),
            route("buat/data/", callers.details, "caller_details"),
            route("<int:pk>/pindah/", changing.move, "move_appointment"),
            route("<int:pk>/batal/", changing.cancel, "cancel_appointment"),
            route("<int:pk>/cetak/", sheet.sheet, "print_appointment"),
            route("<int:pk>/lihat/<slug:field>/", record.reveal, "reveal"),
            route("<int:pk>/lihat/<slug:field>/<int:visitor>/", record.reveal, "reveal_of"),
            *super().get_urls(),
        ]
