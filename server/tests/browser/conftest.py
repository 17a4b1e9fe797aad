"""A real browser at a real server. It is an installed Chromium; nothing is downloaded, and nobody else is asked.

The browser lives for one module: while Playwright's loop stands in this thread, no other can run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.commands.newcomer import Newcomer
from tests.commands.serving import Serving, serving
from tests.tidy import ROOT
from tools.diagrams import browser as installed

AXE = ROOT / "tools" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    path = installed()
    if path is None or not AXE.exists():
        missing = "no Chromium is installed" if path is None else "axe-core is not installed"
        pytest.skip(f"{missing}; `make browser` installs what it can.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server of a newcomer."""
    with serving(Newcomer(tmp_path_factory.mktemp("newcomer"), {"FINSECURE_RATE_LIMIT": "1000"})) as server:
        yield server


@dataclass
class Watched:
    """A page, and what a good page does not do: complain, break its own policy, ask others, or move what is there."""

    page: Page
    context: BrowserContext
    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        self.page.add_init_script(WATCHING)

    def _asked(self, request: Request) -> None:
        self.asked.append(request.url)
        if f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}" != self.origin:
            self.strangers.append(request.url)

    def open(self, path: str) -> Page:
        self.page.goto(self.origin + path, wait_until="load")
        return self.page

    def wide(self) -> int:
        wide: int = self.page.evaluate("document.scrollingElement.scrollWidth")
        return wide

    def shifted(self) -> float:
        """What moved by itself, as browsers count it: cumulative layout shift."""
        shifted: float = self.page.evaluate("window.shifted")
        return shifted

    def assert_calm(self) -> None:
        assert self.complaints == []
        assert self.strangers == []
        assert self.page.evaluate("window.violations") == []


#: Layout shift and breaches of the policy, from the very beginning of each page.
WATCHING = """
window.shifted = 0;
window.violations = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""

Opened = Callable[..., Watched]


@pytest.fixture
def opened(chromium: Browser, server: Serving) -> Iterator[Opened]:
    """Opens pages of the server: `opened(width=320, theme="dark", scripts=False)`."""
    contexts: list[BrowserContext] = []

    def open_page(width: int = 1280, height: int = 900, theme: str = "light", *, scripts: bool = True) -> Watched:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        watched = Watched(context.new_page(), context, server.url)
        if scripts:
            watched.watch()
        return watched

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Path:
    return AXE
