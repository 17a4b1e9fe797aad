"""What is shipped is whole: every file the server needs, every package it imports, and nothing else."""

from __future__ import annotations

import ast
import os
import re
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from tests.tidy import PACKAGE, ROOT, SOURCE

SERVER: Final = ROOT / "server"
#: Needed without an import of ours, and why.
TAKEN_BY_NAME: Final = {
    "wordllama": "its wheel carries the model that the extra reads",
}
#: What `make` words and pytest run, or a bench starts; tests need not import it.
#: The Python package has adapters for these; whoever calls one has it.
FRAMEWORKS: Final = {"django", "fastapi", "flask", "pytest", "starlette"}
TOOLS: Final = {
    "coverage",
    "mypy",
    "pytest-asyncio",
    "pytest-xdist",
    "ruff",
    "typer",
    "types-psutil",
    "types-requests",
    "uv",
}
FIRST_PARTY: Final = {PACKAGE, "bench", "codegen", "finsecure", "fixtures", "tests", "tools"}
SDK: Final = ROOT / "sdk" / "python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    built = next(WheelBuilder(str(SERVER)).build(directory=str(tmp_path_factory.mktemp("dist"))))
    return zipfile.ZipFile(built)


def files() -> Iterator[str]:
    """Every file of the package, also those that it has by way of a link: guides and docs of the repository."""
    for folder, _, names in os.walk(SOURCE, followlinks=True):
        if "__pycache__" not in folder:
            yield from ((Path(folder) / name).relative_to(SOURCE.parent).as_posix() for name in names)


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    ours = set(files())
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == ours
    assert {f"{PACKAGE}/storage/schema.sql", f"{PACKAGE}/storage/migrations/0001_pre_initial.sql"} <= shipped
    assert wheel.read(f"{PACKAGE}/help/docs/events.md") == (ROOT / "docs" / "events.md").read_bytes()


def test_the_source_package_holds_the_text_of_the_pages(tmp_path: Path) -> None:
    built = next(SdistBuilder(str(SERVER)).build(directory=str(tmp_path)))
    with tarfile.open(built) as archive:
        (name,) = (name for name in archive.getnames() if name.endswith("/help/docs/LEDGER.md"))
        text = archive.extractfile(name)
        assert text is not None
        assert text.read() == (ROOT / "docs" / "LEDGER.md").read_bytes()


def test_the_wheel_brings_its_licence(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/LICENSE"))
    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert f"finsecure-server = {PACKAGE}.__main__:main" in wheel.read(name).decode()


def declared(path: Path, *keys: str) -> set[str]:
    """The names of the distributions in a list of requirements of a pyproject.toml."""
    table = tomllib.loads(path.read_text("utf-8"))
    for key in keys:
        table = table[key]
    return {distribution(line) for line in table if isinstance(line, str)}


def distribution(requirement: str) -> str:
    """The name of a distribution in its one spelling, from a line like `psycopg[binary]>=3.2`."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[._-]+", "-", name[0]).lower()


def imported(*folders: Path) -> set[str]:
    """The distributions whose packages are imported below these folders; the standard library and ours left out."""
    modules = {
        name.split(".")[0]
        for folder in folders
        for path in folder.rglob("*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom) and node.module
            else []
        )
    } - FIRST_PARTY
    installed = packages_distributions()
    return {distribution(installed[name][0]) for name in modules - set(sys.stdlib_module_names)}


def test_the_server_declares_what_it_imports_and_nothing_else() -> None:
    project = SERVER / "pyproject.toml"
    needs = declared(project, "project", "dependencies")
    needs |= declared(project, "project", "optional-dependencies", "semantic")
    assert needs - set(TAKEN_BY_NAME) == imported(SOURCE)
    assert set(TAKEN_BY_NAME) <= needs


def test_the_python_package_declares_what_it_imports_and_nothing_else() -> None:
    project = SDK / "pyproject.toml"
    needs = declared(project, "project", "dependencies")
    extras = {
        name for extra in ("async", "cache") for name in declared(project, "project", "optional-dependencies", extra)
    }
    assert imported(SDK / "src") - needs - extras == FRAMEWORKS
    assert (needs | extras) - imported(SDK / "src") == set()


def test_the_tests_declare_what_they_import_and_nothing_else() -> None:
    groups = ROOT / "pyproject.toml"
    needs = declared(groups, "dependency-groups", "dev") | declared(groups, "dependency-groups", "build")
    server = declared(SERVER / "pyproject.toml", "project", "dependencies")
    sdk = declared(SDK / "pyproject.toml", "project", "dependencies")
    used = imported(SERVER / "tests", ROOT / "tools", ROOT / "bench", SDK / "tests", SDK / "src", SDK / "codegen")
    assert used - server - sdk - needs - FRAMEWORKS == set()
    assert needs - used - TOOLS == set()
