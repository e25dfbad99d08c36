"""The call sheet: whom a change of the plan left behind, on screen; each call and its result on a page of its own."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citizens.admin import planning_call_rows, who
from citizens.admin.record import ARRANGE, REVEAL
from citizens.domain import access, attention, wording
from citizens.enums import AttentionReason, CallResult, Revealed
from citizens.forms.planning_calls import CallForm
from citizens.models import Attention, AttentionCall, Office

SEE = "citizens.view_attention"
ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """One place (None: every one that the person sees) and one change of the plan (None: all of them)."""

    offices: list[Office]
    office: Office | None
    proposal: int | None

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; empty without a filter."""
        given = {"kantor": self.office.code if self.office else "", "usulan": self.proposal or ""}
        chosen = {name: value for name, value in given.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def place(self) -> str:
        return str(self.office) if self.office else _("All places together")

    def rows(self) -> QuerySet[Attention]:
        """Whom to call, the earliest visit first."""
        chosen = [self.office] if self.office else self.offices
        rows = attention.call_sheet(offices=[office.pk for office in chosen])
        return rows.filter(proposal=self.proposal) if self.proposal else rows


def filters(request: HttpRequest) -> Filters:
    """?kantor= and ?usulan=; 403 for whoever may not see the sheet, 404 for a place of others."""
    who.require(request, SEE, ARRANGE)
    offices = list(who.own_offices(request))
    code = request.GET.get("kantor", "")
    office = next((office for office in offices if office.code == code), None)
    if code and office is None:
        raise Http404
    number = request.GET.get("usulan", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    return Filters(offices, office, int(number) if is_number else None)


@never_cache
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Everybody who waits for a call, masked."""
    chosen = filters(request)
    rows = chosen.rows()
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("halaman", ""))
    staff = who.staff(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Call sheet"),
        "filters": chosen,
        "counts": counts(rows),
        "page": page,
        "rows": planning_call_rows.rows(list(page)),
        "may_reveal": staff.has_perm(REVEAL),
    }
    return TemplateResponse(request, "admin/citizens/planning/calls.html", context)


@never_cache
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person to call: what has happened, earlier calls, and the form of the result."""
    chosen = filters(request)
    return _person_page(request, chosen, _found(request, pk), CallForm())


@never_cache
@require_POST
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page with the number in full, once: the call sheet is the reason that goes into the access log."""
    chosen = filters(request)
    who.require(request, REVEAL)
    found = _found(request, pk)
    try:
        value = access.reveal(
            appointment=found.appointment,
            field=Revealed.PHONE,
            staff=who.staff(request),
            reason=reason(found),
            at=timezone.now(),
        )
    except access.NothingToShow as error:
        raise Http404 from error
    return _person_page(request, chosen, found, CallForm(), value=value)


@never_cache
@require_POST
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes down what came of a call, and goes back to the sheet."""
    chosen = filters(request)
    who.require(request, ARRANGE)
    found = _found(request, pk)
    form = CallForm(request.POST)
    if not form.is_valid():
        return _person_page(request, chosen, found, form)
    attention.note_call(
        attention=found,
        result=CallResult(form.cleaned_data["result"]),
        note=form.cleaned_data["note"],
        staff=who.staff(request),
        at=timezone.now(),
    )
    found.refresh_from_db(fields=["ended_at"])
    told = _("Written down. The person knows, and is off the sheet.")
    stays = _(
        "Written down. The person stays on the sheet until there is another time or a cancellation."
    )
    again = _("Written down. The person stays on the sheet, to be called again.")
    is_told = form.cleaned_data["result"] in attention.TOLD
    messages.success(request, told if found.ended_at else stays if is_told else again)
    return HttpResponseRedirect(reverse("admin:citizens_call_sheet") + chosen.query)


def counts(rows: QuerySet[Attention]) -> dict[str, int]:
    """How many wait, by reason and by whether somebody has called. One query."""
    called = Exists(AttentionCall.objects.filter(attention=OuterRef("pk")))
    found: dict[str, int] = rows.order_by().aggregate(
        all=Count("pk"),
        no_place=Count("pk", filter=Q(reason=AttentionReason.NO_PLACE)),
        not_told=Count("pk", filter=Q(reason=AttentionReason.NOT_TOLD)),
        called=Count("pk", filter=called),
        uncalled=Count("pk", filter=~called),
    )
    return found


def reason(found: Attention) -> str:
    """What the access log says: the purpose, in the office's language."""
    return f"Lembar telepon: {found.proposal.title}"[:120]


def _found(request: HttpRequest, pk: int) -> Attention:
    """Whoever waits or has waited, at one of the person's own offices."""
    rows = Attention.objects.select_related("appointment__office", "proposal").prefetch_related(
        "calls__called_by", "appointment__visitors"
    )
    return get_object_or_404(rows.filter(appointment__office__in=who.own_offices(request)), pk=pk)


def _person_page(
    request: HttpRequest, chosen: Filters, found: Attention, form: CallForm, *, value: str = ""
) -> HttpResponse:
    staff = who.staff(request)
    row = planning_call_rows.row(found)
    context = {
        **admin.site.each_context(request),
        "title": _("Call: %(name)s") % {"name": row.name},
        "filters": chosen,
        "row": row,
        "calls": planning_call_rows.calls(found),
        "ended": wording.when(found.ended_at) if found.ended_at else "",
        "how": found.get_end_display(),
        "form": form,
        "value": value,
        "tel": found.appointment.phone,
        "may_reveal": staff.has_perm(REVEAL),
        "may_call": staff.has_perm(ARRANGE),
        "may_change": staff.has_perm(ARRANGE)
        and found.ended_at is None
        and found.appointment.starts_at > timezone.now(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/citizens/planning/call.html", context, status=status)
