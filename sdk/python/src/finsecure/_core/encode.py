"""Parameters on the wire: JSON bodies, and queries with Stripe's brackets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode


def merge(params: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """A dict and keywords as one. TypeError if a name is in both, or if `params` is no mapping."""
    if params is None:
        return dict(more)
    if not isinstance(params, Mapping):
        raise TypeError(f"parameters are a dict or keywords, not {type(params).__name__}")
    twice = sorted(params.keys() & more.keys())
    if twice:
        raise TypeError(f"given twice, in the dict and as a keyword: {', '.join(twice)}")
    return {**params, **more}


def path(template: str, ids: Sequence[str]) -> str:
    """The template with its ids filled in. ValueError for an id that is empty: it would name the whole collection."""
    for one in ids:
        if not isinstance(one, str) or not one.strip():
            raise ValueError(f"an id is a text that is not empty, not {one!r}; the call would be {template}")
        if one in {".", ".."}:  # no quoting keeps these from being taken for folders
            raise ValueError(f"an id is not {one!r}; the call would leave {template}")
    with _readable():
        return template.format(*(quote(one, safe="") for one in ids))


def query(params: Mapping[str, Any]) -> str:
    """`created[gte]=1&expand[]=customer`. What is None is left out."""
    with _readable():
        return urlencode(list(_pairs(params)), safe="[]")


def _pairs(params: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in params.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, Mapping):
            yield from _pairs(value, name)
        elif isinstance(value, (list, tuple)):
            for one in value:
                yield f"{name}[]", _text(one)
        elif value is not None:
            yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration its value
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, datetime):
        return str(int(value.timestamp()))
    raise TypeError(f"a query holds texts, whole numbers and truth values, not {type(value).__name__}")


def body(params: Mapping[str, Any]) -> bytes:
    """JSON. TypeError or ValueError for what JSON has no word for, such as Decimal and NaN.

    A datetime is its second since 1970; one without a zone is of the zone of this machine. Values of metadata are
    texts: numbers and truth values become them.
    """
    if isinstance(params.get("metadata"), Mapping):
        params = {**params, "metadata": {name: _noted(value) for name, value in params["metadata"].items()}}
    with _readable():
        return json.dumps(params, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _noted(value: object) -> object:
    return _text(value) if isinstance(value, (bool, int)) else value


@contextmanager
def _readable() -> Iterator[None]:
    """ValueError, in words, for what no encoding can carry."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise ValueError("a text of a parameter holds half of a surrogate pair, which is no letter") from error
    except RecursionError as error:
        raise ValueError("the parameters are nested too deeply") from error


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return int(value.timestamp())
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(
        f"a parameter is text, a whole number, a truth value, a list, a dict or a datetime, not {type(value).__name__}"
    )
