"""Every code as data: `/help/errors.json` with the JSON Schema that describes it, and `/help/errors.csv`.

A program that shows errors to people needs three answers for each: may the same be sent again, who can put it right,
and what may the payer be told. The schema's name carries a version: members may be added to it, and none is taken away.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from finsecure_server.core.declines import DECLINES
from finsecure_server.help import explained, explained_failures
from finsecure_server.help.explained import Explained
from finsecure_server.help.explained_failures import ExplainedFailure

SCHEMA: Final = "finsecure.error_dictionary/1"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Side = Literal["developer", "merchant", "payer", "issuer", "finsecure"]


class Entry(Struct, frozen=True, kw_only=True):
    """One code."""

    code: str
    kind: Literal["error", "decline", "delivery_failure"]
    meaning: str
    arrives_as: str | None  # the error's `code`; None for what stands in attempts of deliveries only
    type: str | None  # of the error
    http_status: int | None
    retryable: bool  # may the same, sent again unchanged, succeed?
    retry: str  # when and how often, in words
    side: Side  # who can put it right
    payer_message: str | None  # what the payer may be told
    masked: bool  # the payer must not learn more than that
    advice_code: str | None
    network_decline_code: str | None
    decline_class: str | None
    next_steps: tuple[str, ...]
    reproducible: bool  # can it be brought about in test mode?
    related: tuple[str, ...]
    page: str
    guide: str


class Dictionary(Struct, frozen=True, kw_only=True):
    """Every code there is."""

    schema: Literal["finsecure.error_dictionary/1"] = SCHEMA
    object: Literal["error_dictionary"] = "error_dictionary"
    count: int
    errors: tuple[Entry, ...]


@lru_cache(maxsize=8)
def dictionary(public_url: str) -> Dictionary:
    """The dictionary of a server at this address."""
    entries = tuple(_entry(code, public_url) for code in explained.all_codes())
    return Dictionary(count=len(entries), errors=entries)


def table(public_url: str) -> str:
    """The same as CSV (RFC 4180): a column a member; a list is its members with a line between them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(Entry.__struct_fields__)
    for entry in dictionary(public_url).errors:
        writer.writerow([_cell(value) for value in msgspec.structs.astuple(entry)])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return "\n".join(value) if isinstance(value, tuple) else value


def json_schema(public_url: str) -> dict[str, Any]:
    """The JSON Schema of `Dictionary`."""
    (shape,), parts = msgspec.json.schema_components((Dictionary,), ref_template="#/$defs/{name}")
    for part in parts.values():  # whatever has a value is there, as long as the schema's name is this one
        part["required"] = sorted(part["properties"])
    return {"$schema": DIALECT, "$id": f"{public_url}/help/errors.schema.json", **shape, "$defs": parts}


def _entry(code: str, public_url: str) -> Entry:
    found = explained.explain(code, public_url)
    if found is not None:
        return _of_error(found, public_url)
    failure = explained_failures.explain(code, public_url)
    assert failure is not None, code
    return _of_failure(failure, public_url)


def _of_error(found: Explained, public_url: str) -> Entry:
    row = DECLINES.get(found.code)
    return Entry(
        code=found.code,
        kind="error" if row is None else "decline",
        meaning=found.meaning,
        arrives_as=found.arrives_as,
        type=found.type,
        http_status=found.status,
        retryable=found.again,
        retry=found.again_in_words,
        side=msgspec.convert(found.side, Side),
        payer_message=found.payer_message,
        masked=found.masked,
        advice_code=found.advice_code,
        network_decline_code=found.network_decline_code,
        decline_class=None if row is None else row.cls.value,
        next_steps=found.next_steps,
        reproducible=found.reproduce.cannot is None,
        related=found.related,
        page=f"{public_url}/help/errors/{found.code}",
        guide=public_url + found.guide,
    )


def _of_failure(found: ExplainedFailure, public_url: str) -> Entry:
    return Entry(
        code=found.code,
        kind="delivery_failure",
        meaning=found.meaning,
        arrives_as=None,
        type=None,
        http_status=None,
        retryable=True,
        retry=found.again_in_words,
        side=msgspec.convert(found.side, Side),
        payer_message=None,
        masked=False,
        advice_code=None,
        network_decline_code=None,
        decline_class=None,
        next_steps=found.next_steps,
        reproducible=found.reproduce.cannot is None,
        related=found.related,
        page=f"{public_url}/help/errors/{found.code}",
        guide=public_url + found.guide,
    )
