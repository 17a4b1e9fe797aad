"""Addresses of the help center and commands that texts mention, outside of links: in code, in prose, in messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click

from tests.help.links import Fault, Link, code_in, read_markdown

#: An address, behind that of a server in any form: http://127.0.0.1:4242, $FINSECURE_API_BASE, {base}.
_ADDRESS: Final = re.compile(
    r"(?<![\w./~<-])(?:https?://[\w.:-]+|\$\{?\w+\}?|\{[\w.]+\})?"
    r"(/(?:help|docs/api|llms(?:-full)?\.txt)(?![\w-])[\w./#?=&{}…%*$:+~-]*)"
)
#: What stands for something else in an address: {code}, ${id}, CODE, …
_OPEN: Final = re.compile(r"\{\{?[\w.]*\}?\}?|\$\{?\w+\}?|…|\*|(?<=/)[A-Z][A-Z_]+(?=/|$)|\{.*")
_COMMAND: Final = re.compile(r"(?<![\w./@-])(finsecure(?:-server)?)((?: +(?!finsecure\b)[^\s|;&()<>`'\",]+)+)")
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
#: The name of the command where it is no command: before it, and behind it.
_NO_COMMAND: Final = re.compile(r"(?:from|import|install|uninstall|package|-m) +$")
_TOPIC: Final = re.compile(r"(?!search$|list$)[a-z0-9][\w/#-]*")
_EVERYWHERE: Final = {"--help", "--version"}
_PROSE: Final = frozenset({"command", "did", "in", "is"})


class Mention(NamedTuple):
    """Where something is mentioned, and what."""

    line: int
    text: str


# -- addresses ---------------------------------------------------------------------------------------------------------


def addresses(text: str) -> Iterator[Mention]:
    """Addresses of pages in a text of any kind, without the server's."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in _ADDRESS.finditer(line):
            yield Mention(number, match[1].partition("{%")[0].rstrip(".:"))


class Addresses:
    """What may be mentioned: addresses that `arrives` finds, and those of `known` with gaps in them, `{code}`."""

    def __init__(self, known: Iterable[str], arrives: Callable[[str], bool]) -> None:
        self._known = frozenset(known)
        self._arrives = arrives

    def fault(self, mentioned: str) -> str | None:
        """What is wrong with a mention. With a gap in it, it need only be like an address that there is."""
        place, _, anchor = mentioned.partition("#")
        path = place.partition("?")[0]
        if path in self._known and not anchor:
            return None
        if _OPEN.search(path) or path.endswith("/"):
            like = re.compile(".+".join(map(re.escape, _OPEN.split(path))) + (".*" if path.endswith("/") else ""))
            return None if any(like.fullmatch(one) for one in self._known) else f"no page is like {mentioned}"
        target = path if not anchor or _OPEN.search(anchor) else f"{path}#{anchor}"
        return None if self._arrives(target) else f"there is no {mentioned}"


# -- commands ----------------------------------------------------------------------------------------------------------


def commands(text: str) -> Iterator[tuple[str, ...]]:
    """Command lines of `finsecure` and `finsecure-server` in code, as words."""
    for match in _COMMAND.finditer(text):
        words = match[2].split()
        if words[0] not in _PROSE and not _NO_COMMAND.search(text[: match.start()].rpartition("\n")[2]):
            yield (match[1], *words)


def commands_in_markdown(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Those in the code of a Markdown text, with the line."""
    for line, code in code_in(text):
        for words in commands(code):
            yield line, words


def commands_in_python(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Those in what a module says; a value within a text is `{}`."""
    for line, said in _said(ast.parse(text)):
        for words in commands(said):
            yield line, words


def commands_in_lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Those in a text of any other kind."""
    for number, line in enumerate(text.splitlines(), 1):
        for words in commands(line):
            yield number, words


def _said(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield node.lineno, "".join(parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    else:
        for inside in ast.iter_child_nodes(node):
            yield from _said(inside)


class Commands:
    """The commands that there are. `is_topic` says what `finsecure help` knows."""

    def __init__(self, programs: dict[str, click.Group], is_topic: Callable[[str], bool]) -> None:
        self._programs = programs
        self._is_topic = is_topic

    def fault(self, said: tuple[str, ...]) -> str | None:
        """What is wrong with a command line: a word or an option that there is not, or a topic of `help`."""
        name, *words = said
        found: click.Command = self._programs[name]
        line = name
        while words and isinstance(found, click.Group) and _WORD.fullmatch(words[0].rstrip(".:")):
            word = words.pop(0).rstrip(".:")
            below = found.get_command(click.Context(found), word)
            if below is None:
                return f"there is no command {line} {word}"
            found, line = below, f"{line} {word}"
        if line == "finsecure help" and words and _TOPIC.fullmatch(words[0]) and not self._is_topic(words[0]):
            return f"there is no topic {words[0]}"
        options = {name for param in found.params for name in (*param.opts, *param.secondary_opts)} | _EVERYWHERE
        said_options = (word.partition("=")[0].rstrip(".:") for word in words if word.startswith("--"))
        return next((f"{line} has no {option}" for option in said_options if option not in options), None)


# -- files -------------------------------------------------------------------------------------------------------------


def links_on_disk(file: Path, root: Path) -> tuple[list[Fault], list[Link]]:
    """Links of a Markdown file to files that are not there, or have no such anchor; and its links to elsewhere."""
    faults: list[Fault] = []
    elsewhere: list[Link] = []
    where = file.relative_to(root).as_posix()
    for link in read_markdown(_without_facts(file.read_text("utf-8"))).links:
        path, _, anchor = link.target.partition("#")
        if ":" in path or path.startswith("/"):
            elsewhere.append(link)
            continue
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or not target.is_relative_to(root):
            faults.append(Fault(where, f"there is no file {link.target}"))
        elif anchor and (target.suffix != ".md" or anchor not in _anchors(target)):
            faults.append(Fault(where, f"{target.name} has no anchor #{anchor}"))
    return faults, elsewhere


def _anchors(file: Path) -> list[str]:
    return read_markdown(_without_facts(file.read_text("utf-8"))).anchors


def _without_facts(text: str) -> str:
    return text.partition("\n+++\n")[2] if text.startswith("+++\n") else text
