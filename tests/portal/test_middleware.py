from django.http import HttpResponse
from django.test import RequestFactory

from portal.middleware import ClientAddressMiddleware


def test_views_are_told_the_address_that_our_own_proxy_saw(settings):
    settings.PROXIES = 1
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    ClientAddressMiddleware(lambda _request: HttpResponse())(request)

    assert request.client_address == "203.0.113.9"
