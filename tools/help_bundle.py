"""Write what the `finsecure` package carries of the help center: every page, an index of them, and what searches it.

`python -m tools.help_bundle`. So the command shows the server's pages and ranks as the server does, without a server.
`server/tests/help/test_bundle.py` compares the files with what these functions say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from finsecure_server import help as engine
from finsecure_server.app import LIBRARY
from finsecure_server.help.index import Index
from finsecure_server.help.library import fingerprint
from finsecure_server.help.page import Page

SDK: Final = Path(__file__).resolve().parents[1] / "sdk" / "python" / "src" / "finsecure"
PAGES: Final = SDK / "cli" / "data" / "help.jsonl"
INDEX: Final = SDK / "cli" / "data" / "help_index.json"
FOLDER: Final = SDK / "_generated" / "help"

#: Modules that need nothing but the standard library and one another.
MODULES: Final = ("page", "stems", "spelling", "identify", "rows", "postings", "quoting", "index")
NOTICE: Final = "# Copied by `make generate` from server/src/finsecure_server/help/{name}.py. Change that, not this.\n"
_PACKAGE: Final = '"""The help center\'s own reading and searching, copied from the server."""\n'

#: What showing and searching need, each where it says something.
_MEMBERS: Final = (
    "path", "title", "lead", "kind", "aliases", "symptoms", "identifiers", "words", "related", "markdown",
)  # fmt: skip


def pages() -> str:
    """`help.jsonl`: a page to a line, in the order of the library."""
    return "".join(f"{json.dumps(_row(page), ensure_ascii=False)}\n" for page in LIBRARY.pages.values())


def index() -> str:
    """`help_index.json`: the index of those pages, so that nobody waits for it to be made. The server reads it too."""
    pages = list(LIBRARY.pages.values())
    made = {"of": fingerprint(pages), **Index(pages).as_prepared()}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"


def _row(page: Page) -> dict[str, Any]:
    return {name: value for name in _MEMBERS if (value := getattr(page, name))}


def modules() -> Iterator[tuple[Path, str]]:
    """The modules with the imports of their new place."""
    yield FOLDER / "__init__.py", _PACKAGE
    (place,) = engine.__path__
    for name in MODULES:
        text = (Path(place) / f"{name}.py").read_text("utf-8")
        moved = text.replace("from finsecure_server.help.", "from finsecure._generated.help.")
        assert "finsecure_server" not in moved, f"{name} needs more than the standard library"
        yield FOLDER / f"{name}.py", NOTICE.format(name=name) + moved


def files() -> dict[Path, str]:
    """Every file and what it must say."""
    return {PAGES: pages(), INDEX: index(), **dict(modules())}


def main() -> None:
    """Write every file that is not yet what the server says, and name it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in files().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(SDK)}")


if __name__ == "__main__":
    main()
