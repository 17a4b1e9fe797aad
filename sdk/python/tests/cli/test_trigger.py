"""`finsecure trigger`: every type that can be brought about comes about, by calls that are said."""

from __future__ import annotations

import pytest

from finsecure.cli.data_tables import table
from finsecure.cli.stories import IMPOSSIBLE, MOVES_THE_CLOCK, STORIES
from finsecure.testing import Server
from fixtures.shell import Shell


def test_every_type_has_a_story_or_a_reason() -> None:
    assert STORIES.keys() | IMPOSSIBLE.keys() == table("events").keys()
    assert not STORIES.keys() & IMPOSSIBLE.keys()


@pytest.mark.parametrize("kind", sorted(STORIES.keys() - MOVES_THE_CLOCK))
def test_every_story(shell: Shell, kind: str) -> None:
    done = shell.good("trigger", kind, "--json")
    assert done.json["event"]["type"] == kind
    assert done.json["calls"]
    for call in done.json["calls"]:
        assert f"{call['method']} {call['path']}" in done.err


@pytest.mark.parametrize("kind", sorted(MOVES_THE_CLOCK))
def test_the_clock_moves_only_when_it_is_told_to(own: tuple[Shell, Server], kind: str) -> None:
    shell, _ = own
    refused = shell.run("trigger", kind)
    assert refused.code == 2
    assert "--advance-clock" in refused.err
    assert shell.good("trigger", kind, "--advance-clock", "--json").json["event"]["type"] == kind


def test_a_payout_comes_about_whatever_the_account_owes(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    for _ in range(2):
        shell.good("trigger", "charge.dispute.created")
    assert shell.good("trigger", "payout.failed", "--json").json["event"]["type"] == "payout.failed"


def test_what_it_may_be_told(shell: Shell) -> None:
    made = shell.good("trigger", "payment_intent.succeeded", "--amount", "777", "-d", "metadata[a]=b", "--json").json
    about = made["event"]["data"]["object"]
    assert (about["amount"], about["metadata"]) == (777, {"a": "b"})
    failed = shell.good("trigger", "payment_intent.payment_failed", "--decline", "lost_card", "--json").json
    assert failed["event"]["data"]["object"]["last_payment_error"]["decline_code"] == "lost_card"


def test_what_cannot_be_triggered(shell: Shell, finsecure_server: Server) -> None:
    for kind in IMPOSSIBLE:
        done = shell.run("trigger", kind)
        assert done.code == 2
        assert "send-test-event" in done.err
    assert "payment_intent.succeeded" in shell.run("trigger", "payment_intent.suceeded").err
    live = shell.run("trigger", "customer.created", env={"FINSECURE_SECRET_KEY": finsecure_server.keys["secret_live"]})
    assert (live.code, "test mode only" in live.err) == (2, True)
    assert {row["type"] for row in shell.good("trigger", "--list", "--json").json["events"]} == table("events").keys()
