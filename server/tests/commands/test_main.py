"""What the command line says of itself, and how it fails: in one line on stderr, with nothing made."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from finsecure_server.__main__ import COMMANDS, main
from tests.commands.newcomer import Newcomer

#: What takes long to import, and what a list of commands does not need.
HEAVY = {
    "aiohttp",
    "cryptography",
    "jinja2",
    "msgspec",
    "psycopg",
    "sqlite3",
    "structlog",
    "uvicorn",
    "uvloop",
    "finsecure_server.app",
}


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    context = click.Context(main)
    for name, entry in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert entry.says == " ".join((command.help or "").split("\n\n")[0].split())


def test_help_imports_nothing_that_it_does_not_need(newcomer: Newcomer) -> None:
    code = """if True:
        import sys
        from finsecure_server.__main__ import main
        main(["--help"], standalone_mode=False)
        print(*sys.modules)"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=newcomer.whole_environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *said, imported = done.stdout.splitlines()
    assert [name for name in COMMANDS if re.search(rf"^  {name} ", "\n".join(said), re.MULTILINE)] == list(COMMANDS)
    assert HEAVY.isdisjoint(imported.split())


def everything(command: click.Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command, by the words one types."""
    if not isinstance(command, click.Group):
        return {path: command}
    found: dict[tuple[str, ...], click.Command] = {}
    for name in command.list_commands(click.Context(command)):
        below = command.get_command(click.Context(command), name)
        assert below is not None
        found |= everything(below, (*path, name))
    return found


@pytest.mark.parametrize("path", everything(main), ids=" ".join)
def test_each_command_explains_itself(path: tuple[str, ...]) -> None:
    command = everything(main)[path]
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, param.name
    if path not in {("serve",), ("keys", "export")}:
        assert "as_json" in {param.name for param in command.params}


WRONG: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    (("serve", "--port", "99999"), {}, r"--port: a port is a number from 0 to 65535"),
    (("serve", "--port", "x"), {}, r"--port: a port is a number"),
    (("serve", "--host", "192.0.2.1"), {}, r"--host 192.0.2.1: this machine does not have that address"),
    (("serve", "--data", "here"), {}, r"--data: here is not a directory"),
    (("serve", "--data", "here/below", "--port", "0"), {}, r"folder .*here/below cannot be made: Not a directory"),
    (("serve", "--tls-cert", "here"), {}, r"--tls-cert is set without FINSECURE_TLS_KEY"),
    (("serve", "--tls-key", "here"), {}, r"--tls-key is set without FINSECURE_TLS_CERT"),
    (("serve", "--tls-cert", "gone", "--tls-key", "here"), {}, r"--tls-cert: there is no file gone"),
    (("serve", "--tls-cert", "here", "--tls-key", "here"), {}, r"here and here are not a certificate and a key in PEM"),
    (("serve", "--log", "loud"), {}, r"--log: one of debug, info, warning, error"),
    (("serve", "--rate-limit", "0"), {}, r"--rate-limit: requests per second, from 1 to 100000, or off"),
    (("serve", "--port", "0"), {"FINSECURE_MASTER_KEY": "no base64!"}, r"FINSECURE_MASTER_KEY is not base64"),
    (("worker", "--log", "loud"), {}, r"--log: one of debug, info, warning, error"),
    (("worker",), {}, r"a worker beside the server needs PostgreSQL\. One process owns .*finsecure\.db, and `serve`"),
    (("init", "--secret-key", "sk_test_short"), {}, r"--secret-key: a test key is sk_test_ and 24 to"),
    (("init", "--secret-key", "sk_live_" + "a" * 30), {}, r"--secret-key: only a test key may be brought along"),
    (("init", "--data", "a", "--database-url", "sqlite:///b"), {}, r"--data names .*, and --database-url another"),
    (("init", "--data", "a"), {"FINSECURE_DATABASE_URL": "sqlite:///b"}, r"and FINSECURE_DATABASE_URL another one"),
    (("init",), {"FINSECURE_DATABASE_URL": "mysql://x"}, r"FINSECURE_DATABASE_URL: a database is named sqlite:///"),
    (("verify",), {}, r"there is no FinSecure database at .*finsecure\.db"),
    (("backup", "copy"), {}, r"finsecure\.db is empty: there is nothing to back up"),
    (("restore", "gone"), {}, r"there is no backup at gone"),
    (("restore", "here"), {}, r"here is no backup of ours"),
    (("keys", "create"), {}, r"there is no FinSecure database at"),
    (("keys", "rekey"), {}, r"there is no FinSecure database at"),
    (("keys", "remove", "test-1-00000000"), {}, r"there is no FinSecure database at"),
    (("keys", "rotate"), {}, r"The key file .*keys\.toml cannot be read: No such file"),
    (("keys", "rotate"), {"FINSECURE_MASTER_KEY": "AAAA"}, r"The master keys come from FINSECURE_MASTER_KEY\."),
    (("keys", "export"), {}, r"The key file .*keys\.toml cannot be read"),
    (("migrate", "up"), {"FINSECURE_DATABASE_URL": "sqlite:///{home}/here"}, r"here: file is not a database"),
    (("serve", "--port", "0"), {"FINSECURE_DATABASE_URL": "sqlite:///{home}"}, r"is a folder\. Name a file in it: sql"),
    (("init", "--data", "/proc/no"), {}, r"folder /proc/no cannot be made: No such file or directory\. "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "environ", "why"), WRONG, ids=lambda part: " ".join(part) if isinstance(part, tuple) else ""
)
def test_what_is_wrong_is_said_in_one_line(
    words: tuple[str, ...], environ: dict[str, str], why: str, newcomer: Newcomer
) -> None:
    (newcomer.home / "here").write_text("neither a folder nor a certificate, a key or a backup " * 20)
    newcomer.environ = {name: value.format(home=newcomer.home) for name, value in environ.items()}
    said = newcomer.types(*words)
    assert said.code == (22 if words[0] == "verify" else 1)
    assert said.out == ""
    *warnings, line = said.err.splitlines()
    assert re.fullmatch(rf"Error: .*{why}.*", line), said.err
    assert all(warning.startswith("warning: ") for warning in warnings), said.err
    assert [name for name in newcomer.left_behind() if name.endswith((".db", ".toml"))] in (
        [],
        [".local/share/finsecure/finsecure.db"],
    )


@pytest.mark.parametrize(
    "words",
    [("serve", "--port", "0"), ("worker",), ("verify",), ("backup", "copy"), ("migrate", "status")],
    ids=" ".join,
)
def test_a_database_that_does_not_answer(words: tuple[str, ...], newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_DATABASE_URL": "postgresql://ann:pass" + "word@127.0.0.1:1/books"}
    said = newcomer.types(*words)
    assert said.code in (1, 22)
    (line,) = said.err.splitlines()
    assert line.startswith("Error: postgresql://ann@127.0.0.1:1/books: connection failed:")
    assert "password" not in line
    assert newcomer.left_behind() == []


def test_a_slip_in_a_name_is_pointed_out(newcomer: Newcomer) -> None:
    newcomer.environ = {"FINSECURE_PROT": "80"}
    said = newcomer.types("migrate", "status")
    assert (said.code, said.out) == (0, "0001_pre_initial  not applied\n")
    assert said.err == "warning: FINSECURE_PROT is set, but there is no such setting. Did you mean FINSECURE_PORT?\n"


def test_assertions_are_not_to_be_stripped(newcomer: Newcomer) -> None:
    newcomer.python = ("-O",)
    said = newcomer.types("init")
    assert (said.code, said.out) == (1, "")
    assert said.err == "Error: FinSecure does not run under `python -O`: its assertions guard money.\n"
    assert newcomer.left_behind() == []


@pytest.mark.parametrize("words", [("bogus",), ("keys", "bogus"), ("serve", "--bogus"), ("backup",)], ids=" ".join)
def test_what_cannot_be_understood(words: tuple[str, ...], newcomer: Newcomer) -> None:
    said = newcomer.types(*words)
    assert said.code == 2
    assert "Error: " in said.err


def test_the_version(newcomer: Newcomer) -> None:
    assert re.fullmatch(r"finsecure-server, version \d+\.\d+\S*\n", newcomer.gets("--version"))


def test_a_path_and_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is to be typed next is shown as it must be typed here."""
    from finsecure_server.commands import terminal

    program = tmp_path / "bin" / "finsecure-server"

    def shown(**params: Any) -> str:
        context = click.Context(click.Command("verify"), info_name="finsecure-server")
        context.params = params
        with context:
            return terminal.this_program() + terminal.same_database()

    monkeypatch.setattr(sys, "argv", [str(program), "verify"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shown(data=None, database_url=None) == str(program)
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert shown() == "finsecure-server"
    assert shown(data=Path("my data"), database_url=None) == "finsecure-server --data 'my data'"
    url = "postgresql://ann:pass" + "word@db/books"
    assert shown(data=None, database_url=url) == "finsecure-server --database-url postgresql://ann@db/books"
