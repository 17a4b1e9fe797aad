"""True of every page: its scripts are two files of ours, nothing comes from anywhere else, and no link is dead."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest

from finsecure_server.app import ROUTES
from finsecure_server.core.errors import RULES, doc_path
from finsecure_server.pages.render import ASSET_TYPES, asset, asset_address
from finsecure_server.storage.engines import open_database
from tests.edge import Edge, Got

LINK = re.compile(r'(?:href|src)="([^"]*)"')
LOADED = re.compile(r'(?:src|action)="([^"]*)"')

AS_TEXT = re.compile(r"<pre.*?</pre>|<code.*?</code>", re.DOTALL)  # whatever stands there is shown, not done

#: What a browser may do with a page, to the letter.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


@pytest.fixture
async def edge(sqlite_url: str) -> AsyncIterator[Edge]:
    db = open_database(sqlite_url)
    edge = Edge(db, ROUTES)
    await edge.open_account()
    yield edge
    await db.close()


async def seen(edge: Edge, path: str) -> Got:
    return await edge.get(path, authorization="none")


async def test_every_page_is_whole_and_every_link_leads_somewhere(edge: Edge) -> None:
    left, done, dead = {"/": "the start", "/help": "the start"}, dict[str, Got](), list[str]()
    while left:
        path, on = left.popitem()
        if path in done:
            continue
        got = done[path] = await seen(edge, path)
        if got.status in (301, 303):
            left[got.headers["location"].partition("#")[0]] = path
        elif got.status != 200:
            dead.append(f"{path} on {on}: {got.status}")
        if not got.headers["content-type"].startswith("text/html") or got.status != 200:
            continue
        links = checked(got.body.decode(), path)
        left |= {link.partition("#")[0]: path for link in links if link.startswith("/")}
    assert dead == []
    assert len([path for path in done if path.startswith("/help/errors/")]) > 150


def checked(page: str, path: str) -> list[str]:
    """What a page links to. It is whole, and asks nobody else for anything."""
    assert page.startswith("<!doctype html>"), path
    assert '<html lang="en">' in page
    assert "<title>" in page
    assert "</html>" in page
    text = AS_TEXT.sub("", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<iframe|<base", text), path
    assert page.count("<h1") == page.count("<main") == 1, path
    assert not re.search(r'<script(?! (?:defer |type="module" )?src="/assets/)', text), path
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)), path
    links = [html.unescape(link) for link in LINK.findall(page)]
    assert all(link.startswith(("/", "#", "http")) for link in links), links
    assert all(link.startswith(("/", "#")) for link in LOADED.findall(page)), path
    assert {link[1:] for link in links if link.startswith("#")} <= {*ids, ""}, path
    return links


async def test_every_page_carries_a_policy_that_runs_our_own_files_at_most(edge: Edge) -> None:
    of_help = ("/help", "/help/none", "/help/sign-in", "/help/feedback", "/help/search?q=<b>", "/help/requests/req_1")
    of_errors = ("/help/errors", "/help/errors/card_declined", "/help/errors/none")
    for path in ("/", *of_help, *of_errors, "/docs/api", "/docs/api/refunds/create", "/docs/api/none"):
        got = await seen(edge, path)
        assert got.headers["content-security-policy"] == POLICY, path
        assert (got.headers["x-frame-options"], got.headers["referrer-policy"]) == ("DENY", "same-origin")
        assert got.headers["x-content-type-options"] == "nosniff"


async def test_what_a_payer_sees_runs_nothing_and_is_kept_by_nobody(edge: Edge) -> None:
    got = await seen(edge, "/challenge/none")
    assert got.headers["content-security-policy"] == POLICY.replace("script-src 'self'; connect-src 'self'; ", "")
    assert b"<script" not in got.body
    assert got.headers["cache-control"] == "no-store"


async def test_every_doc_url_resolves(edge: Edge) -> None:
    for code in RULES:
        assert (await seen(edge, doc_path(code.value))).status == 200, code


async def test_an_error_of_the_api_leads_to_its_page(edge: Edge) -> None:
    error = (await edge.post("/v1/payment_intents", {"amount": "10.5", "currency": "usd"})).error
    got = await seen(edge, error["doc_url"].removeprefix("http://pay.test"))
    assert (got.status, error["code"].encode() in got.body) == (200, True)


async def test_the_first_page_tells_what_to_do_and_no_secret(edge: Edge) -> None:
    got = await seen(edge, "/")
    page = got.body.decode()
    assert got.status == 200
    for part in ("FinSecure runs", "/openapi.json", "/health", "/help/errors", "$FINSECURE_SECRET_KEY", "pay.test"):
        assert part in page, part
    assert not re.search(r"[spr]k_(test|live)_\w", page)
    assert "No card network is attached" in page


@pytest.mark.parametrize("name", ASSET_TYPES)
async def test_assets_are_kept_for_as_long_as_they_stay_the_same(edge: Edge, name: str) -> None:
    named = await seen(edge, asset_address(name))
    assert (named.status, named.body, named.headers["content-type"]) == (200, asset(name), ASSET_TYPES[name])
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await seen(edge, f"/assets/{name}")
    assert (plain.body, plain.headers["cache-control"]) == (named.body, "public, no-cache")
    other = await seen(edge, f"/assets/{name}?v=0123456789ab")
    assert other.headers["cache-control"] == "public, no-cache", "what is served today is not kept as what will be"


async def test_nothing_else_is_an_asset(edge: Edge) -> None:
    for name in ("none.css", "..", "base.html", "%2e%2e%2fapi.py", "../api.py"):
        assert (await seen(edge, f"/assets/{name}")).status == 404


async def test_pages_answer_when_the_database_does_not(edge: Edge) -> None:
    await edge.db.close()
    for path in ("/", "/help/errors", "/help/errors/database_unavailable", asset_address("finsecure.css")):
        assert (await seen(edge, path)).status == 200


async def test_the_stylesheet_asks_nobody_else(edge: Edge) -> None:
    style = asset("finsecure.css").decode()
    assert "url(" not in style
    assert "@import" not in style
    for theme in (":root {", "@media (prefers-color-scheme: dark)"):
        assert theme in style


# -- contrast, as WCAG 2.2 counts it ----------------------------------------------------------------------------------


def tokens(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", style))


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TOGETHER = [
    *(("ink", ground) for ground in ("page", "surface", "sunken")),
    *(("ink-2", ground) for ground in ("page", "surface", "sunken")),
    *(("accent", ground) for ground in ("page", "surface")),
    ("ink", "needs-bg"),
    ("ink", "waiting-bg"),
    ("accent", "needs-bg"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
    *((state, f"{state}-bg") for state in ("succeeded", "waiting", "needs", "failed")),
]


def themes() -> dict[str, dict[str, str]]:
    """The tokens: light, dark because the system says so, dark because the reader chose it."""
    style = asset("finsecure.css").decode()
    light, _, rest = style.partition("@media (prefers-color-scheme: dark)")
    system, _, chosen = rest.partition(':root[data-theme="dark"] {')
    return {"light": tokens(light), "dark": tokens(system), "chosen": tokens(chosen.partition("}")[0])}


def test_dark_is_dark_whoever_chose_it() -> None:
    assert themes()["dark"] == themes()["chosen"]
    assert len(themes()["dark"]) == len(themes()["light"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_field_has_an_edge_that_can_be_seen(theme: str) -> None:
    colours = themes()[theme]
    assert all(contrast(colours["field"], colours[ground]) >= 3 for ground in ("page", "surface"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(theme: str) -> None:
    colours = themes()[theme]
    for ink, ground in TOGETHER:
        assert contrast(colours[ink], colours[ground]) >= 4.5, (theme, ink, ground)
