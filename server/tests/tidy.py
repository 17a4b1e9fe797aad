"""The rules of the house, as functions of the code. Standard library only; the whole tree is read once: milliseconds.

A rule takes one module and yields what is against it. `test_tidy.py` applies every rule to every module, and
plants one breach of each to see it caught. `docs/STYLE.md` tells people why.

An exemption is a line in EXEMPT with its reason. It may only go away: one that is no longer needed fails the test too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "finsecure_server"
SOURCE: Final = ROOT / "server" / "src" / PACKAGE
TESTS: Final = ROOT / "server" / "tests"

#: A unit, which is a folder or a module of the top level, imports itself and what stands to its left.
ORDER: Final = tuple(
    """
    core storage net web processors accounts webhooks ledger customers payment_methods payments refunds disputes
    recovery reviews payouts diagnostics help support status forum pages settings chance clock opening worker app serve
    commands __main__
    """.split()
)
#: The fixed words of a domain folder, in the order in which they may import one another.
WORDS: Final = ("types", "store", "ops", "jobs", "api")

PURE: Final = frozenset(
    """
    __future__ base64 binascii bisect collections dataclasses datetime enum functools hashlib hmac itertools
    math operator re string struct types typing unicodedata msgspec
    """.split()
)
#: What reaches for the clock, for chance or for the world. `store` and `ops` are handed all of it in `env`.
OUTSIDE: Final = frozenset(
    """
    aiohttp asyncio http io os pathlib random redis requests secrets shutil socket sqlite3 psycopg ssl
    subprocess sys tempfile threading time urllib uuid
    """.split()
)
CLOCK_METHODS: Final = frozenset({"now", "utcnow", "today"})
REACHING_CALLS: Final = frozenset({"open", "input", "print", "eval", "exec", "__import__", "compile"})

FUNCTION_LINES_MAX: Final = 70
FILE_LINES_MAX: Final = 500
MONEY_UNITS: Final = frozenset("core ledger customers payments refunds disputes recovery reviews payouts".split())
FOLDERS_NEVER: Final = frozenset("base common helper helpers lib manager managers misc shared util utils".split())
MODULES_NEVER: Final = FOLDERS_NEVER - {"base"}
#: What callers' input is called where it comes in.
INPUT: Final = frozenset("body call content data form headers message payload query raw request scope".split())
#: Folders of tests that follow a story through the whole server instead of one folder of the source.
STORIES: Final = frozenset({"browser", "contract", "faults", "flows"})
#: Where SQL may stand: the store of each domain, the engine room, and these modules of their own.
SQL_MODULES: Final = frozenset({"diagnostics.verify", "web.health", "web.idempotency", "web.request_log"})

# Written in pieces, so that this file does not find itself.
LEFT_BEHIND: Final = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK|NotImplemented" + r"Error)\b")
TESTS_NOT_RUN: Final = re.compile(r"pytest\.(?:mark\.)?(?:sk" + r"ip|skip" + r"if|xf" + r"ail|importor" + r"skip)\b")
REGISTRY: Final = re.compile(r"pypi\.o" + r"rg|pythonhosted\.o" + r"rg|registry\.npm" + r"js|deb\.debian\.o" + r"rg")
MACHINE_PATH: Final = re.compile(
    r"(?<![\w.~}-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+|tmp/ex" + r"p)/"
)
BARE_IGNORE: Final = re.compile(r"#\s*type:\s*ig" + r"nore(?!\[)")
SQL: Final = re.compile(
    r"\s*(?:SELECT\s.*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s*(?:\(.*\)\s*)?AS\s)",
    re.DOTALL,
)
CONSTANT: Final = re.compile(r"_?[A-Z][A-Z0-9_]*")

#: Who is excused from which rule, and why: {rule: {"unit.module" or "unit.module:function": reason}}.
EXEMPT: Final[Mapping[str, Mapping[str, str]]] = {
    "no_late_imports": {
        "help.meaning:load": "numpy, safetensors and tokenizers belong to the extra",
        "storage.engines:engine_of": "psycopg takes 0.2 s to import, and most installations never need it",
        "web.limits:build": "redis takes 0.35 s to import, and a single server never needs it",
    },
    "nothing_is_left_behind": {
        "sdk/python/src/finsecure/testing/plugin.py": "its users' tests, not ours, where they have no server",
        "server/tests/browser/conftest.py": "not every machine has a browser; the end of the run says what did not run",
    },
}


@dataclass(frozen=True)
class Module:
    """One Python file: where it stands, relative to the repository, and what it says."""

    path: str
    text: str
    package: str | None = None
    """Its name inside the package, "payments.ops"; None outside (tests, tools)."""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def unit(self) -> str | None:
        """The part of the package that the import rule speaks of."""
        return self.package.split(".")[0] if self.package else None

    @property
    def name(self) -> str:
        """How an exemption calls it."""
        return self.package or self.path

    @property
    def word(self) -> str:
        """Which of the fixed words it is: "ops" for payments.ops and for payment_methods.vault_ops."""
        return self.name.rpartition(".")[2].rpartition("_")[2]

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def breach(self, node: ast.AST | int, what: str, function: str = "") -> Breach:
        """Something is against a rule, at a node or a line."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Breach(f"{self.name}:{function}" if function else self.name, f"{self.path}:{line}", what)


class Breach(NamedTuple):
    """What is against a rule: the name an exemption would use, the place, and a sentence."""

    name: str
    where: str
    what: str


Rule = Callable[[Module], Iterable[Breach]]


def read(path: Path) -> Module:
    """The module in a file."""
    package = None
    if path.is_relative_to(SOURCE):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        package = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "__init__"
    return Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"), package)


def imported(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import, wherever it stands: the statement and the full name. `from a import b` may mean the module a.b."""
    for node in module.walk():
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module or '.'}.{alias.name}") for alias in node.names)


def within(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """The imports of the package itself, without its name: "payments.ops.confirm"."""
    for node, target in imported(module):
        if target.startswith(f"{PACKAGE}."):
            yield node, target.removeprefix(f"{PACKAGE}.")


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    return (node for node in module.walk() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


# -- how parts depend on one another ----------------------------------------------------------------------------------


def right_of(word: str, other: str) -> bool:
    """Whether one of WORDS stands to the right of another."""
    return WORDS.index(word) > WORDS.index(other)


def imports_point_left(module: Module) -> Iterator[Breach]:
    """A folder imports itself and what stands to its left in ORDER; inside a domain the same holds for WORDS."""
    if module.unit is None or module.unit == "__init__":
        return
    if module.unit not in ORDER:
        yield module.breach(1, f"{module.unit} has no place in ORDER")
        return
    for node, target in within(module):
        unit, *rest = target.split(".")
        if unit == "__version__":
            continue
        if unit not in ORDER:
            yield module.breach(node, f"{target} is in no known folder")
        elif ORDER.index(unit) > ORDER.index(module.unit):
            yield module.breach(node, f"{module.unit} imports {unit}, which stands to its right")
        elif unit == module.unit and rest and {rest[0], module.word} <= set(WORDS) and right_of(rest[0], module.word):
            yield module.breach(node, f"{module.word} imports {rest[0]}, which stands to its right")


def no_late_imports(module: Module) -> Iterator[Breach]:
    """No import inside a function: it hides a ring, and the first caller pays for it."""
    if module.package is None:
        return
    inside = {id(node): function.name for function in functions(module) for node in ast.walk(function)}
    for node, target in imported(module):
        if id(node) in inside:
            yield module.breach(node, f"{inside[id(node)]} imports {target}", inside[id(node)])


def rings(modules: Iterable[Module]) -> list[list[str]]:
    """Groups of modules that import one another in a circle, `TYPE_CHECKING` counted too."""
    names = {module.name for module in modules if module.package}
    edges: dict[str, set[str]] = {name: set() for name in names}
    for module in modules:
        if module.package:
            for _, target in within(module):
                found = next((t for t in (target, target.rpartition(".")[0]) if t in names), None)
                if found and found != module.name:
                    edges[module.name].add(found)
    reach = {name: _reachable(name, edges) for name in names}
    circles = {tuple(sorted(b for b in reach[a] if a in reach[b])) for a in names if a in reach[a]}
    return [list(circle) for circle in sorted(circles)]


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = list(edges[start])
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(edges[name])
    return found


# -- what a part may touch --------------------------------------------------------------------------------------------


def core_is_pure(module: Module) -> Iterator[Breach]:
    """`core` decides: no I/O, no clock, no chance, no await. It imports PURE modules and itself."""
    if module.unit != "core":
        return
    for statement, target in imported(module):
        if target.split(".")[0] not in PURE | {PACKAGE}:
            yield module.breach(statement, f"core imports {target}")
    for node in module.walk():
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield module.breach(node, "core waits for something")
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) if name in REACHING_CALLS:
                    yield module.breach(node, f"core calls {name}()")
                case ast.Attribute(attr=name) if name in CLOCK_METHODS:
                    yield module.breach(node, f"core reads the clock with {name}()")


def writes_are_handed_the_world(module: Module) -> Iterator[Breach]:
    """`types`, `store` and `ops` of a domain reach for no clock, chance, file or network: a step may be run again."""
    if module.unit not in ORDER[ORDER.index("accounts") :] or module.word not in {"types", "store", "ops"}:
        return
    for statement, target in imported(module):
        if target.split(".")[0] in OUTSIDE:
            yield module.breach(statement, f"{module.word} imports {target}; it is handed what it needs in `env`")
    for node in module.walk():
        match node:
            case ast.Await(value=ast.Call(func=ast.Attribute(attr="write" | "read"))):
                pass  # a sweep of many transactions waits for the database, and for nothing else
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield module.breach(node, f"{module.word} waits for the outside; an op returns an Ask")


def sql_lives_in_stores(module: Module) -> Iterator[Breach]:
    """SQL is a constant of a store, so that one test can prepare every statement on both engines."""
    if module.package is None:
        return
    constants = {
        id(part)
        for statement in module.tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name) and CONSTANT.fullmatch(target.id) and statement.value
        for part in ast.walk(statement.value)
    }
    at_home = module.word == "store" or module.unit == "storage" or module.name in SQL_MODULES
    for node in module.walk():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            if not at_home:
                yield module.breach(node, f"SQL outside a store: {node.value.strip()[:40]}")
            elif id(node) not in constants and module.unit != "storage":
                yield module.breach(node, f"SQL that is no constant of its module: {node.value.strip()[:40]}")


def no_float_near_money(module: Module) -> Iterator[Breach]:
    """Money is an integer of the minor unit. No float, no true division, no round()."""
    if module.unit not in MONEY_UNITS:
        return
    for node in module.walk():
        match node:
            case ast.Constant(value=float() | complex()):
                yield module.breach(node, "a float")
            case ast.Name(id="float" | "round" as name):
                yield module.breach(node, f"{name}")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield module.breach(node, "true division; // says which way it rounds")


def no_assertion_on_input(module: Module) -> Iterator[Breach]:
    """What a caller sends is refused with a code, never asserted: `python -O` would let it through."""
    if module.package and (module.unit == "web" or module.word == "api"):
        for node in module.walk():
            if isinstance(node, ast.Assert):
                names = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)}
                yield from (module.breach(node, f"an assertion about {name}") for name in sorted(names & INPUT))


# -- size, names and what is left behind ------------------------------------------------------------------------------


def functions_fit_a_screen(module: Module) -> Iterator[Breach]:
    """A function has at most 70 lines."""
    for function in functions(module):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield module.breach(function, f"{function.name} has {lines} lines", function.name)


def files_are_short(module: Module) -> Iterator[Breach]:
    """A file has at most 500 lines."""
    lines = module.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield module.breach(1, f"{lines} lines")


def names_say_something(module: Module) -> Iterator[Breach]:
    """No utils, helpers, common, manager: a thing is called after what it is."""
    *folders, file = Path(module.path).parts
    for folder in FOLDERS_NEVER.intersection(folders):
        yield module.breach(1, f"a folder called {folder}")
    if file.removesuffix(".py") in MODULES_NEVER:
        yield module.breach(1, f"a module called {file}")


def modules_say_what_they_are(module: Module) -> Iterator[Breach]:
    """Every module that holds something begins with a docstring; a test is its own sentence."""
    if not module.path.startswith("server/tests/") and module.tree.body and not ast.get_docstring(module.tree):
        yield module.breach(1, "no docstring")


def nothing_is_left_behind(module: Module) -> Iterator[Breach]:
    """No note to oneself, no unfinished branch, no test that does not run, no silenced type checker without a code."""
    for number, line in enumerate(module.text.splitlines(), 1):
        for pattern in (LEFT_BEHIND, TESTS_NOT_RUN, BARE_IGNORE):
            if found := pattern.search(line):
                yield module.breach(number, f"{found.group()}")


RULES: Final[tuple[Rule, ...]] = (
    imports_point_left,
    no_late_imports,
    core_is_pure,
    writes_are_handed_the_world,
    sql_lives_in_stores,
    no_float_near_money,
    no_assertion_on_input,
    functions_fit_a_screen,
    files_are_short,
    names_say_something,
    modules_say_what_they_are,
    nothing_is_left_behind,
)


# -- rules about the repository as a whole ----------------------------------------------------------------------------


def belongs_to_nobodys_machine(path: str, text: str) -> Iterator[str]:
    """No path of somebody's machine and no package registry's address in anything that is committed."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern in (MACHINE_PATH, REGISTRY):
            if found := pattern.search(line):
                yield f"{path}:{number}: {found.group()}"


def tests_mirror_source(sources: Iterable[str], tests: Iterable[str]) -> Iterator[str]:
    """A folder of tests is called after the folder that it tests; a folder that holds something is tested."""
    sources, tests = set(sources), set(tests)
    yield from (f"server/tests/{name} tests no folder of the source" for name in sorted(tests - sources - STORIES))
    yield from (f"{name} has no tests of its own" for name in sorted(sources - tests - STORIES))
