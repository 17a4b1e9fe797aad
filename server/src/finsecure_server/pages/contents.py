"""The table of contents of the help center, as it stands beside every page of it."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from finsecure_server.help.library import guides

#: Guides by what one needs them for. Their titles stand in the guides.
GUIDES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Begin", ("getting-started", "testing-cards", "going-live", "api-versions")),
    (
        "Something fails",
        (
            "troubleshooting/payment-issues",
            "troubleshooting/api-issues",
            "troubleshooting/auth-errors",
            "troubleshooting/webhook-issues",
        ),
    ),
    (
        "For developers",
        (
            "developer-support/error-codes",
            "developer-support/debugging-tools",
            "developer-support/performance",
            "developer-support/migration",
        ),
    ),
    (
        "Your account",
        (
            "platform-support/account-management",
            "platform-support/billing",
            "platform-support/compliance",
            "platform-support/service-status",
        ),
    ),
    ("Getting help", ("escalation-procedures", "support-request-template", "resources")),
)

#: What is looked up rather than read.
REFERENCE: Final = (
    ("/help/errors", "Errors and declines"),
    ("/docs/api", "API reference"),
    ("/help/reference/command", "The finsecure command"),
    ("/help/reference/doctor", "Checks of finsecure doctor"),
    ("/help/reference/events", "Events"),
    ("/help/reference/webhooks", "Deliveries and signatures"),
    ("/help/reference/test-cards", "Test cards"),
    ("/help/reference/currencies", "Currencies"),
    ("/help/reference/settings", "Settings of the server"),
    ("/help/reference/ledger", "The ledger"),
    ("/help/reference/migration-notes", "Coming from Stripe"),
    ("/help/index", "All pages, A to Z"),
)


class Entry(NamedTuple):
    """A line of the contents."""

    path: str
    title: str
    lead: str = ""


class Group(NamedTuple):
    """Lines under a heading."""

    title: str
    entries: tuple[Entry, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The whole table, in order."""
    written = {page.path: page for page in guides()}
    found = [
        Group(title, tuple(Entry(page.path, page.title, page.lead) for page in map(written.get, _paths(names)) if page))
        for title, names in GUIDES
    ]
    return (*(group for group in found if group.entries), Group("Look it up", tuple(Entry(*row) for row in REFERENCE)))


def _paths(names: tuple[str, ...]) -> list[str]:
    return [f"/help/{name}" for name in names]
