"""`finsecure explain`: for anything that one may have in hand it says what happened, why, whose side, what next."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from finsecure.cli import main
from finsecure.cli.data_tables import table
from finsecure.cli.explanation import SIDES, of_code, of_status
from fixtures.receiver import receive
from fixtures.shell import Shell, eventually

BASE = "https://pay.example"


def explained(shell: Shell, *words: str, **more: Any) -> Any:
    found = shell.good("explain", *words, "--json", **more).json
    assert found["schema"] == "finsecure.explanation/1"
    assert found["side"]["id"] in SIDES
    assert found["side"]["words"]
    assert found["what_happened"]
    assert found["url"].startswith("http")
    for line in found["commands"]:  # each can be typed
        said = shlex.split(line, comments=True)
        assert said[0] == "finsecure", line
        assert said[1] in main.WORDS, line
    return found


def declined(shell: Shell, card: str = "insufficient_funds") -> Any:
    words = ("payments", "create", "--amount", "2000", "--currency", "usd", "--card", card)
    return shell.run(*words, "--json").error["error"]


def test_a_payment_that_is_disputed_is_not_as_it_should_be(shell: Shell) -> None:
    words = ("--amount", "2000", "--currency", "usd", "--payment-method", "pm_card_createDispute", "--confirm")
    intent = shell.good("payments", "create", *words, "--json").json

    def dispute() -> Any:
        return shell.good("disputes", "list", "--payment-intent", intent["id"], "--json").json["data"]

    ((dp,),) = (eventually(dispute),)
    for identifier in (intent["id"], intent["latest_charge"]):
        found = explained(shell, identifier)
        assert found["side"]["id"] == "merchant"
        assert any("due by" in line for line in found["what_happened"])
        assert found["next_steps"]
        assert f"finsecure explain {dp['id']}" in found["commands"]
        assert not any("refunds create" in line for line in found["commands"])


@pytest.mark.parametrize("code", table("errors"))
def test_every_code(code: str) -> None:
    found = of_code(code, BASE)
    assert found is not None
    assert found.side in SIDES
    assert found.side_words
    assert found.next_steps
    assert found.url == f"{BASE}/help/errors/{code}"


def test_every_status_that_the_api_answers_with() -> None:
    for status in {row["status"] for row in table("errors").values() if "status" in row}:
        found = of_status(status, BASE)
        assert found is not None, status
        assert found.why


def test_codes_and_statuses_need_no_server(bare: Shell) -> None:
    assert explained(bare, "insufficient_funds")["side"]["id"] == "payer"
    assert explained(bare, "402")["side"]["id"] == "payer"
    assert explained(bare, "HTTP", "503")["side"]["id"] == "finsecure"
    assert explained(bare, "charge.refunded")["commands"] == ["finsecure trigger charge.refunded"]
    text = bare.good("explain", "lost_card").out
    assert text.rstrip().endswith("/help/errors/lost_card")
    for title in ("What happened", "Why", "Whose side", "What next"):
        assert title in text


def test_what_is_not_known(bare: Shell) -> None:
    done = bare.run("explain", "insufficient_fund")
    assert done.code == 3
    assert "finsecure explain insufficient_funds" in done.err
    assert bare.run("explain", "xyz_01k0x08ry4tb7k4s19e3x65f9tn1", env={"FINSECURE_SECRET_KEY": "sk_test_1"}).code == 3
    assert bare.run("explain", "{}").code == 5
    assert bare.run("explain", "no json {here").code == 5


def test_what_was_wrong_is_said_of_the_very_parameter(shell: Shell) -> None:
    """The reply says it better than the table, in which the parameter has no name yet."""
    words = ("--amount", "2000", "--currency", "usd", "--description", "paid by 4242 4242 4242 4242", "--json")
    error = shell.run("payments", "create", *words).error["error"]
    assert (error["code"], error["param"]) == ("card_number_in_text", "description")

    def request() -> Any:
        done = shell.run("explain", error["request_id"], "--json")
        return done.json if done.code == 0 else None

    for found in (eventually(request), explained(shell, json.dumps({"error": error}))):
        said = " ".join([*found["what_happened"], *found["why"]])
        assert said.count("The parameter description contains a card number.") == 1
        assert "(param)" not in said


def test_a_payment_that_failed(shell: Shell) -> None:
    error = declined(shell)
    intent = explained(shell, error["payment_intent"]["id"])
    assert intent["side"]["id"] == "payer"
    assert "insufficient_funds" in " ".join(intent["what_happened"])
    assert intent["next_steps"] == error["next_steps"]
    assert intent["url"].endswith("/help/errors/insufficient_funds")
    charge = explained(shell, error["charge"])
    assert charge["next_steps"] == error["next_steps"]
    request = eventually(lambda: shell.run("explain", error["request_id"], "--json"))
    while request.code == 3:  # the log is written a moment after the reply
        request = shell.run("explain", error["request_id"], "--json")
    assert "HTTP 402" in request.json["what_happened"][0]
    assert f"finsecure explain {error['payment_intent']['id']}" in request.json["commands"]


def test_a_reply_that_is_pasted(shell: Shell) -> None:
    error = declined(shell)
    for text in (
        json.dumps({"error": error}),
        json.dumps(error),
        f"2026-11-22 ERROR payment failed: {json.dumps({'error': error})} (see log)",
    ):
        found = explained(shell, given=text)
        assert found["side"]["id"] == "payer"
        assert found["next_steps"] == error["next_steps"]
    assert (
        explained(shell, json.dumps({"error": {"type": "api_error", "code": "something_new", "message": "x"}}))["side"][
            "id"
        ]
        == "finsecure"
    )
    event = shell.good("trigger", "customer.created", "--json").json["event"]
    assert event["data"]["object"]["id"] in " ".join(explained(shell, given=json.dumps(event))["commands"])


OBJECTS = {
    "payment_intent.requires_action": "payer",
    "payment_intent.amount_capturable_updated": "merchant",
    "payment_intent.canceled": "nobody",
    "payment_intent.succeeded": "nobody",
    "charge.succeeded": "nobody",
    "charge.dispute.created": "merchant",
    "charge.dispute.closed": "nobody",
    "refund.failed": "merchant",
    "refund.created": "nobody",
    "payout.failed": "merchant",
    "payout.created": "nobody",
    "setup_intent.setup_failed": "payer",
    "customer.created": "nobody",
    "payment_method.attached": "nobody",
}


@pytest.mark.parametrize(("kind", "side"), OBJECTS.items())
def test_objects_in_every_state(shell: Shell, kind: str, side: str) -> None:
    event = shell.good("trigger", kind, "--json").json["event"]
    about = explained(shell, event["data"]["object"]["id"])
    if side == "payer" and kind == "setup_intent.setup_failed":
        assert about["side"]["id"] in {"payer", "issuer"}
    else:
        assert about["side"]["id"] == side, about
    told = explained(shell, event["id"])
    assert event["data"]["object"]["id"] in " ".join(told["what_happened"])


def test_a_delivery_that_fails(shell: Shell) -> None:
    with receive("whsec_bm9uZQ==") as app:
        app.status = lambda _: 500
        made = ("webhooks", "create", "--url", app.url, "--enabled-events", "customer.*", "--reveal", "--id")
        endpoint = shell.good(*made).out.strip()
        event = shell.good("trigger", "customer.created", "--json").json["event"]
        (attempt,) = eventually(lambda: shell.good("attempts", "list", "--event", event["id"], "--json").json["data"])
        for identifier in (event["id"], attempt["delivery"], attempt["id"]):
            found = explained(shell, identifier)
            assert found["side"]["id"] == "developer"
            assert found["next_steps"]
            assert found["url"].endswith("/help/errors/webhook_http_error")
        assert app.url in " ".join(explained(shell, endpoint)["what_happened"])
        shell.good("webhooks", "disable", endpoint)
        held = shell.good("trigger", "customer.created", "--json").json["event"]
        assert f"finsecure webhooks enable {endpoint} --replay-held" in explained(shell, held["id"])["commands"]
        shell.good("webhooks", "delete", endpoint, "--yes")
