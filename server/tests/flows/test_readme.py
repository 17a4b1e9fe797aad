"""What the README shows is what happens: its commands and its Python, word for word, against a server of ours."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import requests

from finsecure_server.storage.urls import sqlite_url
from tests.flows.live import KEY, Live
from tests.flows.test_stripe import until
from tests.tidy import ROOT

README: Final = (ROOT / "README.md").read_text("utf-8")
ADDRESS: Final = "http://127.0.0.1:4242"
ID: Final = re.compile(r"\b([a-z]+_)[0-9a-hjkmnp-tv-z]{28}\b")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server as `make run` starts it: nobody has made an account."""
    home = tmp_path_factory.mktemp("home")
    live = Live(home, sqlite_url(home / "finsecure.db"))
    live.start()
    key = re.search(r"\bsk_test_\w+", live.log())
    assert key, live.log()
    live.keys["test"] = key[0]
    yield live
    live.stop()


def blocks(language: str) -> list[str]:
    """The README's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def shell(server: Live, command: str) -> dict[str, Any]:
    """What a command prints, decoded."""
    environ = {**server.environ(), "FINSECURE_SECRET_KEY": server.keys["test"]}
    quiet = command.replace(ADDRESS, server.url).replace("curl ", "curl --silent ")
    done = subprocess.run(["/bin/sh", "-c", quiet], env=environ, capture_output=True, check=True, timeout=30)
    answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    return answer


def curl_of_the_readme() -> str:
    (block,) = (block for block in blocks("sh") if "\ncurl " in block)
    return block[block.index("curl ") :]


def test_the_curl_of_the_readme_takes_a_payment(server: Live) -> None:
    intent = shell(server, curl_of_the_readme())
    assert (intent["object"], intent["status"], intent["amount_received"]) == ("payment_intent", "succeeded", 2000)


def test_the_curl_that_the_server_prints_takes_a_payment(server: Live) -> None:
    (curl,) = (line.strip() for line in server.log().splitlines() if line.strip().startswith("curl "))
    assert shell(server, curl)["status"] == "succeeded"


def test_the_doctor_of_the_readme_finds_nothing_wrong(tmp_path: Path) -> None:
    live = Live(tmp_path, sqlite_url(tmp_path / "finsecure.db"))
    live.init()
    live.start()
    (command,) = (block.strip() for block in blocks("sh") if block.startswith("finsecure doctor"))
    environ = {
        **live.environ(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "FINSECURE_SECRET_KEY": KEY,
        "FINSECURE_API_BASE": live.url,
    }
    done = subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)
    live.stop()
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_python_of_the_readme_prints_what_it_says(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its receiver too, behind a route of a real server."""
    monkeypatch.setenv("FINSECURE_SECRET_KEY", server.keys["test"])
    monkeypatch.setenv("FINSECURE_API_BASE", server.url)
    printed = io.StringIO()
    scope: dict[str, Any] = {}

    def route(body: bytes, headers: Mapping[str, str]) -> int:
        status: int = scope["webhook"](body, headers)
        return status

    with receiving(route) as (url, statuses), contextlib.redirect_stdout(printed):
        for block in blocks("python"):
            text = block.replace(ADDRESS, server.url).replace("http://localhost:5000/webhook", url)
            exec(compile(text, "README.md", "exec"), scope)  # noqa: S102  that is the test
        assert route(b"{}", {"FinSecure-Signature": "t=1,v1=00"}) == 400
        shell(server, curl_of_the_readme())
        until(lambda: len(statuses) == 2)
    first, code, options, request, secret, why, *events = printed.getvalue().splitlines()
    assert ID.sub(r"\1…", first) == "pi_… succeeded"
    assert code == "insufficient_funds"
    assert options.startswith("('Offer to split")
    assert ID.sub(r"\1…", request) == "req_…"
    assert secret.startswith("whsec_")
    assert "signature" in why.lower()
    assert statuses == [200, 200]
    assert sorted(ID.sub(r"\1…", event) for event in events) == [
        "payment_intent.created pi_…",
        "payment_intent.succeeded pi_…",
    ]


@contextlib.contextmanager
def receiving(route: Callable[[bytes, Mapping[str, str]], int]) -> Iterator[tuple[str, list[int]]]:
    """A server whose one route that is, and what it has answered so far."""
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status = route(self.rfile.read(int(self.headers["content-length"])), dict(self.headers))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()
            statuses.append(status)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        yield f"http://localhost:{receiver.server_port}/webhook", statuses
        receiver.shutdown()
        thread.join()


def test_the_reply_of_the_readme_is_the_reply(server: Live) -> None:
    (block,) = blocks("json")
    shown = msgspec.json.decode(block)["error"]
    reply = requests.post(
        f"{server.url}/v1/payment_intents",
        auth=(server.keys["test"], ""),
        data={
            "amount": "2000",
            "currency": "usd",
            "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
            "confirm": "true",
        },
        timeout=30,
    )
    assert reply.status_code == 402
    error = msgspec.json.decode(ID.sub(r"\1…", reply.text.replace(server.url, ADDRESS)))["error"]
    assert set(shown) == set(error)
    for name in ("payment_intent", "payment_method"):  # the README shows the first members of these
        whole, part = error.pop(name), shown.pop(name)
        assert {member: whole[member] for member in part} == part
    assert shown == error
