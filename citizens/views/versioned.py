"""Parts of a page that a browser asks for again and again: whoever knows the newest is told so and sent nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language


def answer(
    request: HttpRequest, *, version: str, served_at: str, make: Callable[[], str]
) -> HttpResponse:
    """304 to a browser that knows `version`, else the part that `make` gives. `served_at` is the office's clock."""
    tag = f"{version}-{get_language()}"
    # Compression on the way makes a tag weak.
    known = request.headers.get("If-None-Match", "").removeprefix("W/").strip('"') == tag
    response = HttpResponseNotModified() if known else HttpResponse(make())
    response.headers["ETag"] = f'"{tag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Served-At"] = served_at
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
