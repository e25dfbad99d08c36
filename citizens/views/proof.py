"""Proof of work before a time is taken: a switch for days when programs grab them (docs/adr/0012). Off, nothing of
it is loaded or asked."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_altcha import get_altcha_challenge

from citizens.forms.proof import ProofForm


@require_safe
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """A number to look for, signed and good for twenty minutes; nothing is kept until it is used."""
    if not settings.PROOF_OF_WORK:
        raise Http404
    return JsonResponse(vars(get_altcha_challenge(max_number=settings.PROOF_NUMBERS)))


def challenge_url() -> str:
    """Where the script of a form gets its challenge; empty while nothing is asked."""
    return reverse("challenge") if settings.PROOF_OF_WORK else ""


def is_given(request: HttpRequest) -> bool:
    """Whether the form that was sent carries a proof, or needs none. A proof is good once: ask once a request."""
    return not settings.PROOF_OF_WORK or ProofForm(request.POST).is_valid()


def missing(request: HttpRequest, *, again_url: str) -> HttpResponse:
    """Says what a form without a good proof needs, and what can be done without JavaScript."""
    context = {"again_url": again_url}
    return render(request, "citizens/booking/proof_missing.html", context, status=422)
