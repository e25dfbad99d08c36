"""Who saw personal data in full, when and why: to be read by supervisors and auditors."""

from django.contrib import admin

from citizens import models
from citizens.admin.records import ReadOnlyAdmin


@admin.register(models.AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    office_path = "appointment__office"
    list_display = ["at", "staff", "field", "appointment", "reason"]
    list_filter = ["field", "appointment__office"]
    list_select_related = ["staff", "appointment"]
    date_hierarchy = "at"
    ordering = ["-at"]
