"""The command as a whole: help, words, exit codes, output, signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import click
import pytest

import finsecure
from finsecure.cli import main
from finsecure.cli.failures import EXIT_CODES
from finsecure.cli.program import program
from finsecure.testing import Server
from fixtures.scripted import Answer, Scripted, refusal
from fixtures.shell import PROGRAM, Shell, eventually

DECLINED = ("payments", "create", "--amount", "2000", "--currency", "usd", "--card", "insufficient_funds")
PAID = ("payments", "create", "--amount", "2000", "--currency", "usd", "--card", "visa")


def test_the_first_page_loads_nothing() -> None:
    code = (
        "import sys; sys.argv = ['finsecure', '--help']\n"
        "import atexit; atexit.register(lambda: print(len(sys.modules), 'click' in sys.modules, file=sys.stderr))\n"
        "from finsecure.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    count, click_there = done.stderr.split()
    assert click_there == "False"
    assert int(count) < 80
    for name, word in main.WORDS.items():
        assert name in done.stdout
        assert word.says in done.stdout


def test_every_word_is_there_and_explains_itself() -> None:
    context = click.Context(program)
    for name in main.WORDS:
        found = program.get_command(context, name)
        assert found is not None, name
        assert found.get_help(click.Context(found, info_name=name)), name
        if isinstance(found, click.Group):
            inner = click.Context(found, info_name=name)
            for one in found.list_commands(inner):
                command = found.get_command(inner, one)
                assert command is not None, (name, one)
                assert command.get_help(click.Context(command)), (name, one)
                options = [flag for param in command.params for flag in param.opts if flag.startswith("-")]
                assert len(options) == len(set(options)), (name, one)


def test_help_needs_no_key(bare: Shell) -> None:
    for words in ((), ("--help",), ("payments", "--help"), ("payments", "create", "--help"), ("listen", "--help")):
        assert "Usage" in bare.good(*words).out


def test_a_word_that_is_none(bare: Shell) -> None:
    done = bare.run("paymnts")
    assert (done.code, done.out) == (2, "")
    assert "did you mean 'payments'?" in done.err
    assert bare.run("payments", "create", "--amont", "3").code == 2


@pytest.mark.parametrize("name", ["payment_intents", "payment-intents", "payments"])
def test_the_names_of_the_api_are_words_too(shell: Shell, name: str) -> None:
    assert shell.good(name, "list", "--json").json["object"] == "list"


def test_exit_codes_of_what_the_server_says(shell: Shell, finsecure_server: Server) -> None:
    assert shell.run(*PAID).code == 0
    assert shell.run(*DECLINED).code == 6
    assert shell.run("payments", "get", "pi_missing").code == 3
    assert shell.run("payments", "create", "--amount", "x").code == 5
    assert shell.run("payments", "list", "--api-key", "sk_test_wrong").code == 4
    keyed = ("customers", "create", "--idempotency-key", "one", "--name")
    assert shell.run(*keyed, "Ann").code == 0
    assert shell.run(*keyed, "Bob").code == 8
    assert shell.run("payments", "list", "--api-key", finsecure_server.keys["publishable_test"]).code == 4


@pytest.mark.parametrize(("status", "code"), [(429, 7), (500, 10), (503, 10), (409, 8)])
def test_exit_codes_of_what_a_server_may_say(bare: Shell, scripted: Scripted, status: int, code: int) -> None:
    scripted.script(refusal(status))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url, "FINSECURE_MAX_RETRIES": "0"}
    assert bare.run("balance", "get", env=env).code == code


def test_exit_codes_without_a_server(bare: Shell, scripted: Scripted) -> None:
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_MAX_RETRIES": "0"}
    assert bare.run("balance", "get", env={**env, "FINSECURE_API_BASE": "http://127.0.0.1:9"}).code == 9
    assert bare.run("balance", "get", env={**env, "FINSECURE_API_BASE": "nonsense"}).code == 2
    assert bare.run("balance", "get", env={**env, "FINSECURE_MAX_RETRIES": "many"}).code == 2
    assert bare.run("balance", "get").code == 4
    scripted.script(Answer(200, b"<html>", {"content-type": "text/html"}))
    assert bare.run("balance", "get", env={**env, "FINSECURE_API_BASE": scripted.url}).code == 10


def test_the_table_of_exit_codes_is_printed(bare: Shell) -> None:
    found = bare.good("help", "exit-codes", "--json").json
    assert {row["code"]: row["means"] for row in found["exit_codes"]} == EXIT_CODES


def test_errors_as_json_are_on_standard_error_and_hold_no_secret(shell: Shell) -> None:
    done = shell.run(*DECLINED, "--json")
    assert (done.code, done.out) == (6, "")
    assert done.error["schema"] == "finsecure.error/1"
    assert done.error["exit_code"] == 6
    assert done.error["error"]["decline_code"] == "insufficient_funds"
    assert done.error["error"]["next_steps"]
    assert done.error["error"]["request_id"].startswith("req_")

    assert "…" in done.error["error"]["payment_intent"]["client_secret"]


def test_an_error_says_what_to_do_next(shell: Shell) -> None:
    err = shell.run(*DECLINED).err
    assert "Your card was declined." in err
    assert "card_declined: insufficient_funds" in err
    assert "next  Offer to split the payment over several cards." in err
    assert "finsecure explain req_" in err


def test_a_call_that_was_nobodys_is_not_looked_up(shell: Shell) -> None:
    """It is in no log that a key opens, so nobody is sent there."""
    env = {"FINSECURE_SECRET_KEY": "sk_test_" + "a" * 32}
    refused = shell.run("payments", "list", env=env)
    assert (refused.code, "more  finsecure doctor" in refused.err) == (4, True)
    error = shell.run("payments", "list", "--json", env=env).error["error"]
    assert "request_log_url" not in error
    told = shell.good("explain", "--json", given=json.dumps({"error": error})).json
    assert told["commands"][-1] == "finsecure doctor"
    assert not any("req_" in line for line in (*told["commands"], *told["next_steps"]))
    assert "req_" not in shell.good("explain", "401").out
    nowhere = shell.run("api", "GET", "/v1/nothing")
    assert "more  finsecure explain url_not_found" in nowhere.err


def test_output_is_for_people_on_a_terminal_and_for_programs_elsewhere(shell: Shell) -> None:
    made = shell.good(*PAID, "--id").out.strip()
    plain = shell.good("payments", "list", "--limit", "1").out
    assert plain.split("\t")[:3] == [made, "succeeded", "2000"]
    seen = shell.terminal("payments", "list", "--limit", "1").out
    assert "20.00 USD" in seen
    assert "\x1b[32msucceeded" in seen
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}):
        assert "\x1b[" not in shell.terminal("payments", "list", "--limit", "1", env=env).out
    assert "\x1b[" in shell.run("explain", "402", "--color", "always").out
    assert "\x1b[" not in shell.run("explain", "402").out


def test_lists_in_every_form(shell: Shell) -> None:
    ids = {shell.good("customers", "create", "--name", f"=1+{n}", "--id").out.strip() for n in range(3)}
    assert ids <= set(shell.good("customers", "list", "--id").out.split())
    lines = shell.good("customers", "list", "--limit", "3", "--jsonl").out.splitlines()
    assert [json.loads(line)["object"] for line in lines] == ["customer"] * 3
    table = shell.good("customers", "list", "--limit", "3", "--csv", "--fields", "id,name").out.splitlines()
    assert table[0] == "id,name"
    assert table[1].split(",")[1] == "'=1+2"  # no formula for a spreadsheet


def test_an_amount_below_zero_is_a_number_in_csv(shell: Shell) -> None:
    shell.good("refunds", "create", "--payment-intent", shell.good(*PAID, "--id").out.strip())
    told = shell.good(
        "balance-transactions", "list", "--type", "refund", "--csv", "--fields", "amount,net", "--limit", "1"
    )
    assert told.out.splitlines() == ["amount,net", "-2000,-2000"]
    shell.good("customers", "create", "--name", "-1+2")
    assert shell.good("customers", "list", "--csv", "--fields", "name", "--limit", "1").out.splitlines() == [
        "name",
        "'-1+2",
    ]


def test_a_list_goes_on_over_pages(shell: Shell, finsecure_server: Server) -> None:
    with finsecure.Client(finsecure_server.secret_key, api_base=finsecure_server.url, proxy="") as client:
        for _ in range(105):
            client.customers.create(name="many")
    assert len(shell.good("customers", "list", "--limit", "104", "--id").out.split()) == 104
    assert len(shell.good("customers", "list", "--all", "--id").out.split()) >= 105


def test_what_others_have_written_cannot_steer_a_terminal(shell: Shell) -> None:
    made = shell.good("customers", "create", "--name", "Eve\x1b[2J\x07", "--id").out.strip()
    for done in (
        shell.good("customers", "get", made),
        shell.terminal("customers", "list", "--limit", "1", env={"NO_COLOR": "1"}),
    ):
        assert "\x1b" not in done.out
        assert "\x07" not in done.out
        assert "Eve�[2J�" in done.out


def test_a_closed_pipe_is_no_error(shell: Shell) -> None:
    shell.good(*PAID)
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} payments list --all | true; {PROGRAM} --help | true"],
        env=shell.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


CLOSED = {
    "payments list --all": 0,
    "payments --help": 0,
    "explain 402": 0,
    "doctor --list": 0,
    "doctor config": 0,
    "help exit-codes": 0,
    "--help": 0,
    "--version": 0,
    "balance": 2,  # what ends with an error still does, if nobody hears which
    "nonsense": 2,
    "payments get pi_missing": 3,
}


@pytest.mark.parametrize(("words", "code"), CLOSED.items())
@pytest.mark.parametrize("pipe", ["|", "2>&1 |"])
def test_a_closed_pipe_does_not_change_the_exit_code(shell: Shell, words: str, code: int, pipe: str) -> None:
    line = f"{PROGRAM} {words} {pipe} true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=shell.environ(), capture_output=True, text=True, check=True)
    assert done.stdout == f"{code}\n"
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("name", ["balance", "keys", "config"])
def test_a_group_alone_says_what_it_holds(bare: Shell, name: str) -> None:
    done = bare.run(name)
    assert (done.code, done.out) == (2, "")
    assert done.err == bare.good(name, "--help").out


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it_with_their_code(shell: Shell, sign: signal.Signals, code: int) -> None:
    process = shell.start("listen")
    eventually(lambda: "Listening" in (shell.home / "out.log").read_text())
    process.send_signal(sign)
    assert process.wait(20) == code


def test_the_user_agent_names_the_command(shell: Shell) -> None:
    made = shell.good("customers", "create", "--id").out.strip()
    logs = eventually(lambda: shell.good("logs", "list", "--object-id", made, "--json").json["data"])
    assert logs[0]["user_agent"].startswith("FinSecure-CLI/")


def test_live_data_is_changed_only_by_who_says_so(shell: Shell, finsecure_server: Server) -> None:
    live = {"FINSECURE_SECRET_KEY": finsecure_server.keys["secret_live"]}
    refused = shell.run("customers", "create", "--name", "Ann", env=live)
    assert refused.code == 2
    assert "--live" in refused.err
    assert shell.run("customers", "create", "--name", "Ann", "--live", env=live).code == 0
    assert shell.run("customers", "list", env=live).code == 0
    asked = shell.terminal("customers", "create", "--name", "Ann", env=live, types=[("Go on?", "n\n")])
    assert "changes LIVE data" in asked.out
    assert asked.code == 1
    assert shell.terminal("customers", "create", "--name", "Ann", env=live, types=[("Go on?", "y\n")]).code == 0


def test_what_cannot_be_undone_is_asked_for(shell: Shell) -> None:
    made = shell.good("customers", "create", "--id").out.strip()
    assert shell.run("customers", "delete", made).code == 2
    assert shell.run("customers", "delete", made, "--yes").code == 0


def test_completion(bare: Shell) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        env = {"_FINSECURE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        return [row.partition(",")[2] for row in bare.good(env=env).out.splitlines()]

    assert "payments" in complete("finsecure pay")
    assert complete("finsecure payments cr") == ["create"]
    assert complete("finsecure payments create --capture-method ") == ["automatic", "automatic_async", "manual"]
    for name in ("bash", "zsh", "fish"):
        assert "_FINSECURE_COMPLETE" in bare.good("completion", name).out
    assert "finsecure.fish" in bare.good("completion", "fish", "--install").out
    assert (bare.home / ".local/share/fish/vendor_completions.d/finsecure.fish").exists()


def test_a_command_loads_only_what_it_needs() -> None:
    code = (
        "import atexit, json, sys; sys.argv = ['finsecure', 'explain', 'lost_card']\n"
        "atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))\n"
        "from finsecure.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}
    assert not {"rich", "aiohttp", "requests", "redis", "asyncio"} & loaded
