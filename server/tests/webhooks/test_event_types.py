"""The catalogue is whole: what the code can say is in the table, and what is in the table the code has said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import msgspec

from finsecure_server import app
from finsecure_server.core.dispute import Funds
from finsecure_server.core.event_types import TYPES, URLS, Before, family, valid_pattern
from finsecure_server.webhooks.examples import examples
from finsecure_server.webhooks.types import Event
from tests.tidy import SOURCE
from tests.world import World
from tools import examples as story

FAMILIES = {family(name) for name in TYPES}
LOOKS_LIKE_ONE = re.compile(rf"(?:{'|'.join(sorted(FAMILIES | {name.split('.')[0] for name in TYPES}))})\.[a-z_.]+")
#: What reads like a type and is the name of an object, or a path into one.
OTHERS = {"radar.early_fraud_warning", "invoice_settings.default_payment_method"}
#: Types that are put together, by their beginning: every word that can follow.
PUT_TOGETHER = {
    "charge.dispute.": {
        "created",
        "updated",
        "closed",
        *(f"funds_{way.value}" for way in Funds if way is not Funds.STAY),
    },
    "payment_method.": {"attached", "updated", "detached"},
}


def written() -> Iterator[tuple[str, ast.AST]]:
    """Every expression of the server's code, with where it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name != "core/event_types.py":
            yield from ((name, node) for node in ast.walk(ast.parse(path.read_text("utf-8"))))


def test_every_type_that_the_code_names_is_in_the_table() -> None:
    named = {
        node.value
        for _, node in written()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LOOKS_LIKE_ONE.fullmatch(node.value)
    }
    beginnings = {beginning for beginning in PUT_TOGETHER if beginning in named}
    assert {name for name in named - beginnings - OTHERS if not valid_pattern(name)} == set()


def test_every_type_that_the_code_puts_together_is_in_the_table() -> None:
    begins = (node.values[0] for _, node in written() if isinstance(node, ast.JoinedStr) and node.values)
    texts = {node.value for node in begins if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    found = {text for text in texts if LOOKS_LIKE_ONE.match(f"{text}x")}
    assert found == set(PUT_TOGETHER)
    assert {begin + word for begin, words in PUT_TOGETHER.items() for word in words} <= set(TYPES)
    changes = {
        node.args[3].value
        for name, node in written()
        if name == "payment_methods/ops.py"
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_change"
        and isinstance(node.args[3], ast.Constant)
    }
    assert changes == PUT_TOGETHER["payment_method."]


def test_every_type_has_happened() -> None:
    assert list(examples()) == list(TYPES)
    for name, doc in examples().items():
        event = msgspec.json.decode(doc, type=Event)
        row = TYPES[name]
        assert (event.type, event.data.object["object"], event.livemode) == (name, row.object, False)
        assert event.data.previous_attributes is None or event.data.previous_attributes, name
        assert (event.data.previous_attributes is not None) == (row.before is not Before.NEVER), name


def test_the_story_is_told_the_same_each_time() -> None:
    assert story.examples.__wrapped__() == story.examples()


def test_an_object_is_read_where_a_thin_event_says() -> None:
    readable = {re.sub(r"\{\w+\}", "{id}", route.path) for route in app.API_ROUTES if route.method == "GET"}
    assert {url.partition("?")[0] for url in URLS.values()} <= readable


async def test_the_types_are_listed_for_any_key(world: World) -> None:
    for key in (world.account.secret_test, world.account.secret_live, world.account.publishable_test):
        page = await world.seen("/v1/event_types", key=key)
        assert (page["url"], page["has_more"]) == ("/v1/event_types", False)
        assert [row["id"] for row in page["data"]] == list(TYPES)
        assert page["data"][list(TYPES).index("charge.dispute.closed")] == {
            "id": "charge.dispute.closed",
            "object": "event_type",
            "description": TYPES["charge.dispute.closed"].says,
            "filters": ["*", "charge.*", "charge.dispute.*", "charge.dispute.closed"],
            "previous_attributes": "always",
            "related_type": "dispute",
        }


async def test_a_type_is_shown_with_its_example(world: World) -> None:
    for name, doc in examples().items():
        shown = await world.seen(f"/v1/event_types/{name}")
        assert shown.pop("example") == msgspec.json.decode(doc)
        assert shown in (await world.seen("/v1/event_types"))["data"]
    got = await world.get("/v1/event_types/payment_intent.paid")
    assert (got.code, got.error["message"]) == ("resource_missing", "No such event type: 'payment_intent.paid'")
