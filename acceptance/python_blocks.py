"""How the Python blocks are run: by drivers in the environment of the document, with real packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from acceptance.exercise import Exercise, Facts, Wrong, facts, require
from acceptance.world import HOSTS, Ran, World

#: What the endpoint's test says of a receiver.
_MOODS: Final = {
    "well": "Status: 200\nResponse: received\n",
    "silent": "Webhook endpoint timeout\n",
    "rude": "Webhook endpoint error: ",
}
_FAILED: Final = ["authentication", "payment_creation"]


def _driver(world: World, module: str, *words: str | Path, old: bool = False) -> Ran:
    """A driver with today's packages, or with urllib3 1."""
    interpreter = world.packages.python_urllib3_1 if old else world.packages.python
    return world.run(interpreter, "-m", f"acceptance.drivers.{module}", *words)


def _webhook_check(world: World, block: Path) -> Facts:
    found: Facts = []
    for mood, says in _MOODS.items():
        with world.receiver.feeling(mood):
            ran = _driver(world, "webhook_endpoint", block)
        found.append(require(f"of a receiver in mood {mood!r} it says {says!r}", ran, ran.out.startswith(says)))
    endpoint = world.server.call(
        "POST",
        "/v1/webhook_endpoints",
        url="https://yoursite.com/webhook",
        enabled_events=["payment_intent.succeeded"],
    )
    card = {"payment_method": "pm_card_visa", "confirm": True}
    world.server.call("POST", "/v1/payment_intents", amount=2000, currency="usd", **card)
    header = "finsecure-signature-256"
    delivered = world.receiver.signed(header)
    world.server.call("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
    webhook = world.folder / "webhook.json"
    webhook.write_text(json.dumps([delivered.body, delivered.headers[header]]), "utf-8")
    return found + facts(_driver(world, "webhook_short", block, webhook, endpoint["secret"]))


def _health_check(world: World, block: Path) -> Facts:
    python = world.packages.python
    well = _health_report(world.run(python, block))
    checks = well["checks"]
    ran = world.run(python, block, FINSECURE_SECRET_KEY="sk_test_nobodyskeyatall0000")
    ill = _health_report(ran)
    without = world.run(python, block, without="FINSECURE_SECRET_KEY")
    shown = Ran(0, json.dumps(well, indent=2), "")
    return [
        require("with a key it prints healthy", shown, well["overall_status"] == "healthy"),
        require("every check succeeded", shown, all(check["success"] for check in checks.values())),
        require("a payment was made", shown, checks["payment_creation"]["payment_intent_id"].startswith("pi_")),
        require("rate limits are shown", shown, len(checks["rate_limits"]["rate_limit_headers"]) >= 3),
        require("with a wrong key it is degraded", ran, ill["overall_status"] == "degraded"),
        require("and says what failed", ran, ill["failed_checks"] == _FAILED),
        require("without a key it says so", without, without.out.startswith("ERROR: FINSECURE_SECRET_KEY")),
        require("and ends with 1", without, without.code == 1),
    ]


def _health_report(ran: Ran) -> Any:
    """What it prints below its title."""
    title, _, report = ran.out.partition("\n")
    if ran.code or title != "=== FinSecure Health Check Results ===":
        raise Wrong(ran.said)
    return json.loads(report)


def _webhook_flask(world: World, block: Path) -> Facts:
    name = "hooks.yoursite.com"
    cert, key = (world.folder / f"{name}.{kind}" for kind in ("pem", "key"))
    return facts(_driver(world, "webhook_flask", block, HOSTS[name], cert, key))


def _performance(world: World, block: Path) -> Facts:
    ran = _driver(world, "performance", block)
    printed = [
        "API call took 0.",
        "Average response time: 0.",
        "95th percentile: 0.",
        "Success rate: 100.0%",
    ]
    lines = [next((line for line in ran.out.splitlines() if line.startswith(start)), "") for start in printed]
    return [*facts(ran), *(require(f"it prints: {line}", ran, bool(line)) for line in lines)]


def _pooling(world: World, block: Path) -> Facts:
    return [*facts(_driver(world, "pooling", block, old=True)), *facts(_driver(world, "pooling", block))]


def _caching(world: World, block: Path) -> Facts:
    return facts(_driver(world, "caching", block, world.cache_url))


EXERCISES: Final = (
    Exercise(
        "python",
        "def test_webhook_endpoint():",
        "requests calls a receiver with TLS that is well, silent, rude; the verifier reads a delivered webhook",
        _webhook_check,
    ),
    Exercise("python", "class FinSecureHealthCheck:", "as a program: a right key, a wrong one, none", _health_check),
    Exercise(
        "python",
        "@app.route('/webhook', methods=['POST'])",
        "a Flask application with TLS, to which FinSecure delivers an event",
        _webhook_flask,
    ),
    Exercise("python", "class PerformanceMonitor:", "with the FinSecure wheel as `finsecure`", _performance),
    Exercise(
        "python",
        "class OptimizedFinSecureClient:",
        "with urllib3 1, for which it was written; with urllib3 2 it must fail as docs/migration-notes.md says",
        _pooling,
    ),
    Exercise("python", "class CachedFinSecureClient:", "redis with a Valkey server, customers of the API", _caching),
)
