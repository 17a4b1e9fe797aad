"""The pages of the help center that this package carries, and how they are called on the command line.

`python -m tools.help_bundle` writes them. They are those of a server of the same version; the address of your server is
put into them when they are shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from finsecure._generated.help.page import Page, slug
from finsecure.cli import main

if TYPE_CHECKING:
    from finsecure._generated.help.index import Index

#: Stands in every page for the address of the server.
ADDRESS: Final = "http://127.0.0.1:4242"

#: Where a short name may belong, the first that has it.
_PLACES: Final = ("/", "/help/", "/help/errors/", "/help/reference/", "/docs/api/")
_KINDS: Final = ("error", "guide", "reference", "api")
_SERVER: Final = re.compile(r"https?://[^/]*")
_ID: Final = re.compile(r"[a-z]{2,8}_[0-9a-hjkmnp-tv-z]{28}")
_OF_API: Final = "finsecure.cli.resources:"
_METHODS: Final = {"get": "retrieve"}


@cache
def pages() -> dict[str, Page]:
    """Every page by its path, in the order of the table of contents."""
    lines = _data("help.jsonl").splitlines()
    found = (Page(**{name: _tuple(value) for name, value in json.loads(line).items()}) for line in lines)
    return {page.path: page for page in found}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def index() -> Index:
    """The search over them: the server's own, made when the package was."""
    from finsecure._generated.help.index import Index  # noqa: PLC0415  because showing a page does not need it

    return Index(list(pages().values()), json.loads(_data("help_index.json")))


def _data(name: str) -> str:
    return resources.files("finsecure.cli").joinpath("data", name).read_text("utf-8")


# -- names -------------------------------------------------------------------------------------------------------------


def find(topic: str) -> str | None:
    """The path of what somebody calls `webhook-issues`, `card_declined`, `payments create`, a path or an address.

    With an anchor if the topic has one, or is the exact name of a section. None if nothing is called so.
    """
    text, mark, anchor = _SERVER.sub("", topic.strip()).partition("#")
    text = re.sub(r"\.(?:md|json)$", "", text.strip("/"))
    path = _by_path(text) or _by_path(text.replace("_", "-")) or _by_path(text.replace("-", "_")) or _operation(text)
    if path is not None:
        return path + mark + anchor
    hits = index().names.find(topic) if text else []
    return next((hit.path for hit in hits if hit.corrected is None and hit.path.partition("#")[0] in pages()), None)


def is_id(text: str) -> bool:
    """Whether this is the id of one object or request, `req_…` with all its letters: of those no page is carried."""
    return _ID.fullmatch(text) is not None


def of_url(url: str) -> str | None:
    """The path of the page at an address of any server; None if this package does not carry it."""
    path = _SERVER.sub("", url)
    return path if path.partition("#")[0] in pages() else None


def _by_path(text: str) -> str | None:
    for place in _PLACES:
        if place + text in pages():
            return place + text
    ends = [path for path in pages() if path.endswith(f"/{text}")] if text else []
    return ends[0] if len(ends) == 1 else None


def _operation(text: str) -> str | None:
    """The page of an operation by the words of the command: `payments create`."""
    words = re.split(r"[/ ]+", text)
    target = main.WORDS[main.called(words[0])].target if main.called(words[0]) in main.WORDS else ""
    if len(words) != 2 or not target.startswith(_OF_API):
        return None
    method = _METHODS.get(words[1], words[1]).replace("-", "_")
    path = f"/docs/api/{target.removeprefix(_OF_API)}/{method}"
    return path if path in pages() else None


@cache
def named(name: str) -> Page | None:
    """The page that claims a name, such as an HTTP status; guides before others."""
    for kind in ("guide", "reference", "error", "api"):
        for page in pages().values():
            if page.kind == kind and name.lower() in (one.lower() for one in page.identifiers):
                return page
    return None


def event_type(name: str) -> str:
    """The path of the section about a type of event."""
    return f"/help/reference/events#{slug(name)}"


def topic(path: str) -> str:
    """The shortest name of a page, or of a section of one, that `find` understands."""
    page, mark, anchor = path.partition("#")
    short = page.removeprefix("/help/").removeprefix("/docs/api/").removeprefix("errors/")
    for name in (short, page.removeprefix("/help/")):
        if _by_path(name) == page:
            return name + mark + anchor
    return path


def nearest(text: str) -> Iterator[str]:
    """Topics that may have been meant, each once."""
    names = {name: topic(path) for path in pages() for name in (path.rpartition("/")[2], topic(path))}
    near = [names[name] for name in get_close_matches(text.lower(), names, n=2, cutoff=0.7)]
    words = re.sub(r"[-_/#]", " ", text)
    found = [topic(result.path) for result in index().search(words, 3).results if result.kind != "request"]
    yield from dict.fromkeys([*near, *found])


# -- contents ----------------------------------------------------------------------------------------------------------


def guides() -> dict[str, list[Page]]:
    """Guides and reference pages by the folder that they are in: `troubleshooting`; those in none come first."""
    found: dict[str, list[Page]] = {"": []}
    for page in pages().values():
        if page.kind in {"guide", "reference"}:
            folder, _, _ = page.path.removeprefix("/help/").rpartition("/")
            found.setdefault(folder, []).append(page)
    return found
