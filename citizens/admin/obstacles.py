"""What stands in the way of services: outages, counts of blank cards, closed days. Verbs of the domain write them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple, Form, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citizens import models
from citizens.admin import planned_desks, who
from citizens.admin.planning_page import PLAN
from citizens.admin.records import OfOwnOffice
from citizens.domain import card_stock, outages
from citizens.domain.office_time import local_date
from citizens.enums import OutageCause
from citizens.forms.obstacles import OutageForm


class Told(OfOwnOffice):
    """A form that knows what time it is."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        made = super().get_form(request, *args, **kwargs)  # type: ignore[misc]  # of the admin class
        made.at = timezone.now()  # made anew for each request
        return made


@admin.register(models.Outage)
class OutageAdmin(Told, admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when the program runs
    form = OutageForm
    list_display = ["cause", "office", "touched", "starts_at", "expected_end", "ended_at"]
    list_filter = ["cause", "office"]
    list_select_related = ["office"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]
    actions = ["end"]
    fields = ["office", "services", "cause", "note", "starts_at", "expected_end"]
    # Whom it touches is settled once it is reported: whoever was refused a time was refused for that.
    settled = ("office", "services", "cause", "starts_at", "touched", "reported_at", "reported_by")
    ending = ("ended_at", "ended_by")

    @admin.display(description=gettext_lazy("services"))
    def touched(self, outage: models.Outage) -> str:
        names = [service.local("name") for service in outage.services.all()]
        return ", ".join(names) or _("every service")

    @admin.action(description=gettext_lazy("It works again"), permissions=["change"])
    def end(self, request: HttpRequest, chosen: QuerySet[models.Outage]) -> None:
        at = timezone.now()
        ended = [outage for outage in chosen if self.has_change_permission(request, outage)]
        for outage in ended:
            outages.end(outage=outage, at=at, staff=who.staff(request))
            self.log_change(request, outage, "ended")
        words = ngettext("%(count)s outage has ended.", "%(count)s outages have ended.", len(ended))
        self.message_user(request, words % {"count": len(ended)})

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Outage]:
        """Those of one's own office, and those of every office, which touch it as well."""
        rows: QuerySet[models.Outage] = admin.ModelAdmin.get_queryset(self, request)
        rows = rows.prefetch_related("services")
        office = who.staff(request).office_id
        return rows if office is None else rows.filter(Q(office=office) | Q(office=None))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While it lasts, by whoever works where it is."""
        if not super().has_change_permission(request, obj):
            return False
        office = who.staff(request).office_id
        return obj is None or (obj.ended_at is None and office in (None, obj.office_id))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        told = ("office", "touched", "cause", "starts_at", "note", "expected_end")
        return (*told, "reported_at", "reported_by", *self.ending)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else (*self.settled, *self.ending)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        given = super().get_changeform_initial_data(request)
        return {"starts_at": timezone.now().replace(second=0, microsecond=0)} | given

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> "ModelMultipleChoiceField[Any] | None":
        """Services as boxes, in the order of the catalogue."""
        kwargs["widget"] = CheckboxSelectMultiple
        kwargs["queryset"] = models.Service.objects.filter(active=True).order_by(
            "group__sort_order", "sort_order", "pk"
        )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: models.Outage, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if change:
            outages.expect_end(
                outage=obj, expected_end=data["expected_end"], note=data["note"], at=form.at
            )
            return
        made = outages.report(
            office=data["office"],
            services=data["services"],
            cause=OutageCause(data["cause"]),
            note=data["note"],
            starts_at=data["starts_at"],
            expected_end=data["expected_end"],
            staff=who.staff(request),
            at=form.at,
        )
        obj.pk = made.pk


@admin.register(models.CardStock)
class CardStockAdmin(OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]  # see above
    list_display = ["office", "cards", "counted_at", "counted_by"]
    list_filter = ["office"]
    list_select_related = ["office", "counted_by"]
    date_hierarchy = "counted_at"
    ordering = ["-counted_at"]
    fields = ["office", "cards", "counted_at", "counted_by", "left_now"]
    readonly_fields = ["counted_at", "counted_by", "left_now"]

    @admin.display(description=gettext_lazy("left for new bookings now"))
    def left_now(self, stock: models.CardStock) -> str:
        left = card_stock.left(office=stock.office, at=timezone.now())
        return "-" if left is None else str(left)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ["office", "cards"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: models.CardStock, form: Form, change: bool
    ) -> None:
        at = timezone.now()
        made = card_stock.record(
            office=obj.office, cards=obj.cards, staff=who.staff(request), at=at
        )
        obj.pk = made.pk
        left = card_stock.left(office=obj.office, at=at) or 0
        words = _("Of these cards, %(left)s are left for new bookings; the others are promised.")
        if left < 0:
            words = _("More cards are promised than there are. Missing: %(missing)s.")
        level = messages.WARNING if left <= 0 else messages.INFO
        self.message_user(request, words % {"left": left, "missing": -left}, level)


@admin.register(models.ClosedDay)
class ClosedDayAdmin(OfOwnOffice, admin.ModelAdmin):  # type: ignore[type-arg]  # see above
    """Closing a day and opening it again are proposals (docs/adr/0017); the rest of the row is edited here."""

    list_display = ["date", "name", "kind", "office", "confirmed"]
    list_filter = ["kind", "confirmed", "office"]
    list_select_related = ["office"]
    date_hierarchy = "date"
    ordering = ["date"]
    fields = ["office", "date", "name", "kind", "source", "confirmed", "opening"]
    # A day is moved by opening it and closing another one: both are counted then.
    readonly_fields = ["office", "date", "opening"]

    @admin.display(description=gettext_lazy("open again"))
    def opening(self, closed_day: models.ClosedDay) -> str:
        if closed_day.date < local_date(timezone.now()):
            return _("The day is over.")
        address = f"{reverse('admin:citizens_propose_undo')}?apa=closed-{closed_day.pk}"
        return format_html('<a href="{}">{}</a>', address, _("Propose to open it again"))

    def get_urls(self) -> list[URLPattern]:
        """With the page of planned desks: the same people plan a day and close it."""
        view = self.admin_site.admin_view(planned_desks.page)
        return [path("loket/", view, name="citizens_planned_desks"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return who.staff(request).has_perm(PLAN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A closed day begins as a proposal: what it does to people is seen first."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("admin:citizens_propose_close")
