"""The language of the pages, kept in a cookie."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

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


def again(language: str, page: Callable[[], HttpResponse]) -> HttpResponse:
    """A page that is no address of its own, made once more in another language, which the cookie keeps."""
    known = language if language in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(known):
        return keep(page(), language)
