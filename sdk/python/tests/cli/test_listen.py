"""`finsecure listen`: every event arrives, signed, in order, whatever is stopped in between."""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import finsecure
from finsecure.cli import forward
from finsecure.cli.failures import Stop
from finsecure.testing import Server
from fixtures.receiver import Receiver, receive
from fixtures.shell import PROGRAM, Shell, eventually

SLOW = [
    str(PROGRAM),
    *"payments create --amount 2000 --currency usd --card visa --id --metadata simulate=slow:4000".split(),
]
VECTORS = Path(__file__).resolve().parents[4] / "contract" / "vectors" / "signatures.json"


def secret_of(shell: Shell) -> str:
    return shell.good("listen", "--print-secret").out.strip()


def pay(shell: Shell, card: str = "visa") -> str:
    made = shell.run("payments", "create", "--amount", "2000", "--currency", "usd", "--card", card, "--id")
    return made.out.strip()


def listening(shell: Shell, *words: str) -> subprocess.Popen[str]:
    """It has begun: what happens from now on is its affair."""
    path = shell.home / "out.log"
    before = path.read_text().count("Listening") if path.exists() else 0
    process = shell.start("listen", "--interval", "0.1", *words)
    eventually(lambda: process.poll() is not None or path.read_text().count("Listening") > before)
    assert process.poll() is None, (shell.home / "err.log").read_text()
    return process


def about(app: Receiver) -> list[str]:
    """The ids of what the events are about; a balance has none."""
    return [one["data"]["object"].get("id", "") for one in app.events]


def end(process: subprocess.Popen[str], sign: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(sign)
    process.wait(20)


def test_events_are_forwarded_signed_and_shown(shell: Shell) -> None:
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url, "-H", "X-Mine: yes")
        paid = pay(shell)
        eventually(lambda: len(app.events) == 3)
        end(process)
        assert app.failures == []
        assert app.types == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
        assert app.events[0]["data"]["object"]["id"] == paid
        assert app.events[0]["pending_webhooks"] == 1
        sent = app.headers[0]
        assert sent["webhook-id"] == app.ids[0]
        assert sent["finsecure-signature-256"].startswith("sha256=")
        assert sent["x-mine"] == "yes"
        assert sent["user-agent"].startswith("FinSecure-CLI/")
        assert sent["content-type"] == "application/json"
    shown = (shell.home / "out.log").read_text()
    assert f"Signing secret {app.secret}" in shown
    assert "→ 200" in shown
    assert " ms" in shown


def test_the_secret_stays_and_is_yours_alone(shell: Shell) -> None:
    first = secret_of(shell)
    assert first == secret_of(shell)
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
    path = next(shell.home.rglob("listen/*/secret"))
    assert path.stat().st_mode & 0o777 == 0o600


def test_only_what_is_asked_for(shell: Shell) -> None:
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url, "--events", "charge.*,payment_intent.succeeded")
        pay(shell)
        pay(shell, "declined")
        eventually(lambda: len(app.events) == 3)
        end(process)
        assert app.types == ["charge.succeeded", "payment_intent.succeeded", "charge.failed"]
    assert shell.run("listen", "--events", "charge.nothing").code == 2


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_on_where_it_stopped(shell: Shell, sign: signal.Signals) -> None:
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url)
        pay(shell)
        eventually(lambda: len(app.events) == 3)
        eventually(lambda: (shell.home / "out.log").read_text().count("→") == 3)
        end(process, sign)
        missed = pay(shell)
        process = listening(shell, "--forward-to", app.url)
        eventually(lambda: missed in about(app))
        end(process)
        assert "Going on where it stopped" in (shell.home / "err.log").read_text()
        assert len(app.ids) - len(set(app.ids)) <= (1 if sign is signal.SIGKILL else 0)  # at least once


def test_what_was_missed_can_be_left_out_or_gone_back_to(shell: Shell) -> None:
    with receive(secret_of(shell)) as app:
        shell.good("listen", "--forward-to", app.url, "--once")
        pay(shell)
        shell.good("listen", "--forward-to", app.url, "--once", "--since", "now")
        assert app.events == []
        paid = pay(shell)
        shell.good("listen", "--forward-to", app.url, "--once", "--json", "--since", "1h")
        assert paid in about(app)
        assert len(app.events) >= 6


def test_an_application_that_is_away_is_waited_for(shell: Shell) -> None:
    secret = secret_of(shell)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = listening(shell, "--forward-to", f"localhost:{port}/webhook")
    pay(shell)
    eventually(lambda: "waiting with evt_" in (shell.home / "err.log").read_text())
    with receive(secret, port) as app:
        eventually(lambda: len(app.events) == 3)
        end(process)
        assert app.types[0] == "payment_intent.created"
    pay(shell)
    once = shell.run("listen", "--forward-to", f"localhost:{port}/webhook", "--once")
    assert once.code == 9
    assert "Nobody listens" in once.err


def test_what_the_application_refuses_is_shown_and_not_sent_again(shell: Shell) -> None:
    with receive(secret_of(shell)) as app:
        app.status = lambda event: 500 if event["type"] == "charge.succeeded" else 302
        shell.good("listen", "--forward-to", app.url, "--once")
        pay(shell)
        done = shell.good("listen", "--forward-to", app.url, "--once")
        assert done.out.count("→ 302") == 2
        assert done.out.count("→ 500") == 1
        assert len(app.events) == 3
        app.status = lambda _: 200
        again = shell.run("events", "resend", app.ids[1], "--forward-to", app.url)
        assert again.code == 0
        assert app.ids[3] == app.ids[1]
        assert app.failures == []


def test_two_cannot_forward_to_one_address(shell: Shell) -> None:
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url)
        twice = shell.run("listen", "--forward-to", app.url, "--once")
        end(process)
    assert twice.code == 2
    assert "Another" in twice.err


def test_a_server_that_goes_away_and_comes_back(own: tuple[Shell, Server]) -> None:
    shell, server = own
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url)
        pay(shell)
        eventually(lambda: len(app.events) == 3)
        assert server._process is not None
        server._process.kill()
        server._process.wait()
        eventually(lambda: "does not answer" in (shell.home / "err.log").read_text(), 40)
        command = [sys.executable, "-m", "finsecure_server", "serve", "--port", str(server.port)]
        with (server.home / "server.log").open("ab") as log:
            server._process = subprocess.Popen(command, env=server._environ(), stdout=log, stderr=log)
        server._wait()
        paid = pay(shell)
        eventually(lambda: paid in about(app), 40)
        eventually(lambda: "answers again" in (shell.home / "err.log").read_text())
        eventually(lambda: len(app.events) >= 6)
        end(process)
        assert app.failures == []
        assert len(app.ids) == len(set(app.ids)) == 6


def test_many_at_once_arrive_once_each(own: tuple[Shell, Server]) -> None:
    shell, server = own
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url)
        with finsecure.Client(server.secret_key, api_base=server.url, proxy="") as client:
            for _ in range(120):
                client.customers.create(name="many")
        eventually(lambda: len(app.events) >= 120, 40)
        end(process)
        assert len(app.ids) == len(set(app.ids)) == 120
        assert app.ids == sorted(app.ids)


def test_a_late_answer_appears_behind_and_is_found(shell: Shell) -> None:
    """The bank takes four seconds: the event's id is of the time at which the call came in."""
    with receive(secret_of(shell)) as app:
        process = listening(shell, "--forward-to", app.url)
        slow = subprocess.Popen(
            [*SLOW],
            env=shell.environ(),
            stdout=subprocess.PIPE,
            text=True,
        )
        eventually(lambda: "payment_intent.created" in app.types)
        fast = pay(shell)
        eventually(lambda: fast in about(app))
        out, _ = slow.communicate(timeout=30)
        eventually(lambda: ("payment_intent.succeeded", out.strip()) in zip(app.types, about(app), strict=True))
        end(process)
        assert len(app.ids) == len(set(app.ids)) == 6


def test_signatures_are_those_of_the_vectors() -> None:
    cases = [case for case in json.loads(VECTORS.read_text())["signatures"] if case["standard"] is not None]
    assert len(cases) >= 3
    for case in cases:
        made = forward.signed(case["secret"], case["id"], case["body"].encode(), case["timestamp"])
        assert made["FinSecure-Signature"] == f"t={case['timestamp']},v1={case['v1']}"
        assert made["FinSecure-Signature-256"].removeprefix("sha256=") == case["sha256"].removeprefix("sha256=")
        assert made["webhook-signature"].removeprefix("v1,") == case["standard"].removeprefix("v1,")
        assert (made["webhook-id"], made["webhook-timestamp"]) == (case["id"], str(case["timestamp"]))


def test_addresses() -> None:
    assert forward.address("localhost:8000/webhook") == "http://localhost:8000/webhook"
    assert forward.address("8000") == "http://localhost:8000/"
    assert forward.address("8000/hook") == "http://localhost:8000/hook"
    assert forward.address(":8000/hook") == "http://localhost:8000/hook"
    assert forward.address("https://x.test/a?b=1") == "https://x.test/a?b=1"
    for wrong in ("ftp://x", "http://", "http://x:99999/"):
        with pytest.raises(Stop):
            forward.address(wrong)
