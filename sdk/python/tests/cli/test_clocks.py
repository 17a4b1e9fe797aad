"""Times are counted by the clock that took them: test mode's, which can be moved, or the one on the wall."""

from __future__ import annotations

from typing import Any

import pytest

from finsecure.cli import clocks
from finsecure.cli.clocks import Clocks
from finsecure.testing import Server
from fixtures.receiver import receive
from fixtures.scripted import Scripted, reply
from fixtures.shell import Shell, eventually

DAY = 86_400
DISPUTED = ("--amount", "2000", "--currency", "usd", "--payment-method", "pm_card_createDispute", "--confirm")


def disputed(shell: Shell) -> tuple[str, str]:
    """The ids of a payment and of its dispute."""
    intent = shell.good("payments", "create", *DISPUTED, "--id").out.strip()

    def dispute() -> str:
        return shell.good("disputes", "list", "--payment-intent", intent, "--id").out.strip()

    return intent, eventually(dispute)


def happened(shell: Shell, identifier: str, **more: Any) -> str:
    return " ".join(shell.good("explain", identifier, "--json", **more).json["what_happened"])


def test_explain_counts_by_the_clock_of_the_account(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    intent, dispute = disputed(shell)
    assert ", in 9 d." in happened(shell, dispute)
    shell.good("test-clock", "advance", "--by", str(7 * DAY))
    assert ", in 2 d." in happened(shell, dispute)
    assert ", 7 d ago." in happened(shell, intent)
    shell.good("test-clock", "advance", "--by", str(3 * DAY))
    assert " d ago." in happened(shell, intent)
    pasted = shell.good("payments", "get", intent, "--json").out
    told = shell.good("explain", "--json", given=pasted).json["what_happened"]
    assert ", 10 d ago." in " ".join(told)


def test_what_nobody_has_told_is_not_counted(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    setup = shell.good("setup-intents", "create", "--json").out
    shell.good("test-clock", "advance", "--by", str(7 * DAY))
    offline = {"FINSECURE_API_BASE": "http://127.0.0.1:9"}
    told = " ".join(shell.good("explain", "--json", given=setup, env=offline).json["what_happened"])
    assert "Begun " in told
    assert "ago" not in told


def test_objects_and_lists_count_by_it_too(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    customer = shell.good("customers", "create", "--id").out.strip()
    shell.good("test-clock", "advance", "--by", str(3 * DAY))
    assert ", 3 d ago" in shell.terminal("customers", "get", customer).out
    assert "3 d ago" in shell.terminal("customers", "list").out
    clock = shell.terminal("test-clock", "get").out
    assert ", 3 d" not in clock
    moved = next(line for line in clock.splitlines() if "moved_at" in line)
    assert " s ago" in moved or " min ago" in moved


def test_what_the_wall_took_is_counted_by_the_wall(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    with receive("whsec_of_nobody") as receiver:
        receiver.status = lambda _: 500
        shell.good("webhooks", "create", "--url", receiver.url, "--enabled-events", "customer.created", "--reveal")
        shell.good("test-clock", "advance", "--by", str(30 * DAY))
        shell.good("customers", "create")
        delivery = eventually(
            lambda: next(
                (
                    one
                    for one in shell.good("deliveries", "list", "--json").json["data"]
                    if one["last_error"] and one["next_attempt_at"]
                ),
                None,
            )
        )
    told = happened(shell, delivery["id"])
    assert "30 d" not in told
    assert "29 d" not in told
    for words in (["logs", "list"], ["keys", "list"], ["attempts", "list"]):
        assert " d ago" not in shell.terminal(*words, env={"COLUMNS": "250"}).out, words


def test_a_span_counts_back_from_the_clock_of_the_account(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    before = shell.good("customers", "create", "--id").out.strip()
    shell.good("test-clock", "advance", "--by", str(10 * DAY))
    after = shell.good("customers", "create", "--id").out.strip()
    assert shell.good("customers", "list", "--since", "1d", "--id").out.split() == [after]
    assert shell.good("customers", "list", "--until", "1d", "--id").out.split() == [before]
    assert shell.good("customers", "list", "--since", "11d", "--id").out.split() == [after, before]
    assert shell.good("logs", "list", "--since", "1h", "--all", "--id").out.split()  # by the wall


def test_the_span_of_a_key_that_may_not_read_the_clock(own: tuple[Shell, Server]) -> None:
    shell, _ = own
    shell.good("customers", "create")
    shell.good("test-clock", "advance", "--by", str(10 * DAY))
    after = shell.good("customers", "create", "--id").out.strip()
    words = ("keys", "create", "--name", "reader", "--kind", "restricted", "--scopes", "customers:read", "--reveal")
    key = shell.good(*words, "--json").json["secret"]
    found = shell.good("customers", "list", "--since", "1d", "--id", env={"FINSECURE_SECRET_KEY": key})
    assert found.out.split() == [after]


def test_no_call_is_made_for_what_a_reply_tells(scripted: Scripted, bare: Shell) -> None:
    scripted.script(reply({"id": "cus_1", "object": "customer", "created": 1_000_000}, finsecure_clock="1259200"))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url}
    assert ", 3 d ago" in bare.terminal("customers", "get", "cus_1", env=env).out
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(("header", "says"), [(None, "1 h ago"), ("", "1 h ago"), ("soon", "1 h ago"), ("7300", "2 h")])
def test_a_clock(monkeypatch: pytest.MonkeyPatch, header: str | None, says: str) -> None:
    monkeypatch.setattr("time.time", lambda: 3_700.0)
    found = Clocks()
    assert found.ago(100) == ""
    found.told({} if header is None else {clocks.HEADER: header})
    assert found.ago(100).startswith(says)
    assert found.ago(100, "request_log", "created") == "1 h ago"
