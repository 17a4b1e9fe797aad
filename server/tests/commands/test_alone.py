"""One process owns an embedded database: who comes second is told so, and commands work beside the first."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
import stripe

from finsecure_server.opening import make_room
from finsecure_server.settings import Settings
from finsecure_server.storage.admin import Unfit
from finsecure_server.storage.ownership import owned
from tests.commands.newcomer import Newcomer
from tests.commands.serving import Serving, serving


def pays(server: Serving, key: str) -> bool:
    client = stripe.StripeClient(key, base_addresses={"api": server.url})
    made = client.v1.payment_intents.create(
        {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    return made.status == "succeeded"


def test_a_second_server_in_the_same_folder_is_refused(newcomer: Newcomer) -> None:
    with serving(newcomer, "--data", "data") as first:
        key = first.key
        second = newcomer.types("serve", "--port", "0", "--data", "data")
        database = newcomer.home / "data" / "finsecure.db"
        assert (second.code, second.out) == (1, "")
        assert re.fullmatch(
            rf"Error: {re.escape(str(database))} is in use by process {first.process.pid} on "
            rf"{re.escape(socket.gethostname())}, serving {re.escape(first.url)} since "
            rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\. One process owns an embedded database\. "
            rf"Stop that one \(kill {first.process.pid}\), give this one a folder of its own \(--data, or DATA= with "
            rf"make\), or use PostgreSQL, which many share\.\n",
            second.err,
        ), second.err
        (newcomer.home / "same").symlink_to(newcomer.home / "data", target_is_directory=True)
        assert newcomer.types("serve", "--port", "0", "--data", "same").code == 1
        assert pays(first, key), "the first goes on"
        with serving(newcomer, "--data", "other") as third:
            assert third.url != first.url


def test_commands_work_beside_a_server(newcomer: Newcomer) -> None:
    with serving(newcomer) as server:
        assert pays(server, server.key)
        newcomer.gets("backup", "copy")
        assert newcomer.gets("verify").endswith("every invariant holds.\n")
        assert "0001_pre_initial" in newcomer.gets("migrate", "status")
        newcomer.gets("migrate", "up")
        newcomer.gets("keys", "create")
        newcomer.gets("init", "--name", "Another")
        assert pays(server, server.key)
    assert "is in use by process" not in newcomer.types("worker").err


def test_whoever_is_killed_lets_go(newcomer: Newcomer) -> None:
    with serving(newcomer) as server:
        key = server.key
        server.stop(signal.SIGKILL)
        with serving(newcomer) as again:
            assert pays(again, key)


def test_a_restore_does_not_overtake_a_server(newcomer: Newcomer) -> None:
    newcomer.gets("init")
    newcomer.gets("backup", "copy")
    database = newcomer.home / "new" / "finsecure.db"
    database.parent.mkdir()
    with owned(database) as owner:
        said = newcomer.types("restore", "copy", "--data", "new")
        assert said.code == 1
        assert "is in use by another server. One process owns an embedded database. Stop that one, give" in said.err
        owner.say(1_700_000_000_000_000, doing="serving nothing")
        said = newcomer.types("restore", "copy", "--data", "new")
        assert (
            f"process {os.getpid()} on {socket.gethostname()}, serving nothing since 2023-11-14 22:13:20 UTC"
            in said.err
        )
        assert not database.exists()
    newcomer.gets("restore", "copy", "--data", "new")


def test_children_do_not_hold_on_to_it(newcomer: Newcomer) -> None:
    database = newcomer.home / "finsecure.db"
    with owned(database):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        with pytest.raises(Unfit), owned(database):
            pass
    with owned(database):
        assert child.poll() is None
    child.communicate(b"\n")


def test_a_folder_in_which_nobody_may_write(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator may write anywhere, and tests run as one: so what the system says of it is played."""
    settings = Settings.load({"FINSECURE_DATA": str(newcomer.home / "data")})
    make_room(settings)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Unfit, match=r"data cannot be written: it is another user's, or its disk is read-only\. Name"):
        make_room(settings)
