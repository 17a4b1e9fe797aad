"""Pages of the library as HTML, and as the Markdown that is served beside it.

The dialect is CommonMark with tables. Nothing in a page is HTML: what looks like it is shown as text, except comments,
which nobody sees. Fences may say how they are run; a reader sees the language, and `hidden` ones not at all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from finsecure_server.help.library import ADDRESS, folder
from finsecure_server.help.page import Page, blocks, plain, published, unique_anchor
from finsecure_server.pages.render import part

DIAGRAMS: Final = "/help/diagrams/"
THEMES: Final = ("light", "dark")
#: What a block of code is called. Its fence may begin with a file's name instead.
LANGUAGES: Final = {
    "sh": "Shell",
    "python": "Python",
    "js": "Node.js",
    "json": "JSON",
    "toml": "TOML",
    "sql": "SQL",
    "http": "HTTP",
    "output": "Prints",
    "text": "Text",
    "": "Text",
}
CAREFUL: Final = frozenset({"careful", "warning", "danger"})

WORD_LETTERS_MAX: Final = 22  # of code that a column must have room for

_WORD_END: Final = re.compile(r"(?<=[_./:=&?,\[])(?=\w)|(?<=[a-z])(?=[A-Z])")
_TARGET: Final = re.compile(r"\]\(([^)\s]+)\)")  # of a link or an image
_SIZE: Final = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


class Shown(NamedTuple):
    """A page's body."""

    html: Markup
    anchors: tuple[tuple[int, str, str], ...]  # of each heading: level, anchor, text


@lru_cache(maxsize=512)
def shown(page: Page, public_url: str) -> Shown:
    """The body of a page as HTML, for a server at that address."""
    tokens = _PARSER.parse(published(page.markdown, bare=False).replace(ADDRESS, public_url))
    anchors: list[tuple[int, str, str]] = []
    taken: dict[str, int] = {}
    labels, column = list[str](), 0
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            text = plain(tokens[at + 1].content)
            anchors.append((int(token.tag[1:]), unique_anchor(text, taken), text))
            token.meta = {"anchor": anchors[-1][1], "text": text}
            tokens[at + 2].meta = token.meta
        elif token.type == "blockquote_open":
            token.meta = {"careful": _first_word(tokens[at:]) in CAREFUL}
        elif token.type == "tr_open":
            labels, column = ([] if tokens[at - 1].type == "thead_open" else labels), 0
        elif token.type == "th_open":
            labels.append(plain(tokens[at + 1].content))
            _align(token)
        elif token.type == "td_open":
            _align(token)
            if column < len(labels) and labels[column]:
                token.attrSet("data-label", labels[column])
            column += 1
        elif token.type == "inline":
            _resolve(token.children or [], posixpath.dirname(page.path))
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Shown(Markup(html), tuple(anchors))  # noqa: S704  made by a renderer that escapes all text


def twin(page: Page, public_url: str) -> str:
    """A page as Markdown: its facts, its title, and what a reader sees of it."""
    facts = [f"title: {page.title}", f"url: {public_url}{page.path}"]
    facts += [f"owner: {page.owner}"] if page.owner else []
    facts += [f"verified: {page.verified.isoformat()}"] if page.verified else []
    head = "\n".join(("---", *facts, "---"))
    told = (head, f"# {page.title}", page.lead_marked or page.lead, published(page.markdown))
    return "\n\n".join(told).replace(ADDRESS, public_url)


def twin_from_anywhere(page: Page, public_url: str) -> str:
    """The same with whole addresses in its links: they lead on from any document that it is put into."""
    here = f"{public_url}{page.path}.md"

    def whole(link: re.Match[str]) -> str:
        return f"]({urljoin(here, link[1])})"

    return "".join(
        line + "\n" if block.words is not None else _TARGET.sub(whole, line) + "\n"
        for block in blocks(twin(page, public_url).splitlines())
        for line in block.lines
    )


def diagram(name: str) -> bytes | None:
    """A drawing by its file name; None if there is none."""
    found = _drawing(name)
    return found.read_bytes() if found is not None else None


def _align(cell: Token) -> None:
    """By class: no page has a style of its own, and the policy would not let it."""
    style = str(cell.attrs.pop("style", ""))
    if style.startswith("text-align:"):
        cell.attrSet("class", f"to-{style.removeprefix('text-align:')}")


# -- links and images --------------------------------------------------------------------------------------------------


def _resolve(inline: Sequence[Token], place: str) -> None:
    """Point links at pages instead of files, and images at where they are served."""
    for token in inline:
        if token.type == "link_open":
            href = str(token.attrs["href"])
            token.attrSet("href", _address(href, place))
            if href.startswith(("http://", "https://")):
                token.attrSet("rel", "noreferrer")
        elif token.type == "image":
            token.attrSet("src", DIAGRAMS + posixpath.basename(str(token.attrs["src"])))


def _address(href: str, place: str) -> str:
    """A link as a page may have it: `../going-live.md#keys` from `/help/troubleshooting` is `/help/going-live#keys`."""
    path, mark, anchor = href.partition("#")
    if not path.endswith(".md") or "://" in path:
        return href
    return posixpath.normpath(posixpath.join(place, path)).removesuffix(".md") + mark + anchor


def _drawing(name: str) -> Traversable | None:
    drawings = folder() / "diagrams"
    if not re.fullmatch(r"[a-z0-9-]+\.svg", name) or not (drawings / name).is_file():
        return None
    return drawings / name


# -- HTML --------------------------------------------------------------------------------------------------------------


class _Renderer(RendererHTML):
    """What differs from plain CommonMark, one method a kind of token."""

    def heading_open(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        tag, anchor = tokens[at].tag, tokens[at].meta["anchor"]
        return f'<div class="heading"><{tag} id="{escape(anchor)}">'

    def heading_close(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        anchor, text = escape(tokens[at].meta["anchor"]), escape(tokens[at].meta["text"])
        return f'</{tokens[at].tag}><a class="anchor" href="#{anchor}" aria-label="Link to: {text}">#</a></div>\n'

    def fence(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        token = tokens[at]
        words = token.info.split()
        file = next((word.removeprefix("file=") for word in words if word.startswith("file=")), "")
        prints = "output" in words
        name = "Prints" if prints else file or LANGUAGES.get("".join(words[:1]), "".join(words[:1]))
        if "background" in words:
            name += ", left running"
        box = part("code", token.content.rstrip("\n"), name, copy=not prints, prints=prints)
        return f"{box}\n"

    def code_inline(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        code = tokens[at].content
        shown = _breakable(code)
        whole = ' class="whole"' if "<wbr>" in shown and " " not in code and len(code) <= WORD_LETTERS_MAX else ""
        return f"<code{whole}>{shown}</code>"

    def image(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        token = tokens[at]
        alt = self.renderInlineAsText(token.children, options, env)
        name = posixpath.basename(str(token.attrs["src"]))
        stem = name.removesuffix(".svg").removesuffix(f"-{THEMES[0]}")
        themed = [(f"{stem}-{theme}.svg", f"in-{theme}") for theme in THEMES]
        files = themed if all(_drawing(file) for file, _ in themed) else [(name, "")]
        return "".join(_image(file, alt, kind) for file, kind in files)

    def blockquote_open(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        return f'<div class="note{" careful" if tokens[at].meta["careful"] else ""}" role="note">\n'

    def blockquote_close(self, *_: object) -> str:
        return "</div>\n"

    def th_open(self, tokens: Sequence[Token], at: int, *_: object) -> str:
        tokens[at].attrSet("scope", "col")
        return f"<th{self.renderAttrs(tokens[at])}>"


def _breakable(code: str) -> str:
    """Code in a line of text, with the places where a narrow column may break it: between its words."""
    return "<wbr>".join(
        str(escape(word[at : at + WORD_LETTERS_MAX]))
        for word in _WORD_END.split(code)
        for at in range(0, max(len(word), 1), WORD_LETTERS_MAX)
    )


def _image(name: str, alt: str, kind: str) -> str:
    """A drawing. Its size is told, so that nothing moves when it comes."""
    data = diagram(name) or b""
    size = _SIZE.search(data[:2000].decode("utf-8", "replace"))
    measures = f' width="{float(size[1]):.0f}" height="{float(size[2]):.0f}"' if size else ""
    address = DIAGRAMS + escape(name)
    drawing = f'<img src="{address}" alt="{escape(alt)}"{measures} loading="lazy">'
    return f'<a class="drawing {kind}" href="{address}" title="Open it by itself">{drawing}</a>'


def _first_word(tokens: Sequence[Token]) -> str:
    """The first word of a quotation, lower case, without its full stop."""
    text = next((token.content for token in tokens if token.type == "inline"), "")
    return "".join(plain(text).split()[:1]).rstrip(".:!").lower()


_PARSER: Final = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
