"""An example of every operation of the API, told once in `api_examples.toml`: what is called, and what must be there.

`<held>` in ids and parameters stands for a thing of the table. A reader is shown `pi_…` in its place; a test puts the
id of a real one there. `api_languages.py` says an example in each language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final

_STANDS_FOR: Final = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Example:
    """A call: its operation, `POST /v1/refunds`, the ids in its path, its parameters.

    `name` is `refunds.create`: the tag of the contract, and the method of the packages. `client` is where the packages
    have it, `test_helpers.clock`, or empty. `command` is the word of the command line, or empty. `public`: no
    key is asked for.
    """

    name: str
    call: str
    ids: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    client: str = ""
    command: str = ""
    needs: tuple[str, ...] = ()
    public: bool = False

    @property
    def resource(self) -> str:
        """The tag of the contract."""
        return self.name.partition(".")[0]

    @property
    def operation(self) -> str:
        """The method of the packages, and the last word of its page's address."""
        return self.name.partition(".")[2]

    @property
    def method(self) -> str:
        """GET, POST or DELETE."""
        return self.call.partition(" ")[0]

    @property
    def place(self) -> str:
        """The path with names in braces."""
        return self.call.partition(" ")[2]

    @property
    def path(self) -> str:
        """The path with its ids."""
        ids = iter(self.ids)
        return re.sub(r"\{\w+\}", lambda _: next(ids), self.place)

    def stands_for(self) -> list[str]:
        """The things that it names, in order, each once."""
        return list(dict.fromkeys(_STANDS_FOR.findall(f"{self.ids} {self.params}")))

    def given(self, what: Callable[[str], Any]) -> Example:
        """With something in place of each thing."""
        ids = tuple(str(_given(one, what)) for one in self.ids)
        return replace(self, ids=ids, params=_given(self.params, what))

    def shown(self) -> Example:
        """As readers see it."""
        return self.given(lambda name: things()[name].shown)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that an example needs: the call of which it comes, and where it lies in the reply."""

    name: str
    call: str  # the name of an operation
    shown: str
    ids: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    take: str = "id"
    how: str = ""
    needs: tuple[str, ...] = ()
    waits: bool = False

    def example(self) -> Example:
        """The call."""
        made = examples()[self.call]
        return Example(made.name, made.call, self.ids, self.params)

    def taken(self, reply: Any) -> Any:
        """What `take` names in the reply, `data.0.id` or `available.currency=usd.amount`; None where there is none."""
        for word in self.take.split("."):
            reply = _below(reply, word)
            if reply is None:
                return None
        return reply or None


@cache
def examples() -> Mapping[str, Example]:
    """Every example by the name of its operation, in the order of the table."""
    table = _table()
    return {
        name: Example(
            name,
            row["call"],
            tuple(row.get("ids", ())),
            row.get("params", {}),
            row.get("client", name.partition(".")[0]),
            table["commands"].get(name.partition(".")[0], name.partition(".")[0]),
            tuple(row.get("needs", ())),
            row.get("public", False),
        )
        for name, row in table["operations"].items()
    }


@cache
def by_call() -> Mapping[str, Example]:
    """Every example by its operation, `POST /v1/refunds`."""
    return {example.call: example for example in examples().values()}


@cache
def things() -> Mapping[str, Thing]:
    """What examples need, by name."""
    return {
        name: Thing(
            name,
            row["call"],
            row["shown"],
            tuple(row.get("ids", ())),
            row.get("params", {}),
            row.get("take", "id"),
            row.get("how", ""),
            tuple(row.get("needs", ())),
            row.get("waits", False),
        )
        for name, row in _table()["things"].items()
    }


def needed(example: Example) -> list[Thing]:
    """The things that must be there before the example, in the order in which they can be made."""
    found: dict[str, Thing] = {}
    for name in [*example.needs, *example.stands_for()]:
        for thing in _with_its_needs(things()[name]):
            found.setdefault(thing.name, thing)
    return list(found.values())


def _with_its_needs(thing: Thing) -> Iterator[Thing]:
    for name in [*thing.needs, *thing.example().stands_for()]:
        yield from _with_its_needs(things()[name])
    yield thing


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((resources.files("finsecure_server.help") / "api_examples.toml").read_text("utf-8"))


def _given(value: Any, what: Callable[[str], Any]) -> Any:
    match value:
        case str():
            found = _STANDS_FOR.fullmatch(value)
            return what(found[1]) if found else value
        case Mapping():
            return {name: _given(inner, what) for name, inner in value.items()}
        case Sequence():
            return [_given(inner, what) for inner in value]
    return value


def _below(value: Any, word: str) -> Any:
    """A member, an element by its number, or the first element one of whose members is so."""
    if isinstance(value, Mapping):
        return value.get(word)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    if word.isdigit():
        return value[int(word)] if int(word) < len(value) else None
    name, _, wanted = word.partition("=")
    return next((one for one in value if one.get(name) == wanted), None)
