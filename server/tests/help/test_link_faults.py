"""The checker of links sees what is wrong: every kind of fault is planted in a site of a few pages, and found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import pytest

from tests.help import mentions
from tests.help.links import Fault, Link, Reply, Site, read_markdown

BASE: Final = "http://pay.test"
HTML: Final = "text/html"
GUIDE: Final = '<main id="main"><h2 id="keys">Keys</h2></main>'
TWIN: Final = "---\ntitle: Guide\n---\n\n# Guide\n\n## Keys\n"

#: Everything but the page with the fault.
REST: Final = {
    "/help/guide": Reply(200, HTML, GUIDE),
    "/help/guide.md": Reply(200, "text/markdown", TWIN),
    "/help/search": Reply(200, HTML),
    "/help/code": Reply(303, HTML, location="/help/guide#keys"),
    "/help/old": Reply(301, HTML, location="/help/guide"),
    "/help/older": Reply(303, HTML, location="/help/old"),
    "/help/lost": Reply(303, HTML, location="/help/guide#lost"),
    "/assets/icon.svg": Reply(200, "image/svg+xml", "<svg></svg>"),
    "/assets/icon.png": Reply(200, "image/png"),
}


def site(page: str, content_type: str = HTML, more: Mapping[str, Reply] = REST) -> Site:
    """A site whose first page is this."""
    there = {"/help": Reply(200, content_type, page), **REST, **more}

    def ask(method: str, address: str) -> Reply:
        if method == "POST":
            return Reply(400 if address == "/help/feedback" else 405)
        return there.get(address.partition("?")[0], Reply(404, HTML))

    return Site(ask, BASE, {"github.com"})


def faults(page: str, content_type: str = HTML, more: Mapping[str, Reply] = REST) -> list[Fault]:
    checked = site(page, content_type, more)
    checked.crawl({"/help": 200})
    return checked.faults


# -- pages -------------------------------------------------------------------------------------------------------------

GOOD: Final = f"""
<link rel="icon" href="/assets/icon.svg"><img src="/assets/icon.png" srcset="/assets/icon.png 1x, /assets/icon.svg 2x">
<a href="#here" id="here">Here</a> <a href="help/guide#keys">Keys</a> <a href="/help/code">Code</a>
<a href="{BASE}/help/guide.md#keys">Keys</a> <a href="https://github.com/finsecure">Code</a>
<form action="/help/search"><label for="q">Search</label><input id="q" name="q"></form>
<form method="post" action="/help/feedback"><button formaction="/help/feedback" formmethod="post">Send</button></form>
"""


def test_a_page_without_a_fault_has_none() -> None:
    checked = site(GOOD)
    assert checked.crawl({"/help": 200}) >= {"/help/guide", "/help/guide.md", "/help/search", "/assets/icon.png"}
    assert checked.faults == []


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ('<a href="/help/none">', "/help/none answers 404"),
        ('<a href="none">', "/none answers 404"),
        ('<a href="/help/guide#none">', "/help/guide has no anchor #none"),
        ('<a href="/help/guide.md#none">', "/help/guide.md has no anchor #none"),
        ('<a href="#none">', "/help has no anchor #none"),
        ('<a href="/help/old">', "/help/old has moved for good to /help/guide"),
        ('<a href="/help/older">', "/help/old answers 301"),
        ('<a href="/help/lost">', "/help/guide has no anchor #lost"),
        ('<a href="">', "a link leads nowhere: ''"),
        ('<a href="#">', "a link leads nowhere: '#'"),
        ('<a href="https://shop.example/">', "https://shop.example/ is no place that a page may lead to"),
        ('<a href="http://github.com/">', "http://github.com/ is no place that a page may lead to"),
        ('<a href="//cdn.test/x.js">', "//cdn.test/x.js is no place that a page may lead to"),
        ('<a href="javascript:go()">', "javascript:go() is no place that a page may lead to"),
        ('<a href="http://127.0.0.1:4242/help">', "http://127.0.0.1:4242/help is no place that a page may lead to"),
        ('<img src="/assets/none.png">', "/assets/none.png answers 404"),
        ('<img srcset="/assets/icon.png 1x, /assets/none.png 2x">', "/assets/none.png answers 404"),
        ('<script src="/assets/none.js"></script>', "/assets/none.js answers 404"),
        ('<svg><use xlink:href="/assets/none.svg"/></svg>', "/assets/none.svg answers 404"),
        ('<form action="/help/none">', "/help/none answers 404"),
        ('<form method="post" action="/help/guide">', "no form is taken at /help/guide: 405"),
        ('<button formmethod="post" formaction="/help/guide">', "no form is taken at /help/guide: 405"),
        ('<i id="a"></i><i id="a"></i>', "the id a is there 2 times"),
        ('<label for="none">', "a part of it refers to an id that it has not: none"),
        ('<input aria-describedby="none">', "a part of it refers to an id that it has not: none"),
    ],
)
def test_a_fault_of_a_page_is_found(planted: str, said: str) -> None:
    assert faults(planted) == [Fault("/help", said)]


def test_a_fault_is_found_wherever_it_is_reached() -> None:
    deep = Reply(200, HTML, '<a href="/help/none">')
    assert faults('<a href="/help/deep">', more={"/help/deep": deep}) == [Fault("/help/deep", "/help/none answers 404")]


@pytest.mark.parametrize(
    ("content_type", "planted", "said"),
    [
        ("text/markdown", "[a](/help/none)", "/help/none answers 404"),
        ("text/markdown", "[a](help/guide.md#none)", "/help/guide.md has no anchor #none"),
        ("text/markdown", "![a](diagrams/none.svg)", "/diagrams/none.svg answers 404"),
        ("text/markdown", "<https://shop.example/>", "https://shop.example/ is no place that a page may lead to"),
        ("text/markdown", '<a href="/help/none">a</a>', "/help/none answers 404"),
        ("text/plain", f"- [a]({BASE}/help/none.md): b", "/help/none.md answers 404"),
        ("text/css", "a { background: url('/assets/none.png') }", "/assets/none.png answers 404"),
        ("image/svg+xml", '<svg><a href="/help/none"></a></svg>', "/help/none answers 404"),
        ("application/json", json.dumps({"rows": [{"doc_url": f"{BASE}/help/none"}]}), "/help/none answers 404"),
        ("application/json", json.dumps({"path": "/help/none"}), "/help/none answers 404"),
        (
            "application/json",
            json.dumps({"path": "/help/guide", "markdown": "[a](none.md)"}),
            "/help/none.md answers 404",
        ),
        (
            "application/json",
            json.dumps({"path": "/help/guide", "sections": [{"anchor": "none"}]}),
            "/help/guide has no anchor #none",
        ),
    ],
)
def test_a_fault_of_another_form_of_a_page_is_found(content_type: str, planted: str, said: str) -> None:
    assert faults(planted, content_type) == [Fault("/help", said)]


def test_code_and_comments_lead_nowhere() -> None:
    assert read_markdown("`[a](b)`\n\n```text\n[a](b)\n```\n\n<!-- [a](b) -->\n").links == []


def test_a_page_that_is_none_is_found() -> None:
    checked = site("")
    checked.crawl({"/help/none": 200, "/help/guide": 404})
    checked.is_page("/help/guide.md")
    checked.is_page("/help/none", "text/markdown")
    checked.is_page("/help/guide")
    assert checked.faults == [
        Fault("/help/none", "answers 404, not 200"),
        Fault("/help/guide", "answers 200, not 404"),
        Fault("/help/guide.md", "answers 200 text/markdown, not 200 text/html"),
        Fault("/help/none", "answers 404 text/html, not 200 text/markdown"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("/help/guide", "/help/search", ["is a page, and an address that has moved"]),
        ("/help/search", "/help/guide", ["answers 200 , and does not lead to /help/guide"]),
        ("/help/none", "/help/guide", ["answers 404 , and does not lead to /help/guide"]),
        (
            "/help/old",
            "/help/search",
            ["answers 301 /help/guide, and does not lead to /help/search"],
        ),
        ("/help/chain", "/help/old", ["/help/old has moved for good to /help/guide"]),
        ("/help/gone", "/help/none", ["/help/none answers 404"]),
        ("/help/anchor", "/help/guide#none", ["/help/guide has no anchor #none"]),
        ("/help/old", "/help/guide", []),
    ],
)
def test_a_fault_of_an_old_address_is_found(old: str, new: str, said: list[str]) -> None:
    moved = {
        "/help/chain": Reply(301, HTML, location="/help/old"),
        "/help/gone": Reply(301, HTML, location="/help/none"),
        "/help/anchor": Reply(301, HTML, location="/help/guide#none"),
    }
    checked = site("", more=moved)
    checked.redirects({old: new}, {"/help/guide"})
    assert checked.faults == [Fault(old, one) for one in said]


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /help/guide.", ["/help/guide"]),
        ("at http://127.0.0.1:4242/help/guide#keys, or", ["/help/guide#keys"]),
        ('f"{base}/help/errors/{code}"', ["/help/errors/{code}"]),
        ("`${base}/docs/api/${name}`", ["/docs/api/${name}"]),
        ('"/docs/api": "/llms.txt"', ["/docs/api", "/llms.txt"]),
        ("$FINSECURE_API_BASE/help/errors/…", ["/help/errors/…"]),
        ("{% block a %}/help{% endblock %}", ["/help"]),
        ("server/tests/help/x.py docs/api ../help/x.md /helpers /docs/apiary", []),
    ],
)
def test_addresses_are_found_in_texts(text: str, found: list[str]) -> None:
    assert [one.text for one in mentions.addresses(text)] == found


@pytest.mark.parametrize(
    ("mentioned", "said"),
    [
        ("/help/guide", None),
        ("/help/guide#keys", None),
        ("/help/errors/{code}", None),
        ("/help/errors/CODE", None),
        ("/help/errors/…", None),
        ("/help/errors/", None),
        ("/help/requests/${id}", None),
        ("/help/search?q=", None),
        ("/help/feedback", None),
        ("/help/none", "there is no /help/none"),
        ("/help/guide#none", "there is no /help/guide#none"),
        ("/help/guides/{name}", "no page is like /help/guides/{name}"),
        ("/help/mistakes/", "no page is like /help/mistakes/"),
    ],
)
def test_a_mention_of_no_page_is_found(mentioned: str, said: str | None) -> None:
    known = ["/help/guide", "/help/errors/card_declined", "/help/requests/{id}", "/help/feedback"]
    there = {"/help/guide", "/help/guide#keys", "/help/search"}
    assert mentions.Addresses(known, there.__contains__).fault(mentioned) == said


@click.group("finsecure")
def program() -> None:
    """A command with words."""


@program.group()
def payments() -> None:
    """A word with words."""


@payments.command("list")
@click.option("--limit")
@click.option("--all/--some", "everything")
def list_(limit: str, *, everything: bool) -> None:
    """A word of a word."""


@program.command("help")
def help_() -> None:
    """A word that takes topics."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("`finsecure payments list --limit=3 --some --help`, `finsecure payments, then --none`", None),
        ("`finsecure payments list --limit 3 --none`", "finsecure payments list has no --none"),
        ("`finsecure payments pi_…` `finsecure --version` `finsecure COMMAND`", None),
        ("`finsecure help guide` `finsecure help TOPIC` `finsecure help search none` `finsecure help list`", None),
        ("```python\nfrom finsecure import none\n```\n`pip install finsecure flask`", None),
        ("no code: finsecure pay", None),
        ("`finsecure pay list`", "there is no command finsecure pay"),
        ("`finsecure payments lists`", "there is no command finsecure payments lists"),
        ("```sh\ncat x | finsecure pay\n```", "there is no command finsecure pay"),
        ("`finsecure-server payments`", "there is no command finsecure-server payments"),
        ("`finsecure help none`", "there is no topic none"),
    ],
)
def test_a_mention_of_no_command_is_found(text: str, said: str | None) -> None:
    server = click.Group("finsecure-server")
    commands = mentions.Commands({"finsecure": program, "finsecure-server": server}, {"guide"}.__contains__)
    found = {commands.fault(words) for _, words in mentions.commands_in_markdown(text)} - {None}
    assert found == ({said} if said else set())


def test_commands_are_found_in_what_a_module_says() -> None:
    text = '"""finsecure pay"""\nA = f"say finsecure explain {thing}, or"\n# finsecure none\nfinsecure = none\n'
    found = [(1, ("finsecure", "pay")), (2, ("finsecure", "explain", "{}"))]
    assert list(mentions.commands_in_python(text)) == found
    assert list(mentions.commands_in_lines("<p>\n<code>finsecure pay</code>\n")) == [(2, ("finsecure", "pay"))]


def test_a_link_between_files_that_does_not_arrive_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "b.md").write_text("+++\ntitle = 1\n+++\n\n# B\n\n## Why `it` fails\n")
    (tmp_path / "code.py").write_text("")
    text = (
        "## Here\n[a](docs/b.md) [b](docs/b.md#why-it-fails) [c](#here) [d](code.py) [e](/help) [f](https://g.test) "
        "[h](docs/none.md) [i](docs/b.md#none) [j](#none) [k](code.py#L3) [l](../../etc/hosts)\n"
    )
    (tmp_path / "a.md").write_text(text)
    faults, elsewhere = mentions.links_on_disk(tmp_path / "a.md", tmp_path)
    assert faults == [
        Fault("a.md", "there is no file docs/none.md"),
        Fault("a.md", "b.md has no anchor #none"),
        Fault("a.md", "a.md has no anchor #none"),
        Fault("a.md", "code.py has no anchor #L3"),
        Fault("a.md", "there is no file ../../etc/hosts"),
    ]
    assert elsewhere == [Link("/help"), Link("https://g.test")]
