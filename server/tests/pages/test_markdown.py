"""Markdown as pages have it: anchors, links, callouts, code, tables that become cards; and nothing that is HTML."""

from __future__ import annotations

from datetime import date

import pytest

from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import Page, sections
from finsecure_server.pages import markdown

PAY = "http://pay.test"


def page(text: str, **facts: object) -> Page:
    given = {"path": "/help/troubleshooting/some", "title": "Some", "lead": "It is.", "markdown": text, **facts}
    return Page(**given)  # type: ignore[arg-type]  # facts of a test


def html(text: str) -> str:
    return str(markdown.shown(page(text), PAY).html)


def test_headings_have_the_anchors_by_which_search_knows_them() -> None:
    text = "Before.\n\n## Why `it` fails\n\nA.\n\n### Why it fails\n\nB.\n\n## Ends\n"
    body = markdown.shown(page(text), PAY)
    assert body.anchors == (
        (2, "why-it-fails", "Why it fails"),
        (3, "why-it-fails-1", "Why it fails"),
        (2, "ends", "Ends"),
    )
    assert [section.anchor for section in sections(page(text))] == ["", *(anchor for _, anchor, _ in body.anchors)]
    assert '<h2 id="why-it-fails">Why <code>it</code> fails</h2>' in body.html
    assert '<a class="anchor" href="#why-it-fails-1" aria-label="Link to: Why it fails">#</a>' in body.html


@pytest.mark.parametrize(
    ("written", "leads_to"),
    [
        ("auth-errors.md", "/help/troubleshooting/auth-errors"),
        ("../going-live.md#keys", "/help/going-live#keys"),
        ("/help/errors/card_declined", "/help/errors/card_declined"),
        ("#below", "#below"),
    ],
)
def test_links_lead_to_pages_and_not_to_files(written: str, leads_to: str) -> None:
    assert f'<a href="{leads_to}">here</a>' in html(f"[here]({written})")


def test_a_link_outside_takes_nothing_along() -> None:
    assert (
        html("[out](https://example.com/a.md)")
        == '<p><a href="https://example.com/a.md" rel="noreferrer">out</a></p>\n'
    )


@pytest.mark.parametrize(
    "evil", ["[x](javascript:alert(1))", "<script>1</script>", "<img src=x onerror=y>", "a <b>c</b>"]
)
def test_nothing_that_is_written_becomes_html(evil: str) -> None:
    made = html(evil)
    assert "<script" not in made
    assert "<img" not in made
    assert "<b>" not in made
    assert "href" not in made


def test_nobody_sees_comments_and_hidden_code() -> None:
    text = "## One\n<!-- aliases: two; three -->\n\nText.\n\n```sh hidden\nsecret\n```\n\n```text\n<!-- kept -->\n```\n"
    for shown in (html(text), markdown.twin(page(text), PAY)):
        assert "aliases" not in shown
        assert "secret" not in shown
        assert "kept" in shown


def test_code_says_what_it_is_and_not_how_it_is_run() -> None:
    made = html(
        "```sh fails=6\nfalse\n```\n\n```python file=app.py\nx\n```\n\n```json output\n{}\n```\n\n```output\nhm\n```\n"
    )
    assert "fails" not in made
    for word in ("<span>Shell</span>", "<span>app.py</span>", "<span>Prints</span>"):
        assert word in made
    assert made.count('class="copy"') == 2  # what is printed is not for copying
    assert "<code>false</code>" in made


def test_code_that_goes_on_says_so() -> None:
    assert "Shell, left running" in html("```sh background port=5000\nserve\n```\n")


def test_the_servers_own_address_stands_in_the_page() -> None:
    text = f"At `{ADDRESS}`.\n\n```sh\ncurl {ADDRESS}/v1\n```\n"
    for shown in (html(text), markdown.twin(page(text), PAY)):
        assert ADDRESS not in shown
        assert f"curl {PAY}/v1" in shown


def test_links_lead_on_from_a_document_of_many_pages() -> None:
    text = "[A](../going-live.md#keys) [b](#c) [d](/help/errors) ![e](../diagrams/f.svg) [g](https://h.test/)\n"
    made = markdown.twin_from_anywhere(page(f"{text}\n```text\n[x](y.md)\n```\n"), PAY)
    for target in ("/going-live.md#keys", "/troubleshooting/some.md#c", "/errors", "/diagrams/f.svg"):
        assert f"]({PAY}/help{target})" in made
    assert "](https://h.test/)" in made
    assert "\n[x](y.md)\n" in made  # code is code


def test_long_code_breaks_between_its_words() -> None:
    assert "<code>authentication_<wbr>required</code>" in html("`authentication_required`")
    assert '<code class="whole">card_<wbr>declined</code>' in html("`card_declined`")  # goes to the next line whole
    assert "<code>pm_<wbr>card_<wbr>charge<wbr>Customer<wbr>Fail</code>" in html("`pm_card_chargeCustomerFail`")
    assert "<code>a &lt; b &amp; c</code>" in html("`a < b & c`")
    assert f"<code>{'x' * 22}<wbr>xx</code>" in html(f"`{'x' * 24}`")


def test_callouts_are_told_from_one_another() -> None:
    assert '<div class="note" role="note">\n<p><strong>Note.</strong> So.</p>' in html("> **Note.** So.")
    assert '<div class="note careful" role="note">' in html("> **Careful.** Money moves.")


def test_a_cell_knows_its_column() -> None:
    made = html("| Code | What `it` is |\n|--|--:|\n| a | b |\n| c | d |\n\n| Other |\n|--|\n| e |\n")
    assert made.count('<td data-label="Code">') == 2
    assert '<td class="to-right" data-label="What it is">b</td>' in made
    assert '<td data-label="Other">e</td>' in made
    assert '<th scope="col">Code</th>' in made
    assert "style=" not in made


def test_a_drawing_comes_in_both_themes_with_its_size() -> None:
    made = html("![From decline to proof](../diagrams/declined-payment-light.svg)")  # what a code host shows
    for theme in ("light", "dark"):
        assert f'<a class="drawing in-{theme}" href="/help/diagrams/declined-payment-{theme}.svg"' in made
    assert made.count('alt="From decline to proof"') == 2
    assert made.count(' width="') == made.count(' height="') == 2


@pytest.mark.parametrize("name", ["none.svg", "../page.py", "..", "a/b.svg", ""])
def test_nothing_else_is_a_drawing(name: str) -> None:
    assert markdown.diagram(name) is None


def test_the_twin_says_first_what_it_is() -> None:
    twin = markdown.twin(
        page("Text.\n\n```sh fails=1\nfalse\n```\n", owner="payments", verified=date(2026, 11, 23)), PAY
    )
    assert twin.startswith(
        "---\ntitle: Some\nurl: http://pay.test/help/troubleshooting/some\nowner: payments\nverified: 2026-11-23\n"
        "---\n\n# Some\n\nIt is.\n\nText.\n"
    )
    assert twin.endswith("```sh\nfalse\n```\n")
