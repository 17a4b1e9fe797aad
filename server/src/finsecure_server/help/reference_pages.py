"""The pages of docs/ as pages of the help center: the same text, with links, names and headings as pages have them.

`docs/` is written for reading in the repository, mostly by `make generate` from the tables that the server runs by.
Here its links lead to pages of the help center, what it folds away gets a heading of its own, and every name in its
tables (types of events, settings, checks, cards, currencies) leads to the section that has it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final, NamedTuple

from finsecure_server.core.event_types import TYPES
from finsecure_server.help.page import Page, blocks, plain

FOLDER: Final = "/help/reference"
LEAD_LETTERS_MAX: Final = 200

_NOTICE: Final = re.compile(r"\A<!--.*?-->\s*", re.DOTALL)
_TITLE: Final = re.compile(r"\A# (.+)\n+")
_FOLDED: Final = re.compile(r"<details><summary>.*?<code>(.+?)</code></summary>")
_HEADING: Final = re.compile(r"#{2,4} ")
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_SPAN: Final = re.compile(r"`([^`]+)`")
_PART_OF_SETTINGS: Final = re.compile(r"# -- (.+?) -+")
_SETTING: Final = re.compile(r"([a-z][a-z_]*) = ")
_VARIABLE: Final = re.compile(r"\bFINSECURE_[A-Z_]+\b")
_SENTENCE: Final = re.compile(r"(?<=[.:?!]) (?=[A-Z`*\[])")


class Line(NamedTuple):
    """One line of Markdown, and the language of the block of code that it is in; None outside of one."""

    text: str
    code: str | None = None


def pages() -> Iterator[Page]:
    """Every page of the reference. Their names, and what else leads to them, stand in `reference_pages.toml`."""
    place = resources.files("finsecure_server.help")
    table = tomllib.loads((place / "reference_pages.toml").read_text("utf-8"))
    names = {facts["file"]: name for name, facts in table.items()}
    for name, facts in table.items():
        yield _page(name, (place / "docs" / facts["file"]).read_text("utf-8"), facts, names)


def _page(name: str, text: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> Page:
    text = _NOTICE.sub("", text)
    title = _TITLE.match(text)
    assert title, f"{name} has no title"
    first, _, rest = text[title.end() :].partition("\n\n")
    lead, more = _led(" ".join(first.split()))
    lines = list(_linked(_headed(_coded(f"{more}\n\n{rest}".strip())), names))
    return Page(
        f"{FOLDER}/{name}",
        plain(title[1]),
        plain(lead),
        "\n".join(line.text for line in _named(lines)).strip() + "\n",
        kind="reference",
        aliases=tuple(facts["aliases"]),
        symptoms=tuple(facts["symptoms"]),
        identifiers=tuple(facts["identifiers"]),
        owner=facts["owner"],
        related=tuple(facts["related"]),
    )


def _led(paragraph: str) -> tuple[str, str]:
    """The first paragraph, parted: the sentences that lead, and what is left of it for the page itself."""
    sentences = _SENTENCE.split(paragraph)
    taken = 1
    while taken < len(sentences) and len(" ".join(sentences[: taken + 1])) <= LEAD_LETTERS_MAX:
        if _LINK.search(sentences[taken]):
            break
        taken += 1
    return " ".join(sentences[:taken]), " ".join(sentences[taken:])


def _coded(text: str) -> Iterator[Line]:
    for block in blocks(text.splitlines()):
        language = None if block.words is None else "".join(block.words[:1])
        yield from (Line(line, language) for line in block.lines)


def _headed(lines: Iterator[Line]) -> Iterator[Line]:
    """With a heading for whatever was folded away, and for each part of the settings; none deeper than it must be."""
    found = list(lines)
    lift = not any(line.text.startswith("## ") for line in found if line.code is None)
    for line in found:
        if line.code is None:
            yield from _unfolded(line.text[1:] if lift and line.text.startswith("###") else line.text)
        elif line.code == "toml" and (part := _PART_OF_SETTINGS.fullmatch(line.text)):
            heading = part[1][0].upper() + part[1][1:]
            yield from (Line("```", "toml"), Line(""), Line(f"## {heading}"), Line(""), Line("```toml", "toml"))
        else:
            yield line


def _unfolded(text: str) -> Iterator[Line]:
    if match := _FOLDED.fullmatch(text):
        yield Line(f"### `{match[1]}`")
        if match[1] in TYPES:
            yield from (Line(""), Line(TYPES[match[1]].says))
    elif text != "</details>":
        yield Line(text.replace("<br>", ", "))


def _linked(lines: Iterator[Line], names: Mapping[str, str]) -> Iterator[Line]:
    """With links that lead to pages; what is no page of the help center is text."""

    def link(match: re.Match[str]) -> str:
        target = _target(match[2], names)
        return f"[{match[1]}]({target})" if target else match[1]

    for line in lines:
        yield line if line.code is not None else Line(_LINK.sub(link, line.text))


def _target(link: str, names: Mapping[str, str]) -> str:
    if link.startswith(("#", "http://", "https://", "/")):
        return link
    file, _, anchor = link.partition("#")
    if file == "errors.md":
        return f"/help/errors/{anchor}" if "_" in anchor else "/help/errors"
    if file in names:
        return f"{FOLDER}/{names[file]}" + (f"#{anchor}" if anchor else "")
    return ""


# -- names that lead to a section --------------------------------------------------------------------------------------


def _named(lines: list[Line]) -> Iterator[Line]:
    """With the names that each section has in a comment under its heading."""
    starts = [number for number, line in enumerate(lines) if line.code is None and _HEADING.match(line.text)]
    own = {span for start in starts for span in _SPAN.findall(lines[start].text)}
    taken: set[str] = set()
    yield from lines[: starts[0] if starts else len(lines)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        heading, rest = lines[start], lines[start + 1 : end]
        said = _SPAN.findall(heading.text)
        found = said + [name for name in _names(rest) if name not in own | taken]
        taken.update(found)
        yield heading
        if found:
            yield Line(f"<!-- aliases: {'; '.join(dict.fromkeys(found))} -->")
        yield from rest


def _names(lines: list[Line]) -> Iterator[str]:
    """Names of a section: those at the beginning of the rows of its tables, and its settings."""
    columns, secret = 0, False
    for line in lines:
        if line.code == "toml":
            yield from _VARIABLE.findall(line.text)
            secret = secret or line.text.startswith("# Secret.")
            if match := _SETTING.match(line.text):
                yield from _called(match[1], secret=secret)
                secret = False
        elif line.code is None and line.text.startswith("|"):
            cells = [cell.strip() for cell in line.text.strip("|").split("|")]
            columns = columns or (2 if cells[1:] and cells[1].startswith("id ") else 1)
            for cell in cells[:columns]:
                yield from _SPAN.findall(_LINK.sub("", cell))
        else:
            columns = 0


def _called(setting: str, *, secret: bool) -> Iterator[str]:
    """The names of a setting: its variable, that of a file for a secret, and its own where it is no common word."""
    yield f"FINSECURE_{setting.upper()}"
    if secret:
        yield f"FINSECURE_{setting.upper()}_FILE"
    if "_" in setting:
        yield setting
