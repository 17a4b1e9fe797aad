"""What can be seen without the network: variables, the key's form, the address, the file of profiles."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from finsecure import errors
from finsecure._core import settings
from finsecure.cli import places
from finsecure.doctor.context import Context, loopback
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped, warned

#: Every variable that the package and its command read.
KNOWN: Final = (
    "FINSECURE_SECRET_KEY",
    "FINSECURE_API_BASE",
    "FINSECURE_CA_BUNDLE",
    "FINSECURE_CONFIG",
    "FINSECURE_LOG",
    "FINSECURE_MAX_RETRIES",
    "FINSECURE_PROFILE",
    "FINSECURE_REDIS_URL",
    "FINSECURE_TIMEOUT",
    "FINSECURE_WEBHOOK_SECRET",
)
_MISNOMERS: Final = {
    "FINSECURE_API_KEY": "FINSECURE_SECRET_KEY",
    "FINSECURE_KEY": "FINSECURE_SECRET_KEY",
    "FINSECURE_TOKEN": "FINSECURE_SECRET_KEY",
    "FINSECURE_API_URL": "FINSECURE_API_BASE",
    "FINSECURE_BASE_URL": "FINSECURE_API_BASE",
    "FINSECURE_URL": "FINSECURE_API_BASE",
    "FINSECURE_API_HOST": "FINSECURE_API_BASE",
}
_KEY: Final = re.compile(r"(sk|rk|pk)_(test|live)_([0-9A-Za-z]{3,200})")
_QUOTES: Final = "\"'`‘’“”"  # noqa: RUF001  because word processors write them
_UNSEEN: Final = "\ufeff\u200b\u200c\u200d\u2060"
_PLACEHOLDER: Final = re.compile(r"[$<>{}*…]|\.\.\.|your|xxx|change.?me|placeholder", re.IGNORECASE)
_OTHER_MODE_HOST: Final = re.compile(r"(?:^|[.-])(sandbox|test|staging|dev)(?:[.-]|$)")
_CONFIGURATION: Final = Side.CONFIGURATION
_SET_KEY: Final = "export FINSECURE_SECRET_KEY=sk_test_…   or: finsecure login"


def environment(context: Context) -> Finding:
    """Variables whose names nobody reads."""
    this = "config.environment"
    environ = context.world.environ
    names = [name for name in environ if name.startswith("FINSECURE") and name not in KNOWN]
    near = {name: meant for name in sorted(names) if (meant := _meant(name)) and not environ.get(meant)}
    if near:
        name, meant = next(iter(near.items()))
        return warned(
            this,
            _CONFIGURATION,
            f"{name} is set, and nobody reads it; {meant} is not set",
            f"The name is close to {meant}, which is what the package reads.",
            f'export {meant}="${name}"; unset {name}',
        )
    found = [name for name in KNOWN if environ.get(name)]
    return passed(this, f"{len(found)} FINSECURE_ variables are set" if found else "none is set", ", ".join(found))


def _meant(name: str) -> str | None:
    near = get_close_matches(name, KNOWN, n=1, cutoff=0.86)
    return _MISNOMERS.get(name) or (near[0] if near else None)


def key(context: Context) -> Finding:
    """Whether there is a key, and whether it can be one. What surrounds it is taken off for the checks after this."""
    this = "config.key"
    asked = context.asked
    given = asked.key or ""
    if not given.strip():
        empty = "is not set" if asked.key is None else "is empty"
        return failed(
            this,
            _CONFIGURATION,
            f"there is no key: {asked.key_from} {empty}",
            "Every call needs a key. This process sees none: neither in its environment nor in a profile.",
            _SET_KEY,
        )
    clean = given.strip(_UNSEEN).strip().strip(_QUOTES).strip()
    what = _surroundings(given)
    match = _KEY.fullmatch(clean)
    if match is None:
        return failed(this, _CONFIGURATION, f"the key {_odd(clean)}", _odd_why(clean), _SET_KEY)
    kind, mode, letters = match.groups()
    shown = f"{kind}_{mode}_…{letters[-4:]}" if len(letters) >= 16 else f"{kind}_{mode}_…"
    if kind == "pk":
        return failed(
            this,
            _CONFIGURATION,
            f"{shown} is a publishable key, and a secret one is needed",
            "A publishable key stands in a page and may hardly do anything. Calls from a server need sk_ or rk_.",
            f"export FINSECURE_SECRET_KEY=sk_{mode}_…   (a new one: finsecure-server keys create)",
        )
    context.facts.key = clean
    if what:
        return failed(
            this,
            _CONFIGURATION,
            f"the key {what}",
            "Sent like this it is refused, or no request can be made of it. Doctor goes on with the key itself.",
            _fix_of_surroundings(asked.key_from),
            blocks=False,
        )
    return passed(this, f"{shown}, from {asked.key_from.removeprefix('variable ')}")


def _surroundings(given: str) -> str:
    if given != given.rstrip("\r\n"):
        return "ends with a line break"
    if given[0] in _UNSEEN or given[-1] in _UNSEEN:
        return "begins or ends with a character that cannot be seen, such as a byte order mark"
    if given != given.strip():
        return "begins or ends with white space"
    if given[0] in _QUOTES or given[-1] in _QUOTES:
        return "stands in quotes, which are part of its value"
    return ""


def _fix_of_surroundings(origin: str) -> str:
    if "FINSECURE_SECRET_KEY" in origin:
        strip = "tr -d '[:space:]\"'\\'"
        return f'export FINSECURE_SECRET_KEY="$(printf %s "$FINSECURE_SECRET_KEY" | {strip})"'
    return "finsecure doctor config.key --fix"


def _odd(key: str) -> str:
    if _PLACEHOLDER.search(key):
        return "is a placeholder"
    if any(letter.isspace() for letter in key):
        return "has white space in it"
    if key.startswith("whsec_"):
        return "is a webhook secret (whsec_), which signs events and makes no calls"
    if key.lower().startswith("bearer"):
        return "begins with `Bearer`"
    if not re.match(r"(?:sk|rk|pk)_(?:test|live)_", key):
        return "does not begin with sk_test_, sk_live_, rk_test_ or rk_live_"
    if not key.isascii():
        return "holds letters that no key has"
    return "is cut off, or holds characters that no key has"


def _odd_why(key: str) -> str:
    if key.lower().startswith("bearer"):
        return "The package writes `Bearer` itself; the variable holds the key and nothing else."
    return "It can be told from its form, without asking, that this is no key of FinSecure."


def base(context: Context) -> Finding:
    """Whether the address of the API can be one."""
    this = "config.base"
    asked = context.asked
    given = context.given_base
    if given != given.strip():
        return failed(
            this,
            _CONFIGURATION,
            "the address of the API begins or ends with white space",
            f"It comes from {asked.base_from}, perhaps with the line break of a file.",
            f"export FINSECURE_API_BASE={given.strip()}",
        )
    try:
        address = settings.base_address(given)
        parts = urlsplit(address)
        _ = parts.port  # ValueError for one that cannot be
    except (errors.ConfigurationError, ValueError) as error:
        return failed(
            this,
            _CONFIGURATION,
            f"the address of the API cannot be used: {_short(given)}",
            f"{error}. It comes from {asked.base_from}.",
            "unset FINSECURE_API_BASE   or: export FINSECURE_API_BASE=https://api.finsecure.com",
        )
    if parts.path:
        return failed(
            this,
            _CONFIGURATION,
            f"the address of the API has a path: {parts.path}",
            "The package puts /v1/… behind the address; with a path in between nothing is found.",
            f"export FINSECURE_API_BASE={address.removesuffix(parts.path)}",
        )
    context.facts.base = address
    where = "the usual one" if asked.base is None else f"from {asked.base_from.removeprefix('variable ')}"
    return passed(this, address, where)


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def https(context: Context) -> Finding:
    """Whether keys and payments travel in the open."""
    this = "config.https"
    base = context.facts.base
    if base.startswith("https:"):
        return passed(this, "encrypted")
    if context.local:
        return passed(this, "plain http, on this machine only")
    return failed(
        this,
        _CONFIGURATION,
        f"{base} is plain http: the key can be read on the way",
        "Whoever sits between you and FinSecure reads the key and changes payments. A live key is not sent at all.",
        f"export FINSECURE_API_BASE=https:{base.removeprefix('http:')}",
    )


def mode(context: Context) -> Finding:
    """Whether a live key goes to where live payments are made, and a test key to where tests are."""
    this = "config.mode"
    if not context.facts.key:
        return skipped(this, "there is no key", blocks=False)
    live = "_live_" in context.facts.key
    host = context.host
    match = _OTHER_MODE_HOST.search(host)
    if live and match:
        return failed(
            this,
            _CONFIGURATION,
            f"a live key is meant for {host}, which by its name is for tests",
            "A server for tests does not know live keys, and should not see one.",
            "unset FINSECURE_API_BASE   or: export FINSECURE_SECRET_KEY=sk_test_…",
        )
    if live and loopback(host):
        return warned(
            this,
            _CONFIGURATION,
            "a live key is used with a server on this machine",
            "Whoever develops on this machine can take live payments with it.",
            "export FINSECURE_SECRET_KEY=sk_test_…",
        )
    return passed(this, f"{'live' if live else 'test'} mode, {host}")


def profile(context: Context) -> Finding:
    """The file of profiles: readable by us, by nobody else, and with the profile that was named."""
    this = "config.profile"
    path = context.world.profiles
    if context.asked.trouble is not None:
        message, *steps = context.asked.trouble
        return failed(
            this,
            _CONFIGURATION,
            message.rstrip("."),
            "Doctor goes on with what the environment says; every other command stops at this.",
            steps[0] if steps else f"mv {path} {path}.broken && finsecure login",
            blocks=False,
        )
    if not path.exists():
        return skipped(this, f"there is no file {path}; keys come from the environment", blocks=False)
    profiles = tomllib.loads(path.read_text("utf-8")).get("profiles", {})
    stray = [one for one, text in _keys(profiles) if text != text.strip()]
    if stray:
        return failed(
            this,
            _CONFIGURATION,
            f"the key of profile {stray[0]!r} begins or ends with white space",
            "It was stored with what surrounded it, perhaps the line break of a file.",
            "finsecure doctor config.profile --fix",
        )
    if places.others_may_read(path):
        return warned(
            this,
            _CONFIGURATION,
            f"{path} holds keys and others may read it",
            f"Its mode is {path.stat().st_mode & 0o777:04o}; it should be 0600.",
            f"chmod 600 {path}",
        )
    return passed(this, f"{len(profiles)} profile{'' if len(profiles) == 1 else 's'}", f"In {path}.")


def _keys(profiles: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, values in profiles.items():
        found = values.get("secret_key") if isinstance(values, dict) else None
        if isinstance(found, str):
            yield name, found
