"""A page of the library as data, which stands at its address with `.json` behind it."""

from __future__ import annotations

from typing import Any

from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import Page
from finsecure_server.pages import markdown


def facts(found: Page, public_url: str) -> dict[str, Any]:
    """What there is to know of it, without what it says."""
    return {
        "object": "help_page",
        "path": found.path,
        "url": public_url + found.path,
        "title": found.title,
        "lead": found.lead.replace(ADDRESS, public_url),
        "kind": found.kind,
        "owner": found.owner,
        "verified": found.verified.isoformat() if found.verified else None,
        "aliases": found.aliases,
        "symptoms": found.symptoms,
        "identifiers": found.identifiers,
        "related": found.related,
    }


def whole(found: Page, public_url: str) -> dict[str, Any]:
    """The same with its sections and its text as Markdown."""
    anchors = markdown.shown(found, public_url).anchors
    return {
        **facts(found, public_url),
        "sections": [{"level": level, "anchor": anchor, "heading": heading} for level, anchor, heading in anchors],
        "markdown": markdown.twin(found, public_url),
    }
