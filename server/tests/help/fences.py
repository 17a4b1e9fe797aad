"""The fenced blocks of a guide, read as the help center reads them, with what their fences ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from markdown_it import MarkdownIt

RUN: Final = frozenset({"sh", "python", "js"})
#: Flags and `name=value` that a fence may have after its language.
FLAGS: Final = frozenset({"background", "fails", "hidden", "output"})
VALUES: Final = frozenset({"fails", "file", "port"})
TEXT_BLOCKS_MAX: Final = 2
_LANGUAGE: Final = re.compile(r"[a-z]+")


class Malformed(ValueError):
    """A guide that cannot be run as it is written. The message begins with its line."""


@dataclass(frozen=True)
class Block:
    """One block: what it says, the line of its fence (from 1) and what is to be done with it."""

    line: int
    language: str
    text: str
    file: str | None = None
    """The file that it is written to, relative to the working directory, instead of being run."""
    background: bool = False
    port: int | None = None
    """What a background block must listen on before the next block begins."""
    fails: int | None = None
    """The exit code that it must end with; ANY_FAILURE for any but 0; None for 0."""
    output: bool = False
    """It is what the block above it prints."""

    @property
    def runs(self) -> bool:
        return self.language in RUN and self.file is None and not self.output


ANY_FAILURE: Final = -1


def blocks(markdown: str, first_line: int = 1) -> list[Block]:
    """All blocks in their order. `first_line` is the line of the guide that `markdown` begins in. Raises Malformed."""
    lines = markdown.splitlines()
    found: list[Block] = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.map is None:
            continue
        line = token.map[0] + first_line
        if token.type == "code_block":
            raise Malformed(f"{line}: a block that is indented is not run; put it between fences")
        if token.type == "fence":
            if not lines[token.map[1] - 1].lstrip(" >").startswith(token.markup) or token.map[1] - token.map[0] < 2:
                raise Malformed(f"{line}: the block is never closed")
            found.append(_block(line, token.info, token.content))
    _fit_together(found)
    return found


def _block(line: int, info: str, text: str) -> Block:
    """One block by its info string. Raises Malformed."""
    language, *words = info.split() or [""]
    flags: set[str] = set()
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if name in flags or name in values:
            raise Malformed(f"{line}: {name} is said twice")
        if name not in (VALUES if equals else FLAGS) or (equals and not value):
            raise Malformed(f"{line}: no fence may say {word!r}")
        if equals:
            values[name] = value
        else:
            flags.add(name)
    block = Block(
        line,
        language,
        text,
        file=_file(line, values.get("file")),
        background="background" in flags,
        port=_number(line, values.get("port")),
        fails=ANY_FAILURE if "fails" in flags else _number(line, values.get("fails")),
        output=language == "output" or "output" in flags,
    )
    _makes_sense(block)
    return block


def _file(line: int, name: str | None) -> str | None:
    if name is not None and (PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts):
        raise Malformed(f"{line}: {name} is not in the working directory")
    return name


def _number(line: int, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Malformed(f"{line}: {text!r} is no number from 1")
    return int(text)


def _makes_sense(block: Block) -> None:
    """Whether what the fence says can be done. Raises Malformed."""
    line, language = block.line, block.language
    if block.file is not None:
        known = bool(_LANGUAGE.fullmatch(language)) and language not in {"output", "text"}
    elif block.output:
        known = language in {"output", "json"}
    else:
        known = language in RUN or language == "text"
    if not known:
        raise Malformed(f"{line}: nothing is known that runs {language or 'a block without a language'!r}")
    if (block.background or block.fails is not None) and not block.runs:
        raise Malformed(f"{line}: only a block that is run can be in the background, or fail")
    if block.background and (language != "sh" or block.fails is not None):
        raise Malformed(f"{line}: in the background run sh blocks only, and they may not fail")
    if block.port is not None and not block.background:
        raise Malformed(f"{line}: port= is for blocks in the background")


def _fit_together(found: list[Block]) -> None:
    """What can only be said of all of them. Raises Malformed."""
    if len(texts := [block for block in found if block.language == "text"]) > TEXT_BLOCKS_MAX:
        raise Malformed(f"{texts[TEXT_BLOCKS_MAX].line}: more than {TEXT_BLOCKS_MAX} blocks that are not run")
    for above, block in zip([None, *found], found, strict=False):
        if block.output and (above is None or not above.runs):
            raise Malformed(f"{block.line}: there is no block above whose output this could be")
