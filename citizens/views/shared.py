"""Pages that are the same for everybody who reads them in one language: made once, kept for moments.

Nothing on them is personal, no token of a form either: a form on such a page posts to a view `from_here`.
"""

import gzip
import hashlib
import re
import time
from collections.abc import Callable, Collection
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from citizens.views.personal import type_view

ACCEPTS_GZIP = re.compile(r"\bgzip\b")


def shared(*, seconds: int, parameters: Collection[str] = ()) -> Callable[[type_view], type_view]:
    """Keeps the finished page, compressed, in this process for `seconds`.

    After that one reader has it made anew while others still get the old one, for at most as long again. An
    address with a query parameter that is not one of `parameters` is made anew each time, and so is every page
    with DEBUG on.
    """
    known = set(parameters)

    def decorate(view: type_view) -> type_view:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if settings.DEBUG or request.method != "GET" or not request.GET.keys() <= known:
                return view(request, *args, **kwargs)
            compressed = bool(ACCEPTS_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
            key = _key(request, compressed=compressed)
            page = _kept(key, seconds)
            if page is None:
                response = view(request, *args, **kwargs)
                if response.status_code != 200 or response.cookies:
                    return response
                page = gzip.compress(response.content, 6) if compressed else response.content
                caches["local"].set(key, (time.time() + seconds, page), 2 * seconds)
            # The cookie chooses the language.
            headers = {"Vary": "Accept-Encoding, Cookie"}
            if compressed:
                headers["Content-Encoding"] = "gzip"
            return HttpResponse(page, headers=headers)

        return answer

    return decorate


def from_here(view: type_view) -> type_view:
    """Guards a form without a token: one that another site sent is refused (403).

    Browsers say with a POST whose page it comes from. One that does not say still sends no cookie of ours with
    the form of another site (SameSite), so that it is a stranger's and nobody's.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        here = f"{request.scheme}://{request.get_host()}"
        if request.headers.get("Origin", here) != here:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return csrf_exempt(guarded)


def _key(request: HttpRequest, *, compressed: bool) -> str:
    """Everything the page depends on; hashed, because an address may be long."""
    facts = f"{get_language()} {compressed} {request.get_full_path()}"
    return f"page-{hashlib.sha256(facts.encode()).hexdigest()}"


def _kept(key: str, seconds: int) -> bytes | None:
    """The page, unless there is none or its time is over and this reader is the one to have it made anew."""
    due_and_page: tuple[float, bytes] | None = caches["local"].get(key)
    if due_and_page is None:
        return None
    due, page = due_and_page
    over = due < time.time()
    return None if over and caches["local"].add(f"{key}-making", True, seconds) else page
