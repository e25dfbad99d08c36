"""What a visit weighs in a real browser: Chromium counts requests and bytes as they come over the wire."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.frame import Row, limit

MOST_REQUESTS = 4  # the favicon counts
MOST_BYTES_FIRST = 40_000
MOST_BYTES_LATER = 12_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# As through the proxy that ends TLS: without it every page is a redirect.
HEADERS = {"X-Forwarded-Proto": "https"}


@dataclass(frozen=True)
class Weight:
    """What one page took over the wire: heads and bodies, compressed; what the browser kept is free."""

    requests: int
    bytes: float


def rows(group: str, port: int, pages: dict[str, str]) -> list[Row]:
    """The weight of the heaviest page as the first of a visit, and as a later one."""
    first, later = weigh([f"http://127.0.0.1:{port}{path}" for path in pages.values()])
    requests = max(weight.requests for weight in first)
    kilobytes = [max(weight.bytes for weight in weights) / 1000 for weights in (first, later)]
    return [
        limit(group, "first visit", "requests", ours=requests, most=MOST_REQUESTS),
        limit(group, "first visit", "kB", ours=kilobytes[0], most=MOST_BYTES_FIRST / 1000),
        limit(group, "later page", "kB", ours=kilobytes[1], most=MOST_BYTES_LATER / 1000),
    ]


def weigh(addresses: Sequence[str]) -> tuple[list[Weight], list[Weight]]:
    """The weight of each page as the first of a visit, and of each after a visit to the others."""
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError("Chromium is missing (Debian package chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        first = [_first(browser, address) for address in addresses]
        context = browser.new_context(extra_http_headers=HEADERS)
        for address in addresses:
            _open(context, address)
        later = [_open(context, address) for address in addresses]
        browser.close()
    return first, later


def _first(browser: Browser, address: str) -> Weight:
    context = browser.new_context(extra_http_headers=HEADERS)
    weight = _open(context, address)
    context.close()
    return weight


def _open(context: BrowserContext, address: str) -> Weight:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    page.close()
    over_the_wire = [size for size in received if size]
    return Weight(len(over_the_wire), sum(over_the_wire))
