"""The peer of a page: no query, a ready-made template, Django's CommonMiddleware and our CSP middleware.

It runs under the portal's own settings but for what is set here, on the same web server.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import path

from bench.ground import BARE_TEMPLATES


def page(request: HttpRequest, name: str) -> HttpResponse:
    """The ready-made template `name`."""
    return HttpResponse(loader.get_template(f"{name}.html").render())


urlpatterns = [path("<slug:name>/", page)]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
]
settings.TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BARE_TEMPLATES]}
]
application = get_wsgi_application()
