"""Parts of a staff page that it asks for again and again, with the office's time; nothing is sent that it already shows."""

import datetime
import hashlib
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string

from citizens.domain import wording

CSRF_FIELD = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')


def part(
    request: HttpRequest, template: str, context: dict[str, Any], *, at: datetime.datetime
) -> HttpResponse:
    """A part of a page as it is at `at`, or 304 to a page that shows just that."""
    html = render_to_string(template, context, request)
    # The form tokens differ each time, and say nothing of what is shown.
    shown = CSRF_FIELD.sub("", html)
    version = f'"{hashlib.sha256(shown.encode()).hexdigest()[:32]}"'
    known = request.headers.get("If-None-Match") == version
    response = HttpResponseNotModified() if known else HttpResponse(html)
    response.headers["ETag"] = version
    # The office's clock, so that a wrong clock of the desk's computer misleads nobody.
    response.headers["X-Served-At"] = f"{wording.local(at):%H.%M.%S}"
    return response
