"""The API reference is whole: every resource, operation, field and error of the contract is told, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from finsecure_server.app import LIBRARY, contract
from finsecure_server.core.errors import Code
from finsecure_server.help import api_languages, api_model, api_pages
from finsecure_server.help.api_examples import Example, Thing, by_call
from finsecure_server.help.api_fields import Field, Fields
from finsecure_server.help.api_model import Operation, Resource
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import Page, sections


@cache
def found() -> dict[str, Resource]:
    return dict(api_model.reference(contract(ADDRESS)))


def operations() -> list[Operation]:
    return [one for resource in found().values() for one in resource.operations]


def every_field() -> Iterator[tuple[str, Field]]:
    for resource in found().values():
        for field in resource.fields:
            yield from ((resource.name, inner) for inner in field.walk())
    for one in operations():
        for field in (*one.path_params, *one.params, *one.returned):
            yield from ((one.example.name, inner) for inner in field.walk())


# -- whole -------------------------------------------------------------------------------------------------------------


def test_every_operation_has_a_page() -> None:
    told = {f"{one.method} {one.place}" for one in operations()}
    assert told == set(by_call())
    assert {one.path for one in operations()} <= set(LIBRARY.pages)
    assert {resource.path for resource in found().values()} <= set(LIBRARY.pages)


def test_every_field_says_what_it_means() -> None:
    assert sorted({f"{place}: {field.name}" for place, field in every_field() if not field.says}) == []


def test_every_word_is_said() -> None:
    """A word of the table that the contract says itself, or that nothing is called, has had its day."""
    told = {field.says for _, field in every_field()}
    words = api_model.words()
    tables = {
        name: rows for name, rows in words.items() if isinstance(rows, dict) and name not in ("titles", "resources")
    }
    unused = [f"{table}.{name}" for table, rows in tables.items() for name, says in rows.items() if says not in told]
    assert unused == []
    assert set(words["titles"]) <= set(found())
    assert set(words["resources"]) <= set(found())


def test_every_error_of_an_operation_is_on_its_page_or_on_the_first() -> None:
    first = LIBRARY.pages[api_model.PATH].markdown
    for one in operations():
        page = LIBRARY.pages[one.path].markdown
        for row in one.errors:
            for code in row.codes:
                link = f"(/help/errors/{code})"
                assert link in page or link in first, (one.path, code)


def test_every_example_has_its_reply() -> None:
    assert set(api_model.replies()) | {"openapi.retrieve"} == {one.example.name for one in operations()}


def test_events_lead_to_their_sections() -> None:
    anchors = {section.anchor for section in sections(LIBRARY.pages[api_pages.EVENTS])}
    linked = {row.name for resource in found().values() for row in resource.events}
    assert len(linked) > 40
    assert [name for name in linked if api_pages.event_address(name).partition("#")[2] not in anchors] == []


# -- pages -------------------------------------------------------------------------------------------------------------

PAGES = [page for page in LIBRARY.pages.values() if page.kind == "api"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_leads_only_where_something_is(page: Page) -> None:
    assert len(page.title) <= api_pages.TITLE_LETTERS
    for target in re.findall(r"\]\((/[^)\s]+)\)", page.markdown):
        path, _, anchor = target.partition("#")
        if path == "/openapi.json":
            continue
        assert path in LIBRARY.pages or path == "/help/errors", (page.path, target)
        if anchor:
            assert anchor in {section.anchor for section in sections(LIBRARY.pages[path])}, (page.path, target)


def test_an_operation_is_found_by_each_of_its_names() -> None:
    page = LIBRARY.pages["/docs/api/payment_intents/confirm"]
    assert set(page.identifiers) == {
        "PostPaymentIntentsIntentConfirm",
        "POST /v1/payment_intents/{intent}/confirm",
        "/v1/payment_intents/{intent}/confirm",
        "payment_intents.confirm",
        "PaymentIntent.confirm",
        "finsecure payments confirm",
    }
    assert "/v1/refunds" in LIBRARY.pages["/docs/api/refunds"].identifiers


def test_no_name_is_that_of_two_operations() -> None:
    counted = Counter(name for page in PAGES for name in page.identifiers)
    assert [name for name, count in counted.items() if count > 1] == []


def test_a_page_says_who_may_call() -> None:
    assert "Needs no key." in LIBRARY.pages["/docs/api/health/retrieve"].markdown
    assert "In test mode only." in LIBRARY.pages["/docs/api/test_helpers/advance"].markdown
    refund = LIBRARY.pages["/docs/api/refunds/create"].markdown
    assert "A restricted key needs the scope `refunds:write`." in refund
    assert "| `reason` | string, or null |" in refund
    assert "A publishable key may call it as well" in LIBRARY.pages["/docs/api/payment_intents/confirm"].markdown


def test_what_an_object_holds_is_told_with_it() -> None:
    page = LIBRARY.pages["/docs/api/payment_methods/create"].markdown
    assert "| `card[number]` | string |" in page
    assert "| `type` | string, required |" in page


def test_every_code_that_is_common_is_a_code() -> None:
    shared = api_pages.common_codes(found())
    assert set(shared) == {"DELETE", "GET", "POST"}
    assert {Code(code) for codes in shared.values() for code in codes} >= {Code.RATE_LIMIT, Code.INVALID_API_KEY}
    assert [code for code in Code if "{" in api_pages.meaning(code)] == []


# -- fields ------------------------------------------------------------------------------------------------------------

WORDS = {"any": {"a": "Any.", "b": "Any."}, "Thing": {"a": "Of a thing."}}


def field(schema: object, name: str = "a", title: str = "Thing") -> Field:
    parts = {"schemas": {"Part": {"type": "object", "title": "Part", "properties": {"b": {"type": "string"}}}}}
    whole = {"title": title, "required": [name], "properties": {name: schema}, "additionalProperties": False}
    return Fields(parts, WORDS, {}).of(whole)[0]


def test_the_most_precise_words_are_said() -> None:
    assert field({"type": "string", "description": "The contract's."}).says == "Of a thing."
    assert field({"type": "string", "description": "The contract's."}, "b").says == "The contract's."
    assert field({"type": "string"}, "b").says == "Any."
    assert field({"type": "string"}, title="ThingParams").says == "Of a thing."
    assert field({"type": "string"}, title="Other").says == "Any."
    assert field({"type": "null"}, "c").says == "Always null; clients of Stripe's look for it."


def test_types_in_words() -> None:
    assert field({"type": ["string", "null"]}).nullable
    assert field({"anyOf": [{"type": "string"}, {"type": "null"}]}).type == "string"
    assert field({"type": "array", "items": {"type": "integer"}}).type == "list of integer"
    assert field({"type": "object", "additionalProperties": {"type": "string"}}).type == "map of text"
    assert field({"type": "object", "additionalProperties": {}}).type == "object"
    assert field({"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["x"]}]}).type == "boolean or string"
    assert field({}).type == "anything"
    held = field({"$ref": "#/components/schemas/Part"})
    assert [inner.name for inner in held.inside] == ["b"]


def test_limits_in_words() -> None:
    assert field({"type": "integer", "minimum": 1, "maximum": 100, "default": 10}).limits == "1 to 100"
    assert field({"type": "integer", "minimum": 1}).limits == "at least 1"
    assert field({"type": "integer", "maximum": 9}).limits == "at most 9"
    assert field({"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}).limits == ""
    assert field({"type": "string", "maxLength": 5000}).limits == "at most 5,000 letters"
    assert field({"type": "string", "maxLength": 500, "description": "Of three letters."}, "b").limits == ""
    assert field({"type": "array", "items": {"type": "string"}, "maxItems": 20}).limits == "at most 20"
    assert field({"type": "boolean", "default": False}).default == "false"
    assert field({"type": "string", "enum": ["x", ""]}).enum == ("x",)


# -- languages ---------------------------------------------------------------------------------------------------------


def test_what_a_shell_would_read_is_quoted() -> None:
    example = Example("notes.create", "POST /v1/notes", params={"text": 'costs $5 "net"', "yes": True, "list": ["a b"]})
    lines = api_languages.curl(example, ADDRESS)
    assert """--data-urlencode 'text=costs $5 "net"'""" in lines
    assert "-d yes=true" in lines
    assert '--data-urlencode "list[]=a b"' in lines


def test_what_the_packages_do_not_know_is_called_by_its_path() -> None:
    example = Example("notes.create", "POST /v1/notes", params={"text": "x"})
    assert 'client.request("POST", "/v1/notes", {"text": "x"})' in api_languages.python(example)
    assert 'finsecure.request("post", "/v1/notes", { text: "x" })' in api_languages.node(example)
    assert api_languages.command(example) == "finsecure api POST /v1/notes -d text=x"


def test_where_something_lies_in_a_reply() -> None:
    reply = {"data": [{"id": "x", "kind": "a"}, {"id": "y", "kind": "b"}]}
    assert Thing("t", "c", "s", take="data.1.id").taken(reply) == "y"
    assert Thing("t", "c", "s", take="data.kind=b.id").taken(reply) == "y"
    assert Thing("t", "c", "s", take="data.2.id").taken(reply) is None
    assert Thing("t", "c", "s", take="data.kind=c.id").taken(reply) is None
    assert Thing("t", "c", "s", take="data.0.id.more").taken(reply) is None
