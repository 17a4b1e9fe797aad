"""The help center as files: every page is there, every link holds in any folder, and nothing asks for a server."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest

from finsecure_server.app import LIBRARY, ROUTES
from finsecure_server.pages.export import export

BASE = "https://pay.example"
LINK = re.compile(r'(?:href|src)="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deep") / "some" / "folder"
    told: list[tuple[int, int]] = []
    files = export(ROUTES, list(LIBRARY.pages.values()), folder, BASE, lambda done, total: told.append((done, total)))
    assert len([path for path in folder.rglob("*") if path.is_file()]) == files
    assert told[-1][0] == files
    return folder


def written(site: Path) -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in site.rglob("*.html")}


def test_every_page_is_there(site: Path) -> None:
    missing = [path for path in LIBRARY.pages if not (site / f"{path.lstrip('/')}.html").is_file()]
    assert missing == []
    for name in ("index.html", "llms.txt", "llms-full.txt", "help/index.html", "help/errors.html", "docs/api.html"):
        assert (site / name).is_file(), name
    for page in LIBRARY.pages.values():
        if page.kind in ("guide", "reference"):
            assert (site / f"{page.path.lstrip('/')}.md").is_file(), page.path


def test_every_link_and_anchor_leads_to_a_file_beside_it(site: Path) -> None:
    pages = written(site)
    ids = {path: set(ID.findall(text)) for path, text in pages.items()}
    dead = []
    for path, text in pages.items():
        for link in map(html.unescape, LINK.findall(text)):
            if link.startswith("http"):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file() or (anchor and target in ids and anchor not in ids[target]):
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_nothing_needs_a_server(site: Path) -> None:
    for path, text in written(site).items():
        assert "<form" not in text, path
        assert "This form" not in text, path
        assert "data-live" not in text, path
        assert "http://127.0.0.1:4242" not in text, path
        assert 'href="/' not in text, path
        assert 'src="/' not in text, path
        assert "Find a page</a>" in text, path


def test_pages_are_otherwise_as_they_were(site: Path) -> None:
    guide = (site / "help/troubleshooting/payment-issues.html").read_text("utf-8")
    assert guide.startswith("<!doctype html>")
    assert f"curl -s {BASE}/v1/payment_intents" in guide
    assert 'aria-current="page"' in guide
    assert guide.count("<main") == guide.count("</main>") == 1
    assert '<a href="auth-errors.html"' in guide


def test_what_machines_read_leads_to_files(site: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text("utf-8"))
    guides = [link for link in links if "troubleshooting" in link]
    assert guides
    assert all((site / link).is_file() for link in guides), guides


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    """A plain file server, of a folder above."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parent)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{site.name}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_any_file_server_shows_it(served: str) -> None:
    with urlopen(served) as reply:
        page = reply.read().decode()
    style = html.unescape(next(link for link in LINK.findall(page) if link.endswith(".css")))
    with urlopen(served + style) as reply:
        assert reply.headers["content-type"].startswith("text/css")
