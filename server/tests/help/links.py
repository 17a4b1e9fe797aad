"""What leads from page to page, and whether it arrives: links, images, forms and anchors of a site.

It knows of the site only how it is asked; so a test can check a few pages with a fault in them as well as the server.
"""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from finsecure_server.help.page import plain, unique_anchor

OK: Final = 200
SEE_OTHER: Final = 303
MOVED: Final = frozenset({301, 308})
NO_SUCH_FORM: Final = frozenset({404, 405})

#: Attributes that lead somewhere. `srcset` is a list of places.
LEADING: Final = frozenset({"href", "src", "srcset", "action", "formaction", "poster", "cite", "xlink:href"})
#: Attributes that name ids of the same page.
NAMING: Final = frozenset({"for", "list", "form", "headers", "aria-controls", "aria-describedby", "aria-labelledby"})

_FRONT: Final = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_IN_STYLES: Final = re.compile(r"url\(\s*[\"']?([^\"')]+)")
_PLACE: Final = re.compile(r"/(?:help|docs|assets)(?:/\S*)?")
_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")


class Reply(NamedTuple):
    """What an address answers. `content_type` is without parameters."""

    status: int
    content_type: str = ""
    text: str = ""
    location: str = ""


#: Answers a method and an address with its query, `/help/search?q=refund`.
Ask = Callable[[str, str], Reply]


class Fault(NamedTuple):
    """Something that leads nowhere, and where it stands."""

    where: str
    what: str


class Link(NamedTuple):
    """Something that leads somewhere, as it is written."""

    target: str
    method: str = "GET"


@dataclass
class Document:
    """What is of interest in a page: where it leads, its anchors, and the ids that its parts call one another by."""

    links: list[Link] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)


# -- reading -----------------------------------------------------------------------------------------------------------


def read(content_type: str, text: str, base: str) -> Document:
    """A document of any kind; empty where its kind leads nowhere. `base` is the address of the site."""
    if content_type in ("text/html", "image/svg+xml"):
        return read_html(text)
    if content_type in ("text/markdown", "text/plain"):
        return read_markdown(text)
    if content_type == "application/json":
        return Document(list(_in_data(json.loads(text), base)))
    if content_type == "text/css":
        return Document([Link(target) for target in _IN_STYLES.findall(text)])
    return Document()


def read_html(text: str) -> Document:
    """A page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.document


@cache  # a page's Markdown is in its JSON too
def read_markdown(text: str) -> Document:
    """Markdown as a code host shows it: headings of every level have anchors, and HTML is HTML."""
    found, taken = Document(), dict[str, int]()
    tokens = _MARKDOWN.parse(_FRONT.sub("", text))
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            found.anchors.append(unique_anchor(plain(tokens[at + 1].content), taken))
    for token in _all(tokens):
        if token.type in ("html_block", "html_inline"):
            inside = read_html(token.content)
            found.links += inside.links
            found.anchors += inside.anchors
        elif token.type in ("link_open", "image"):
            found.links.append(Link(str(token.attrs.get("href", token.attrs.get("src", "")))))
    return found


def code_in(markdown: str) -> Iterator[tuple[int, str]]:
    """Everything that is set as code, with its line."""
    line = 0
    for token in _all(_MARKDOWN.parse(markdown)):
        line = token.map[0] + 1 if token.map else line
        if token.type in ("code_inline", "fence", "code_block"):
            yield line, token.content


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _in_data(value: Any, base: str) -> Iterator[Link]:
    """Every text that is an address of a page, the Markdown of a page, and its anchors."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if name == "markdown":  # its links are those of the page
                yield from (Link(urljoin(value.get("path", ""), link.target)) for link in read_markdown(inside).links)
            else:
                yield from _in_data(inside, base)
        yield from (Link(f"{value['path']}#{row['anchor']}") for row in value.get("sections", ()) if "anchor" in row)
    elif isinstance(value, list):
        for inside in value:
            yield from _in_data(inside, base)
    elif isinstance(value, str) and _PLACE.fullmatch(value.removeprefix(base)):
        yield Link(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        method = given.get("formmethod" if "formaction" in given else "method", "get").upper()
        for name in LEADING & set(given):
            targets = [part.split()[0] for part in given[name].split(",")] if name == "srcset" else [given[name]]
            self.document.links += [Link(target, method) for target in targets]
        for name in NAMING & set(given):
            self.document.named += given[name].split()
        if "id" in given:
            self.document.anchors.append(given["id"])


# -- checking ----------------------------------------------------------------------------------------------------------


class Site:
    """A site that is asked each address once. What it finds wrong is in `faults`.

    `hosts` are the only others that a page may lead to, by https.
    """

    def __init__(self, ask: Ask, base: str, hosts: Container[str] = ()) -> None:
        self._ask = ask
        self._base = base
        self._hosts = hosts
        self._replies: dict[tuple[str, str], Reply] = {}
        self._documents: dict[str, Document] = {}
        self.faults: list[Fault] = []

    def reply(self, address: str, method: str = "GET") -> Reply:
        """What an address answers."""
        key = (method, address)
        if key not in self._replies:
            self._replies[key] = self._ask(method, address)
        return self._replies[key]

    def document(self, address: str) -> Document:
        """What is at an address, read."""
        if address not in self._documents:
            found = self.reply(address)
            self._documents[address] = read(found.content_type, found.text, self._base)
        return self._documents[address]

    def crawl(self, starts: Mapping[str, int]) -> set[str]:
        """Check everything that is reached from the addresses, which answer with these statuses. Returns all of it."""
        for address, status in starts.items():
            if self.reply(address).status != status:
                self._tell(address, f"answers {self.reply(address).status}, not {status}")
        left, seen = deque(starts), set(starts)
        while left:
            reached = self.check(left.popleft())
            left.extend(sorted(reached - seen))
            seen |= reached
        return seen

    def check(self, address: str) -> set[str]:
        """Check one page. Returns the addresses that it leads to."""
        document = self.document(address)
        for anchor, count in Counter(document.anchors).items():
            if count > 1:
                self._tell(address, f"the id {anchor} is there {count} times")
        for name in sorted({*document.named} - {*document.anchors}):
            self._tell(address, f"a part of it refers to an id that it has not: {name}")
        reached = [self.follow(address, link) for link in dict.fromkeys(document.links)]
        return {place for place in reached if place is not None}

    def is_page(self, address: str, content_type: str = "text/html") -> None:
        """Check that a page of this kind is there."""
        found = self.reply(address)
        if (found.status, found.content_type) != (OK, content_type):
            self._tell(address, f"answers {found.status} {found.content_type}, not 200 {content_type}")

    def redirects(self, table: Mapping[str, str], pages: Container[str] = ()) -> None:
        """Check that each old address leads to its new one, which is a page; and that it hides no page."""
        for old, new in table.items():
            found = self.reply(old)
            if old in pages:
                self._tell(old, "is a page, and an address that has moved")
            elif found.status not in MOVED or found.location != new:
                self._tell(old, f"answers {found.status} {found.location}, and does not lead to {new}")
            self.follow(old, Link(new))

    def follow(self, where: str, link: Link) -> str | None:
        """Check that a link arrives; the address of this site that it leads to."""
        if link.target in ("", "#"):
            self._tell(where, f"a link leads nowhere: {link.target!r}")
            return None
        parts = urlsplit(urljoin(self._base + where, link.target))
        if f"{parts.scheme}://{parts.netloc}" != self._base:
            if parts.scheme != "https" or parts.hostname not in self._hosts:
                self._tell(where, f"{link.target} is no place that a page may lead to")
            return None
        address = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if link.method == "POST":
            if (status := self.reply(address, "POST").status) in NO_SUCH_FORM:
                self._tell(where, f"no form is taken at {address}: {status}")
            return None
        return self._arrive(where, address, parts.fragment)

    def _arrive(self, where: str, address: str, fragment: str) -> str | None:
        if address == where:  # whatever it answers, its reader is there
            return self._anchor(where, address, fragment)
        found = self.reply(address)
        if found.status in MOVED:
            self._tell(where, f"{address} has moved for good to {found.location}")
            return None
        if found.status == SEE_OTHER:
            address, _, elsewhere = found.location.removeprefix(self._base).partition("#")
            fragment = fragment or elsewhere
            found = self.reply(address)
        if found.status != OK:
            self._tell(where, f"{address} answers {found.status}")
            return None
        return self._anchor(where, address, fragment)

    def _anchor(self, where: str, address: str, fragment: str) -> str:
        if fragment and unquote(fragment) not in self.document(address).anchors:
            self._tell(where, f"{address} has no anchor #{fragment}")
        return address

    def _tell(self, where: str, what: str) -> None:
        self.faults.append(Fault(where, what))
