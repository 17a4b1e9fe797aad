"""A call with parameters of every kind, and how its form and its JSON are read."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.core.errors import Refused
from finsecure_server.web.forms import decode, parse_form, parse_json, shape_of
from finsecure_server.web.params import (
    Amount,
    CardNumber,
    Expand,
    Identifier,
    Int64,
    Metadata,
    Range,
    SecurityCode,
    ShortText,
    Text,
)

PAN = "4242424242424242"


class Capture(StrEnum):
    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Card(Struct, kw_only=True, forbid_unknown_fields=True):
    number: CardNumber
    exp_month: Int64
    cvc: SecurityCode | UnsetType = UNSET


class Address(Struct, kw_only=True, forbid_unknown_fields=True):
    line1: ShortText | UnsetType | None = UNSET


class Shipping(Struct, kw_only=True, forbid_unknown_fields=True):
    name: ShortText
    address: Address | UnsetType = UNSET


class Item(Struct, kw_only=True, forbid_unknown_fields=True):
    price: Amount
    name: ShortText = ""


class Create(Struct, kw_only=True, forbid_unknown_fields=True):
    amount: Amount
    currency: ShortText
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    confirm: bool = False
    ready: bool | Literal[0, 1] = False
    version: Literal[1, 2] = 1
    off_session: bool | UnsetType | None = UNSET
    capture_method: Capture | UnsetType = UNSET
    setup: Literal["on_session", "off_session"] | UnsetType | None = UNSET
    description: Text | UnsetType | None = UNSET
    fee: Int64 | UnsetType | None = UNSET
    customer: Identifier | UnsetType = UNSET
    card: Card | UnsetType = UNSET
    shipping: Shipping | UnsetType | None = UNSET
    items: Annotated[list[Item], Meta(max_length=3)] | UnsetType = UNSET
    types: list[ShortText] | UnsetType = UNSET
    metadata: Metadata | UnsetType | None = UNSET
    created: Range | Int64 | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


SHAPE = shape_of(Create)
NEEDED = {"amount": "2000", "currency": "usd"}


def form(text: str | bytes) -> Create:
    return decode(parse_form(text if isinstance(text, bytes) else text.encode()), Create, SHAPE, form=True)


def json_(text: str | bytes) -> Create:
    return decode(parse_json(text if isinstance(text, bytes) else text.encode()), Create, SHAPE, form=False)


def refused(read: Any, *args: Any) -> Refused:
    with pytest.raises(Refused) as raised:
        read(*args)
    return raised.value
