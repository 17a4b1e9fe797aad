"""Write what can be said by the code itself: the reference pages and the API contract. `make generate` runs it.

Each page is a pure function of the tables that the server runs by. `server/tests/test_reference.py` compares the files
with what these functions say, so a page cannot drift.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from finsecure_server.app import contract
from finsecure_server.core import ledger
from finsecure_server.core.declines import DECLINES, Class, Decline
from finsecure_server.core.errors import ANSWERED, RULES, Code, Rule, Side
from finsecure_server.core.ledger import Entry, Taken
from finsecure_server.core.money import CURRENCIES, Currency, display
from finsecure_server.core.test_cards_page import markdown_table
from finsecure_server.settings import defaults_text
from tools import api_replies, error_table, events_page, examples, ledger_sections, webhooks_page

ROOT: Final = Path(__file__).resolve().parents[1]

NOTICE: Final = "<!-- Written by `make generate` from {source}. Change that, not this. -->\n\n"

SIDES: Final[Mapping[Side, str]] = {
    Side.DEVELOPER: "whoever wrote the call",
    Side.MERCHANT: "whoever runs the shop and this server",
    Side.PAYER: "the payer",
    Side.ISSUER: "the payer's bank",
    Side.FINSECURE: "FinSecure",
}

# -- errors -----------------------------------------------------------------------------------------------------------

ERRORS_HEAD: Final = """\
# Errors

Every error is one envelope. Switch on `type` and `code`, never on `message`; show a payer the `message` of a
`card_error` and of nothing else.

```json
{
  "error": {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "insufficient_funds",
    "advice_code": "try_again_later",
    "message": "Your card was declined.",
    "next_steps": ["Offer to split the payment over several cards.", "Offer to pay by bank transfer instead."],
    "doc_url": "http://127.0.0.1:4242/help/errors/insufficient_funds",
    "request_log_url": "http://127.0.0.1:4242/v1/request_logs/req_…"
  }
}
```

**Transient** means that the same request, sent again unchanged, may succeed; send it again with the same
`Idempotency-Key`. **With a new key** means that the call was answered: its reply is kept under its key, and only
another key has it carried out again.
"""

TYPES: Final[Mapping[str, str]] = {
    "invalid_request_error": "The call cannot be carried out as it is. `param` names the parameter, if it is one.",
    "card_error": "The call was right and the payment failed. The attempt is kept and can be looked at.",
    "authentication_error": "The key is missing or is not one that may call.",
    "permission_error": "The key is good, and may not do this.",
    "idempotency_error": "An `Idempotency-Key` was used for two different calls, or is still at work.",
    "rate_limit_error": "Too many calls. `Retry-After` says when the next is welcome.",
    "api_error": "The failure is on the server's side.",
}


def errors() -> str:
    """`docs/errors.md`: error codes by family, classes of failed deliveries, decline codes by class."""
    return NOTICE.format(source="core/errors.py, core/delivery_failures.py and core/declines.py") + "\n".join(_errors())


def _errors() -> Iterator[str]:
    assert {rule.type for rule in RULES.values()} == set(TYPES)
    yield ERRORS_HEAD
    yield "| type | codes | means |"
    yield "|--|--:|--|"
    for kind, means in TYPES.items():
        yield f"| [`{kind}`](#{kind}) | {sum(rule.type == kind for rule in RULES.values())} | {means} |"
    for kind in TYPES:
        yield f"\n## {kind}\n"
        for code, rule in RULES.items():
            if rule.type == kind:
                yield from _error(code, rule)
    yield from webhooks_page.failures()
    yield f"## Declines\n\nA bank can refuse for {len(DECLINES)} reasons. They arrive as a `card_error`, mostly"
    yield "`card_declined`, and `decline_code` says which. A **masked** reason is for the merchant only: the payer may"
    yield "be the thief, and reads what they would read if the bank had given no reason.\n"
    for row in sorted(DECLINES.values(), key=lambda row: (list(Class).index(row.cls), row.code)):
        yield from _decline(row)


def _error(code: Code, rule: Rule) -> Iterator[str]:
    yield f"### `{code}`\n"
    again = "not transient" if not rule.transient else "transient, with a new key" if code in ANSWERED else "transient"
    wire = "" if rule.on_wire else " As at Stripe, the reply has no `code`."
    yield f"HTTP {rule.status} · {again} · {SIDES[rule.side]} can put it right.{wire}\n"
    yield f"> {rule.message}\n"
    yield from (f"1. {step}" for step in rule.next_steps)
    yield ""


def _decline(row: Decline) -> Iterator[str]:
    yield f"### Decline `{row.code}`\n"
    advice = f" · advice `{row.advice_code}`" if row.advice_code else ""
    network = f" · network code {row.network_decline_code}" if row.network_decline_code else ""
    masked = " · **masked**" if row.mask else ""
    yield f"{row.cls.value} · arrives as `{row.api_code}`{advice}{network}{masked}\n"
    yield f"{row.meaning}\n"
    yield f"> {row.payer_message}\n"
    yield from (f"1. {step}" for step in row.next_steps)
    yield ""


# -- test cards -------------------------------------------------------------------------------------------------------

CARDS_HEAD: Final = """\
# Test cards

No card network is attached: in test mode the built-in simulator answers, and does for each card what the table says.
Every card takes any security code of the right length and any date of expiry in the future. Pay with the number, or
with the id as `payment_method`.

"""


def testing_cards() -> str:
    """`docs/testing-cards.md`: every card of the simulator."""
    return NOTICE.format(source="core/test_cards.py") + CARDS_HEAD + markdown_table()


# -- currencies -------------------------------------------------------------------------------------------------------

CURRENCIES_HEAD: Final = """\
# Currencies

An amount is an integer of the currency's minor unit *as the API counts it*: `amount=2000&currency=usd` is $20.00 USD,
and `amount=2000&currency=jpy` is ¥2,000 JPY. **Decimals** are those that people write; **API** are those that the API
counts, which differ for a few. A charge is a multiple of its **step**, and so is a payout of its own.

## Every currency

| code | decimals | API | step | payout step | least charge | largest charge |
|--|--:|--:|--:|--:|--:|--:|
"""


def currencies() -> str:
    """`docs/currencies.md`: every currency with its three exponents and limits."""
    rows = "".join(_currency(CURRENCIES[code]) for code in sorted(CURRENCIES))
    return NOTICE.format(source="core/money.py") + CURRENCIES_HEAD + rows


def _currency(row: Currency) -> str:
    least, most = (f"{display(amount, row.code)} (`{amount}`)" for amount in (row.minimum, row.maximum))
    figures = f"{row.iso_exponent} | {row.api_exponent} | {row.charge_step} | {row.payout_step}"
    return f"| `{row.code}` | {figures} | {least} | {most} |\n"


# -- the ledger -------------------------------------------------------------------------------------------------------

LEDGER_HEAD: Final = """\
# The ledger

Every movement of money is a ledger transaction: at least two postings of one currency, whose debits equal their
credits. A merchant has a book per mode and currency. **A** is an asset, **L** a liability, **I** income, **E** an
expense, **M** a memo of what issuers hold, off the balance. Assets, expenses and memos grow by debits, liabilities and
income by credits.

The examples follow one payment of $20.00 USD with a fee of $0.88, and a dispute whose fee is $15.00.

| transaction | debit | credit | what happened |
|--|--|--|--|
"""

#: One example of each entry. The test of this page fails if an entry of core/ledger.py is missing here.
ENTRIES: Final[tuple[tuple[Callable[..., Entry], Entry], ...]] = (
    (ledger.authorization, ledger.authorization("usd", 2000)),
    (ledger.increment, ledger.increment("usd", 500)),
    (ledger.release, ledger.release("usd", 500)),
    (ledger.capture, ledger.capture("usd", 2000, 88)),
    (ledger.sale, ledger.sale("usd", 2000, 88)),
    (ledger.network_settled, ledger.network_settled("usd", 2000)),
    (ledger.available, ledger.available("usd", 1912, 0)),
    (ledger.refund, ledger.refund("usd", Taken(pending=1912, available=0, debt=88))),
    (ledger.refund_done, ledger.refund_done("usd", 2000)),
    (ledger.refund_failed, ledger.refund_failed("usd", 2000, 88)),
    (ledger.dispute, ledger.dispute("usd", Taken(pending=0, available=1912, debt=1588), 1500)),
    (ledger.dispute_won, ledger.dispute_won("usd", 2000, 1500, 1588)),
    (ledger.payout, ledger.payout("usd", 1912)),
    (ledger.payout_paid, ledger.payout_paid("usd", 1912)),
    (ledger.payout_failed, ledger.payout_failed("usd", 1912, 500)),
)


def ledger_page() -> str:
    """`docs/LEDGER.md`: every entry with an example, the accounts, the rules, the invariants."""
    rows = "".join(_entry(function, entry) for function, entry in ENTRIES)
    notice = NOTICE.format(source="core/ledger.py and tools/ledger_sections.py")
    return notice + LEDGER_HEAD + rows + ledger_sections.text()


def _entry(function: Callable[..., Entry], entry: Entry) -> str:
    sides = {side: [p for p in entry.postings if p.side == side] for side in (ledger.DEBIT, ledger.CREDIT)}
    columns = [
        "<br>".join(f"`{name}` {display(sum(p.amount for p in same), entry.currency)}" for name, same in groups)
        for groups in (groupby(postings, key=lambda p: p.name.value) for postings in sides.values())
    ]
    return f"| {entry.kind} | {columns[0]} | {columns[1]} | {function.__doc__} |\n"


# -- webhooks ---------------------------------------------------------------------------------------------------------


def webhooks() -> str:
    """`docs/webhooks.md`: how deliveries are signed, tried again and given up, and where they may go."""
    return NOTICE.format(source="core/ and tools/webhooks_page.py") + webhooks_page.text()


# -- settings ---------------------------------------------------------------------------------------------------------

SETTINGS_HEAD: Final = """\
# Settings

What follows is the file that the server itself reads its defaults from. An unknown `FINSECURE_…` name is reported when
the server starts, with the nearest name that exists.

"""


def settings() -> str:
    """`docs/settings.md`: every setting, its default, and what it does."""
    return f"{NOTICE.format(source='defaults.toml')}{SETTINGS_HEAD}```toml\n{defaults_text()}```\n"


# -- events -----------------------------------------------------------------------------------------------------------


def events() -> str:
    """`docs/events.md`: every type of event, with an example."""
    return NOTICE.format(source="core/event_types.py and tools/examples.py") + events_page.text()


# -- the contract -----------------------------------------------------------------------------------------------------


def openapi() -> str:
    """`contract/openapi.json`: every route, as `/openapi.json` shows it on the usual port."""
    return json.dumps(contract("http://127.0.0.1:4242"), ensure_ascii=False, indent=1) + "\n"


# -- all of it --------------------------------------------------------------------------------------------------------

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/errors.md": errors,
    "docs/testing-cards.md": testing_cards,
    "docs/currencies.md": currencies,
    "docs/LEDGER.md": ledger_page,
    "docs/webhooks.md": webhooks,
    "docs/settings.md": settings,
    "docs/events.md": events,
    "server/src/finsecure_server/webhooks/examples.json": examples.text,
    "server/src/finsecure_server/help/api_replies.json": api_replies.text,
    "contract/errors.json": error_table.error_table,
    "contract/openapi.json": openapi,
}


def main() -> None:
    """Write every page that is not yet what the code says, and name it."""
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
