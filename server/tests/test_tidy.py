"""Properties of the code itself. A rule that is not here is only a wish; one that catches nothing is not a rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tidy
from tests.tidy import ROOT, SOURCE, TESTS, Module, Rule

CODE = [
    tidy.read(path)
    for folder in (SOURCE, TESTS, ROOT / "tools", ROOT / "acceptance", ROOT / "bench", ROOT / "sdk" / "python")
    for path in sorted(folder.rglob("*.py"))
    if not {"_generated", "__pycache__", "node_modules"} & set(path.parts)
]
NOT_OURS = {
    ".git",
    ".venv",
    ".cache",
    ".hypothesis",
    ".ruff_cache",
    ".finsecure",
    ".mypy_cache",
    "__pycache__",
    "dist",
} | {"node_modules"}
TEXT = {"", ".py", ".md", ".toml", ".lock", ".sql", ".svg", ".txt", ".json", ".html", ".css", ".js", ".yml", ".yaml"}


def committed(folder: Path = ROOT) -> Iterator[Path]:
    """The files that are, or will be, in the repository."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in NOT_OURS:
            yield from committed(path)
        elif path.is_file():
            yield path


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    exempt = tidy.EXEMPT.get(rule.__name__, {})
    breaches = [breach for module in CODE for breach in rule(module)]
    against = [f"{breach.where}: {breach.what}" for breach in breaches if breach.name not in exempt]
    assert not against, "\n".join([f"{rule.__doc__}", *against])
    assert not set(exempt) - {breach.name for breach in breaches}, "an exemption is no longer needed: take it out"


def test_every_exemption_names_a_rule_and_a_reason() -> None:
    assert set(tidy.EXEMPT) <= {rule.__name__ for rule in tidy.RULES}
    assert all(len(reason) > 10 for exempt in tidy.EXEMPT.values() for reason in exempt.values())


def test_nothing_imports_in_a_ring() -> None:
    assert tidy.rings(CODE) == []


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    against = [
        breach
        for path in committed()
        if path.suffix in TEXT
        for breach in tidy.belongs_to_nobodys_machine(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]
    assert not against, "\n".join(against)


def test_the_folders_of_tests_are_those_of_the_source() -> None:
    sources = {module.unit for module in CODE if module.package and "." in module.package}
    tests = {path.parent.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")}
    assert not list(tidy.tests_mirror_source(filter(None, sources), tests))


def test_tools_are_configured_in_one_place() -> None:
    elsewhere = set("ruff.toml .ruff.toml mypy.ini .mypy.ini pytest.ini tox.ini setup.cfg .coveragerc".split())
    assert [path for path in committed() if path.name in elsewhere] == []
    for project in ("server", "sdk/python"):
        assert "[tool.ruff" not in (ROOT / project / "pyproject.toml").read_text("utf-8")


def test_the_house_rules_are_written_down() -> None:
    style = (ROOT / "docs" / "STYLE.md").read_text("utf-8")
    assert [rule.__name__ for rule in tidy.RULES if f"`{rule.__name__}`" not in style] == []
    assert ", ".join(tidy.ORDER) in style


# -- each rule catches what it is for ---------------------------------------------------------------------------------


def planted(name: str, text: str) -> Module:
    """A module of the package that is not there."""
    return Module(f"server/src/{tidy.PACKAGE}/{name.replace('.', '/')}.py", text, name)


IMPORT = f"from {tidy.PACKAGE}."
SINS = [
    (tidy.imports_point_left, "core.money", f"{IMPORT}storage import drive"),
    (tidy.imports_point_left, "refunds.ops", f"{IMPORT}disputes.ops import lose"),
    (tidy.imports_point_left, "refunds.store", f"{IMPORT}refunds.ops import create"),
    (tidy.imports_point_left, "refunds.types", f"{IMPORT}refunds import api"),
    (tidy.imports_point_left, "refunds.ops", f"{IMPORT}settings import Settings"),
    (tidy.imports_point_left, "refunds.ops", f"{IMPORT}extras import thing"),
    (tidy.imports_point_left, "extras.ops", "x = 1"),
    (tidy.imports_point_left, "web.router", f"import {tidy.PACKAGE}.accounts.store"),
    (tidy.no_late_imports, "web.router", "def f():\n    import json"),
    (tidy.no_late_imports, "web.router", "class A:\n    def f(self):\n        if 1:\n            from a import b"),
    (tidy.core_is_pure, "core.money", "import time"),
    (tidy.core_is_pure, "core.money", "from os import urandom"),
    (tidy.core_is_pure, "core.money", "async def f(): ..."),
    (tidy.core_is_pure, "core.money", "open('/etc/passwd')"),
    (tidy.core_is_pure, "core.money", "import datetime\ndatetime.datetime.now()"),
    (tidy.writes_are_handed_the_world, "refunds.ops", "from time import time_ns"),
    (tidy.writes_are_handed_the_world, "refunds.store", "import secrets"),
    (tidy.writes_are_handed_the_world, "refunds.ops", "async def create():\n    await processor.refund()"),
    (tidy.sql_lives_in_stores, "refunds.ops", "GET = 'SELECT doc FROM refunds WHERE id = :id'"),
    (tidy.sql_lives_in_stores, "refunds.store", "def f(tx):\n    tx.run('DELETE FROM refunds')"),
    (tidy.sql_lives_in_stores, "refunds.store", "get = 'SELECT doc FROM refunds'"),
    (tidy.sql_lives_in_stores, "web.limits", "tx.run(f'UPDATE limits SET n = {n}')"),
    (tidy.no_float_near_money, "core.money", "fee = 0.029"),
    (tidy.no_float_near_money, "refunds.ops", "half = amount / 2"),
    (tidy.no_float_near_money, "refunds.ops", "amount /= 2"),
    (tidy.no_float_near_money, "ledger.store", "float(amount)"),
    (tidy.no_float_near_money, "payouts.ops", "round(amount)"),
    (tidy.no_float_near_money, "payments.types", "class A:\n    amount: float"),
    (tidy.no_assertion_on_input, "web.forms", "assert body"),
    (tidy.no_assertion_on_input, "refunds.api", "def create(call):\n    assert call.body.amount > 0"),
    (tidy.functions_fit_a_screen, "core.money", "def f():\n" + "    x = 1\n" * tidy.FUNCTION_LINES_MAX),
    (tidy.files_are_short, "core.money", "x = 1\n" * (tidy.FILE_LINES_MAX + 1)),
    (tidy.names_say_something, "utils.money", ""),
    (tidy.names_say_something, "payments.helpers", ""),
    (tidy.modules_say_what_they_are, "core.money", "x = 1"),
    (tidy.nothing_is_left_behind, "core.money", "x = 1  # TO" + "DO: later"),
    (tidy.nothing_is_left_behind, "core.money", "raise NotImplemented" + "Error"),
    (tidy.nothing_is_left_behind, "core.money", "x = y  # type: ig" + "nore"),
    (tidy.nothing_is_left_behind, "core.money", "@pytest.mark.xf" + "ail\ndef test_it(): ..."),
]


@pytest.mark.parametrize(("rule", "name", "text"), SINS, ids=lambda part: getattr(part, "__name__", None))
def test_the_rule_catches_a_planted_breach(rule: Rule, name: str, text: str) -> None:
    assert len(list(rule(planted(name, text)))) == 1, text


INNOCENT = [
    (tidy.imports_point_left, "refunds.ops", f"{IMPORT}payments import ops\n{IMPORT}refunds import store, types"),
    (tidy.imports_point_left, "app", f"{IMPORT}settings import Settings\nfrom {tidy.PACKAGE} import __version__"),
    (tidy.no_late_imports, "web.router", "import json\nif json:\n    import re"),
    (tidy.core_is_pure, "core.money", f"from enum import StrEnum\nimport msgspec\n{IMPORT}core import ids"),
    (tidy.writes_are_handed_the_world, "storage.sqlite", "import sqlite3"),
    (tidy.writes_are_handed_the_world, "payments.api", "import asyncio"),
    (tidy.writes_are_handed_the_world, "payments.ops", "async def sweep(db):\n    await db.write(settle)"),
    (tidy.sql_lives_in_stores, "refunds.store", "GET: Final = 'SELECT doc FROM refunds WHERE id = :id'"),
    (tidy.sql_lives_in_stores, "refunds.ops", "raise Refused('Select a refund from your list')"),
    (tidy.no_float_near_money, "net.client", "timeout = 1.5 / 2"),
    (tidy.no_float_near_money, "refunds.ops", "half = amount // 2"),
    (tidy.no_assertion_on_input, "refunds.ops", "assert refunded <= amount"),
    (tidy.functions_fit_a_screen, "core.money", "def f():\n" + "    x = 1\n" * (tidy.FUNCTION_LINES_MAX - 1)),
    (tidy.files_are_short, "core.money", "x = 1\n" * tidy.FILE_LINES_MAX),
    (tidy.names_say_something, "processors.base", ""),
    (tidy.modules_say_what_they_are, "core.__init__", ""),
    (tidy.nothing_is_left_behind, "core.money", "x = y  # type: ignore[arg-type]"),
]


@pytest.mark.parametrize(("rule", "name", "text"), INNOCENT, ids=lambda part: getattr(part, "__name__", None))
def test_the_rule_leaves_good_code_alone(rule: Rule, name: str, text: str) -> None:
    assert list(rule(planted(name, text))) == []


def test_every_rule_has_a_planted_breach() -> None:
    assert {rule for rule, _, _ in SINS} == set(tidy.RULES)


def test_a_ring_is_found() -> None:
    ring = [
        planted("core.a", f"from {tidy.PACKAGE}.core import b"),
        planted("core.b", f"if TYPE_CHECKING:\n    from {tidy.PACKAGE}.core.c import thing"),
        planted("core.c", f"import {tidy.PACKAGE}.core.a"),
        planted("core.d", f"from {tidy.PACKAGE}.core import a"),
    ]
    assert tidy.rings(ring) == [["core.a", "core.b", "core.c"]]


@pytest.mark.parametrize("text", ["see /wo" + "rk/x", "cd /ho" + "me/ann/src", "from https://pypi.o" + "rg/simple"])
def test_a_machine_or_a_registry_is_found(text: str) -> None:
    assert len(list(tidy.belongs_to_nobodys_machine("README.md", text))) == 1


@pytest.mark.parametrize("text", ["/v1/home/x", "~/home/x", "docs/home/x", "https://example.com/home/ann/"])
def test_an_ordinary_path_is_left_alone(text: str) -> None:
    assert list(tidy.belongs_to_nobodys_machine("README.md", text)) == []


def test_a_missing_and_a_strange_folder_of_tests_are_found() -> None:
    assert list(tidy.tests_mirror_source({"core", "web"}, {"core", "flows", "wbe"})) == [
        "server/tests/wbe tests no folder of the source",
        "web has no tests of its own",
    ]
