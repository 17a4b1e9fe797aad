"""Pages as text: facts in front, sections, anchors, and what remains when the marks are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from finsecure_server.help.page import PageError, blocks, parse, plain, published, sections, slug, unique_anchor

FRONT = """\
title = "Payments that fail"
lead = "Look at the decline code."
aliases = ["payment declined"]
symptoms = ["Customers see a refusal"]
identifiers = ["402"]
owner = "payments"
verified = 2026-11-23
related = []"""


def text(body: str, front: str = FRONT) -> str:
    return f"+++\n{front}\n+++\n{body}"


def test_code_in_a_lead_is_marked_where_it_can_be_shown_so() -> None:
    made = parse("some", text("", FRONT.replace("the decline code", "`decline_code`")))
    assert (made.lead, made.lead_marked) == ("Look at decline_code.", "Look at `decline_code`.")
    assert parse("some", text("")).lead_marked == ""


def test_what_is_quoted_is_prose() -> None:
    _, one = sections(parse("some", text("## One\n\nBefore.\n\n```sh\nfinsecure status\n```\n\nAfter `it`.\n")))
    assert one.text == "Before. finsecure status After it."
    assert one.prose == "Before. After it."


def test_what_is_quoted_of_a_table_has_its_cells_apart_and_no_head() -> None:
    (only,) = sections(parse("some", text("Before.\n\n| header | key |\n|--|--|\n| `t` | a |\n|  | b |\n\nAfter.\n")))
    assert only.prose == "Before. t · a · b · After."
    assert only.text == "Before. header key t a b After."


# -- blocks of code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("```sh\na\n```", ["sh:a"]),
        ("a\n```sh fails\nb\n```\nc\n```\nd\n```\n", ["sh fails:b", ":d"]),
        ("~~~sh\n```\n~~~", ["sh:```"]),
        ("````text\n```\na\n```\n````", ["text:```|a|```"]),
        ("```\na\n``` no end\n`````\nb", [":a|``` no end"]),
        ("1. a\n\n   ```sh\n   b\n   ```", ["sh:   b"]),
        ("    ```sh", []),
        ("```sh\na", ["sh:a"]),
        ("a\n```sh", ["sh:"]),
        ("```\n```", [":"]),
        ("", []),
    ],
)
def test_blocks_of_code(markdown: str, code: list[str]) -> None:
    found = list(blocks(markdown.splitlines()))
    assert [f"{' '.join(one.words)}:{'|'.join(one.code)}" for one in found if one.words is not None] == code
    assert [line for one in found for line in one.lines] == markdown.splitlines()


def test_what_readers_get() -> None:
    markdown = "A <!-- b -->\n\n```sh hidden\nc\n```\n\n   ```sh fails=6\n   <!-- d -->\n   ```\n\n"
    assert published(markdown) == "A\n\n   ```sh\n   <!-- d -->\n   ```\n"
    assert "   ```sh fails=6\n" in published(markdown, bare=False)


def test_a_guide_is_read() -> None:
    page = parse("troubleshooting/payment-issues", text("\nFirst.\n\n## Then\n"))
    assert (page.path, page.title, page.kind) == ("/help/troubleshooting/payment-issues", "Payments that fail", "guide")
    assert (page.verified, page.identifiers, page.markdown) == (date(2026, 11, 23), ("402",), "First.\n\n## Then\n")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("no facts at all", "begins with facts"),
        ("+++\ntitle = 1", "begins with facts"),
        (text("x", "title = "), "Invalid value"),
        (text("x", FRONT.replace('owner = "payments"\n', "")), "owner must be there, a str"),
        (text("x", FRONT.replace("2026-11-23", '"today"')), "verified must be there, a date"),
        (text("x", FRONT.replace('["402"]', '"402"')), "identifiers must be there, a list"),
        (text("x", FRONT.replace('["402"]', "[402]")), "402 is not text"),
        (text("x", FRONT + '\nauthor = "me"'), "nothing is known of author"),
    ],
)
def test_what_is_not_written_as_pages_are_is_refused(written: str, says: str) -> None:
    with pytest.raises(PageError, match=says) as refused:
        parse("a/b", written)
    assert str(refused.value).startswith("a/b: ")


def test_sections_are_cut_at_headings_that_are_no_code() -> None:
    body = """\
Above.

## `card_declined` & others
<!-- aliases: refused; said no -->
In *short*.

```sh
## no heading
```

### Deeper
~~~text
```
## neither
~~~
## Deeper
"""
    found = sections(parse("x", text(body)))
    assert [(s.anchor, s.heading, s.level) for s in found] == [
        ("", "", 1),
        ("card_declined--others", "card_declined & others", 2),
        ("deeper", "Deeper", 3),
        ("deeper-1", "Deeper", 2),
    ]
    assert found[0].text == "Above."
    assert found[1].aliases == ("refused", "said no")
    assert found[1].text == "In short. ## no heading".replace("## ", "")
    assert found[2].text == "neither"


def test_what_is_not_shown_is_not_searched() -> None:
    body = "Seen.\n\n```sh hidden\nscaffold\n```\n\n```json\n{}\n```\n\n```sh\nshown\n```\n"
    page = parse("x", text(body))
    assert sections(page)[0].text == "Seen. {} shown"
    assert sections(replace(page, kind="api"))[0].text == "Seen. shown"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("When nothing helps", "when-nothing-helps"),
        ("HTTP 402: what now?", "http-402-what-now"),
        ("`FinSecure-Signature`", "finsecure-signature"),
        ("a – b", "a--b"),
        ("payment_intent.succeeded", "payment_intentsucceeded"),
    ],
)
def test_anchors_are_those_of_code_hosts(heading: str, anchor: str) -> None:
    assert slug(plain(heading)) == anchor


def test_an_anchor_that_is_taken_is_numbered() -> None:
    taken: dict[str, int] = {}
    assert [unique_anchor("Fix", taken) for _ in range(3)] == ["fix", "fix-1", "fix-2"]


@pytest.mark.parametrize(
    ("markdown", "left"),
    [
        ("**Bold**, *slanted* and `sk_test_…` stay", "Bold, slanted and sk_test_… stay"),
        ("a [link](../b.md#c) and ![a picture](x.svg)", "a link and a picture"),
        ("| code | means |\n|--|--:|\n| `a_b` | it |", "code means a_b it"),
        ("- one\n- two\n\n1. three", "one two three"),
        ("> **Note.** Well", "Note. Well"),
        ("<!-- nothing\nof this -->left", "left"),
        ("`refund.*` and snake_case_words", "refund.* and snake_case_words"),
    ],
)
def test_marks_are_no_words(markdown: str, left: str) -> None:
    assert plain(markdown) == left
