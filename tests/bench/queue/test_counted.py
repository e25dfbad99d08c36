"""An answer says how many queries it took."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.queue import counted
from citizens import tokens


@pytest.mark.django_db(transaction=True)  # a request ends the connection of the one before
def test_an_answer_tells_its_queries_and_how_long_it_took():
    environ = RequestFactory().get(reverse("ticket_part", args=[tokens.new()])).environ
    given = {}

    def start(status, headers, *_error):
        given.update(headers, status=status)

    with CaptureQueriesContext(connection) as captured:
        b"".join(counted.application(environ, start))

    assert given["status"].startswith("404")
    assert int(given[counted.QUERIES]) == len(captured) == 1
    assert float(given[counted.MILLISECONDS]) > 0
