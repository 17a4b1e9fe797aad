"""The tables that the command carries are those of the server and of the contract."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from finsecure.cli import cards_by_word, masking, output
from finsecure.cli.data_tables import money, table
from fixtures.shell import Shell

ROOT = Path(__file__).resolve().parents[4]
HERE = ROOT / "sdk" / "python"


def test_they_are_the_servers() -> None:
    code = (
        "from tools.cli_tables import FOLDER, TABLES\n"
        "print([name for name, text in TABLES.items() if (FOLDER / name).read_text() != text()])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", "say `python -m tools.cli_tables`"


def test_they_are_the_contracts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codegen.operations", "--check"], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (2000, "usd", "20.00 USD"),
        (5, "usd", "0.05 USD"),
        (0, "usd", "0.00 USD"),
        (-1234567, "eur", "-12,345.67 EUR"),
        (500, "jpy", "500 JPY"),
        (1500, "kwd", "1.500 KWD"),
    ],
)
def test_money(amount: int, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown


def test_every_word_for_a_card_is_a_card() -> None:
    assert set(cards_by_word.words().values()) <= table("cards").keys()


def test_secrets_in_any_text() -> None:
    text = "sk_test_abcdefghijklm1234 rk_live_short whsec_abcdefghijklmnopqrst pi_1_secret_abcdefghijklmqrst pk_test_x"
    assert masking.masked(text) == "sk_test_…1234 rk_live_… whsec_…qrst pi_1_secret_…qrst pk_test_x"
    assert masking.masked_in({"a": ["sk_live_aaaaaaaaaaaaaaaaaaaa"], "b": 4242424242424242}) == {
        "a": ["sk_live_…aaaa"],
        "b": 4242424242424242,
    }


def test_spans() -> None:
    words = [output.lasting(seconds) for seconds in (0, 59, 60, 7199, 7200, 86_399, 200_000)]
    assert words == ["0 s", "59 s", "1 min", "1 h", "2 h", "23 h", "2 d"]
    assert output.ago(100, now=160) == "1 min ago"
    assert output.ago(160, now=100) == "in 1 min"


def test_errors_and_cards(bare: Shell) -> None:
    found = bare.good("errors", "--json").json
    assert found["schema"] == "finsecure.errors/1"
    assert {row["code"] for row in found["errors"]} == set(table("errors"))
    assert {row["side"] for row in bare.good("errors", "--side", "issuer", "--json").json["errors"]} == {"issuer"}
    assert "Whose side" in bare.good("errors", "lost_card").out
    assert bare.run("errors", "nonsense").code == 3
    assert len(bare.good("cards", "--json").json["cards"]) == len(table("cards"))
    assert all(
        "authenticat" in row["does"].lower() for row in bare.good("cards", "authenticated", "--json").json["cards"]
    )
    assert bare.good("cards", "3ds").out
    assert bare.good("cards", "--decline", "lost_card", "--json").json["cards"][0]["decline_code"] == "lost_card"
    seen = bare.terminal("cards", "dispute", env={"NO_COLOR": "1"}).out
    assert "pm_card_createDisputeSubscriptionCanceled" in seen  # an id is never cut


def test_open_prints_where_it_is(bare: Shell) -> None:
    base = ("--api-base", "http://127.0.0.1:4242")
    assert bare.good("open", "lost_card", *base).out == "http://127.0.0.1:4242/help/errors/lost_card\n"
    assert bare.good("open", *base).out == "http://127.0.0.1:4242/\n"
    assert bare.run("open", "eror", *base).code == 2
