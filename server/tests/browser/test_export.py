"""The exported help center in a browser: it is searched without a server, under a strict policy, and as plain files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from finsecure_server.app import LIBRARY, ROUTES
from finsecure_server.pages.export import export
from tests.browser.conftest import Watched

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
GUIDE = "help/troubleshooting/webhook-issues.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "docs"
    export(ROUTES, list(LIBRARY.pages.values()), folder, "https://pay.example", lambda *_: None)
    return folder


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """A file server that allows a page its own files and nothing else."""

    class Strict(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=str(site.parent)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_is_searched_where_only_files_are_served(chromium: Browser, served: str) -> None:
    context = chromium.new_context()
    shown = Watched(context.new_page(), context, served)
    shown.watch()
    page = shown.open(f"/docs/{GUIDE}")
    assert not [asked for asked in shown.asked if "find-index" in asked]  # whoever reads loads no index
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").press_sequentially("insuficient_funds")
    expect(page.locator(".finds .results a").first).to_contain_text("insufficient_funds")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".finds .results a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/help/errors/insufficient_funds.html")
    page.locator("#q").fill("customer was charged twice")
    expect(page.locator(".finds .results a").first).to_have_attribute(
        "href", f"{served}/docs/help/troubleshooting/payment-issues.html#the-customer-was-charged-twice"
    )
    page.locator("#q").fill("zzqx")
    expect(page.locator(".finds .count")).to_contain_text("Nothing was found for “zzqx”")
    expect(page.locator(".find [role=status]")).to_contain_text("Nothing was found")
    page.keyboard.press("Escape")
    expect(page.locator(".finds")).to_be_hidden()
    shown.assert_calm()
    context.close()


def test_it_is_searched_in_files_that_nobody_serves(chromium: Browser, site: Path) -> None:
    page = chromium.new_context().new_page()
    page.goto((site / "index.html").as_uri())
    page.locator("#q").fill("webhook signature")
    page.keyboard.press("Enter")
    page.wait_for_url("**/webhook-issues.html*")
    page.context.close()


def test_without_scripts_the_list_of_all_pages_is_there(chromium: Browser, site: Path) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto((site / GUIDE).as_uri())
    page.locator("a.find").click()
    expect(page.locator("h1")).to_have_text("All pages")
    page.context.close()
