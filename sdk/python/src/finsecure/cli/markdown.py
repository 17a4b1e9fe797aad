"""Pages of the help center on a terminal: headings, paragraphs, lists, tables, code, notes. The dialect of the guides.

A page becomes lines of text of a given width. Marks of importance are escape sequences where there are colours, and
what stands in the Markdown where there are none. Comments and blocks that are only run are not shown.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from finsecure._generated.help.page import blocks
from finsecure.cli.look import Look
from finsecure.cli.output import Output, width_of

WIDTH_MAX: Final = 100
WIDTH_MIN: Final = 30
_COLUMN_MIN: Final = 16  # letters that a column keeps when it is broken into several lines
_INDENT: Final = "    "

_COMMENT: Final = re.compile(r"[ \t]*<!--.*?-->[ \t]*\n?", re.DOTALL)
_HEADING: Final = re.compile(r"(#{1,4}) +(.+?) *#*")
_ITEM: Final = re.compile(r"( *)([-*+]|\d+[.)]) +(.*)")
_RULE: Final = re.compile(r"\|?[ :|-]*-[ :|-]*\|?")
_CELL: Final = re.compile(r"(?<!\\)\|")
_IMAGE: Final = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK: Final = re.compile(r"\[((?:`[^`]*`|[^\]])+)\]\(([^)\s]+)\)")
_INLINE: Final = re.compile(r"(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])")

# Where importance begins and ends, until lines are broken: a letter of no width each. Snippets of a search have them.
ON, OFF = "\x02", "\x03"
_NARROW: Final = "\xa0"


@dataclass(frozen=True)
class Renderer:
    """Makes lines of Markdown. `place` is the page's path, from which its links go."""

    look: Look
    width: int
    place: str = "/help/"

    @classmethod
    def of(cls, out: Output, place: str = "/help/", indent: int = 0) -> Renderer:
        """For what a command prints: as wide as the terminal, but no wider than lines are read well."""
        width = shutil.get_terminal_size((WIDTH_MAX, 24)).columns
        return cls(out.look, max(min(width, WIDTH_MAX) - indent, WIDTH_MIN), place)

    def page(self, title: str, lead: str, markdown: str) -> list[str]:
        """A page from its title on."""
        return [*self._title(title, "="), "", *self._wrapped(lead, self.width), "", *self.body(markdown)]

    def body(self, markdown: str) -> list[str]:
        """What stands under a title."""
        lines: list[str] = []
        for block in blocks(markdown.splitlines()):
            if block.words is None:
                text = _COMMENT.sub("", "\n".join(block.lines))
                shown = _spaced(self._prose(text.splitlines(), self.width))
            elif "hidden" in block.words:
                continue
            else:
                shown = self._code(block.code, block.words, " " * (len(block.fence) - len(block.fence.lstrip())))
            lines += ["", *shown] if lines and shown else shown
        return lines

    def snippet(self, text: str) -> list[str]:
        """A snippet of a search, with its marks."""
        return self._broken(text, self.width)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _title(self, text: str, line: str = "-") -> list[str]:
        shown = self._broken(self._inline(text, plain=True), self.width)
        if self.look.colour or not line:
            return [self.look.strong(one) for one in shown]
        return [*shown, line * max(map(width_of, shown))]

    def _code(self, lines: Sequence[str], words: Sequence[str], indent: str) -> list[str]:
        file = next((word.removeprefix("file=") for word in words if word.startswith("file=")), "")
        name = "Prints:" if "output" in words else f"{file}:" if file else ""
        shown = [(indent + _INDENT + line[len(indent) :]).rstrip() for line in lines]
        return [indent + self.look.dim(name), *shown] if name else shown

    def _prose(self, lines: Sequence[str], width: int) -> list[str]:
        """Everything but code, in `width` letters."""
        found: list[str] = []
        at = 0
        while at < len(lines):
            block, at = _block(lines, at)
            first = block[0]
            if match := _HEADING.fullmatch(first):
                found += ["", *self._title(match[2], "-" if len(match[1]) < 3 else "")]
            elif first.startswith(">"):
                inner = [line[1:].removeprefix(" ") for line in block]
                found += [f"│ {line}".rstrip() for line in _spaced(self._prose(inner, width - 2))]
            elif first.startswith("|"):
                found += self._table([_cells(line) for line in block], width)
            elif _ITEM.fullmatch(first):
                found += self._list(block, width)
            else:
                found += self._wrapped(" ".join(line.strip() for line in block), width)
            found.append("")
        return found

    def _list(self, block: Sequence[str], width: int) -> list[str]:
        """Items under one another; each may hold paragraphs and lists of its own."""
        items: list[list[str]] = []
        depth = len(block[0]) - len(block[0].lstrip())
        marks: list[str] = []
        for line in block:
            match = _ITEM.fullmatch(line)
            if match and len(match[1]) <= depth:
                marks.append("•" if match[2] in "-*+" else match[2])
                items.append([match[3]])
            else:
                items[-1].append(line)
        found: list[str] = []
        for mark, item in zip(marks, items, strict=True):
            inner = "\n".join([item[0], *_dedented(item[1:])]).rstrip().split("\n")
            lines = _spaced(self._prose(inner, width - len(mark) - 3))
            if all(inner):  # no paragraphs of its own
                lines = [line for line in lines if line]
            found += [f"  {mark} {lines[0]}" if lines else f"  {mark}"]
            found += [f"{' ' * (len(mark) + 3)}{line}".rstrip() for line in lines[1:]]
        return found

    def _table(self, rows: Sequence[Sequence[str]], width: int) -> list[str]:
        """Columns side by side; a block for each row if they cannot stand so."""
        head, *body = rows
        right: list[bool] = []
        if body and _is_rule(body[0]):
            right = [cell.endswith("-:") and not cell.startswith(":") for cell in body.pop(0)]
        columns = len(head)
        shown = [[self._inline(cell) for cell in (*row, *[""] * columns)[:columns]] for row in (head, *body)]
        widths = _widths(shown, width)
        if widths is None:
            return self._blocks(shown, width)
        found: list[str] = []
        for row in shown:
            cells = [self._broken(cell, size) for cell, size in zip(row, widths, strict=True)]
            for line in range(max(len(cell) for cell in cells)):
                texts = [cell[line] if line < len(cell) else "" for cell in cells]
                sides = [*right, *[False] * columns][:columns]
                found.append("  ".join(map(_aligned, texts, widths, sides)).rstrip())
            if row is shown[0]:
                found.append("  ".join("-" * size for size in widths))
        return found

    def _blocks(self, rows: Sequence[Sequence[str]], width: int) -> list[str]:
        """A table that is too wide: a block for each row, with the head of its column before each cell."""
        head, *body = rows
        found: list[str] = []
        for row in body:
            found += self._broken(row[0], width)
            for name, cell in zip(head[1:], row[1:], strict=True):
                if cell:
                    label = f"{_bare(name).rstrip(':')}: " if name and not name.endswith("?") else f"{_bare(name)} "
                    lines = self._broken(label + cell, width - 4)
                    found += [f"  {lines[0]}", *(f"    {line}" for line in lines[1:])]
            found.append("")
        return found[:-1]

    # -- within a line -------------------------------------------------------------------------------------------------

    def _wrapped(self, text: str, width: int) -> list[str]:
        return self._broken(self._inline(text), width)

    def _inline(self, text: str, *, plain: bool = False) -> str:
        """A line with its links written out, and importance between marks of no width."""
        text = _IMAGE.sub(lambda match: f"[Drawing: {match[1]}]", text)
        text = _LINK.sub(self._link, text)

        def important(match: re.Match[str]) -> str:
            code, inner = match[2], match[2] or match[3] or match[4]
            if code:
                inner = inner.strip().replace(" ", _NARROW if len(inner) <= self.width // 2 else " ")
            if plain or (not self.look.colour and not code):
                return inner if code or plain else _INLINE.sub(important, inner)
            if not self.look.colour:
                return f"`{inner}`"
            return f"{ON}{inner if code else _INLINE.sub(lambda one: one[2] or one[3] or one[4], inner)}{OFF}"

        return _INLINE.sub(important, text).replace("\\|", "|")

    def _link(self, match: re.Match[str]) -> str:
        """Its text and where it leads; one that stays on the page is text."""
        text, target = match[1], match[2]
        path, mark, anchor = target.partition("#")
        if not path:
            return text
        if path.endswith(".md") and "://" not in path:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.place), path)).removesuffix(".md")
        address = path + mark + anchor
        return text if address in text else f"{text} ({address})"

    def _broken(self, text: str, width: int) -> list[str]:
        """Lines of at most so many letters, unless a word is longer. Importance goes on over the end of a line."""
        lines: list[str] = []
        line, important = "", False
        for word in text.split(" "):
            if not word:
                continue
            longer = f"{line} {word}" if line else word
            if line and width_of(_bare(longer)) > max(width, WIDTH_MIN // 2):
                lines.append(line)
                line = word
            else:
                line = longer
        shown = []
        for one in [*lines, line]:
            begun = (ON if important else "") + one
            important = begun.rfind(ON) > begun.rfind(OFF)
            shown.append(self._marked(begun + (OFF if important else "")))
        return shown

    def _marked(self, line: str) -> str:
        return re.sub(f"{ON}(.*?){OFF}", lambda match: self.look.strong(match[1]), line).replace(_NARROW, " ")


def _block(lines: Sequence[str], at: int) -> tuple[list[str], int]:
    """The next block of prose and where the one after it begins; a list goes on over empty lines that it indents."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    start = at
    if start == len(lines):
        return [""], at
    first = lines[start]
    at += 1
    if _HEADING.fullmatch(first):
        return [first], at
    is_list = bool(_ITEM.fullmatch(first))
    while at < len(lines) and not _begins_anew(lines, at, first, is_list=is_list):
        at += 1
    return list(lines[start:at]), at


def _begins_anew(lines: Sequence[str], at: int, first: str, *, is_list: bool) -> bool:
    """Whether a line does not belong to the block that the first line began."""
    line = lines[at]
    if not line.strip():
        following = next((one for one in lines[at:] if one.strip()), "")
        return not (is_list and (following.startswith("  ") or _same_kind(first, following)))
    if _HEADING.fullmatch(line) or (line[0] in "|>") != (first[0] in "|>"):
        return True
    return not is_list and first[0] not in "|>" and bool(_ITEM.fullmatch(line))


def _same_kind(item: str, other: str) -> bool:
    """Whether a line is an item as the first is: both are numbered, or neither."""
    ours, theirs = _ITEM.fullmatch(item), _ITEM.fullmatch(other)
    return bool(ours and theirs) and item.strip()[0].isdigit() == other.strip()[0].isdigit()


def _dedented(lines: Sequence[str]) -> list[str]:
    depth = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[depth:] for line in lines]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(line.strip().removeprefix("|").removesuffix("|"))]


def _is_rule(cells: Sequence[str]) -> bool:
    return all(_RULE.fullmatch(cell) for cell in cells)


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How broad each column may be: the broadest give way, but no word is broken. None if there is not the room."""
    columns = [[_bare(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [max(map(width_of, column)) for column in columns]
    words = [max((width_of(word) for cell in column for word in cell.split(" ")), default=0) for column in columns]
    least = [min(width, max(word, _COLUMN_MIN)) for width, word in zip(widths, words, strict=True)]
    over = sum(widths) + 2 * (len(widths) - 1) - room
    for _ in range(over):
        slack = [width if width > least[place] else 0 for place, width in enumerate(widths)]
        broadest = slack.index(max(slack))
        if not slack[broadest]:
            return None
        widths[broadest] -= 1
    return widths


def _aligned(text: str, size: int, right: bool) -> str:
    rest = " " * (size - width_of(_unescaped(text)))
    return rest + text if right else text + rest


def _bare(text: str) -> str:
    return text.replace(ON, "").replace(OFF, "")


def _unescaped(text: str) -> str:
    """A text without escape sequences, to be measured."""
    return re.sub(r"\x1b\[\d*m", "", text)


def _spaced(lines: Sequence[str]) -> list[str]:
    """Never two empty lines in a row, and none at either end."""
    found: list[str] = []
    for line in lines:
        if line or (found and found[-1]):
            found.append(line)
    while found and not found[-1]:
        found.pop()
    return found
