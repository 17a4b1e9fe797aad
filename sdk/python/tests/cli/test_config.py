"""Settings: which wins, where each comes from, and what never goes where it must not."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from finsecure.cli import config
from finsecure.cli.failures import Stop
from finsecure.cli.flags import Flags
from finsecure.testing import Server
from fixtures.scripted import Scripted, reply
from fixtures.shell import Shell

USER = """
profile = "one"
timeout = 7

[profiles.one]
secret_key = "sk_test_one"
api_base = "https://one.example"

[profiles.two]
secret_key = "sk_test_two"
api_base = "https://two.example"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two profiles."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config" / "finsecure").mkdir(parents=True)
    (tmp_path / "config" / "finsecure" / "config.toml").write_text(USER)
    return tmp_path


def values(**given: Any) -> dict[str, str | None]:
    return {name: setting.value for name, setting in config.resolve(Flags(**given)).items()}


def test_the_profile_of_the_file(home: Path) -> None:
    found = values()
    assert (found["profile"], found["secret_key"], found["api_base"]) == ("one", "sk_test_one", "https://one.example")
    assert (found["timeout"], found["max_retries"]) == ("7", "3")


def test_flag_then_environment_then_project_then_profile_then_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "finsecure.toml").write_text("timeout = 5\nmax_retries = 1\n")
    assert values()["timeout"] == "5"
    monkeypatch.setenv("FINSECURE_TIMEOUT", "4")
    found = config.resolve(Flags())
    assert found["timeout"].value == "4"
    assert [value for value, _ in found["timeout"].overrode] == ["5", "7", "10"]
    assert found["timeout"].origin == "variable FINSECURE_TIMEOUT"
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_env")
    assert values()["secret_key"] == "sk_test_env"
    assert values(api_key="sk_test_flag")["secret_key"] == "sk_test_flag"


def test_a_profile_that_is_named_comes_before_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_env")
    monkeypatch.setenv("FINSECURE_API_BASE", "https://env.example")
    found = values(profile="two")
    assert (found["secret_key"], found["api_base"]) == ("sk_test_two", "https://two.example")
    assert values(profile="two", api_key="sk_test_flag")["secret_key"] == "sk_test_flag"


def test_a_key_of_elsewhere_is_not_sent_to_the_profiles_address(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINSECURE_SECRET_KEY", "sk_test_env")
    assert values()["api_base"] == "https://api.finsecure.com"
    assert values(api_key="sk_test_flag")["api_base"] == "https://api.finsecure.com"
    monkeypatch.setenv("FINSECURE_PROFILE", "two")  # whoever names the profile means its address
    assert values()["api_base"] == "https://two.example"


@pytest.mark.parametrize("line", ['secret_key = "sk_test_x"', 'api_base = "https://evil.example"', 'ca_bundle = "/x"'])
def test_a_project_cannot_say_where_keys_go(home: Path, line: str) -> None:
    (home / "finsecure.toml").write_text(line)
    with pytest.raises(Stop, match="a project may not"):
        config.resolve(Flags())


def test_a_project_may_choose_a_profile(home: Path) -> None:
    (home / "finsecure.toml").write_text('profile = "two"')
    assert values()["secret_key"] == "sk_test_two"


def test_a_profile_that_is_none(home: Path) -> None:
    with pytest.raises(Stop, match="no profile 'three'; there is: one, two"):
        config.resolve(Flags(profile="three"))


def test_a_file_that_cannot_be_read(home: Path) -> None:
    (home / "config" / "finsecure" / "config.toml").write_text("profile = ")
    with pytest.raises(Stop, match="cannot be read"):
        config.resolve(Flags())


def test_what_is_written_is_read_back(home: Path) -> None:
    odd = 'a "b" \\ ü\n☃\x01'
    config.save_profile("odd name", {"secret_key": odd, "api_base": "https://odd.example"})
    config.save_profile("one", None)
    assert config.profiles()["odd name"]["secret_key"] == odd
    assert set(config.profiles()) == {"odd name", "two"}
    assert config.load(home / "config" / "finsecure" / "config.toml")["timeout"] == 7


def test_login_asks_the_server_and_keeps_the_key_to_yourself(bare: Shell, finsecure_server: Server) -> None:
    key = finsecure_server.secret_key
    done = bare.good("login", "--api-base", finsecure_server.url, "--api-key", "-", given=f"{key}\n")
    path = bare.home / ".config" / "finsecure" / "config.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert key in path.read_text()
    assert key not in done.out + done.err
    assert bare.good("payments", "list", "--json").json["object"] == "list"
    rows = bare.good("profiles", "--json").json["profiles"]
    assert [(row["name"], row["current"], row["key"]) for row in rows] == [("default", True, f"sk_test_…{key[-4:]}")]


def test_login_asks_for_the_key_and_does_not_show_it(bare: Shell, finsecure_server: Server) -> None:
    key = finsecure_server.secret_key
    done = bare.terminal("login", "--api-base", finsecure_server.url, types=[("Secret key", f"{key}\n")])
    assert done.code == 0, done
    assert key not in done.out
    assert bare.good("balance", "get", "--json").json["object"] == "balance"
    assert bare.run("login", "--no-input", "--api-base", finsecure_server.url).code == 2


def test_a_key_that_is_not_good_is_not_kept(bare: Shell, finsecure_server: Server) -> None:
    done = bare.run("login", "--api-base", finsecure_server.url, "--api-key", "sk_test_wrong")
    assert done.code == 4
    assert bare.run("profiles", "--json").json["profiles"] == []
    assert bare.run("login", "--api-base", finsecure_server.url).code == 2  # no key, and nobody to ask


def test_profiles_are_chosen_and_forgotten(bare: Shell, finsecure_server: Server) -> None:
    where = ("--api-base", finsecure_server.url, "--api-key", finsecure_server.secret_key)
    bare.good("login", *where)
    bare.good(
        "login", "--profile", "other", "--no-check", "--api-base", "http://localhost:1", "--api-key", "sk_test_other"
    )
    bare.good("profiles", "use", "other")
    assert bare.run("balance", "get", env={"FINSECURE_MAX_RETRIES": "0"}).code == 9
    assert bare.run("balance", "get", "--profile", "default").code == 0
    bare.good("logout", "--profile", "other")
    assert [row["name"] for row in bare.good("profiles", "list", "--json").json["profiles"]] == ["default"]
    assert bare.run("profiles", "use", "other").code == 3


def test_a_file_that_others_may_read_is_told_of(bare: Shell, finsecure_server: Server) -> None:
    bare.good("login", "--api-base", finsecure_server.url, "--api-key", finsecure_server.secret_key)
    (bare.home / ".config" / "finsecure" / "config.toml").chmod(0o644)
    assert "chmod 600" in bare.good("balance", "get").err


def test_config_show_says_where_each_comes_from(shell: Shell) -> None:
    found = {row["name"]: row for row in shell.good("config", "show", "--origin", "--json").json["settings"]}
    assert found["secret_key"]["origin"] == "variable FINSECURE_SECRET_KEY"
    assert "…" in found["secret_key"]["value"]
    assert found["api_base"]["overrode"] == [{"value": "https://api.finsecure.com", "origin": "default"}]
    key = shell.env["FINSECURE_SECRET_KEY"]
    assert key not in shell.good("config", "show").out
    assert key in shell.good("config", "show", "--reveal").out
    assert "not there" in shell.good("config", "path").out


def test_timeout_and_retries_are_heeded(bare: Shell, scripted: Scripted) -> None:
    scripted.script(reply({}, 503))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url, "FINSECURE_MAX_RETRIES": "1"}
    assert bare.run("balance", "get", env=env).code == 10
    assert len(scripted.seen) == 2
