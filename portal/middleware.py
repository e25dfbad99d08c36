"""Middleware: a request's reference and origin, the page's language, a polite answer when the database is away."""

import logging
import secrets
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from psycopg_pool import PoolTimeout

from portal import logs, views
from portal.client_address import client_address

logger = logging.getLogger("portal.requests")

Handler = Callable[[HttpRequest], HttpResponse]


class ReferenceMiddleware:
    """Gives each request a reference number that stands on error pages and in every log line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reference = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        mark = logs.reference.set(request.reference)  # type: ignore[attr-defined]
        try:
            # PostgreSQL knows no NUL: an address with one is nobody's.
            if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
                return views.bad_request(request)
            return self.get_response(request)
        finally:
            logs.reference.reset(mark)


class ClientAddressMiddleware:
    """Tells the views of citizens, which know nothing of our proxies, where a request really comes from."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        return self.get_response(request)


class LanguageMiddleware:
    """The page's language: the cookie that the language switch sets, else Indonesian.

    Django's own middleware would follow the browser's list, and cheap phones are often sold set to English.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.known = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class UnavailableMiddleware:
    """A lock that is not free in time, or a database that is away, is a 503 that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError | PoolTimeout):
            logger.error("database unavailable", exc_info=exception)
            return views.unavailable(request)
        return None
