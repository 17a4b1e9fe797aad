"""The words of `finsecure`, and its first page of help. Nothing is loaded here but this table.

A command is `module:attribute`, a click command. To add one, add a line to SECTIONS.
"""

from __future__ import annotations

import os
import sys
from typing import Final, NamedTuple

from finsecure._version import __version__
from finsecure.cli import streams


class Word(NamedTuple):
    """One command: where it is, and what it is for in a few words."""

    target: str
    says: str


_CLI: Final = "finsecure.cli."
_API: Final = "finsecure.cli.resources:"  # what follows is a resource of the contract

SECTIONS: Final[dict[str, dict[str, Word]]] = {
    "Begin": {
        "login": Word(_CLI + "login:login", "keep a key in a profile"),
        "logout": Word(_CLI + "login:logout", "forget the key of a profile"),
        "profiles": Word(_CLI + "login:profiles", "list profiles, or choose one"),
        "init": Word(_CLI + "init:init", "write a small project that takes a payment: flask, fastapi, django, node"),
        "status": Word(_CLI + "status:status", "is the server well, and what may this key do"),
        "open": Word(_CLI + "browse:open_", "open a page of the server in the browser"),
    },
    "Try": {
        "listen": Word(_CLI + "listen:listen", "forward events to an address on this machine, missing none"),
        "trigger": Word(_CLI + "trigger:trigger", "bring an event about by doing what causes it"),
        "cards": Word(_CLI + "tables:cards", "test cards, and what each does"),
        "test-clock": Word(_API + "test_helpers.clock", "move the clock of test mode"),
    },
    "Understand": {
        "explain": Word(_CLI + "explain:explain", "what happened, why, whose side, what next: any id, code or reply"),
        "doctor": Word(
            "finsecure.doctor.command:doctor", "what is wrong, whose side it is on, and the line that mends it"
        ),
        "errors": Word(_CLI + "tables:errors", "every error and decline code"),
        "logs": Word(_API + "request_logs", "requests as the server saw them; `logs tail` follows"),
    },
    "Money": {
        "payments": Word(_API + "payment_intents", "payments from setting up to capture"),
        "charges": Word(_API + "charges", "attempts to be paid"),
        "refunds": Word(_API + "refunds", "money given back"),
        "disputes": Word(_API + "disputes", "payments that a bank contests"),
        "payouts": Word(_API + "payouts", "money on its way to your bank"),
        "balance": Word(_API + "balance", "what you have"),
        "balance-transactions": Word(_API + "balance_transactions", "every movement of the balance"),
    },
    "Payers": {
        "customers": Word(_API + "customers", "who pays"),
        "payment-methods": Word(_API + "payment_methods", "what they pay with"),
        "setup-intents": Word(_API + "setup_intents", "saving a payment method for later"),
        "setup-attempts": Word(_API + "setup_attempts", "attempts to save one"),
    },
    "Webhooks": {
        "events": Word(_API + "events", "what has happened; `events resend` sends one again"),
        "event-types": Word(_API + "event_types", "what can happen"),
        "webhooks": Word(_API + "webhook_endpoints", "addresses that hear of events; test, replay"),
        "deliveries": Word(_API + "webhook_deliveries", "events on their way to an endpoint"),
        "attempts": Word(_API + "webhook_attempts", "requests to an endpoint, and what came back"),
        "replays": Word(_API + "webhook_replays", "what is being sent again"),
    },
    "Account and settings": {
        "account": Word(_API + "account", "your account"),
        "keys": Word(_API + "api_keys", "API keys: create, roll, revoke"),
        "config": Word(_CLI + "settings:config", "settings, and where each comes from"),
        "api": Word(_CLI + "api:api", "call any address of the API: finsecure api GET /v1/balance"),
        "completion": Word(_CLI + "completion:completion", "complete words in bash, zsh or fish"),
        "help": Word(_CLI + "topics:help_", "guides, codes, the API: help TOPIC, help search WORDS"),
    },
}

#: Set by the shell while it asks what a word may be completed to.
COMPLETING: Final = "_FINSECURE_COMPLETE"

WORDS: Final = {name: word for section in SECTIONS.values() for name, word in section.items()}

#: Other names of the same, such as those of the API.
ALIASES: Final = {
    "api-keys": "keys",
    "clock": "test-clock",
    "payment-intents": "payments",
    "request-logs": "logs",
    "webhook-attempts": "attempts",
    "webhook-deliveries": "deliveries",
    "webhook-endpoints": "webhooks",
    "webhook-replays": "replays",
}


def called(name: str) -> str:
    """The command's own name: `payment_intents` and `payment-intents` are `payments`."""
    name = name.replace("_", "-")
    return ALIASES.get(name, name)


def first_page() -> str:
    """`finsecure --help`."""
    lines = [
        "FinSecure takes payments, and says why one failed and what to do about it.",
        "",
        "Usage: finsecure COMMAND …      finsecure COMMAND --help",
    ]
    for title, words in SECTIONS.items():
        lines += ["", title] + [f"  {name:<21} {word.says}" for name, word in words.items()]
    lines += [
        "",
        "Everywhere: --profile NAME · --api-key KEY · --api-base URL · --json · --color auto|always|never · --no-input",
        "A first payment: finsecure login, then finsecure payments create --amount 2000 --currency usd --card visa",
    ]
    return "\n".join(lines)


def main() -> None:
    """The program. Help and version need nothing but this module."""
    words = sys.argv[1:]
    if COMPLETING not in os.environ:
        if words in ([], ["--help"], ["-h"]):
            _say(first_page())
        if words == ["--version"]:
            _say(f"finsecure {__version__}")
    from finsecure.cli.program import run  # noqa: PLC0415  because help shall not wait for it

    sys.exit(run(words))


def _say(text: str) -> None:
    """Print, and end. Whoever reads may close the pipe."""
    streams.ready()
    try:
        print(text, flush=True)  # noqa: T201  because click would cost more than all of this
    except BrokenPipeError:
        streams.nobody_reads()
    except OSError as error:
        print(f"Error  {error.strerror}", file=sys.stderr)  # noqa: T201
        streams.nobody_reads()
        sys.exit(1)
    sys.exit(0)
