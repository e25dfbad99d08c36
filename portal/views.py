"""The front page, the privacy notice, the language switch, health, and the error pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from citizens.domain import outages
from citizens.models import Service
from citizens.views import banners
from citizens.views import language as page_language
from citizens.views.shared import shared
from portal import health as health_report
from portal import showcase


@require_safe
@shared(seconds=10)
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, and how to begin, and what does not work. Two queries."""
    services = [
        {
            "title": service.local("name"),
            "note": service.local("summary"),
            "url": reverse("service", args=[service.slug]),
        }
        for service in Service.objects.filter(active=True).order_by(
            "group__sort_order", "sort_order", "pk"
        )
    ]
    told = banners.rows(outages.current(at=timezone.now()))
    return render(request, "portal/home.html", {"services": services, "outages": told})


@require_safe
@shared(seconds=10)
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice in its present version."""
    return render(request, "portal/privacy.html", {"version": settings.PRIVACY_NOTICE_VERSION})


@csrf_exempt  # changes no data, and a token would make every public page personal
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language in a cookie and goes back to the page; unknown languages change nothing."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("home")
    return page_language.keep(HttpResponseRedirect(back), request.POST.get("language", ""))


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Database, broker, oldest due message, last beat; 503 when one of them needs a person."""
    report = health_report.report(at=timezone.now())
    return JsonResponse(report, status=200 if report["healthy"] else 503)


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only while trying out."""
    return render(request, "portal/components.html", showcase.context())


def unavailable(request: HttpRequest) -> HttpResponse:
    """The office's computers do not answer: say so, and when to try again. Needs no database."""
    response = _error_page(request, 503)
    response.headers["Retry-After"] = "30"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error_page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a stale tab, or with cookies switched off."""
    return _error_page(request, 403, stale_form=True)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _error_page(request, 500)


def _error_page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Rendered without context processors: they may need what is broken."""
    reference = getattr(request, "reference", "")
    page = loader.get_template(f"{status}.html").render(
        {"request_id": reference, "DEMO": False, **context}, None
    )
    return HttpResponse(page, status=status)
