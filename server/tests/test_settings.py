"""Settings: precedence, values that are wrong, secrets from files, names that mean nothing, and what is explained."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import stripe

from finsecure_server import settings
from finsecure_server.settings import PREFIX, SECRETS, Settings, SettingsError
from tools.generate import ROOT


def load(environ: Mapping[str, str], **flags: object) -> Settings:
    """`environ` without the prefix of its names."""
    return Settings.load({PREFIX + name: value for name, value in environ.items()}, flags)


def test_what_it_is_without_a_word() -> None:
    plain = Settings.load({"XDG_DATA_HOME": "/data"})
    assert plain == Settings(
        host="127.0.0.1",
        port=4242,
        public_url="http://127.0.0.1:4242",
        allowed_origins=(),
        trusted_proxies=(),
        tls_cert=None,
        tls_key=None,
        data=Path("/data/finsecure"),
        database_url="sqlite:///data/finsecure/finsecure.db",
        redis_url=None,
        master_key=None,
        master_key_file=None,
        webhook_allowed_networks=(),
        webhook_test_loopback=True,
        webhook_ca_file=None,
        webhook_retention_days=30,
        work="inside",
        rate_limit=100,
        log="info",
    )
    assert Settings.load({}).data == Path.home() / ".local/share/finsecure"


def test_a_flag_wins_over_the_environment_and_that_over_the_defaults() -> None:
    assert load({"PORT": "1"}).port == 1
    assert load({"PORT": "1", "HOST": "::1"}, port=2, host=None).port == 2
    assert load({"PORT": "1", "HOST": "::1"}, port=2, host=None).host == "::1"


@pytest.mark.parametrize(
    ("name", "value", "means"),
    [
        ("host", " 192.0.2.1 ", "192.0.2.1"),
        ("host", "[::1]", "::1"),
        ("port", "0", 0),
        ("port", "65535", 65535),
        ("public_url", "https://pay.example.com/", "https://pay.example.com"),
        ("public_url", "https://example.com/pay", "https://example.com/pay"),
        ("allowed_origins", "https://a.example, http://localhost:3000", ("https://a.example", "http://localhost:3000")),
        ("allowed_origins", "*", ("*",)),
        ("trusted_proxies", "10.0.0.0/8,192.0.2.1,::1", ("10.0.0.0/8", "192.0.2.1/32", "::1/128")),
        ("data", "/srv/finsecure", Path("/srv/finsecure")),
        ("data", "here", Path.cwd() / "here"),
        ("database_url", "postgresql://u:p@h/d", "postgresql://u:p@h/d"),
        ("database_url", "sqlite:///srv/x.db", "sqlite:///srv/x.db"),
        ("redis_url", "rediss://:p@h:6379/0", "rediss://:p@h:6379/0"),
        ("redis_url", "valkeys://:p@h:6379/0", "rediss://:p@h:6379/0"),
        ("redis_url", "unix:///run/valkey.sock?db=1", "unix:///run/valkey.sock?db=1"),
        ("redis_url", "", None),
        ("master_key", "AAAA", "AAAA"),
        ("webhook_allowed_networks", "10.1.0.0/16, fd00::/8,192.0.2.1", ("10.1.0.0/16", "fd00::/8", "192.0.2.1/32")),
        ("webhook_test_loopback", "off", False),
        ("webhook_test_loopback", "ON", True),
        ("webhook_ca_file", stripe.ca_bundle_path, Path(stripe.ca_bundle_path)),
        ("webhook_ca_file", "", None),
        ("webhook_retention_days", "1", 1),
        ("webhook_retention_days", "3650", 3650),
        ("work", "Inside", "inside"),
        ("rate_limit", "off", None),
        ("rate_limit", "OFF", None),
        ("rate_limit", "1", 1),
        ("rate_limit", "100000", 100_000),
        ("log", "DEBUG", "debug"),
    ],
)
def test_what_a_value_means(name: str, value: str, means: object) -> None:
    assert getattr(load({name.upper(): value}), name) == means


WRONG = [
    ("host", "", "an address"),
    ("host", "http://x", "an address"),
    ("port", "", "0 to 65535"),
    ("port", "65536", "0 to 65535"),
    ("port", "-1", "0 to 65535"),
    ("port", "http", "0 to 65535"),
    ("port", "４２", "0 to 65535"),
    ("public_url", "pay.example.com", "https://pay.example.com"),
    ("public_url", "ftp://x", "https://pay.example.com"),
    ("public_url", "https://x/?a=1", "https://pay.example.com"),
    ("public_url", "https://u:secret-word@x", "https://pay.example.com"),
    ("public_url", "https://[::1", "."),
    ("allowed_origins", "shop.example", "https://shop.example"),
    ("allowed_origins", "https://a.example/path", "not 'https://a.example/path'"),
    ("allowed_origins", "https://a.example, null", "not 'null'"),
    ("trusted_proxies", "proxy", "10.0.0.0/8"),
    ("trusted_proxies", "10.0.0.1/8", "host bits set"),
    ("tls_cert", "/nowhere.pem", "there is no file /nowhere.pem"),
    ("tls_key", "/nowhere.pem", "there is no file /nowhere.pem"),
    ("data", "/dev/null", "not a directory"),
    ("database_url", "mysql://u:secret-word@h/d", "sqlite:///"),
    ("database_url", "sqlite://relative.db", "sqlite:///"),
    ("redis_url", "http://:secret-word@h", "redis://"),
    ("redis_url", "localhost:6379", "redis://"),
    ("webhook_allowed_networks", "localhost", "10.0.0.0/8"),
    ("webhook_allowed_networks", "10.0.0.1/8", "host bits set"),
    ("webhook_test_loopback", "true", "on or off"),
    ("webhook_test_loopback", "", "on or off"),
    ("webhook_ca_file", "/nowhere.pem", "there is no file /nowhere.pem"),
    ("webhook_ca_file", __file__, f"{__file__} does not hold certificates in PEM"),
    ("webhook_retention_days", "0", "from 1 to 3650"),
    ("webhook_retention_days", "3651", "from 1 to 3650"),
    ("webhook_retention_days", "30d", "from 1 to 3650"),
    ("work", "outside", "inside or elsewhere"),
    ("work", "", "inside or elsewhere"),
    ("work", "elsewhere", "elsewhere needs PostgreSQL. One process owns an embedded database"),
    ("rate_limit", "0", "or off"),
    ("rate_limit", "", "or off"),
    ("rate_limit", "100001", "or off"),
    ("rate_limit", "1e3", "or off"),
    ("rate_limit", "none", "or off"),
    ("log", "loud", "debug, info, warning, error"),
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_value_names_its_variable_or_flag(name: str, value: str, said: str) -> None:
    variable, flag = PREFIX + name.upper(), "--" + name.replace("_", "-")
    for where, environ, flags in ((variable, {name.upper(): value}, {}), (flag, {}, {name: value})):
        with pytest.raises(SettingsError, match=re.escape(said)) as raised:
            load(environ, **flags)
        assert str(raised.value).startswith(where + ": ")
        assert "secret-word" not in str(raised.value)


def test_every_setting_has_a_wrong_value_but_one_that_takes_anything() -> None:
    assert {name for name, _, _ in WRONG} == set(settings._READERS) - {"master_key"}


# -- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SECRETS - {"master_key"}))
def test_a_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    url = "redis://:p@h" if name == "redis_url" else "postgresql://u:p@h/d"
    file = tmp_path / "secret"
    file.write_text(url + "\n")
    variable = name.upper()
    assert getattr(load({variable + "_FILE": str(file)}), name) == url
    with pytest.raises(SettingsError, match=rf"Both {PREFIX}{variable} and {PREFIX}{variable}_FILE are set"):
        load({variable: url, variable + "_FILE": str(file)})
    for content, said in ((b"\xff", "not UTF-8"), (b"x" * (65 << 10), "too large")):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match=rf"{PREFIX}{variable}_FILE: .* {said}"):
            load({variable + "_FILE": str(file)})
    with pytest.raises(SettingsError, match=rf"{PREFIX}{variable}_FILE: .* cannot be read: No such file"):
        load({variable + "_FILE": str(tmp_path / "gone")})


def test_the_master_keys_file_is_the_key_file_itself() -> None:
    assert load({"MASTER_KEY_FILE": "/run/keys.toml"}).master_key_file == Path("/run/keys.toml")
    with pytest.raises(SettingsError, match="Keep one of them"):
        load({"MASTER_KEY_FILE": "/run/keys.toml", "MASTER_KEY": "AAAA"})


def test_secrets_stay_out_of_what_is_printed() -> None:
    urls = {"DATABASE_URL": "postgresql://u:secret-word@h/d", "REDIS_URL": "redis://:secret-word@h"}
    loaded = load(urls | {"MASTER_KEY": "secret-word"})
    assert "secret-word" not in repr(loaded)
    assert "secret-word" in loaded.database_url


# -- what belongs together --------------------------------------------------------------------------------------------


def test_https_needs_certificate_and_key(tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).touch()
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    assert load({"TLS_CERT": cert, "TLS_KEY": key}).public_url == "https://127.0.0.1:4242"
    with pytest.raises(SettingsError, match="FINSECURE_TLS_CERT is set without FINSECURE_TLS_KEY"):
        load({"TLS_CERT": cert})
    with pytest.raises(SettingsError, match="--tls-key is set without FINSECURE_TLS_CERT"):
        load({}, tls_key=key)


def test_work_elsewhere_needs_a_database_that_others_reach() -> None:
    assert load({"WORK": "elsewhere", "DATABASE_URL": "postgresql://u@h/d"}).work == "elsewhere"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:4242"),  # noqa: S104  because nothing is bound here
        ("::", "http://[::1]:4242"),
        ("::1", "http://[::1]:4242"),
        ("pay.internal", "http://pay.internal:4242"),
    ],
)
def test_the_public_address_follows_the_host(host: str, url: str) -> None:
    assert load({"HOST": host}).public_url == url


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("FINSECURE_RATE_LIMITS", "FINSECURE_RATE_LIMIT"),
        ("FINSECURE_DATABASEURL", "FINSECURE_DATABASE_URL"),
        ("FINSECURE_PROT", "FINSECURE_PORT"),
        ("FINSECURE_REDIS_URL_FIEL", "FINSECURE_REDIS_URL_FILE"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_the_nearest(name: str, near: str) -> None:
    assert Settings.load({name: "secret-word"}).warnings == (
        f"{name} is set, but there is no such setting. Did you mean {near}?",
    )


def test_names_of_others_are_nobodys_business() -> None:
    environ = dict.fromkeys(settings.CLIENT_NAMES, "x") | {"PATH": "/bin", "FINSECUREX": "1"}
    assert {"FINSECURE_SECRET_KEY", "FINSECURE_API_BASE", "FINSECURE_CA_BUNDLE"} < set(environ)
    assert Settings.load(environ).warnings == ()
    assert Settings.load({"FINSECURE_QQQQQQQQ": "1"}).warnings == (
        "FINSECURE_QQQQQQQQ is set, but there is no such setting.",
    )


def test_every_setting_is_explained_where_its_default_stands() -> None:
    """defaults.toml: each setting, or pair of settings, follows a comment of its own."""
    lines = settings.defaults_text().splitlines()
    names = [line.partition(" = ")[0] for line in lines if re.match(r"\w+ = ", line)]
    assert names == list(settings._READERS)
    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line) and not line.startswith("tls_key"):
            assert lines[number - 1].startswith("# "), line
    secret = {lines[n + 1 :][0] for n, line in enumerate(lines) if line.startswith("# Secret. ")}
    assert len(secret) == len(SECRETS)


def test_every_setting_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [name for name in settings._READERS if f"\n{name} = " not in page] == []
