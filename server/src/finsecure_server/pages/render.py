"""Templates into replies. A page is one HTML document and one stylesheet of ours: nothing of anybody else's, no script.

The policy that goes with each page says so to the browser, and what escapes the templates' quoting still finds nothing
that it could run.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from finsecure_server import __version__
from finsecure_server.web.router import Answer

HTML: Final = "text/html; charset=utf-8"
FOREVER: Final = b"public, max-age=31536000, immutable"

#: What is served beside the pages, by name.
ASSET_TYPES: Final = {"finsecure.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@cache
def asset(name: str) -> bytes:
    """A file that pages refer to."""
    return resources.files(__package__).joinpath("assets", name).read_bytes()


def asset_address(name: str) -> str:
    """Where a page finds a file. Another content has another address, so a browser may keep it for ever."""
    return f"/assets/{name}?v={sha256(asset(name)).hexdigest()[:12]}"


def error_links(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their pages."""
    return [(code, f"/help/errors/{code}") for code in codes]


_TEMPLATES: Final = Environment(
    loader=PackageLoader("finsecure_server.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.globals |= {"asset": asset_address, "links": error_links, "version": __version__}


def page(template: str, status: int = 200, *, leads_to: str = "", object_id: str | None = None, **facts: Any) -> Answer:
    """A page. `leads_to` is the origin to which a form on it may lead in the end, beside our own."""
    html = _TEMPLATES.get_template(template).render(**facts)
    return Answer(html.encode(), status, object_id, HTML, headers(leads_to))


def redirect(address: str, object_id: str) -> Answer:
    """To another page, by GET."""
    return Answer(b"", 303, object_id, HTML, ((b"location", address.encode()), *headers()))


def headers(leads_to: str = "") -> tuple[tuple[bytes, bytes], ...]:
    """What a browser may do with a page. `form-action` holds for where a form's reply redirects to, too."""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {leads_to}"
    )
    return (
        (b"content-security-policy", policy.strip().encode()),
        (b"referrer-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    )
