"""Whatever is said to the command, and whoever answers it: one clear message, one documented exit code."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from finsecure.cli.failures import EXIT_CODES
from fixtures.scripted import Answer, Scripted, reply
from fixtures.shell import PROGRAM, Done, Shell

KEY = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_MAX_RETRIES": "0", "FINSECURE_TIMEOUT": "1"}


@pytest.fixture
def odd(bare: Shell, scripted: Scripted) -> Shell:
    """A shell at whose hand there is a server that answers as it is told."""
    scripted.script(reply({}))
    return Shell(bare.home, {**KEY, "FINSECURE_API_BASE": scripted.url})


def foreseen(done: Done, *codes: int) -> str:
    """The message of a command that ended as it should."""
    assert done.code in (codes or EXIT_CODES), done
    assert "Traceback" not in done.err + done.out, done
    assert "FINSECURE_LOG" not in done.err, done
    return done.err


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["x" * 256, "", "é", "a\nb"])
def test_an_idempotency_key_that_is_none(odd: Shell, scripted: Scripted, key: str) -> None:
    done = odd.run("customers", "create", "--idempotency-key", key)
    assert "An idempotency key is 1 to 255 printable ASCII characters" in foreseen(done, 2)
    assert not scripted.seen


@pytest.mark.parametrize(
    "words",
    [
        ["listen", "--once", "--forward-to", "http://[::1"],
        ["listen", "--once", "--forward-to", "\x1b[31mred"],
        ["events", "resend", "evt_1", "--forward-to", "[]"],
        ["api", "GET", "http://[::1"],
        ["api", "GET", "/v1/x", "--paginate", "-d", "limit=many"],
        ["api", "GET", "/v1/x", "--paginate", "-d", "limit=²"],
        ["api", "GET", "/v1/x", "-H", "a: b\r\nc: d"],
        ["customers", "list", "--since", "²²²²²²²²²"],
        ["customers", "list", "--since", "9" * 5000],
        ["customers", "list", "--since", "99999999999999d"],
        ["logs", "tail", "--no-follow", "--where", "status>--5"],
        ["logs", "tail", "--no-follow", "--where", "status>²"],
        ["customers", "create", "-d", "name=@/"],
        ["init", "flask", "x" * 5000],
        ["payments", "list", "--csv", "--limit", "NaN"],
    ],
)
def test_words_that_say_nothing(odd: Shell, scripted: Scripted, words: list[str]) -> None:
    scripted.script(reply({"id": "acct_1", "object": "account", "data": [], "has_more": False}))
    message = foreseen(odd.run(*words), 2)
    assert "\x1b" not in message
    assert len(message) < 1000


def test_the_end_of_a_list_that_has_no_pages(odd: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"object": "list", "data": [{"type": "a"}], "has_more": False}))
    assert odd.good("event-types", "list", "--limit", "9" * 30, "--id").out == "a\n"


def test_bytes_that_are_no_text(odd: Shell) -> None:
    def run(*words: bytes, given: bytes = b"") -> Done:
        environ = odd.environ({"LC_ALL": "C.UTF-8"})
        done = subprocess.run(
            [os.fsencode(PROGRAM), *words], input=given, env=environ, cwd=odd.home, capture_output=True, check=False
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    assert "not UTF-8" in foreseen(run(b"payments", b"get", b"\xff"), 2)
    assert "not UTF-8" in foreseen(run(b"customers", b"create", b"-d", b"name=@-", given=b"\xff"), 2)
    assert "no JSON" in foreseen(run(b"explain", given=b"\xff{"), 5)
    assert foreseen(run(b"help", b"search", given=b"card \xff declined"), 0) is not None
    assert "nothing to explain" in foreseen(run(b"explain"), 2)


@pytest.mark.parametrize(
    "pasted", ["{}", '{"id":5}', '{"object":"payment_intent","id":"pi_1"}', '{"object":"event","id":"evt_1","data":3}',
               '{"object":"dispute","id":"dp_1","amount":"x","currency":7}', '{"error":{"code":[],"message":{}}}',
               '{"object":"payment_intent","id":"pi_1","status":"of_tomorrow"}'],
)  # fmt: skip
def test_what_is_pasted_is_not_whole(odd: Shell, scripted: Scripted, pasted: str) -> None:
    scripted.script(reply({"object": "list", "data": [], "has_more": False}))
    foreseen(odd.run("explain", given=pasted), 0, 5)


# -- who answers -------------------------------------------------------------------------------------------------------

ASKING = (
    ["payments", "list"],
    ["payments", "get", "pi_1"],
    ["explain", "pi_0123456789"],
    ["status"],
    ["listen", "--once"],
    ["logs", "tail", "--no-follow"],
    ["webhooks", "test", "we_1"],
    ["events", "resend", "evt_1"],
    ["trigger", "customer.created", "--wait", "0"],
)


ANSWERS = {
    "a page": Answer(200, b"<html>Welcome", {"content-type": "text/html"}),
    "other JSON": Answer(200, b'{"status":"ok"}'),
    "no list": Answer(200, b'{"object":"list","data":5}'),
    "500": Answer(500, b"oops"),
    "a redirect": Answer(301, b"", {"location": "https://elsewhere.example/"}),
    "silence": Answer(200, b"{}", delay=5.0),
    "a reset": Answer(200, b"{}", reset=True),
}


def _expected(words: list[str], answer: str) -> bool:
    """Not what is waited for until the server is back, nor an object that is shown as it is."""
    waits = words[0] in {"listen", "logs"} and answer in {"500", "silence", "a reset"}
    return not waits and not (answer == "no list" and words[1] == "get")


CASES = [(words, answer) for words in ASKING for answer in ANSWERS if _expected([*words, ""], answer)]


@pytest.mark.parametrize(("words", "answer"), CASES, ids=[f"{answer}: {' '.join(words)}" for words, answer in CASES])
def test_whoever_answers(odd: Shell, scripted: Scripted, words: list[str], answer: str) -> None:
    scripted.script(ANSWERS[answer])
    done = odd.run(*words)
    assert "next" in foreseen(done, 9, 10)
    as_data = odd.run(*words, "--json")
    assert as_data.error["exit_code"] == as_data.code == done.code
    assert as_data.out == ""


def test_replies_of_odd_types(odd: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"id": "\udcff", "object": [], "secret": "x"}))
    foreseen(odd.run("api", "GET", "/v1/balance"), 0)
    scripted.script(reply({"id": "\udcff", "object": "account", "data": [], "has_more": False}))
    foreseen(odd.run("listen", "--once"), 0)


def test_a_server_that_speaks_no_tls(odd: Shell, scripted: Scripted) -> None:
    done = odd.run("payments", "list", "--api-base", scripted.url.replace("http:", "https:"))
    assert "speaks no TLS" in foreseen(done, 9)


@pytest.mark.parametrize(
    "base", ["nonsense", "http://", "http://[::1", "http://a b", "http://x:99999", "http://x:abc", "http://x..y", "ftp://x",
             "http://u:p@host", "http://" + "a" * 70, "http://a\nb", "http://%00"],
)  # fmt: skip
def test_an_address_that_is_none(odd: Shell, base: str) -> None:
    assert "address of the API" in foreseen(odd.run("balance", "get", "--api-base", base), 2)


@pytest.mark.parametrize("proxy", ["::::", "socks5://127.0.0.1:1", "http://x:99999", "http://"])
def test_a_proxy_that_is_none(odd: Shell, proxy: str) -> None:
    assert "proxy" in foreseen(odd.run("balance", "get", env={"HTTP_PROXY": proxy}), 2)


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "1.5", "²", "9" * 30])
def test_a_number_that_is_none(odd: Shell, value: str) -> None:
    assert "timeout is" in foreseen(odd.run("balance", "get", env={"FINSECURE_TIMEOUT": value}), 2)


# -- where it runs -----------------------------------------------------------------------------------------------------


def test_outputs_that_nobody_takes(odd: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"object": "list", "data": [{"id": "x" * 70_000}], "has_more": False}))

    def run(line: str) -> str:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            env={**odd.environ(), "F": str(PROGRAM)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done
        assert "Exception ignored" not in done.stderr, done
        return f"{done.returncode} {done.stderr}"

    for words in ("--help", "cards", "payments list --json", "help exit-codes"):
        assert run(f'"$F" {words} | head -c 1 > /dev/null').startswith("0 "), words
        assert run(f'"$F" {words} >&-').startswith("0 "), words
        full = run(f'"$F" {words} > /dev/full')
        assert full.startswith("1 "), words
        assert "No space left" in full
    assert run('"$F" nonsense 2>&-').startswith("2 ")
    assert run('"$F" explain <&-').startswith("2 ")


@pytest.mark.parametrize("words", [["--help"], ["help", "exit-codes"], ["cards"], ["explain", "lost_card"]])
def test_a_terminal_that_knows_ascii_only(bare: Shell, words: list[str]) -> None:
    bare.good(*words, env={"PYTHONIOENCODING": "ascii"})


def test_a_home_that_cannot_be_written(odd: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"id": "acct_1", "object": "account", "data": [], "has_more": False}))
    nowhere = {"HOME": "/dev/null"}
    assert odd.good("customers", "list", env=nowhere).code == 0
    for words in (["login"], ["listen", "--once", "--forward-to", "8000"], ["init", "flask", str(odd.home / "shop")]):
        assert "cannot be written" in foreseen(odd.run(*words, env=nowhere), 2)
    assert "cannot be written" in foreseen(odd.run("init", "flask", "/dev/null/shop"), 2)


@pytest.mark.parametrize("text", ["profiles = 7\n", "a =", "profile = 5\n[profiles]\nx = 5\n", "\x00"])
def test_a_settings_file_that_is_none(odd: Shell, scripted: Scripted, text: str) -> None:
    scripted.script(reply({"id": "acct_1", "object": "account", "data": [], "has_more": False}))
    path = odd.home / "settings.toml"
    path.write_text(text)
    path.chmod(0o600)
    for words in (["login"], ["customers", "list"], ["profiles"], ["profiles", "use", "x"], ["logout"]):
        foreseen(odd.run(*words, env={"FINSECURE_CONFIG": str(path)}), 0, 2, 3)


def test_a_settings_file_that_is_a_folder(odd: Shell, tmp_path: Path) -> None:
    assert "cannot be read" in foreseen(odd.run("balance", "get", env={"FINSECURE_CONFIG": str(tmp_path)}), 2)


def test_what_the_api_tells_does_not_steer_a_narrow_terminal(odd: Shell, scripted: Scripted) -> None:
    told: dict[str, Any] = {
        "id": "cus_\x1b]0;mine\x07", "object": "customer", "name": "\x1b[31mred\u202e", "created": 10**20,
        "email": "日本語" * 40,
    }  # fmt: skip
    scripted.script(reply(told), reply({"object": "list", "data": [told], "has_more": False}))
    env = {"COLUMNS": "40", "NO_COLOR": "1"}
    for words in (["customers", "get", "cus_1"], ["customers", "list"]):
        done = odd.terminal(*words, env=env)
        assert done.code == 0, done
        assert "\x1b" not in done.out
        assert "\x07" not in done.out
    whole = json.loads(odd.good("customers", "list", "--json").out)["data"][0]
    assert whole == told
