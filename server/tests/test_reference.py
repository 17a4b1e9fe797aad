"""What is documented is what exists. A page that drifts from the code fails here; `make generate` writes it anew."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from finsecure_server.core import ledger
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import Code
from tests.test_tidy import committed
from tools import generate
from tools.generate import ROOT


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    same = (ROOT / name).read_text("utf-8") == generate.PAGES[name]()  # a difference may have thousands of lines
    assert same, f"{name} has drifted: say `make generate`, and look at `git diff`"


def test_every_code_has_its_section() -> None:
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert [code for code in Code if f"\n### `{code}`\n" not in page] == []
    assert [code for code in DECLINES if f"\n### Decline `{code}`\n" not in page] == []


def test_every_ledger_entry_has_its_row() -> None:
    entries = {
        function
        for name, function in inspect.getmembers(ledger, inspect.isfunction)
        if function.__module__ == ledger.__name__
        and inspect.signature(function, eval_str=True).return_annotation is ledger.Entry
        and name != "entry"
    }
    assert entries == {function for function, _ in generate.ENTRIES}


def test_the_contract_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(json.loads((ROOT / "contract" / "openapi.json").read_text("utf-8"))).validate()


def links() -> Iterator[tuple[Path, str]]:
    """Every relative link of every page of ours."""
    for page in committed():
        if page.suffix == ".md":
            for target in re.findall(r"\]\((?!https?:|#|mailto:|/)([^)#\s]+)", page.read_text("utf-8")):
                yield page, target


def test_no_link_is_dead() -> None:
    dead = [f"{page.relative_to(ROOT)}: {target}" for page, target in links() if not (page.parent / target).exists()]
    assert dead == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    records = sorted(path.name for path in folder.glob("[0-9]*.md") if not path.name.startswith("0000"))
    assert [name for name in records if f"({name})" not in listed] == []
    assert [name[:4] for name in records] == [f"{number:04}" for number in range(1, len(records) + 1)]


def test_every_make_word_is_in_the_readme() -> None:
    words = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert sorted(word for word in words if f"| `make {word}` |" not in readme) == []
