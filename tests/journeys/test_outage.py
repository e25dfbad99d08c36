"""What people see while the database or the broker is away: real closed ports, a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
import django, json, sys
django.setup()
from django.test import Client
answer = Client(raise_request_exception=False).get(sys.argv[1], SERVER_NAME="localhost")
print(json.dumps([answer.status_code, answer.headers.get("Retry-After"), answer.text]))
"""


def ask(address, **environment):
    """The answer of the shipped settings to one request: status, Retry-After and text."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, address],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEMO": "1",
            "DEBUG": "1",  # no collected static files are needed
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("pool", ["0", "4"])
def test_without_a_database_a_page_says_when_to_try_again(pool):
    status, retry_after, text = ask(
        "/", DATABASE_URL="postgres://nobody@127.0.0.1:1/none", DATABASE_POOL_SIZE=pool
    )

    assert (status, retry_after) == (503, "30")
    assert '<html lang="id"' in text


def test_without_a_database_health_still_answers():
    status, _retry_after, text = ask(
        "/health/", DATABASE_URL="postgres://nobody@127.0.0.1:1/none", DATABASE_POOL_SIZE="0"
    )

    assert (status, json.loads(text)["database"]) == (503, False)


def test_pages_that_need_no_row_are_served_without_a_database():
    status, _retry_after, text = ask("/privasi/", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")

    assert status == 200
    assert "<h1" in text
