"""Every page of the help center, wherever it comes from: guides from files, the rest from the tables of the server.

A server's own address stands in the pages as `ADDRESS` until one is shown, so that the same text serves everybody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from finsecure_server.help.page import Page, parse

#: Stands in every page for the address of the server.
ADDRESS: Final = "http://127.0.0.1:4242"

#: Gives pages that are made from tables.
Source = Callable[[], Iterator[Page]]


class Library:
    """The pages, in the order of the table of contents. They are read when first asked for, and kept."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by its path."""
        found: dict[str, Page] = {}
        for source in self._sources:
            for page in source():
                assert page.path not in found, f"two pages at {page.path}"
                found[page.path] = page
        return found

    def get(self, path: str) -> Page | None:
        """The page at a path."""
        return self.pages.get(path)


def fingerprint(pages: Sequence[Page]) -> str:
    """Which pages these are, for an index that was made of them before."""
    told = hashlib.sha256()
    for page in pages:
        told.update(repr((page, page.words)).encode())
    return told.hexdigest()


def prepared(pages: Sequence[Page]) -> dict[str, Any] | None:
    """The index that `make generate` made (`Index.as_prepared`), or None where it is of other pages than these."""
    kept: dict[str, Any] = json.loads((resources.files("finsecure_server.help") / "index.json").read_text("utf-8"))
    return kept if kept["of"] == fingerprint(pages) else None


def guides() -> Iterator[Page]:
    """The guides that people wrote."""
    yield from _guides(folder(), "")


def folder() -> Traversable:
    """Where the guides lie in the package."""
    return resources.files("finsecure_server.help") / "guides"


def _guides(place: Traversable, above: str) -> Iterator[Page]:
    for entry in sorted(place.iterdir(), key=lambda entry: (entry.is_dir(), entry.name)):
        if entry.is_dir():
            yield from _guides(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(".md"):
            text = entry.read_text("utf-8")
            if text.startswith("+++"):
                yield parse(above + entry.name.removesuffix(".md"), text)
