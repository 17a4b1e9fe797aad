"""docs/API.md is true: its examples, in its order, are answered as it says; its figures are those of the code."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core import versions
from finsecure_server.core.errors import RULES, TYPES
from finsecure_server.settings import Settings
from finsecure_server.web import forms, idempotency, intake, render
from finsecure_server.web.params import ListParams
from tests.contract.house import House
from tests.tidy import ROOT

PAGE: Final = (ROOT / "docs" / "API.md").read_text("utf-8")
ID: Final = re.compile(r"\b([a-z]+)_…")


class Example(NamedTuple):
    """A request of the page, and what the page shows of its reply."""

    request: str
    reply: dict[str, Any] | None


def examples() -> list[Example]:
    blocks = re.findall(r"^```(http|json)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    found: list[Example] = []
    for kind, text in blocks:
        if kind == "http":
            found.append(Example(text, None))
        else:
            found[-1] = found[-1]._replace(reply=msgspec.json.decode(text))
    return found


def shows(told: Any, got: Any, where: str = "") -> None:
    """Fails unless all that is told is there; `…` stands for anything."""
    if isinstance(told, dict):
        for name, value in told.items():
            assert name in got, f"{where}.{name}"
            shows(value, got[name], f"{where}.{name}")
    elif isinstance(told, list):
        assert len(told) == len(got), where
        for inner, found in zip(told, got, strict=True):
            shows(inner, found, where + "[]")
    elif isinstance(told, str) and told.endswith("…"):
        assert got.startswith(told[:-1]), where
    else:
        assert told == got, where


def remember(got: Any, known: dict[str, str]) -> None:
    """The newest id of each prefix."""
    if isinstance(got, dict):
        if isinstance(got.get("id"), str) and not got["id"].startswith("pm_card"):
            known[got["id"].partition("_")[0]] = got["id"]
        for inner in got.values():
            remember(inner, known)
    elif isinstance(got, list):
        for inner in got:
            remember(inner, known)


async def test_every_example_is_answered_as_the_page_says(house: House) -> None:
    known: dict[str, str] = {}
    sent = examples()
    assert len(sent) > 10
    for example in sent:
        head, _, body = example.request.rstrip("\n").partition("\n\n")
        first, *headers = ID.sub(lambda found: known[found[1]], head).splitlines()
        method, path = first.split(" ")
        text = ID.sub(lambda found: known[found[1]], body).encode()
        got = await house.call(method, path, text, headers=dict(line.split(": ") for line in headers))
        if example.reply is None:
            assert got.status == 200, (example, got)
        else:
            shows(example.reply, got.json)
        if "error" not in got.json:
            remember(got.json, known)


def test_the_figures_are_those_of_the_code() -> None:
    assert f"{intake.BODY_BYTES_MAX >> 20} MiB a body, {intake.QUERY_BYTES_MAX >> 10} KiB a query" in PAGE
    assert (
        f"{intake.HEADER_BYTES_MAX >> 10} KiB of headers, {forms.FIELDS_MAX} parameters, {forms.DEPTH_MAX} levels"
        in PAGE
    )
    assert f"at most {idempotency.KEY_LETTERS_MAX} characters" in PAGE
    assert render.EXPAND_DEPTH_MAX == 4
    assert f"and {ListParams().limit} unless you say" in PAGE
    assert f"A key may make {Settings.load({}).rate_limit} calls a second" in PAGE
    assert all(f"`{version}`" in PAGE for version in versions.VERSIONS)


def test_every_status_and_type_is_in_the_table() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| `(\w+)`", PAGE, re.MULTILINE)
    told = {(int(status), kind) for statuses, kind in rows for status in statuses.split(",")}
    assert told == {(rule.status, rule.type) for rule in RULES.values()}
    assert {kind for _, kind in told} == TYPES
