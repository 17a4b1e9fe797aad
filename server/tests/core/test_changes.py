"""What an event says about the time before it."""

import pytest
from msgspec import Struct

from finsecure_server.core.changes import previous


class Inner(Struct):
    a: int | None = None
    b: dict[str, int] = {}


class Outer(Struct):
    name: str | None = None
    inner: Inner | None = None
    metadata: dict[str, str] = {}
    tags: list[str] = []


CASES: tuple[tuple[str, Outer, Outer, dict[str, object]], ...] = (
    ("nothing", Outer(name="x"), Outer(name="x"), {}),
    ("a value", Outer(name="x"), Outer(name="y"), {"name": "x"}),
    ("a value that was not there", Outer(), Outer(name="y"), {"name": None}),
    ("a value that went", Outer(name="x"), Outer(), {"name": "x"}),
    ("a key changed", Outer(metadata={"a": "1", "b": "2"}), Outer(metadata={"a": "1", "b": "3"}),
     {"metadata": {"b": "2"}}),
    ("a key added", Outer(metadata={"a": "1"}), Outer(metadata={"a": "1", "b": "2"}), {"metadata": {"b": None}}),
    ("a key removed", Outer(metadata={"a": "1", "b": "2"}), Outer(metadata={"b": "2"}), {"metadata": {"a": "1"}}),
    ("an object added", Outer(), Outer(inner=Inner(a=1)), {"inner": None}),
    ("an object removed", Outer(inner=Inner(a=1)), Outer(), {"inner": {"a": 1, "b": {}}}),
    ("a member of an object", Outer(inner=Inner(a=1)), Outer(inner=Inner(a=2)), {"inner": {"a": 1}}),
    ("two levels down", Outer(inner=Inner(b={"x": 1, "y": 1})), Outer(inner=Inner(b={"x": 2, "y": 1})),
     {"inner": {"b": {"x": 1}}}),
    ("a list is one value", Outer(tags=["a", "b"]), Outer(tags=["a", "c"]), {"tags": ["a", "b"]}),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_previous(old: Outer, new: Outer, said: dict[str, object]) -> None:
    assert previous(old, new) == said
