"""The language of the pages, kept in a cookie."""

from django.conf import settings
from django.http import HttpResponse

# The name of the switch's button on a page with a form: it sends the form along, so that nothing typed is lost.
SWITCH = "page_language"


def keep(response: HttpResponse, language: str) -> HttpResponse:
    """Sets the cookie; an unknown language changes nothing."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
