"""Every check: its id, which programs may rely on, its title, whose side it mostly is, and how long it may take.

contract/checks.json is this table as `finsecure doctor --list --json` prints it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from finsecure.doctor.checks import api, cache, configuration, endpoints, history, network, payments, receiver
from finsecure.doctor.context import CHECK_SECONDS, TOTAL_SECONDS, Context
from finsecure.doctor.finding import (
    EXIT_FINE,
    EXIT_FINSECURE,
    EXIT_UNKNOWN,
    EXIT_YOURS,
    SCHEMA,
    SIDES,
    Finding,
    Side,
    Status,
)


class Check(NamedTuple):
    """One thing that is looked at."""

    id: str
    title: str
    side: Side  # who mostly has to put it right


class Probe(NamedTuple):
    """What looks at one or more of them at once."""

    checks: tuple[Check, ...]
    run: Callable[[Context], Finding | list[Finding]]
    needs: tuple[str, ...] = ()  # checks that must not have failed
    after: tuple[str, ...] = ()  # checks that must be over, whatever came of them
    behind: tuple[str, ...] = ()  # checks that go first, if they run at all


def _one(
    id: str,
    title: str,
    side: Side,
    run: Callable[[Context], Finding],
    needs: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    behind: tuple[str, ...] = (),
) -> Probe:
    return Probe((Check(id, title, side),), run, needs, after, behind)


_NETWORK: Final = Side.NETWORK
_CONFIGURATION: Final = Side.CONFIGURATION
_SERVER: Final = Side.SERVER
_FINSECURE: Final = Side.FINSECURE

#: What the server's test of an endpoint looks at, in words.
_SEEN: Final = {
    "reachable": "a connection comes about",
    "tls": "the certificate is good",
    "redirect": "it answers without a redirect",
    "time": "it answers in time",
    "answer": "there is a handler, and it does not break",
    "signature_accepted": "a good signature is taken",
    "duplicate": "the same event again does no harm",
    "signature_refused": "a wrong signature is refused",
}
_OPEN: Final = ("network.tls", "config.https")
_KEY: Final = (*_OPEN, "config.key", "config.mode")

PROBES: Final = (
    _one("config.environment", "Variables have names that somebody reads", _CONFIGURATION, configuration.environment),
    _one("config.profile", "The file of profiles is sound", _CONFIGURATION, configuration.profile),
    _one("config.key", "There is a key, and it is whole", _CONFIGURATION, configuration.key),
    _one("config.base", "The address of the API is one", _CONFIGURATION, configuration.base),
    _one("config.https", "Keys do not travel in the open", _CONFIGURATION, configuration.https, ("config.base",)),
    _one(
        "config.mode",
        "Key and host are of one mode",
        _CONFIGURATION,
        configuration.mode,
        ("config.base",),
        ("config.key",),
    ),
    _one("network.proxy", "The proxy lets through", _NETWORK, network.proxy, ("config.base",)),
    _one("network.dns", "The API's name is found, by IPv4 and IPv6", _NETWORK, network.dns, ("network.proxy",)),
    _one("network.tcp", "The API takes connections", _NETWORK, network.tcp, ("network.dns",)),
    _one("network.tls", "The API's certificate is good, for days to come", _NETWORK, network.tls, ("network.tcp",)),
    _one("api.health", "The server and its database answer", _FINSECURE, api.health, ("network.tls",)),
    _one(
        "network.clock",
        "This machine's clock agrees with FinSecure's",
        _SERVER,
        network.clock,
        ("network.tls",),
        ("api.health",),
    ),
    _one("api.auth", "The key is taken", _CONFIGURATION, api.auth, _KEY),
    _one("api.cors", "A browser page may call (--origin)", _CONFIGURATION, api.cors, ("network.tls",)),
    _one("payment.lifecycle", "A test payment is made and refunded", _FINSECURE, payments.lifecycle, ("api.auth",)),
    _one(
        "payment.idempotency",
        "A repeat takes effect once",
        _FINSECURE,
        payments.replay,
        ("payment.lifecycle",),
    ),
    _one("account.errors", "No request of the last hour failed", _CONFIGURATION, history.requests, ("api.auth",)),
    _one("webhook.endpoints", "Events are sent to the endpoints", _CONFIGURATION, endpoints.endpoints, ("api.auth",)),
    Probe(
        tuple(
            Check(f"webhook.server.{name}", f"From FinSecure: {_SEEN[name]}", side)
            for name, side in endpoints.SERVER_CHECKS.items()
        ),
        endpoints.from_server,
        ("api.auth",),
        ("webhook.endpoints",),
    ),
    Probe(
        tuple(Check(f"webhook.here.{name}", f"From here: {_SEEN[name]}", _SERVER) for name in receiver.CHECKS),
        receiver.from_here,
        (),
        ("config.base", "webhook.endpoints", "webhook.server.reachable"),
    ),
    _one(
        "webhook.deliveries",
        "No delivery of the last hour failed",
        _SERVER,
        history.deliveries,
        ("api.auth",),
        ("webhook.endpoints",),
    ),
    _one(
        "api.rate_limit",
        "Calls are left before the limit",
        _SERVER,
        api.rate_limit,
        ("network.tls",),
        ("api.health", "api.auth"),
        ("payment.idempotency", "account.errors"),
    ),
    _one("cache.redis", "The shared cache answers", _SERVER, cache.redis),
)

#: Every check, in the order in which they are printed.
CHECKS: Final = {check.id: check for probe in PROBES for check in probe.checks}


def chosen(words: tuple[str, ...]) -> list[str]:
    """The ids that are meant: each word is one, or what several begin with, such as `webhook`. KeyError: none is."""
    found: list[str] = []
    for word in words:
        some = [name for name in CHECKS if name == word or name.startswith(f"{word}.")]
        if not some:
            raise KeyError(word)
        found += some
    return [name for name in CHECKS if name in found]


def probes_for(ids: list[str]) -> list[Probe]:
    """The probes behind these ids, and those that they need."""
    wanted = set(ids)
    for probe in reversed(PROBES):
        if wanted & {check.id for check in probe.checks}:
            wanted |= {*probe.needs, *probe.after}
    return [probe for probe in PROBES if wanted & {check.id for check in probe.checks}]


def document() -> dict[str, Any]:
    """The table as JSON."""
    return {
        "schema": "finsecure.checks/1",
        "report_schema": SCHEMA,
        "seconds_total": TOTAL_SECONDS,
        "statuses": [status.value for status in Status],
        "sides": {side.value: name for side, name in SIDES.items()},
        "exit_codes": {
            str(EXIT_FINE): "fine, or warnings only",
            str(EXIT_YOURS): "your side",
            str(EXIT_FINSECURE): "FinSecure's side",
            str(EXIT_UNKNOWN): "the diagnosis could not be made",
        },
        "checks": [
            {
                "id": check.id,
                "title": check.title,
                "side": check.side.value,
                "seconds": CHECK_SECONDS,
                "needs": list(probe.needs),
            }
            for probe in PROBES
            for check in probe.checks
        ],
    }
