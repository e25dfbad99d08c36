"""A real Chromium before the real web server. Both live as long as a test module, and its rows with them."""

import datetime
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from playwright.sync_api import sync_playwright

from citizens.domain import reference
from tests import needs

ROOT = Path(__file__).resolve().parents[2]
# Tuesday, 16 March 2027, 07.45 WIB: a working day, before the doors open.
MOMENT = datetime.datetime(2027, 3, 16, 0, 45, tzinfo=datetime.UTC)
PATIENCE = 20  # seconds until the web server answers
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
COMPRESSED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
# Pages load their small twins; compressing these would take longer than a test.
UNUSED = ("xregexp.js", "jquery.js", "select2.full.js")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def static_files(tmp_path_factory):
    """The static files as they are shipped: hashed and compressed."""
    folder = tmp_path_factory.mktemp("static")
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": COMPRESSED}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=list(UNUSED))
    return folder


@pytest.fixture(scope="module")
def transactional_db(django_db_setup, django_db_blocker):
    """The reference data of Kota Serang, and what the module's tests add; all gone after its last test.

    It takes the name of pytest-django's own fixture, which keeps rows for one test only: by this name the
    database of the tests is made, and the order of the tests decided.
    """
    with django_db_blocker.unblock():
        reference.set_up(at=MOMENT)
        yield
        # With post_migrate, which brings back the groups and their permissions.
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=False)


@pytest.fixture(scope="module")
def site(transactional_db, static_files):
    """The address of the portal, served by granian from the test database."""
    with served(static_files) as address:
        yield address


@contextmanager
def served(static_files, **environment):
    """The portal behind the real web server, with more in its environment (see served.py)."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--blocking-threads", "4", "--log-level", "warning"),
            *("--host", "127.0.0.1", "--port", str(port), "tests.browser.served:application"),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "DEMO": "1",
            "DATABASE_POOL_SIZE": "4",
            "SERVED_DATABASE": connection.settings_dict["NAME"],
            "SERVED_STATIC": str(static_files),
            "SERVED_MOMENT": MOMENT.isoformat(),
            "SERVED_FOR": str(os.getpid()),
        }
        | environment,
    )
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def wait_for(port, server):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("The web server does not answer.")


@pytest.fixture(scope="module")
def chromium():
    """A running Chromium of Debian.

    While Playwright runs there is an event loop in this thread, so Django refuses queries until it is told
    that they are fine, and opens another connection for them.
    """
    path = needs.chromium()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
        connection.close()


@pytest.fixture
def open_page(chromium, site):
    """Opens a page in a browser that has never been here. Closed, and judged, at the end of the test."""
    opened, complaints = [], []

    def opener(*, language="id", viewport=PHONE, javascript=True, address=site, **options):
        context = chromium.new_context(
            base_url=address,
            viewport=viewport,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            timezone_id="Asia/Jakarta",
            service_workers="block",
            **options,
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        if language != "id":
            context.add_cookies([{"name": "language", "value": language, "url": address}])
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: complaints.extend(complaint(message)))
        return context.new_page()

    yield opener
    for context in opened:
        context.close()
    assert complaints == [], "The browser complained."


def complaint(message):
    """What the browser itself found wrong; that a page answered with an error status is not it."""
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        yield message.text


@pytest.fixture
def photograph():
    """Keeps a picture of a page in the folder named by PHOTOS, to be looked at; without one it does nothing."""
    folder = os.environ.get("PHOTOS")

    def take(page, name):
        if folder:
            file = f"{name} {page.viewport_size['width']}.png".replace(" ", "-")
            page.screenshot(path=Path(folder) / file, full_page=True)

    return take


@pytest.fixture
def no_violations(chromium):
    """Asserts that axe finds nothing wrong with a page as it is now.

    It looks at a copy with scripts on: axe cannot run where they are off, and does not touch the page itself.
    """
    context = chromium.new_context(reduced_motion="reduce")
    copy = context.new_page()

    def judge(page):
        page.locator("h1").wait_for()  # a page that is just coming has no content yet to copy
        html = page.content()
        copy.set_viewport_size(page.viewport_size)
        copy.route(page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        copy.goto(page.url)
        assert violations(copy) == []
        copy.unroute_all()

    yield judge
    context.close()


def violations(page):
    """What axe finds wrong with the page, as readable lines."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.url} {rule['id']}: {' '.join(map(str, node['target']))} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
