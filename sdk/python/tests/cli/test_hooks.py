"""Webhook endpoints from the command line: create, test, send, resend, replay, and what status says of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.receiver import Receiver, receive
from fixtures.shell import Shell, eventually


@pytest.fixture
def app() -> Iterator[Receiver]:
    with receive("whsec_bm9uZQ==") as receiver:
        yield receiver


@pytest.fixture
def endpoint(shell: Shell, app: Receiver) -> Iterator[str]:
    """An endpoint that hears of customers."""
    made = shell.good(
        "webhooks", "create", "--url", app.url, "--enabled-events", "customer.*", "--reveal", "--json"
    ).json
    app.secret = made["secret"]
    yield made["id"]
    shell.good("webhooks", "delete", made["id"], "--yes")


def test_a_test_from_the_server(shell: Shell, app: Receiver, endpoint: str) -> None:
    done = shell.run("webhooks", "test", endpoint, "--json")
    ids = {check["id"] for check in done.json["checks"]}
    assert ids == {"reachable", "tls", "redirect", "time", "signature_accepted", "duplicate", "signature_refused"}
    # This application answers 200 whatever the signature: that is what the test must find.
    assert done.code == 20
    text = shell.run("webhooks", "test", endpoint)
    assert text.code == 20
    assert "✗ signature_refused" in text.out
    assert "fix:" in text.out
    assert text.out.endswith("/help/errors/webhook_http_error\n")


def test_a_test_leads_to_the_page_of_what_failed(shell: Shell, endpoint: str) -> None:
    shell.good("webhooks", "update", endpoint, "--url", "http://localhost:9/webhook")  # nothing listens there
    text = shell.run("webhooks", "test", endpoint)
    assert text.code == 20
    assert "✗ reachable" in text.out
    assert text.out.endswith("/help/errors/webhook_connection_error\n")


def test_an_event_that_is_made_up(shell: Shell, app: Receiver, endpoint: str) -> None:
    sent = shell.good("webhooks", "send-test-event", endpoint, "--type", "charge.refunded", "--json").json
    eventually(lambda: "charge.refunded" in app.types)
    assert sent["id"] in app.ids
    assert shell.run("webhooks", "send-test-event", endpoint, "--type", "charge.refundet").code == 2


def test_an_event_once_more(shell: Shell, app: Receiver, endpoint: str) -> None:
    event = shell.good("trigger", "customer.created", "--json").json["event"]["id"]
    eventually(lambda: event in app.ids)
    made = shell.good("events", "resend", event, "--json").json
    assert made["data"][0]["event"] == event
    eventually(lambda: app.ids.count(event) == 2)
    shell.good("events", "resend", event, "--webhook-endpoint", endpoint)
    eventually(lambda: app.ids.count(event) == 3)
    assert app.failures == []
    assert shell.run("events", "resend", "evt_missing").code == 3


def test_what_was_held_is_replayed(shell: Shell, app: Receiver, endpoint: str) -> None:
    shell.good("webhooks", "disable", endpoint)
    events = [shell.good("trigger", "customer.created", "--json").json["event"]["id"] for _ in range(3)]
    shell.good("webhooks", "enable", endpoint)
    preview = shell.good("webhooks", "replay", endpoint, "--since", "1h", "--dry-run", "--json").json
    assert preview["total"] == 3
    assert "3 deliveries" in shell.good("webhooks", "replay", endpoint, "--dry-run").out
    assert shell.run("webhooks", "replay", endpoint).code == 2  # it would ask
    assert app.events == []
    done = shell.good("webhooks", "replay", endpoint, "--yes", "--json", "--rate", "100").json
    assert (done["status"], done["progress"]["delivered"]) == ("completed", 3)
    assert set(app.ids) == set(events)
    assert "Nothing matches" in shell.good("webhooks", "replay", endpoint, "--yes").out
    assert shell.run("webhooks", "replay", endpoint, "--state", "missing").code == 2


def test_a_replay_shows_how_far_it_is_on_a_terminal(shell: Shell, app: Receiver, endpoint: str) -> None:
    shell.good("webhooks", "disable", endpoint)
    for _ in range(3):
        shell.good("customers", "create")
    shell.good("webhooks", "enable", endpoint)
    seen = shell.terminal("webhooks", "replay", endpoint, "--rate", "2", types=[("Go on?", "y\n")])
    assert seen.code == 0
    assert "3 deliveries are sent again" in seen.out
    assert "100 %" in seen.out
    assert "█" in seen.out
    assert len(app.events) == 3


def test_a_replay_that_is_stopped_can_be_canceled(shell: Shell, app: Receiver, endpoint: str) -> None:
    shell.good("webhooks", "disable", endpoint)
    for _ in range(6):
        shell.good("customers", "create")
    shell.good("webhooks", "enable", endpoint)
    made = shell.good("webhooks", "replay", endpoint, "--rate", "1", "--yes", "--detach", "--json").json
    shell.good("replays", "cancel", made["id"])
    ended = eventually(
        lambda: (found := shell.good("replays", "get", made["id"], "--json").json)["status"] == "canceled" and found
    )
    assert ended["stopped_by"] == "request"
    assert len(app.events) < 6


def test_ctrl_c_offers_to_cancel(shell: Shell, app: Receiver, endpoint: str) -> None:
    shell.good("webhooks", "disable", endpoint)
    for _ in range(8):
        shell.good("customers", "create")
    shell.good("webhooks", "enable", endpoint)
    answers = [("Go on?", "y\n"), (" arrived, ", "\x03"), ("Cancel it?", "y\n")]
    seen = shell.terminal("webhooks", "replay", endpoint, "--rate", "1", types=answers)
    assert "What was not tried goes back to where it stood." in seen.out
    assert seen.code == 0
    (made,) = shell.good("replays", "list", "--webhook-endpoint", endpoint, "--json").json["data"]
    assert made["status"] in {"canceling", "canceled"}
    assert len(app.events) < 8


def test_status(shell: Shell, endpoint: str, bare: Shell) -> None:
    shell.run("payments", "create", "--amount", "2000", "--currency", "usd", "--card", "lost_card")
    found = eventually(
        lambda: (seen := shell.good("status", "--json").json)["requests"]["failed"].get("card_declined") and seen
    )
    assert found["schema"] == "finsecure.status/1"
    assert found["server"]["status"] == "ready"
    assert found["key"]["mode"] == "test"
    assert [row["id"] for row in found["webhooks"]].count(endpoint) == 1
    assert shell.env["FINSECURE_SECRET_KEY"] not in shell.good("status").out
    assert "card_declined" in shell.good("status").out
    away = {**shell.env, "FINSECURE_API_BASE": "http://127.0.0.1:9", "FINSECURE_MAX_RETRIES": "0"}
    assert bare.run("status", env=away).code == 9
