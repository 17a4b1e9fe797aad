"""Which method of which resource an operation is: from its path and nothing else.

/v1/payment_intents                             payment_intents.create, .list
/v1/payment_intents/{intent}                    payment_intents.retrieve, .update, .delete
/v1/payment_intents/{intent}/confirm            payment_intents.confirm            a POST without a GET: a verb
/v1/customers/{customer}/payment_methods        customers.list_payment_methods, .create_payment_method
/v1/customers/{customer}/payment_methods/{id}   customers.retrieve_payment_method
/v1/balance                                     balance.retrieve                   no id ever follows: there is one
/v1/balance/history                             balance.list_history
/v1/test_helpers/clock                          test_helpers.clock.retrieve        test_helpers is no path: a namespace
/v1/test_helpers/clock/advance                  test_helpers.clock.advance
/v1/tools/echo/run                              tools.echo.run                     a verb in a namespace
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codegen.contract import Operation

_CRUD = {"POST": "update", "DELETE": "delete", "PUT": "replace", "PATCH": "update"}


@dataclass(frozen=True)
class Place:
    """Where an operation stands: `client.test_helpers.clock` is ("test_helpers", "clock")."""

    resource: tuple[str, ...]
    method: str


def singular(word: str) -> str:
    """`deliveries` → `delivery`, `payment_methods` → `payment_method`, `history` and `status` as they are."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(ss|x|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def camel(*words: str) -> str:
    """`payment_intents` → `PaymentIntents`."""
    return "".join(part.capitalize() for word in words for part in word.split("_"))


def places(operations: Iterable[Operation], paged: Mapping[str, bool]) -> dict[str, Place]:
    """The place of each operation, by its id. `paged` says which of them answer with a list.

    Two that would have one place: the later in the order of paths is called by its operation id, in small letters.
    """
    every = list(operations)
    known = {(one.method, one.path) for one in every}
    paths = {one.path for one in every}
    found: dict[str, Place] = {}
    taken: set[Place] = set()
    for one in every:
        place = _place(one, paged[one.id], known, paths)
        if place in taken:
            place = Place(place.resource, re.sub(r"(?<!^)(?=[A-Z])", "_", one.id).lower())
        taken.add(place)
        found[one.id] = place
    return found


def _place(one: Operation, paged: bool, known: set[tuple[str, str]], paths: set[str]) -> Place:
    parts = one.path.removeprefix("/v1/").split("/")
    depth = _depth(parts, paths)
    if depth == len(parts) > 1 and one.method == "POST" and _is_a_verb(one.path, known, paths):
        depth -= 1
    resource, rest = tuple(parts[:depth]), parts[depth:]
    has_members = any(path.startswith(f"/v1/{'/'.join(resource)}/{{") for path in paths)
    if rest and rest[0].startswith("{"):
        rest = rest[1:]
        member = True
    else:
        member = not has_members  # there is only one of it
    return Place(resource, _method(one, rest, paged, member, known))


def _depth(parts: list[str], paths: set[str]) -> int:
    """How many words name the resource: those that are no path by themselves are namespaces before it."""
    depth = 1
    while depth < len(parts) and not parts[depth].startswith("{") and f"/v1/{'/'.join(parts[:depth])}" not in paths:
        depth += 1
    return depth


def _is_a_verb(path: str, known: set[tuple[str, str]], paths: set[str]) -> bool:
    """Whether the last word of a path that is only posted to says what to do: nothing is read there, or below it."""
    return ("GET", path) not in known and not any(other.startswith(f"{path}/") for other in paths)


def _method(one: Operation, rest: list[str], paged: bool, member: bool, known: set[tuple[str, str]]) -> str:
    words = [part for part in rest if not part.startswith("{")]
    ends_in_id = one.path.endswith("}")
    if words and not ends_in_id and one.method == "POST" and ("GET", one.path) not in known:
        return "_".join([words[-1], *map(singular, words[:-1])])
    if one.method == "GET":
        if words and not member and not ends_in_id:
            return "_".join([words[-1], *map(singular, words[:-1])])
        verb = "list" if paged else "retrieve"
    else:
        creates = one.method == "POST" and not ends_in_id and (bool(words) or not member)
        verb = "create" if creates else _CRUD[one.method]
    last = [words[-1] if verb == "list" else singular(words[-1])] if words else []
    return "_".join([verb, *map(singular, words[:-1]), *last])
