"""An appointment made before is found again by its code and a second fact."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from citizens import tokens
from citizens.domain import limits, lookup
from citizens.forms.lookup import LookupForm
from citizens.views.limited import browser_of, network_of, remember, too_many
from citizens.views.personal import personal


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Asks for code and fact; what is found opens at its own address. The code is never in an address."""
    form = LookupForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form)
    at = timezone.now()
    browser = browser_of(request) or tokens.new()
    code = form.cleaned_data["code"]
    counted = {
        limits.LOOKUP_CODE: code,
        limits.LOOKUP_CODE_DAY: code,
        limits.LOOKUP: browser,
        limits.LOOKUP_ADDRESS: network_of(request),
    }
    try:
        limits.check_all(counted=counted, at=at)
        found = lookup.find(code=code, fact=form.cleaned_data["fact"])
        response: HttpResponse = redirect("appointment", found.token)
    except limits.TooMany as refused:
        response = too_many(request, refused, at=at)
    except lookup.NotFound:
        form.say_not_found()
        response = _page(request, form)
    remember(response, browser)
    return response


def _page(request: HttpRequest, form: LookupForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "citizens/appointments/find.html", {"form": form}, status=status)
