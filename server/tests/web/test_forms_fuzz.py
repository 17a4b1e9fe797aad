"""Nothing that anybody sends makes the reading of parameters fail: it is refused, with a code, or it is understood."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finsecure_server.core.errors import Refused
from finsecure_server.web.forms import decode, parse_form, parse_json, redacted
from tests.sample import PAN, SHAPE, Create, form, json_

NAMES = st.sampled_from(
    [*SHAPE.fields, "card[number]", "card[exp_month]", "metadata[a]", "expand[]", "expand[0]", "items[0][price]",
     "items[][name]", "created[gte]", "shipping[address][line1]", "ammount", "a[b", "]", "[]", ""]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=30), st.sampled_from(["", "1", "-1", "true", "2000", "usd", PAN, "\x00", "1" * 50]),
    st.integers().map(str),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(st.one_of(NAMES, st.text(max_size=20)), VALUES), max_size=12))
def test_no_form_makes_it_fail(pairs: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name, safe='[]')}={quote_plus(value)}" for name, value in pairs)
    _survives(lambda: parse_form(body.encode()), is_form=True)


@settings(deadline=None)
@given(st.binary(max_size=60))
@example(b"%")
@example(b"%C3")
@example(b"a%5b=1")
def test_no_bytes_make_it_fail(body: bytes) -> None:
    _survives(lambda: parse_form(body), is_form=True)
    _survives(lambda: parse_json(body), is_form=False)


TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(st.sampled_from([*SHAPE.fields, "number", "price"]), st.text(max_size=8)), inner, max_size=5
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.one_of(st.sampled_from(list(SHAPE.fields)), st.text(max_size=8)), TREES, max_size=6))
def test_no_json_makes_it_fail(tree: dict[str, Any]) -> None:
    _survives(lambda: tree, is_form=False)
    _survives(lambda: tree, is_form=True)


def _survives(read: Any, *, is_form: bool) -> None:
    """Only Refused, and what it says can be sent; and what the log keeps can be kept."""
    said: list[Refused] = []
    try:
        tree = read()
        msgspec.json.encode(redacted(tree, SHAPE))
        decode(tree, Create, SHAPE, form=is_form)
    except Refused as error:
        said.append(error)
    for each in said:
        assert each.rule.status == 400
        assert len(each.message) < 1000
        assert PAN not in msgspec.json.encode([each.message, each.param]).decode()


@settings(deadline=None)
@given(
    amount=st.integers(-(2**64), 2**64),
    currency=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    metadata=st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00[]"), min_size=1, max_size=40),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
        max_size=5,
    ),
)
def test_form_and_json_mean_the_same(amount: int, currency: str, metadata: dict[str, str]) -> None:
    said = {"amount": amount, "currency": currency, "metadata": metadata}
    pairs = [("amount", str(amount)), ("currency", currency)] + [(f"metadata[{k}]", v) for k, v in metadata.items()]
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    by_form, by_json = form(body), json_(msgspec.json.encode(said))
    assert (by_form.amount, by_form.currency) == (by_json.amount, by_json.currency) == (amount, currency)
    assert (by_form.metadata or {}) == by_json.metadata == metadata
