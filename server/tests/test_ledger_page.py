"""What docs/LEDGER.md says holds an invariant is a test that exists."""

from __future__ import annotations

import re

import pytest

from tests.tidy import ROOT
from tools.ledger_sections import INVARIANTS, Held


@pytest.mark.parametrize("held", [held for held in INVARIANTS if held.test], ids=lambda held: str(held.name))
def test_the_test_that_holds_an_invariant_is_there(held: Held) -> None:
    file, _, name = held.test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), held.test


def test_only_what_there_is_nothing_of_has_no_test() -> None:
    assert [held.name for held in INVARIANTS if not held.test] == ["7"]
