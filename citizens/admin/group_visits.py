"""Visits of groups for supervisors: the list, and one page on which a visit is planned or declined."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citizens import masking, models, phone, tokens
from citizens.admin import who
from citizens.admin.records import CodeSearchAdmin, ReadOnlyInline
from citizens.domain import blocks, group_choices, group_visits, obstacles, wording
from citizens.enums import GroupVisitState
from citizens.forms.group_visit import DeclineForm
from citizens.models import GroupVisit

PLAN = "citizens.plan_groupvisit"
INTERNAL, ONLINE = "internal", "online"
REFUSALS = (
    group_visits.TooLate,
    group_visits.Closed,
    group_visits.StaleGroupVisit,
    obstacles.NotServed,
    blocks.NoSuchTime,
    blocks.NotEnoughPlaces,
)


def refusal(error: Exception) -> str:
    """In words, why the visit could not be planned."""
    if isinstance(error, blocks.NotEnoughPlaces):
        return _("It does not fit any more: %(minutes)s minutes at the counters are missing.") % {
            "minutes": error.short
        }
    if isinstance(error, obstacles.NotServed):
        return error.note or _("The service cannot be given then: blank cards are missing.")
    words: dict[type[Exception], str] = {
        group_visits.TooLate: _("That time is over. Choose a later one."),
        group_visits.Closed: _("The office is closed on that day. Choose another one."),
        group_visits.StaleGroupVisit: _("Somebody has decided about this visit meanwhile."),
        blocks.NoSuchTime: _("Nothing is free at that time any more. Choose another one."),
    }
    return words[type(error)]


class GroupPlaceInline(ReadOnlyInline):
    model = models.GroupPlace
    fields = ["slot", "places"]
    ordering = ["slot__start"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.GroupPlace]:
        found: QuerySet[models.GroupPlace] = super().get_queryset(request)
        return found.select_related("slot__office", "slot__group")


@admin.register(GroupVisit)
class GroupVisitAdmin(CodeSearchAdmin):
    list_display = [
        *("organiser_name", "people", "case", "office", "wished_from", "wished_until"),
        *("state", "starts_at"),
    ]
    list_filter = ["state", "office"]
    list_select_related = ["case__service", "office"]
    date_hierarchy = "wished_from"
    ordering = ["-requested_at"]
    fields = [
        *("planning", "code", "state", ("organiser", "organiser_name"), "contact"),
        *("case", "people", "office", ("wished_from", "wished_until"), "note", "language"),
        *("requested_at", ("starts_at", "ends_at"), ("decided_by", "decided_at"), "reason"),
    ]
    readonly_fields = ["planning", "contact"]
    inlines = [GroupPlaceInline]

    @admin.display(description=gettext_lazy("contact"))
    def contact(self, visit: GroupVisit) -> str:
        ways = [
            masking.name(visit.contact_name),
            masking.phone(visit.phone) if visit.phone else "",
            masking.email(visit.email) if visit.email else "",
        ]
        return ", ".join(way for way in ways if way)

    @admin.display(description=gettext_lazy("planning"))
    def planning(self, visit: GroupVisit) -> str:
        """The way to the page where a supervisor decides; whoever may not is refused there."""
        return format_html('<a href="{}">{}</a>', plan_url(visit), _("Plan or decline"))

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(view)
            return path(f"<int:pk>/{address}/", wrapped, name=f"citizens_groupvisit_{name}")

        return [
            route("rencana", never_cache(require_safe(self.show)), "choices"),
            route("rencanakan", require_POST(self.plan), "plan"),
            route("tolak", require_POST(self.decline), "decline"),
            *super().get_urls(),
        ]

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The wish, and the days and times to choose from; ?tanggal= opens a day."""
        visit = self._visit(request, pk)
        return self._page(request, visit, DeclineForm(), day=_date(request.GET.get("tanggal", "")))

    def plan(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes the chosen block: "internal" or "online", then the start."""
        visit = self._visit(request, pk)
        share, _space, text = request.POST.get("choice", "").partition(" ")
        start = _moment(text)
        if start is None or share not in (INTERNAL, ONLINE):
            messages.error(request, _("Choose a time from the table."))
            return HttpResponseRedirect(plan_url(visit))
        try:
            group_visits.plan(
                group_visit=visit,
                start=start,
                staff=who.staff(request),
                at=timezone.now(),
                use_online=share == ONLINE,
            )
        except REFUSALS as error:
            messages.error(request, refusal(error))
            return HttpResponseRedirect(plan_url(visit, day=wording.local(start).date()))
        self.log_change(request, visit, f"planned: {start:%Y-%m-%d %H:%M}Z, {share}")
        messages.success(
            request, _("Planned: %(when)s. The group is told.") % {"when": wording.when(start)}
        )
        return HttpResponseRedirect(plan_url(visit))

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says no, with a reason."""
        visit = self._visit(request, pk)
        form = DeclineForm(request.POST)
        if not form.is_valid():
            return self._page(request, visit, form, status=422)
        try:
            group_visits.decline(
                group_visit=visit,
                reason=form.cleaned_data["reason"],
                staff=who.staff(request),
                at=timezone.now(),
            )
        except (group_visits.TooLate, group_visits.StaleGroupVisit) as error:
            messages.error(request, refusal(error))
        else:
            self.log_change(request, visit, "declined")
            messages.success(request, _("Declined. The group is told."))
        return HttpResponseRedirect(plan_url(visit))

    def _visit(self, request: HttpRequest, pk: int) -> GroupVisit:
        """The visit, for whoever may plan at its office; 403, or 404 for another office."""
        who.require(request, PLAN)
        rows = self.get_queryset(request).select_related(
            "office", "case__service__group", "decided_by"
        )
        found: GroupVisit = get_object_or_404(rows, pk=pk)
        return found

    def _page(
        self,
        request: HttpRequest,
        visit: GroupVisit,
        form: DeclineForm,
        *,
        day: datetime.date | None = None,
        status: int = 200,
    ) -> HttpResponse:
        at = timezone.now()
        is_requested = visit.state == GroupVisitState.REQUESTED
        days = group_choices.days(group_visit=visit, at=at) if is_requested else []
        planned = group_choices.planned_until(at=at)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Group visit: %(name)s") % {"name": visit.organiser_name},
            "visit": visit,
            "code": tokens.display_code(visit.code),
            "state": GroupVisitState(visit.state).label,
            "phone": phone.display(visit.phone) if visit.phone else "",
            "minutes": group_visits.minutes_needed(visit),
            "when": wording.when(visit.starts_at) if visit.starts_at else "",
            "until": wording.clock(visit.ends_at) if visit.ends_at else "",
            "is_requested": is_requested,
            "may_be_declined": visit.may_be_ended(at=at),
            "days": [day_row(each, visit, planned=planned) for each in days],
            "planned_until": wording.day(planned),
            "chosen": chosen(days, day),
            "form": form,
        }
        template = "admin/citizens/group_visits/plan.html"
        return TemplateResponse(request, template, context, status=status)


def plan_url(visit: GroupVisit, *, day: datetime.date | None = None) -> str:
    """The page where a visit is planned; with the day that is open."""
    address = reverse("admin:citizens_groupvisit_choices", args=[visit.pk])
    return f"{address}?tanggal={day.isoformat()}#waktu" if day else address


def day_row(day: group_choices.Day, visit: GroupVisit, *, planned: datetime.date) -> dict[str, Any]:
    """One line of the table of days; `planned` is the last day whose counters are planned."""
    if day.closed:
        words, kind = day.closed, ""
    elif not day.starts:
        words, kind = _("Not planned yet") if day.date > planned else _("Closed or full"), ""
    elif day.fits_internal:
        words, kind = _("Fits"), "success"
    elif day.fits:
        words, kind = _("Fits with places of citizens"), "warning"
    else:
        words, kind = _("Too little"), "danger"
    return {
        "day": day,
        "words": wording.day(day.date),
        "fits": words,
        "kind": kind,
        "url": plan_url(visit, day=day.date) if day.starts else "",
    }


def chosen(days: list[group_choices.Day], wanted: datetime.date | None) -> dict[str, Any] | None:
    """The day that is open with its times: the wanted one, else the first wished one that fits."""
    ways: list[Callable[[group_choices.Day], bool]] = [
        lambda day: day.date == wanted and bool(day.starts),
        lambda day: day.wished and day.fits_internal,
        lambda day: day.wished and day.fits,
        lambda day: day.fits,
    ]
    found = next((day for way in ways for day in days if way(day)), None)
    if found is None:
        return None
    return {
        "date": found.date,
        "words": wording.day(found.date),
        "starts": [_start_row(start) for start in found.starts],
    }


def _start_row(start: group_choices.Start) -> dict[str, Any]:
    """One line of the table of times: up to two buttons, each with what it takes."""
    moment = start.start.isoformat()
    row: dict[str, Any] = {"time": wording.clock(start.start), "short": start.short}
    if start.internal:
        row["internal"] = f"{INTERNAL} {moment}"
        row["internal_until"] = wording.clock(start.internal.ends_at)
    # With the online share is only a choice where it costs citizens something and internal places do not do.
    if start.online and start.online.online and not start.internal:
        row["online"] = f"{ONLINE} {moment}"
        row["online_until"] = wording.clock(start.online.ends_at)
        row["online_places"] = start.online.online
    return row


def _date(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime.datetime | None:
    """An aware moment of this age in ISO form, or None."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) and 2000 < moment.year < 2200 else None
