"""The page of one proposal: what it does to places and people, and the two buttons that decide it."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citizens import tokens
from citizens.admin import planning_sums, planning_words, who
from citizens.domain import proposals, wording
from citizens.domain.office_time import local_date
from citizens.enums import Fate, ProposalState
from citizens.models import Attention, Proposal, ProposalLine

PLAN, SEE = "citizens.plan_calendar", "citizens.view_proposal"
LINES_A_PAGE = 50


def visible(request: HttpRequest) -> QuerySet[Proposal]:
    """Every proposal, or for somebody of one office those that touch no other one."""
    rows = Proposal.objects.select_related("made_by", "decided_by", "successor", "predecessor")
    office = who.staff(request).office_id
    return rows if office is None else rows.filter(effect__offices=[office])


@never_cache
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen, or has happened; ?halaman= turns the pages of its people."""
    who.require(request, SEE)
    proposal = get_object_or_404(visible(request), pk=pk)
    names = planning_words.Names.read()
    is_open = proposal.state == ProposalState.PROPOSED
    context = {
        **admin.site.each_context(request),
        "title": proposal.title,
        "proposal": proposal,
        "days": planning_words.days(proposal),
        "state": state_tag(proposal),
        "made": wording.when(proposal.made_at),
        "decided": planning_words.decided(proposal),
        "before": getattr(proposal, "predecessor", None),
        "changes": planning_words.changes(proposal.edits, names),
        "capacity": planning_sums.capacity(proposal.effect.get("sums", ()), names),
        "lines": _lines(proposal, request.GET.get("halaman", "")),
        "is_open": is_open,
        "is_past": is_open and proposal.until <= local_date(timezone.now()),
        "may_plan": who.staff(request).has_perm(PLAN),
        "to_call": _to_call(proposal),
    }
    return TemplateResponse(request, "admin/citizens/planning/proposal.html", context)


@never_cache
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Does what the page has shown, or says why nothing was done."""
    proposal = _to_decide(request, pk)
    try:
        proposals.apply(proposal=proposal, staff=who.staff(request), at=timezone.now())
    except proposals.Stale as error:
        words = _(
            "Nothing was applied: something has changed since this was counted. Below is how it is now; look again."
        )
        messages.warning(request, words)
        return _to_page(error.fresh)
    except proposals.NotOpen as error:
        messages.warning(request, planning_words.decided(error.proposal))
    except planning_words.REFUSALS as error:
        messages.error(request, planning_words.refusal(error))
    else:
        messages.success(request, _applied(proposal))
    return _to_page(proposal)


@never_cache
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody applies it any more."""
    proposal = _to_decide(request, pk)
    try:
        proposals.withdraw(proposal=proposal, staff=who.staff(request), at=timezone.now())
    except proposals.NotOpen as error:
        messages.warning(request, planning_words.decided(error.proposal))
    else:
        messages.success(request, _("The proposal is withdrawn. Nothing was changed."))
    return _to_page(proposal)


def state_tag(proposal: Proposal) -> dict[str, str]:
    """For components/status_tag.html."""
    state = ProposalState(proposal.state)
    words = {ProposalState.OUTDATED: _("Out of date")}
    return {
        "text": words.get(state, str(state.label)),
        "kind": planning_words.KIND_OF_STATE[state],
    }


def _to_decide(request: HttpRequest, pk: int) -> Proposal:
    who.require(request, PLAN)
    return get_object_or_404(visible(request), pk=pk)


def _to_page(proposal: Proposal) -> HttpResponse:
    return redirect("admin:citizens_proposal_change", proposal.pk)


def _applied(proposal: Proposal) -> str:
    moved, orphaned = proposal.effect["moved"], proposal.effect["orphaned"]
    parts = [_("Applied.")]
    if moved:
        words = ngettext(
            "%(count)s person got another time.", "%(count)s people got another time.", moved
        )
        parts.append(words % {"count": moved})
    if orphaned:
        words = ngettext(
            "%(count)s person needs your help: see the call sheet.",
            "%(count)s people need your help: see the call sheet.",
            orphaned,
        )
        parts.append(words % {"count": orphaned})
    return " ".join(parts)


def _to_call(proposal: Proposal) -> int:
    """How many people of an applied proposal still wait for a call. One query, none for others."""
    if proposal.state != ProposalState.APPLIED:
        return 0
    return Attention.objects.open().filter(proposal=proposal).count()


def _lines(proposal: Proposal, number: str) -> dict[str, Any]:
    """One page of the people who cannot stay: those who find nothing first, then by time."""
    rows = (
        ProposalLine.objects.filter(proposal=proposal)
        .select_related("appointment__office")
        .order_by("-fate", "from_starts_at", "pk")
    )
    page = Paginator(rows, LINES_A_PAGE).get_page(number)
    return {"page": page, "rows": [_line(line) for line in page]}


def _line(line: ProposalLine) -> dict[str, Any]:
    return {
        "pk": line.appointment_id,
        "code": tokens.display_code(line.appointment.code),
        "office": line.appointment.office,
        "from": wording.when(line.from_starts_at),
        "to": wording.when(line.to_starts_at) if line.to_starts_at else "",
        "is_orphaned": line.fate == Fate.ORPHANED,
        "has_contact": line.has_contact,
    }
