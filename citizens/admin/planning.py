"""Planning: the list of proposals, and the addresses of the pages that belong to them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citizens.admin import (
    planning_call_paper,
    planning_calls,
    planning_new,
    planning_page,
    planning_week,
    planning_words,
    who,
)
from citizens.domain import wording
from citizens.enums import ProposalState
from citizens.models import Proposal
from citizens.read_only import ReadOnly

DECIDED_A_PAGE = 30


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when the program runs
    """A proposal is made by a form of its kind, and decided on its own page: nothing of it is edited."""

    @method_decorator(require_safe)
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return proposals_page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not (object_id.isascii() and object_id.isdecimal() and len(object_id) < 19):
            raise Http404
        return planning_page.show(request, int(object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Who made and decided it stands on its page."""
        return redirect("admin:citizens_proposal_change", object_id)

    def get_urls(self) -> list[URLPattern]:
        def route(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"citizens_{name}")

        return [
            route("baru/tutup/", planning_new.close, "propose_close"),
            route("baru/jam-khusus/", planning_new.special, "propose_special"),
            route("baru/loket/", planning_new.desks, "propose_desks"),
            route("baru/minggu/", planning_week.page, "propose_week"),
            route("baru/cabut/", planning_new.undo, "propose_undo"),
            route("telepon/", planning_calls.sheet, "call_sheet"),
            route("telepon/cetak/", planning_call_paper.paper, "call_sheet_paper"),
            route("telepon/csv/", planning_call_paper.table, "call_sheet_table"),
            route("telepon/<int:pk>/", planning_calls.person, "call"),
            route("telepon/<int:pk>/nomor/", planning_calls.number, "call_number"),
            route("telepon/<int:pk>/hasil/", planning_calls.result, "call_result"),
            route("<int:pk>/terapkan/", planning_page.apply, "proposal_apply"),
            route("<int:pk>/batalkan/", planning_page.withdraw, "proposal_withdraw"),
            *super().get_urls(),
        ]


@never_cache
def proposals_page(request: HttpRequest) -> HttpResponse:
    """What is open first, then what was decided, the latest first; ?halaman= turns the pages."""
    who.require(request, planning_page.SEE)
    rows = planning_page.visible(request).order_by("-pk")
    is_open = rows.filter(state=ProposalState.PROPOSED)
    decided = Paginator(rows.exclude(state=ProposalState.PROPOSED), DECIDED_A_PAGE)
    page = decided.get_page(request.GET.get("halaman", ""))
    context = {
        **admin.site.each_context(request),
        "title": _("Planning"),
        "open": [_row(proposal) for proposal in is_open],
        "page": page,
        "decided": [_row(proposal) for proposal in page],
        "may_plan": who.staff(request).has_perm(planning_page.PLAN),
    }
    return TemplateResponse(request, "admin/citizens/planning/list.html", context)


def _row(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "days": planning_words.days(proposal),
        "state": planning_page.state_tag(proposal),
        "made": wording.when(proposal.made_at),
        "decided": wording.when(proposal.decided_at) if proposal.decided_at else "",
        "moved": proposal.effect.get("moved", 0),
        "orphaned": proposal.effect.get("orphaned", 0),
    }
