"""Pages of the help center as text: Markdown with a few facts in front, cut into sections for reading and searching.

Needs the standard library only: the same module goes into the `finsecure` wheel, which searches and shows the same
pages without a server.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

FENCE: Final = "+++"
KINDS: Final = ("guide", "error", "api", "reference")

_HEADING: Final = re.compile(r"(#{2,4}) +(.+?) *#*")
_CODE: Final = re.compile(r"( {0,3}(```+|~~~+))(.*)")
_ALIASES: Final = re.compile(r"<!-- *aliases: *(.*?) *-->")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_COMMENT_LINE: Final = re.compile(r"[ \t]*<!--.*?-->[ \t]*\n?", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BEGINNING: Final = re.compile(r"^[ >]*(?:#{1,6} |[-*+] |\d+\. )?")
_SPAN: Final = re.compile(r"`([^`]+)`")
_MARKS: Final = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_MARKED: Final = re.compile(r"[`*_]")
_TABLE_RULE: Final = re.compile(r"^\|?[ :|-]+\|?$")


class PageError(ValueError):
    """A page is not written as pages are. The message names the page and what is wrong."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `path` is where it is served, `/help/getting-started`; `markdown` begins below the title.

    `aliases` are other names of its subject, `symptoms` sentences of somebody who has the problem, and `identifiers`
    the exact words (codes, headers, statuses) to which it is the best answer.
    """

    path: str
    title: str
    lead: str
    markdown: str
    kind: str = "guide"
    aliases: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    owner: str = ""
    verified: date | None = None
    related: tuple[str, ...] = ()
    lead_marked: str = ""  # the lead with backticks around its code, where it has some
    words: tuple[str, ...] = field(default=(), repr=False)  # for searching only: what its title should have said


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page that can be linked to. The first has no heading: what stands above all others."""

    anchor: str
    heading: str
    level: int
    aliases: tuple[str, ...]
    text: str  # without marks, for searching
    names: frozenset[str] = frozenset()  # those of the aliases that stand in backticks: exact words
    prose: str = ""  # the same without blocks of code, for quoting


def parse(path: str, text: str) -> Page:
    """A guide from its file. `path` is relative and without its ending: `troubleshooting/payment-issues`.

    Raises PageError.
    """
    if not text.startswith(FENCE + "\n") or f"\n{FENCE}\n" not in text:
        raise PageError(f"{path}: a page begins with facts between two lines of {FENCE}")
    front, _, body = text[len(FENCE) + 1 :].partition(f"\n{FENCE}\n")
    try:
        facts = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise PageError(f"{path}: {error}") from error
    return Page("/help/" + path, markdown=body.strip() + "\n", **_checked(path, facts))


def _checked(path: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a guide, each of its type."""
    lists = ("aliases", "symptoms", "identifiers", "related")
    wanted: dict[str, type] = {"title": str, "lead": str, "owner": str, "verified": date, **dict.fromkeys(lists, list)}
    for name, kind in wanted.items():
        if not isinstance(facts.get(name), kind):
            raise PageError(f"{path}: {name} must be there, a {kind.__name__}")
    if unknown := sorted(set(facts) - set(wanted)):
        raise PageError(f"{path}: nothing is known of {', '.join(unknown)}")
    if strange := [word for name in lists for word in facts[name] if not isinstance(word, str)]:
        raise PageError(f"{path}: {strange[0]!r} is not text")
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    lead = str(facts["lead"])
    return {**found, "lead": lead.replace("`", ""), "lead_marked": lead if "`" in lead else ""}


# -- blocks of code ----------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """Lines of Markdown that belong together: prose, or a block of code between its fences.

    `words` stand behind the first fence: the language, then how it is run. None for prose. `fence` is the first one
    without them, and as far to the right as it stands.
    """

    lines: Sequence[str]
    words: Sequence[str] | None = None
    fence: str = ""

    @property
    def code(self) -> Sequence[str]:
        """What stands between the fences; the last may be missing."""
        return self.lines[1 : -1 if len(self.lines) > 1 and _closes(self.lines[-1], self.fence) else None]


def blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Prose and code, in order. A block that is never closed goes on to the end, as everywhere in Markdown."""
    found, fence, words = list[str](), "", list[str]()
    for line in lines:
        mark = None if fence else _CODE.fullmatch(line)
        if mark:
            if found:
                yield Block(found)
            fence, words, found = mark[1], mark[3].split(), []
        found.append(line)
        if fence and not mark and _closes(line, fence):
            yield Block(found, words, fence)
            fence, found = "", []
    if found:
        yield Block(found, words if fence else None, fence)


def _closes(line: str, fence: str) -> bool:
    mark = _CODE.fullmatch(line)
    return mark is not None and mark[2].startswith(fence.strip()) and not mark[3].strip()


def published(markdown: str, *, bare: bool = True) -> str:
    """As readers get it: no comments, no hidden blocks. `bare`: fences say their language, and not how they are run."""
    kept: list[str] = []
    for block in blocks(markdown.splitlines()):
        text = "\n".join(block.lines) + "\n"
        if block.words is None:
            kept.append(re.sub(r"\n{3,}", "\n\n", _COMMENT_LINE.sub("", text)))
        elif "hidden" not in block.words:
            first = block.fence + " ".join(block.words[:1]) if bare else block.lines[0]
            kept.append("\n".join((first, *block.lines[1:])) + "\n")
    return re.sub(r"\n{2,}\Z", "\n", "".join(kept))


# -- sections ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def sections(page: Page) -> Sequence[Section]:
    """The sections of a page, in order. They are kept: an index asks for them several times."""
    found: list[Section] = []
    taken: dict[str, int] = {}
    for level, heading, lines in _parts(page.markdown):
        aliases = tuple(word for line in lines for alias in _ALIASES.findall(line) for word in _listed(alias))
        anchor = unique_anchor(plain(heading), taken) if heading else ""
        names = frozenset(alias.strip("`") for alias in aliases if alias.startswith("`"))
        bare = tuple(alias.strip("`") for alias in aliases)
        told = plain("\n".join(_told(lines, json=page.kind == "guide")))
        prose = plain("\n".join(_told(lines, code=False)), quoted=True)
        found.append(Section(anchor, plain(heading), level, bare, told, names, prose))
    return tuple(found)


def _told(lines: Sequence[str], *, json: bool = True, code: bool = True) -> Iterator[str]:
    """Lines without code that is not shown, and without whole objects as JSON where those are examples by the dozen.

    Without `code`, no block of it is left.
    """
    for block in blocks(lines):
        words = block.words
        if words is None or (code and "hidden" not in words and (json or "json" not in words)):
            yield from block.lines


def excerpt(page: Page, anchor: str) -> str | None:
    """The Markdown of a section, with its heading and the sections below it; None for an anchor that is not there."""
    found: list[str] = []
    depth = 0
    for section, (level, heading, lines) in zip(sections(page), _parts(page.markdown), strict=True):
        if found and level <= depth:
            break
        if found or (section.anchor and section.anchor == anchor):
            depth = depth or level
            found += [f"{'#' * level} {heading}", *lines]
    return "\n".join(found).strip() + "\n" if found else None


def _parts(markdown: str) -> Iterator[tuple[int, str, Sequence[str]]]:
    level, heading, lines = 1, "", list[str]()
    for block in blocks(markdown.splitlines()):
        for line in block.lines:
            match = _HEADING.fullmatch(line) if block.words is None else None
            if match:
                yield level, heading, lines
                level, heading, lines = len(match[1]), match[2], []
            else:
                lines.append(line)
    yield level, heading, lines


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(";") if word.strip()]


def slug(heading: str) -> str:
    """The anchor of a heading, as code hosts make them: lower case, spaces to hyphens, punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def unique_anchor(heading: str, taken: dict[str, int]) -> str:
    """The anchor, numbered when the page has it already. `taken` is the page's memory."""
    name = slug(heading)
    seen = taken.get(name)
    taken[name] = 0 if seen is None else seen + 1
    return name if seen is None else f"{name}-{seen + 1}"


def plain(markdown: str, *, quoted: bool = False) -> str:
    """What a reader sees of it, as text: no marks, no comments, no fences, one space between words.

    `quoted`: with a dot behind each cell of a table, and without its head, which says nothing by itself.
    """
    lines = list[str]()
    for line in _COMMENT.sub(" ", markdown).splitlines():
        if _TABLE_RULE.fullmatch(line.strip() or "x"):
            if quoted and lines:
                lines.pop()
            continue
        if _CODE.fullmatch(line):
            continue
        bare = _BEGINNING.sub("", line).strip()
        behind = " · " if quoted and bare.startswith("|") else " "
        bare = "".join(f"{cell.strip()}{behind}" for cell in bare.split("|") if cell.strip())
        lines.append(_unmarked(_LINK.sub(r"\1", bare) if "](" in bare else bare))
    return " ".join(" ".join(lines).split())


def _unmarked(line: str) -> str:
    """A line without its marks. What stands in code keeps its stars and underlines: `sk_test_…`, `refund.*`."""
    if not _MARKED.search(line):
        return line
    parts = _SPAN.split(line)  # every second one is code
    return "".join(part if number % 2 else _MARKS.sub("", part) for number, part in enumerate(parts))
