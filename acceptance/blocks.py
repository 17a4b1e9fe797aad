"""The fenced blocks of a Markdown document, exactly as they are written.

CommonMark knows no block within a block: the bare fence that ends an example inside a Markdown template would end the
template, and everything after it would be read inside out. People nest them all the same. So within a block of
Markdown, a fence that names a language opens a block of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

#: What a language is called, and what it is.
CODE: Final = {
    "python": "python",
    "py": "python",
    "python3": "python",
    "javascript": "javascript",
    "js": "javascript",
    "node": "javascript",
    "bash": "bash",
    "sh": "bash",
    "shell": "bash",
}
_TEMPLATES: Final = frozenset({"markdown", "md"})
_FENCE: Final = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*?)[ \t]*")


@dataclass(frozen=True)
class Block:
    """One block: its number among all of them and the line of its opening fence, both from 1."""

    number: int
    line: int
    language: str
    """As it is written, in lower case; empty if none is named."""
    text: str
    """What stands between the fences, with the last line's end."""
    inside: str = ""
    """The language of the block that it stands in; empty for most."""

    @property
    def code(self) -> str | None:
        """Which of the languages that are run it is in; None if it is none of them, or a part of a template."""
        return None if self.inside else CODE.get(self.language)


@dataclass
class _Open:
    number: int
    line: int
    language: str
    indent: str
    fence: str
    inside: str
    lines: list[str] = field(default_factory=list)

    def closed(self) -> Block:
        return Block(self.number, self.line, self.language, "".join(self.lines), self.inside)

    def take(self, line: str) -> None:
        """A line of it, without the indentation of its fence."""
        self.lines.append(line.removeprefix(self.indent))


def extract(text: str) -> list[Block]:
    """All blocks of a document in the order in which they open. Raises ValueError if one is never closed."""
    stack: list[_Open] = []
    found: list[Block] = []
    opened = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        match = _FENCE.fullmatch(line.rstrip("\r\n"))
        inner = stack[-1] if stack else None
        taking = list(stack)  # a block within a template is a part of the template too
        if match and inner and _closes(match, inner):
            found.append(taking.pop().closed())
            stack.pop()
        elif match and _opens(match, inner):
            opened += 1
            language = match["info"].split(maxsplit=1)[0].lower() if match["info"] else ""
            inside = inner.language if inner else ""
            stack.append(_Open(opened, number, language, match["indent"], match["fence"], inside))
        for block in taking:
            block.take(line)
    if stack:
        raise ValueError(f"the block that opens in line {stack[-1].line} is never closed")
    return sorted(found, key=lambda block: block.number)


def _closes(match: re.Match[str], inner: _Open) -> bool:
    return not match["info"] and match["fence"].startswith(inner.fence) and len(match["indent"]) < len(inner.indent) + 4


def _opens(match: re.Match[str], inner: _Open | None) -> bool:
    return inner is None or (inner.language in _TEMPLATES and bool(match["info"]))
