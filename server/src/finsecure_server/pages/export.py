"""The help center as files: every page that is reached from its first one, with links that hold in any folder.

It is what a server would answer, page by page, so nothing is made twice. What only a server can do is left out: forms,
and what is marked `data-live`. Searching is done by a script (`assets/find.js`) in an index that is written beside the
pages; without scripts one narrows the list of all pages.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, cast
from urllib.parse import unquote

from finsecure_server.core.env import Env, Vault
from finsecure_server.core.errors import Refused
from finsecure_server.help.index import Index
from finsecure_server.help.page import Page
from finsecure_server.pages import static_search
from finsecure_server.pages.render import asset_address
from finsecure_server.web.router import Answer, Call, Route, Router, as_bytes

FIRST: Final = "/help"
#: Beside what the first page leads to.
ALSO: Final = ("/help/errors", "/help/errors.json", "/docs/api", "/llms.txt", "/llms-full.txt", "/openapi.json")
#: What searches, and what it searches in.
SCRIPT: Final = "find.js"
INDEX: Final = "assets/find-index.js"
LINKS: Final = frozenset({"href", "src"})
ENDINGS: Final = {"text/html": ".html", "application/json": ".json", "text/markdown": ".md", "text/plain": ".txt"}
VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
_TARGET: Final = re.compile(r"\]\((/[^)\s]*)\)")  # of a link in Markdown

Progress = Callable[[int, int], None]


def export(routes: Iterable[Route], pages: Sequence[Page], folder: Path, base_url: str, tell: Progress) -> int:
    """Write the files of these pages and all that they lead to; returns how many."""
    crawl = _Crawl(Router(routes), base_url)
    crawl.read(tell)
    for address, (path, answer) in crawl.found.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(crawl.linked(address, path, answer))
    (folder / INDEX).write_text(static_search.script(Index(pages)), "utf-8")
    files = len(crawl.found) + 1
    tell(files, files)
    return files


class _Crawl:
    """Follows links from the first page, asking the routes as a browser would ask a server."""

    def __init__(self, router: Router, base_url: str) -> None:
        self._router = router
        self._base_url = base_url
        self.found: dict[str, tuple[str, Answer]] = {}  # by address: the file, and what is in it
        self.moved: dict[str, str] = {}

    def read(self, tell: Progress) -> None:
        """Read everything."""
        left = [FIRST, *ALSO, asset_address(SCRIPT)]
        while left:
            address = left.pop()
            if address in self.found or address in self.moved:
                continue
            answer = self._ask(address)
            if answer is None:
                continue
            location = dict(answer.headers).get(b"location")
            if location is not None:
                self.moved[address] = location.decode()
                left.append(self.moved[address].partition("#")[0])
            elif answer.status == 200:
                self.found[address] = (_file(address, answer.content_type), answer)
                left += _addresses(answer)
                tell(len(self.found), len(self.found) + len(left))

    def _ask(self, address: str) -> Answer | None:
        """What the server says without its database; None where it needs it, or there is nothing."""
        try:
            route, path = self._router.find("GET", unquote(address.partition("?")[0]))
        except Refused:
            return None
        if not route.public or route.offline is None:
            return None
        return route.offline(_nobody(self._base_url), Call(path, route.params()))

    def linked(self, address: str, file: str, answer: Answer) -> bytes:
        """The answer with its links as they lead from file to file."""

        def to(link: str) -> str | None:
            return self._relative(link, address, file)

        body = as_bytes(answer.body)
        if answer.content_type.startswith("text/html"):
            rewriter = _Rewriter(to)
            rewriter.feed(body.decode())
            rewriter.close()
            return "".join(rewriter.out).encode()
        if answer.content_type.startswith(("text/markdown", "text/plain")):
            text = body.decode().replace(f"]({self._base_url}/", "](/")
            return _TARGET.sub(lambda link: f"]({to(link[1]) or self._base_url + link[1]})", text).encode()
        return body

    def _relative(self, link: str, address: str, file: str) -> str | None:
        """A link as it leads from that file; None where it leads to nothing that is exported."""
        if not link.startswith("/"):
            return link
        target, mark, anchor = link.partition("#")
        target = "/help" if target == "/" else target
        while target in self.moved:
            target, _, moved_to = self.moved[target].partition("#")
            anchor = anchor or moved_to
        known = self.found.get(target)
        if known is None:
            return None
        return posixpath.relpath(known[0], posixpath.dirname(file) or ".") + ("#" + anchor if anchor else mark)


class _Rewriter(HTMLParser):
    """Copies a page. Links go through `to`, and what leads nowhere is text; forms and `data-live` are left out."""

    def __init__(self, to: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=False)
        self._to = to
        self._skipping: list[str] = []
        self._unlinked: list[bool] = []
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy it, mend it, or begin to leave out."""
        given = dict(attrs)
        if self._skipping or tag == "form" or "data-live" in given:
            if tag not in VOID:
                self._skipping.append(tag)
            if len(self._skipping) == 1 and given.get("role") == "search":
                self.out.append(self._instead_of_searching())
            return
        links = {name: self._to(value) for name, value in attrs if name in LINKS and value is not None}
        if None in links.values():
            if tag == "a":
                self._unlinked.append(True)
                self.out.append("<span>")
            return
        if tag == "a":
            self._unlinked.append(False)
        said = "".join(
            f" {name}" if value is None else f' {name}="{escape(links.get(name) or value)}"' for name, value in attrs
        )
        self.out.append(f"<{tag}{said}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy it: only drawings inside of pages close themselves."""
        if not self._skipping:
            self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Copy it, or stop leaving out."""
        if self._skipping:
            if tag in self._skipping:
                while self._skipping.pop() != tag:
                    pass
            return
        self.out.append("</span>" if tag == "a" and self._unlinked.pop() else f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy it."""
        if not self._skipping:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        """Copy it."""
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy it."""
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy it."""
        self.out.append(f"<!{decl}>")

    def _instead_of_searching(self) -> str:
        every, script = self._to("/help/index"), self._to(asset_address(SCRIPT))
        assert every is not None
        assert script is not None
        return f'<a class="find" href="{escape(every)}">Find a page</a><script defer src="{escape(script)}"></script>'


class _Links(HTMLParser):
    """Collects what a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note its links."""
        self.found += [value for name, value in attrs if name in LINKS and value and value.startswith("/")]


def _addresses(answer: Answer) -> list[str]:
    """What a page leads to on the same server."""
    if not answer.content_type.startswith("text/html"):
        return []
    links = _Links()
    links.feed(as_bytes(answer.body).decode())
    return [link.partition("#")[0] for link in links.found if link != "/"]


def _file(address: str, content_type: str) -> str:
    """Where an address lies. The first page lies in front, the others where they are served, with an ending."""
    if address == FIRST:
        return "index.html"
    path = address.partition("?")[0].lstrip("/")
    ending = ENDINGS.get(content_type.partition(";")[0], "")
    return path if posixpath.splitext(path)[1] and ending != ".html" else path + ending


def _nobody(base_url: str) -> Env:
    """Somebody reads who has no account, on a server that is not there."""
    vault = cast("Vault", None)  # a page that needs no database needs no vault
    return Env(account="", livemode=False, wall=0, chance=bytes, processor=None, vault=vault, public_url=base_url)
