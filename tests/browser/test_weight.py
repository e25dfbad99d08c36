"""How much a page costs somebody on slow data, counted by a real browser before the real web server."""

import pytest

from tests.browser import addresses
from tests.browser.addresses import NAMES
from tests.browser.conftest import MOMENT

REQUESTS = 4
FIRST_VISIT = 40 * 1024  # bytes with headers
LATER_VISIT = 12 * 1024
PATIENCE = 100  # times 50 ms


@pytest.fixture(scope="module")
def pages(site):
    return addresses.make(at=MOMENT)


class Meter:
    """What a page asks for, and the bytes that come over the wire. Nothing comes from a cache unseen."""

    def __init__(self, page):
        self.page = page
        self.asked, self.bytes, self.open = [], 0, set()
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.loadingFinished", self._finished)
        wire.on("Network.loadingFailed", lambda event: pytest.fail(f"Not loaded: {event}"))

    def _asked(self, event):
        self.asked.append(event["request"]["url"])
        self.open.add(event["requestId"])

    def _finished(self, event):
        self.bytes += event["encodedDataLength"]
        self.open.discard(event["requestId"])

    def visit(self, address, *, first):
        """Goes there and waits for everything, which on a first visit includes the icon."""
        self.asked, self.bytes = [], 0
        self.page.goto(address, wait_until="load")
        for _ in range(PATIENCE):
            self.page.wait_for_timeout(50)
            icon = any("favicon" in url for url in self.asked)
            if not self.open and (icon or not first):
                return
        pytest.fail(f"Still loading: {self.asked}")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light_at_first_and_lighter_later(open_page, site, pages, name):
    meter = Meter(open_page())
    later = NAMES[NAMES.index(name) - 1]

    meter.visit(pages[name], first=True)
    assert len(meter.asked) <= REQUESTS, meter.asked
    assert meter.bytes <= FIRST_VISIT
    assert [url for url in meter.asked if not url.startswith(f"{site}/")] == []

    meter.visit(pages[later], first=False)
    assert meter.bytes <= LATER_VISIT, later
