"""`finsecure doctor` as a shell runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from finsecure.doctor.catalogue import CHECKS, document
from finsecure.testing import Server
from finsecure.testing.events import SECRET
from fixtures.bench.front import Instead, front
from fixtures.bench.listening import Listener
from fixtures.bench.receiver import receiver
from fixtures.receiver import receive
from fixtures.shell import Done, Shell, eventually

NOWHERE = {"FINSECURE_API_BASE": "http://127.0.0.1:9", "FINSECURE_SECRET_KEY": "sk_test_0123456789abcdefghijklmnop"}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _secret_parts(shell: Shell) -> str:
    return shell.env["FINSECURE_SECRET_KEY"][12:]


def test_all_is_well(shell: Shell) -> None:
    """Of everything but what other tests leave behind: the account's recent errors, its endpoints."""
    done = shell.good("doctor", "config", "network", "api", "payment")
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0].startswith("FinSecure doctor ")
    assert " · test mode · 127.0.0.1:" in lines[0]
    assert lines[-1] == "Verdict: All is well."
    assert any(re.fullmatch(r"ok   api\.auth .* \d+ ms", line) for line in lines)
    assert _secret_parts(shell) not in done.out


def test_what_is_wrong_is_said_with_why_and_fix(bare: Shell) -> None:
    done = bare.run("doctor", env=NOWHERE)
    assert done.code == 20
    assert "FAIL network.tcp" in done.out
    assert "Verdict: The fault is in your server (1 problem): nobody listens on 127.0.0.1" in done.out
    assert "  why   That is this machine" in done.out
    assert "  fix   finsecure-server serve --port 9\n" in done.out
    assert "skip api.auth" in done.out


def test_no_line_is_longer_than_a_terminal(bare: Shell, shell: Shell) -> None:
    everything = shell.run("doctor", "--all").out + bare.run("doctor", env=NOWHERE).out
    commands = [line for line in everything.splitlines() if line.startswith("  fix ")]
    others = [line for line in everything.splitlines() if not line.startswith("  fix ")]
    assert commands
    assert max(map(len, others)) <= 80


def test_json_is_the_contract_and_nothing_else(bare: Shell) -> None:
    done = bare.run("doctor", "--json", env=NOWHERE)
    assert done.code == 20
    assert done.err == ""
    said = done.json
    assert said["schema"] == "finsecure.doctor/1"
    assert said["verdict"]["side"] == "your_server"
    assert said["verdict"]["exit_code"] == done.code
    assert [one["id"] for one in said["findings"]] == list(CHECKS)
    for one in said["findings"]:
        assert set(one) == {"id", "status", "side", "title", "why", "fix", "ms"}


def test_the_list_is_the_contract(bare: Shell) -> None:
    assert bare.good("doctor", "--list", "--json").json == document()
    lines = bare.good("doctor", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(CHECKS)


def test_one_check_alone(shell: Shell) -> None:
    done = shell.good("doctor", "api.auth", "--json")
    assert [one["id"] for one in done.json["findings"]] == ["api.auth"]


def test_one_check_alone_says_what_keeps_it_from_being_known(bare: Shell) -> None:
    found = bare.run("doctor", "api.auth", "--json", env=NOWHERE).json["findings"]
    assert [(one["id"], one["status"]) for one in found] == [("network.tcp", "fail"), ("api.auth", "skipped")]


def test_a_check_that_there_is_not(bare: Shell) -> None:
    done = bare.run("doctor", "api.atuh")
    assert done.code == 2
    assert "finsecure doctor --list" in done.err


def test_quiet_is_silent_when_well_and_not_when_ill(shell: Shell) -> None:
    assert shell.good("doctor", "--quiet").out == ""
    done = shell.run("doctor", "--quiet", env=NOWHERE)
    assert done.code == 20
    assert "  fix   " in done.out


def test_a_warning_fails_only_if_you_are_strict(shell: Shell) -> None:
    stray = {"FINSECURE_API_BASSE": "https://pay.example", "FINSECURE_API_BASE": ""}
    given = ["--api-base", shell.env["FINSECURE_API_BASE"]]
    assert shell.run("doctor", *given, env=stray).code == 0
    assert shell.run("doctor", "--strict", *given, env=stray).code == 20


def test_finsecures_side_has_an_exit_code_of_its_own(shell: Shell, finsecure_server: Server) -> None:
    broken = front(finsecure_server.port, rule=lambda *_: Instead(503))
    try:
        done = shell.run("doctor", "api.health", env={"FINSECURE_API_BASE": f"http://127.0.0.1:{broken.port}"})
    finally:
        broken.close()
    assert done.code == 21
    assert "Verdict: The fault is in FinSecure (1 problem): what stands before FinSecure answered 503." in unwrapped(
        done
    )


def unwrapped(done: Done) -> str:
    return " ".join(done.out.split())


def test_colours_are_for_terminals_and_can_be_switched_off(shell: Shell) -> None:
    assert "\x1b[" not in shell.good("doctor").out
    assert COLOUR.search(shell.terminal("doctor", "config").out)
    assert not COLOUR.search(shell.terminal("doctor", "config", env={"NO_COLOR": "1"}).out)
    assert "ok   config.key" in COLOUR.sub("", shell.terminal("doctor", "config").out)


def test_a_newline_in_the_variable(shell: Shell) -> None:
    key = shell.env["FINSECURE_SECRET_KEY"] + "\n"
    done = shell.run("doctor", env={"FINSECURE_SECRET_KEY": key})
    assert done.code == 20
    assert "the key ends with a line break" in done.out
    fix = next(line.removeprefix("  fix   ") for line in done.out.splitlines() if line.startswith("  fix   export"))
    mended = subprocess.run(
        ["bash", "-c", f'{fix}; printf %s "$FINSECURE_SECRET_KEY"'],
        env={"PATH": os.environ["PATH"], "FINSECURE_SECRET_KEY": f'"{key}"'},
        capture_output=True,
        text=True,
        check=True,
    )
    assert mended.stdout == key.strip()  # the line that is shown does what it says


def test_an_empty_variable_is_not_an_unset_one(bare: Shell) -> None:
    assert "FINSECURE_SECRET_KEY is empty" in bare.run("doctor", env={"FINSECURE_SECRET_KEY": ""}).out
    assert "FINSECURE_SECRET_KEY is not set" in bare.run("doctor").out


# -- bundle ------------------------------------------------------------------------------------------------------------

PLANTED = {
    "FINSECURE_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "FINSECURE_REDIS_URL": "redis://:s3cr3tpass@127.0.0.1:9/0",
    "FINSECURE_OLD_KEY": "4242424242424242",
    "NO_PROXY": "127.0.0.1",
    "HTTPS_PROXY": "http://jenny:hunter2@127.0.0.1:9",
    "FINSECURE_NOTE": "Cookie: session=abc123cookie",
}


def _unpacked(path: Path) -> dict[str, str]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    with tarfile.open(path) as archive:
        found = {}
        for entry in archive.getmembers():
            file = archive.extractfile(entry)
            assert file is not None
            found[entry.name] = file.read().decode()
        return found


@pytest.mark.parametrize("name", ["doctor.zip", "doctor.tar.gz"])
def test_a_bundle_holds_the_report_and_no_secret(name: str, shell: Shell, tmp_path: Path) -> None:
    done = shell.run("doctor", "--bundle", name, env=PLANTED)
    path = tmp_path / name
    assert path.stat().st_mode & 0o777 == 0o600
    members = _unpacked(path)
    assert set(members) == {
        f"doctor/{one}" for one in ("report.txt", "report.json", "environment.txt", "machine.txt", "replies.txt")
    }
    assert json.loads(members["doctor/report.json"])["schema"] == "finsecure.doctor/1"
    assert "FINSECURE_REDIS_URL: redis://[redacted]@127.0.0.1:9/0" in members["doctor/environment.txt"]
    assert "x-ratelimit-limit" in members["doctor/replies.txt"]
    every = "".join(members.values()) + done.out + done.err
    for secret in (_secret_parts(shell), "MfKQ9r8GKYqr", "s3cr3tpass", "hunter2", "42424242", "abc123cookie"):
        assert secret not in every


def test_a_bundle_that_cannot_be_written(shell: Shell) -> None:
    done = shell.run("doctor", "config", "--bundle", "/nowhere/doctor.zip")
    assert done.code == 2
    assert "cannot be written" in done.err


# -- fix ---------------------------------------------------------------------------------------------------------------


def _stored(shell: Shell, key: str, mode: int = 0o600) -> Path:
    path = shell.home / ".config" / "finsecure" / "config.toml"
    path.parent.mkdir(parents=True)
    shown = key.replace("\n", "\\n")
    path.write_text(f'profile = "shop"\n[profiles.shop]\nsecret_key = "{shown}"\napi_base = "http://127.0.0.1:9"\n')
    path.chmod(mode)
    return path


def test_fix_says_what_it_would_do_and_does_nothing_unasked(bare: Shell) -> None:
    path = _stored(bare, "sk_test_0123456789abcdefghijklmnop\n")
    before = path.read_text()
    done = bare.run("doctor", "config", "--fix")
    assert done.code == 20
    assert "take the white space or quotes off the key of profile 'shop'" in done.err
    assert "left as it is; add --yes" in done.err
    assert path.read_text() == before


def test_fix_strips_a_stored_key(bare: Shell) -> None:
    path = _stored(bare, "sk_test_0123456789abcdefghijklmnop\n", 0o644)
    done = bare.run("doctor", "config", "--fix", "--yes")
    assert "  done" in done.err
    found = tomllib.loads(path.read_text())
    assert found["profiles"]["shop"] == {
        "secret_key": "sk_test_0123456789abcdefghijklmnop",
        "api_base": "http://127.0.0.1:9",
    }
    assert path.stat().st_mode & 0o777 == 0o600
    assert bare.run("doctor", "config").code == 0


def test_fix_asks_on_a_terminal(bare: Shell) -> None:
    path = _stored(bare, "sk_test_0123456789abcdefghijklmnop\n")
    before = path.read_text()
    assert "Do it?" in bare.terminal("doctor", "config", "--fix", types=[("Do it?", "n\n")]).out
    assert path.read_text() == before
    bare.terminal("doctor", "config", "--fix", types=[("Do it?", "y\n")])
    assert path.read_text() != before


def test_fix_writes_a_profile_that_is_named_and_missing(shell: Shell) -> None:
    named = {"FINSECURE_PROFILE": "shop"}
    done = shell.run("doctor", "config", env=named)
    assert done.code == 20
    assert "There is no profile 'shop'" in done.out
    shell.run("doctor", "config", "--fix", "--yes", env=named)
    assert shell.run("doctor", "config", env=named).code == 0
    left = {"FINSECURE_SECRET_KEY": "", "FINSECURE_API_BASE": "", **named}
    assert shell.run("account", "get", "--id", env=left).code == 0  # the profile is enough to call with


def test_there_may_be_nothing_to_fix(shell: Shell) -> None:
    assert "There is nothing here that --fix can put right." in shell.good("doctor", "config", "--fix").err


# -- watch and webhooks ------------------------------------------------------------------------------------------------


def test_watch_says_what_changes(shell: Shell, finsecure_server: Server) -> None:
    front = receiver("status", status=503)
    shell.env["FINSECURE_API_BASE"] = f"http://127.0.0.1:{front.port}"
    running = shell.start("doctor", "api.health", "--watch", "--every", "1")
    log = shell.home / "out.log"
    try:
        eventually(lambda: "FAIL api.health" in log.read_text())
        front.close()
        eventually(lambda: "FAIL network.tcp" in log.read_text())
    finally:
        running.send_signal(signal.SIGINT)
    assert running.wait(10) == 130


def test_watch_makes_no_payments(shell: Shell, finsecure_server: Server) -> None:
    asked: list[tuple[str, str]] = []

    def rule(method: str, path: str, _: object) -> None:
        asked.append((method, path))

    before = front(finsecure_server.port, rule=rule)
    shell.env["FINSECURE_API_BASE"] = f"http://127.0.0.1:{before.port}"
    running = shell.start("doctor", "--watch", "--every", "1")
    try:
        eventually(lambda: asked.count(("GET", "/v1/account")) >= 2)
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(10)
        before.close()
    assert not [path for method, path in asked if method == "POST" and path.startswith("/v1/payment_intents")]


@pytest.fixture
def hook() -> Any:
    """An endpoint that is right."""
    made = receiver()
    yield made
    made.close()


def test_an_endpoint_is_looked_at_from_both_sides(shell: Shell, hook: Listener) -> None:
    url = f"http://localhost:{hook.port}/webhook"
    made = shell.good("webhooks", "create", "--url", url, "--enabled-events", "payout.paid", "--json", "--reveal").json
    hook.script.secret = made["secret"]
    try:
        words = ("doctor", "webhook", "--webhook-url", url, "--json")
        found = shell.good(*words, env={"FINSECURE_WEBHOOK_SECRET": made["secret"]}).json["findings"]
        # What else failed on this account, which other tests use too, is not for this endpoint to answer for.
        others = {"id": "webhook.deliveries", "why": "none of what failed went to this address"}
        assert [one for one in found if one["status"] != "pass" and not others.items() <= one.items()] == []
        assert {one["id"] for one in found} == {name for name in CHECKS if name.startswith("webhook.")}
        hook.script.mode = "believes"
        done = shell.run(*words)
        assert done.code == 20
        assert done.json["verdict"]["side"] == "your_server"
        assert made["secret"][8:] not in done.out
    finally:
        shell.good("webhooks", "delete", made["id"], "--yes")


def test_a_handler_that_reads_the_id_of_whatever_comes_does_not_break(shell: Shell) -> None:
    """Every object of a real event has one, so most handlers ask for no more."""
    with receive(SECRET) as app:
        app.status = lambda event: 200 if event["data"]["object"].get("id") else 500
        words = ("doctor", "webhook.here", "--webhook-url", app.url, "--json")
        found = shell.run(*words, env={"FINSECURE_WEBHOOK_SECRET": SECRET}).json["findings"]
    assert next(one for one in found if one["id"] == "webhook.here.answer")["status"] == "pass"
