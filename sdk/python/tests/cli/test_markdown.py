"""cli/markdown.py: the dialect of the guides as lines of text."""

from __future__ import annotations

import re

import pytest

from finsecure._generated.help.page import published
from finsecure.cli import help_pages
from finsecure.cli.look import Look
from finsecure.cli.markdown import Renderer
from finsecure.cli.output import width_of

PLAIN = Renderer(Look(colour=False), 40, "/help/troubleshooting/payment-issues")
COLOURED = Renderer(Look(colour=True), 40)


def lines(markdown: str) -> list[str]:
    return PLAIN.body(markdown)


def test_paragraphs_are_wrapped() -> None:
    assert lines("one two three four five six seven eight nine\nten\n\neleven") == [
        "one two three four five six seven eight",
        "nine ten",
        "",
        "eleven",
    ]


def test_a_page_begins_with_title_and_lead() -> None:
    assert PLAIN.page("A page", "Its lead.", "Text.") == ["A page", "======", "", "Its lead.", "", "Text."]


def test_headings() -> None:
    assert lines("## One `x`\n<!-- aliases: a; b -->\ntext\n\n### Two\n\nmore") == [
        "One x",
        "-----",
        "",
        "text",
        "",
        "Two",
        "",
        "more",
    ]


def test_what_is_important() -> None:
    assert lines("**bold**, *thin*, `co_de_x` and snake_case_word 2 * 3 * 4") == [
        "bold, thin, `co_de_x` and",
        "snake_case_word 2 * 3 * 4",
    ]
    assert COLOURED.body("**bold** and `code`") == ["\x1b[1mbold\x1b[0m and \x1b[1mcode\x1b[0m"]


def test_importance_goes_on_over_the_end_of_a_line() -> None:
    found = COLOURED.body("**one two three four five six seven eight nine ten** eleven")
    assert found == [
        "\x1b[1mone two three four five six seven eight\x1b[0m",
        "\x1b[1mnine ten\x1b[0m eleven",
    ]


def test_code_is_indented_and_not_broken() -> None:
    long = "finsecure payments create --amount 2000 --currency usd --card visa"
    assert lines(
        f"before\n\n```sh\n{long}\n\n\n  # and\n```\n\n```json output\n{{}}\n```\n\n```python file=app.py\n1\n```"
    ) == [
        "before",
        "",
        f"    {long}",
        "",
        "",
        "      # and",
        "",
        "Prints:",
        "    {}",
        "",
        "app.py:",
        "    1",
    ]


def test_what_is_hidden_is_not_shown() -> None:
    text = "a\n\n```sh hidden\nrm x\n```\n\n<!-- a\nremark -->\n\n```sh fails=6 background\nb\n```\n"
    assert lines(text) == ["a", "", "    b"]
    assert published(text).count("```") == 2
    assert "```sh\nb\n```" in published(text)
    assert "remark" not in published(text)


def test_lists() -> None:
    found = lines(
        "- one two three four five six seven eight\n- b\n  - inner\n\n1. first\n\n   more\n2. second\n10. tenth"
    )
    assert found == [
        "  • one two three four five six seven",
        "    eight",
        "  • b",
        "      • inner",
        "",
        "  1. first",
        "",
        "     more",
        "  2. second",
        "  10. tenth",
    ]


def test_notes() -> None:
    assert lines("> **Careful.** one two three four five six seven\n> eight") == [
        "│ Careful. one two three four five six",
        "│ seven eight",
    ]


def test_links_are_shown_with_their_address() -> None:
    wide = Renderer(Look(colour=False), 100, "/help/troubleshooting/payment-issues")
    assert wide.body("[a](../going-live.md#keys), [b](/help/errors/x), [c](https://e.example/), [d](#here)") == [
        "a (/help/going-live#keys), b (/help/errors/x), c (https://e.example/), d"
    ]
    assert wide.body("[`x`](api-issues.md) ![A drawing](a.svg)") == [
        "`x` (/help/troubleshooting/api-issues) [Drawing: A drawing]"
    ]


def test_a_table_that_fits_is_one() -> None:
    assert lines("| a | number |\n|--|--:|\n| x | 1 |\n| `y` | 200 |") == [
        "a    number",
        "---  ------",
        "x         1",
        "`y`     200",
    ]


def test_a_table_that_nearly_fits_has_broken_cells() -> None:
    assert lines("| a | b |\n|--|--|\n| x | one two three four five six seven eight nine |") == [
        "a  b",
        "-  -------------------------------------",
        "x  one two three four five six seven",
        "   eight nine",
    ]


def test_a_table_that_does_not_fit_is_a_block_for_each_row() -> None:
    head = "| name | what it is | how? | \n|--|--|--|\n"
    row = "| a_name_that_is_long | other words that say it | at a length of forty |\n"
    assert lines(head + row + row.replace("a_name", "b_name")) == [
        "a_name_that_is_long",
        "  what it is: other words that say it",
        "  how? at a length of forty",
        "",
        "b_name_that_is_long",
        "  what it is: other words that say it",
        "  how? at a length of forty",
    ]


def test_an_escaped_bar_is_no_cell() -> None:
    assert lines("| a |\n|--|\n| `x \\| y` |")[-1] == "`x | y`"


@pytest.mark.parametrize("path", help_pages.pages())
@pytest.mark.parametrize("width", [40, 100])
def test_every_page(path: str, width: int) -> None:
    """Nothing is broader than it may be but code, and words that are; nothing of the Markdown is left."""
    page = help_pages.pages()[path]
    found = Renderer(Look(colour=False), width, path).page(page.title, page.lead, page.markdown)
    for line in found:
        words = line.replace("\xa0", " ").split()
        fits = width_of(line) <= width or line.startswith("    ") or max(map(len, words), default=0) > width // 3
        assert fits, line
    text = "\n".join(line for line in found if not line.startswith("    "))
    assert "\x02" not in text
    assert "<!--" not in text
    assert "](" not in text
    assert not re.search(r"^(?:#{2,4} |```|\|)", text, re.MULTILINE)
