"""What every page with somebody's data does: it is never stored, and never indexed."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

type_view = Callable[Concatenate[HttpRequest, ...], HttpResponse]


def personal(view: type_view) -> type_view:
    """Keeps the page out of caches (no-store) and of search engines."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(guarded)
