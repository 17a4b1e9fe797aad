"""`keys`: an API key for whoever lost theirs, and the way from one master key to the next."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.commands.newcomer import Newcomer
from tests.flows.live import Live

CARD: stripe.params.PaymentMethodCreateParams = {
    "type": "card",
    "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
}


def test_a_key_for_whoever_lost_theirs(live: Live) -> None:
    """The server that runs takes it at once."""
    done = live.command("keys", "create")
    assert re.fullmatch(r"sk_test_[0-9a-z]{40}\n", done.stdout), done
    assert done.stderr == (
        f"A test secret key of {live.keys['account']}. It is shown once, now: only its digest is kept.\n"
    )
    assert live.stripe(done.stdout.strip()).v1.balance.retrieve().livemode is False
    made = json.loads(live.command("keys", "create", "--live", "--json").stdout)
    assert live.stripe(made["secret"]).v1.balance.retrieve().livemode is True

    other = json.loads(live.command("init", "--json").stdout)["account"]
    assert json.loads(live.command("keys", "create", "--json").stdout)["account"] == live.keys["account"]
    made = json.loads(live.command("keys", "create", "--account", other, "--json").stdout)
    assert made["account"] == other
    assert live.stripe(made["secret"]).v1.accounts.retrieve_current().id == other

    missing = live.command("keys", "create", "--account", "acct_none")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == "Error: there is no account acct_none\n"


def test_no_account_yet(newcomer: Newcomer) -> None:
    newcomer.gets("migrate", "up", "--data", "data")
    said = newcomer.types("keys", "create", "--data", "data")
    assert said.err == "Error: there is no account yet: run `python -m finsecure_server init --data data`\n"


def test_from_one_master_key_to_the_next(live: Live) -> None:
    method = live.stripe().v1.payment_methods.create(CARD).id
    assert _of(live.command("keys", "export"))
    rotated = _json(live, "keys", "rotate")
    (new,) = (name for name in rotated["current"] if name.startswith("test-2-"))
    live.stop()
    live.start()
    fresh = live.stripe().v1.payment_methods.create(CARD).id

    old = re.findall(r"test-1-\w+", Path(rotated["file"]).read_text())[0]
    early = live.command("keys", "remove", old)
    assert early.stderr == f"Error: Stored numbers or secrets still need the key {old}. Run `rekey` first.\n"
    current = live.command("keys", "remove", new)
    assert "is the one that new rows use" in current.stderr

    rekeyed = _json(live, "keys", "rekey")
    assert rekeyed["moved"] == 1
    assert old in rekeyed["unneeded"]
    again = live.command("keys", "rekey").stdout.splitlines()
    assert again[0] == "0 numbers and secrets moved; all of them are under the current master keys."
    assert f"This database no longer needs {old}: python -m finsecure_server keys remove {old}" in again

    assert _of(live.command("keys", "remove", old)) == f"{rotated['file']}: {old} is gone.\n"
    assert "There is no key" in live.command("keys", "remove", old).stderr
    live.stop()
    live.start()
    for each in (method, fresh):
        params: Any = {"amount": 2000, "currency": "usd", "payment_method": each, "confirm": True}
        assert live.stripe().v1.payment_intents.create(params).status == "succeeded"
    live.verify()


def test_a_key_file_in_the_environment(newcomer: Newcomer) -> None:
    newcomer.gets("init")
    said = newcomer.types("keys", "export")
    assert "Whoever has this line" in said.err
    assert base64.b64decode(said.out) == newcomer.key_file.read_bytes()
    elsewhere = Newcomer(newcomer.home / "elsewhere", {"FINSECURE_MASTER_KEY": said.out.strip()})
    elsewhere.home.mkdir()
    assert "  vault keys       FINSECURE_MASTER_KEY\n" in elsewhere.gets("init")
    assert not elsewhere.key_file.exists()
    assert "They are in" not in elsewhere.gets("backup", "copy")


def test_a_key_file_in_another_place(newcomer: Newcomer) -> None:
    place = newcomer.home / "safe" / "keys.toml"
    newcomer.environ = {"FINSECURE_MASTER_KEY_FILE": str(place)}
    newcomer.gets("init")
    assert newcomer.gets("keys", "rotate").startswith(f"{place}: new numbers and secrets will be sealed under live-2-")
    assert not newcomer.key_file.exists()


@pytest.mark.parametrize("words", [("rotate",), ("export",)], ids=" ".join)
def test_no_master_key_is_shown_by_chance(words: tuple[str, ...], newcomer: Newcomer) -> None:
    newcomer.gets("init")
    newcomer.key_file.write_text(newcomer.key_file.read_text().replace("format = 1", "format = 1 ="))
    said = newcomer.types("keys", *words)
    assert said == (1, "", f"Error: {newcomer.key_file} does not hold a key file.\n")


def _of(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done
    return done.stdout


def _json(live: Live, *words: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_of(live.command(*words, "--json")))
    return document
