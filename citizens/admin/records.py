"""Records of the day, to be read.

Nothing can be added, changed or deleted here: states change through the domain alone, and a booked name or NIK
never. A NIK is shown masked; lists and searches use the code, which is no personal data.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import models, tokens
from citizens.admin import reports
from citizens.read_only import ReadOnly

# Arithmetic on a year far from these overflows, in Python or in PostgreSQL.
YEARS = range(1900, 2200)


class DatedChangeList(ChangeList):
    """A list whose addresses name a year that can be: any other is an address like other nonsense."""

    def get_filters(self, request: HttpRequest) -> Any:
        year = request.GET.get(f"{self.date_hierarchy}__year", "2000")
        if not (year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS):
            raise IncorrectLookupParameters
        try:
            return super().get_filters(request)
        except OverflowError as error:
            raise IncorrectLookupParameters from error


class OfOwnOffice:
    """Staff of one office see its rows alone; `office_path` leads from the row to its office."""

    office_path = "office"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DatedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # of the admin class
        office = getattr(request.user, "office_id", None)
        return rows if office is None else rows.filter(**{self.office_path: office})

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        """Whoever belongs to one office can give a row to that office alone."""
        office = getattr(request.user, "office_id", None)
        if db_field.name == "office" and office is not None:
            kwargs["queryset"] = models.Office.objects.filter(pk=office)
            kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc,no-any-return]


# Django's admin classes take no parameters when the program runs.
class ReadOnlyAdmin(ReadOnly, OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]
    """Records of the day: rows of one's own office, newest first, nothing to edit."""

    list_per_page = 50
    show_full_result_count = False


class ReadOnlyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    template = "admin/citizens/records/rows.html"
    extra = 0


class CodeSearchAdmin(ReadOnlyAdmin):
    """Search by appointment code only: names and NIKs typed into a search would end in the address."""

    search_help_text = gettext_lazy("Appointment code. Never type a name or a NIK here.")
    code_path = "code"
    search_fields = ["code"]  # shows the box; get_search_results decides

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        try:
            code = tokens.clean_code(search_term)
        except tokens.InvalidCode:
            messages.warning(request, _("This is no appointment code: it has eight characters."))
            return queryset.none(), False
        return queryset.filter(**{self.code_path: code}), False


# --- Slots -------------------------------------------------------------------------------------------


@admin.register(models.Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ["start", "office", "group", "minutes", "capacity", "online", "taken"]
    list_filter = ["office", "group"]
    list_select_related = ["office", "group"]
    date_hierarchy = "start"
    ordering = ["start", "office", "group"]


# --- The queue and what came of it --------------------------------------------------------------------


class TicketEventInline(ReadOnlyInline):
    model = models.TicketEvent
    fields = ["at", "from_state", "to_state", "staff", "counter", "reason"]
    ordering = ["pk"]


@admin.register(models.Ticket)
class TicketAdmin(CodeSearchAdmin):
    office_path = "queue_day__office"
    code_path = "appointment__code"
    list_display = ["label", "day", "office", "case", "state", "counter", "arrived_at", "ended_at"]
    list_filter = ["state", "origin", "queue_day__office"]
    list_select_related = ["queue_day__office", "case__service", "counter__office"]
    date_hierarchy = "queue_day__date"
    ordering = ["-queue_day__date", "-number"]
    exclude = ["token", "submission_key"]
    inlines = [TicketEventInline]

    @admin.display(description=gettext_lazy("number"), ordering="number")
    def label(self, ticket: models.Ticket) -> str:
        return ticket.label

    @admin.display(description=gettext_lazy("date"), ordering="queue_day__date")
    def day(self, ticket: models.Ticket) -> Any:
        return ticket.queue_day.date

    @admin.display(description=gettext_lazy("office"))
    def office(self, ticket: models.Ticket) -> models.Office:
        return ticket.queue_day.office


@admin.register(models.DeskSession)
class DeskSessionAdmin(ReadOnlyAdmin):
    office_path = "counter__office"
    list_display = ["counter", "staff", "opened_at", "closed_at"]
    list_filter = ["counter__office"]
    list_select_related = ["counter__office", "staff"]
    date_hierarchy = "opened_at"
    ordering = ["-opened_at"]


class MissingPaperInline(ReadOnlyInline):
    model = models.MissingPaper


class DigitalIdOfferInline(ReadOnlyInline):
    model = models.DigitalIdOffer


@admin.register(models.Visit)
class VisitAdmin(CodeSearchAdmin):
    office_path = "ticket__queue_day__office"
    code_path = "ticket__appointment__code"
    list_display = ["ticket", "outcome", "recorded_at", "recorded_by"]
    list_filter = ["outcome", "ticket__queue_day__office"]
    list_select_related = ["ticket__queue_day__office", "recorded_by"]
    date_hierarchy = "recorded_at"
    ordering = ["-recorded_at"]
    inlines = [MissingPaperInline, DigitalIdOfferInline]

    def get_urls(self) -> list[URLPattern]:
        return [*reports.routes(self.admin_site), *super().get_urls()]


@admin.register(models.DigitalIdActivation)
class DigitalIdActivationAdmin(ReadOnlyAdmin):
    office_path = "counter__office"
    list_display = ["activated_at", "source", "counter", "subdistrict", "lives_elsewhere"]
    list_filter = ["source", "lives_elsewhere"]
    list_select_related = ["counter__office", "subdistrict__district"]
    date_hierarchy = "activated_at"
    ordering = ["-activated_at"]
    exclude = ["person_key"]
