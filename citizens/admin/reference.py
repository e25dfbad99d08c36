"""Reference data that the office edits: places, services and papers, opening hours, reasons."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import models
from citizens.admin.records import OfOwnOffice
from citizens.enums import HoursKind
from citizens.read_only import ReadOnly


class Rows(admin.StackedInline):  # type: ignore[type-arg]  # it takes no parameter when the program runs
    """Rows of a form, each field with its own label: those of a TabularInline have none to be read aloud."""

    extra = 0


class CounterInline(Rows):
    model = models.Counter
    ordering = ["number"]
    fields = [("number", "label", "active"), "groups"]


@admin.register(models.Office)
class OfficeAdmin(OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]
    office_path = "pk"
    list_display = ["name", "kind", "address", "active", "confirmed"]
    list_filter = ["kind", "active", "confirmed"]
    ordering = ["sort_order", "name"]
    inlines = [CounterInline]


@admin.register(models.District)
class DistrictAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "name"]
    ordering = ["code"]


@admin.register(models.Subdistrict)
class SubdistrictAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "name", "district", "postal_code"]
    list_filter = ["district"]
    list_select_related = ["district"]
    ordering = ["code"]


@admin.register(models.ServiceGroup)
class ServiceGroupAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "code", "letter"]
    ordering = ["sort_order", "name"]


class StandardInline(admin.StackedInline):  # type: ignore[type-arg]
    model = models.ServiceStandard
    extra = 0
    ordering = ["pk"]


@admin.register(models.Service)
class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "code", "group", "offers_digital_id", "active"]
    list_filter = ["group", "active"]
    list_select_related = ["group"]
    ordering = ["sort_order", "name"]
    inlines = [StandardInline]


class RequirementInline(admin.StackedInline):  # type: ignore[type-arg]
    model = models.Requirement
    extra = 0
    ordering = ["sort_order", "pk"]
    fields = [
        ("code", "short_text", "sort_order"),
        "text",
        "text_en",
        ("legal_reference", "optional", "confirmed"),
        ("valid_from", "valid_until"),
    ]


@admin.register(models.ServiceCase)
class ServiceCaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "service", "minutes", "attendance", "nik_required", "active"]
    list_filter = ["service", "active"]
    list_select_related = ["service"]
    ordering = ["service__sort_order", "sort_order"]
    inlines = [RequirementInline]


class PeriodInline(ReadOnly, Rows):
    model = models.OpeningPeriod
    fields = [("weekday", "opens", "closes")]
    ordering = ["weekday", "opens"]


class CapacityInline(ReadOnly, Rows):
    model = models.OpeningCapacity
    fields = [("group", "counters", "online", "slot_minutes")]
    ordering = ["group__sort_order"]


@admin.register(models.OpeningTemplate)
class OpeningTemplateAdmin(ReadOnly, OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]
    """A week is read here; another one is proposed (docs/adr/0017)."""

    list_display = ["name", "office", "kind", "valid_from", "valid_until", "confirmed"]
    list_filter = ["office", "kind", "confirmed"]
    list_select_related = ["office"]
    ordering = ["office__sort_order", "valid_from"]
    fields = [
        *("change", "office", "kind", "name"),
        *("valid_from", "valid_until", "source", "confirmed"),
    ]
    readonly_fields = ["change"]
    inlines = [PeriodInline, CapacityInline]

    @admin.display(description=gettext_lazy("change"))
    def change(self, template: models.OpeningTemplate) -> str:
        """The way to the form; whoever may not plan is refused there."""
        kind = "ramadan" if template.kind == HoursKind.RAMADAN else "biasa"
        query = urlencode({"kantor": template.office.code, "jenis": kind})
        address = f"{reverse('admin:citizens_propose_week')}?{query}"
        return format_html('<a href="{}">{}</a>', address, _("Propose another week"))


@admin.register(models.OfferReason)
class OfferReasonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "code", "active"]
    ordering = ["sort_order", "name"]
