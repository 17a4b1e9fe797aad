"""Templates into replies. A page is one HTML document, one stylesheet and two small scripts, all of them ours.

The policy that goes with each page says so to the browser, and what escapes the templates' quoting still finds nothing
that it could run. Every page is whole without its scripts; what a payer sees has none at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from finsecure_server import __version__
from finsecure_server.core.env import Env
from finsecure_server.pages import contents
from finsecure_server.web.router import Answer

HTML: Final = "text/html; charset=utf-8"
MARKDOWN: Final = "text/markdown; charset=utf-8"
JAVASCRIPT: Final = "text/javascript; charset=utf-8"
FOREVER: Final = b"public, max-age=31536000, immutable"
A_WHILE: Final = b"public, max-age=300"  # the same for everybody, and not much older than five minutes

#: What is served beside the pages, by name.
ASSET_TYPES: Final = {
    "finsecure.css": "text/css; charset=utf-8",
    "find.js": JAVASCRIPT,
    "help.js": JAVASCRIPT,
    "icon.svg": "image/svg+xml",
    "theme.js": JAVASCRIPT,
    "try.js": JAVASCRIPT,
}


#: What a page is called by kind, to whoever looks through results.
KINDS: Final = {"guide": "Guide", "error": "Error", "api": "API reference", "reference": "Reference"}


@cache
def asset(name: str) -> bytes:
    """A file that pages refer to."""
    return resources.files(__package__).joinpath("assets", name).read_bytes()


@cache
def asset_address(name: str) -> str:
    """Where a page finds a file. Another content has another address, so a browser may keep it for ever."""
    return f"/assets/{name}?v={sha256(asset(name)).hexdigest()[:12]}"


def error_links(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their pages."""
    return [(code, f"/help/errors/{code}") for code in codes]


_OURS: Final = re.compile(r"/(?:help|docs)(?:[/?#][\w\-./~?&=%+:,@#]*)?", re.ASCII)


def ours(address: str) -> str:
    """An address if it leads to a page of the help center, as a link or a redirect may have it; nothing for others."""
    return address if _OURS.fullmatch(address) else ""


def marked(snippet: str) -> Markup:
    """A snippet of a search as HTML: what matched stands between the letters U+0002 and U+0003."""
    return Markup(escape(snippet).replace("\x02", Markup("<mark>")).replace("\x03", Markup("</mark>")))  # noqa: S704  escaped before


def coded(text: str) -> Markup:
    """A line of text as HTML: what stands in backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped before


_TEMPLATES: Final = Environment(
    loader=PackageLoader("finsecure_server.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.filters |= {"coded": coded, "marked": marked}
_TEMPLATES.globals |= {
    "asset": asset_address,
    "contents": contents.groups,
    "kinds": KINDS,
    "links": error_links,
    "version": __version__,
}


def page(
    template: str,
    status: int = 200,
    *,
    env: Env | None = None,
    public: bool = False,
    scripts: bool = True,
    leads_to: str = "",
    object_id: str | None = None,
    **facts: Any,
) -> Answer:
    """A page.

    `env` says who reads, for the line that tells them so. `public` pages are the same for everybody who is not signed
    in, and may be kept a while (the edge sees to it that those of a known reader are not). `leads_to` is the origin to
    which a form may lead in the end, beside our own.
    """
    who = env if env is not None and env.account else None
    html = _TEMPLATES.get_template(template).render(who=who, **facts)
    kept = ((b"cache-control", A_WHILE),) if public else ()
    return Answer(html.encode(), status, object_id, HTML, (*kept, *headers(leads_to, scripts=scripts)))


def part(name: str, *args: object, **facts: object) -> Markup:
    """One of the parts that pages are made of (templates/parts.html), by itself."""
    made: Markup = getattr(_TEMPLATES.get_template("parts.html").module, name)(*args, **facts)
    return made


def redirect(address: str, object_id: str | None = None, *, moved: bool = False) -> Answer:
    """To another page, by GET; `moved` for good."""
    kept = ((b"cache-control", A_WHILE),) if moved else ()
    return Answer(
        b"", 301 if moved else 303, object_id, HTML, ((b"location", address.encode()), *kept, *headers(scripts=False))
    )


def headers(leads_to: str = "", *, scripts: bool = True) -> tuple[tuple[bytes, bytes], ...]:
    """What a browser may do with a page. `form-action` holds for where a form's reply redirects to, too."""
    runs = "script-src 'self'; connect-src 'self'; " if scripts else ""
    policy = (
        f"default-src 'none'; {runs}style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {leads_to}"
    )
    return (
        (b"content-security-policy", policy.strip().encode()),
        (b"referrer-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    )
