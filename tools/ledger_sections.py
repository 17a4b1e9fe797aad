"""What `docs/LEDGER.md` says below its table of entries: accounts, pending funds, payouts, seals, invariants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from finsecure_server.core.invariants import Invariant
from finsecure_server.core.ledger import NEVER_NEGATIVE, Name
from finsecure_server.core.payout import DESTINATIONS, FAILURES, PACES, Method

ACCOUNTS: Final[Mapping[Name, str]] = {
    Name.NETWORK_RECEIVABLE: "what card networks owe us; below zero when they are owed",
    Name.BANK_CASH: "what lies in our bank account for this merchant, our fees included",
    Name.MERCHANT_DEBT: "what the merchant owes after debits that the balance did not cover",
    Name.AUTH_HOLD: "what payers' banks hold and we have not captured",
    Name.AUTH_CONTRA: "the other side of the holds",
    Name.MERCHANT_PENDING: "captured, and available on a later day: `balance.pending`",
    Name.MERCHANT_AVAILABLE: "what can be refunded from and paid out: `balance.available`",
    Name.MERCHANT_RESERVED: "held back from the available balance",
    Name.REFUND_IN_TRANSIT: "refunds that the network has not taken off yet",
    Name.PAYOUT_IN_TRANSIT: "payouts that have not arrived yet",
    Name.FEES: "what we earned by payments",
    Name.DISPUTE_FEES: "what we earned by disputes",
    Name.LOSSES: "debts that were given up",
}
assert set(ACCOUNTS) == set(Name)

ACCOUNTS_HEAD: Final = """
## Accounts

Every merchant has these accounts of their own, in each mode and currency: no row is shared between merchants. What may
never be below zero is guarded by the statement that takes from it, whatever the code believed.

| account | what it is | below zero |
|--|--|--|
"""

FUNDS: Final = """
## Pending funds

A capture's money is pending until the second midnight (UTC) after it. What becomes available at one moment is a bucket
(`usd:1763856000`, table `pending_funds`); a due row releases it. A refund or a dispute takes pending money as long as
its charge's own is pending, so the sum of a bucket says what is promised, and the balance says what is there.

- A release moves `merchant_pending` less what all later buckets still have a claim to, never less than nothing. So a
  shortage is carried to the next bucket, buckets may be released in any order, and running a release again moves
  nothing. When every bucket is released, `merchant_pending` is zero.
- Debts are settled first; the rest goes to `merchant_available`.
- By the same rule the network pays: `network_receivable` less the charges of later buckets. What it is owed itself, it
  takes off the next time.
- A transaction that comes to a bucket after its release has it released once more; each release is a ledger transaction
  of its own ordinal, so the unique key refuses a second one.
- Each release that moves something is a `balance.available` event, and wakes refunds that wait for funds.
"""

PAYOUTS_HEAD: Final = """
## Payouts

A payout leaves `merchant_available` when it is created, and comes back if it fails or is canceled, which it can be
while it is `pending`. What comes back settles debts first, and wakes refunds that wait for funds. Whoever owes gets
none. Payouts are made by hand; there are no automatic ones, so `payout=po_…` lists the payout's own balance
transactions: the payout, and what came back.

In test mode a standard payout is sent after {sent} s and arrives after {arrives} s, an instant one after {fast} s. The
bank account decides how it ends; `metadata[simulate]` with `paid` or a failure code decides instead. Live mode has no
bank yet and answers `processor_not_configured`.

| destination | account number ends in | ends as |
|--|--|--|
"""

SEALS: Final = """
## Seals

Once a minute every book's new ledger transactions are added to a hash chain (`ledger_seals`): SHA-256 over the seal
before and the rows, at most 250 transactions a seal, at least 60 s behind the account's own clock, and not within 60 s
after that clock was moved. Nothing waits for it. `finsecure-server verify` walks the chain and prints its end; whoever
notes that down elsewhere can later prove that nothing before it was changed, removed or added. The chain alone does not
show that its last links were cut off.
"""

INVARIANTS_HEAD: Final = """
## Invariants

`finsecure-server verify` reads everything from one snapshot, beside a running server, and names every row for which one
of these is not true; it exits with 1 if there is any. The numbers are fixed; words name what came later. Each has a
test that plants a breach of it in a busy database, on both engines, and sees exactly that row named
(`server/tests/diagnostics/sins.py` and `delivery_sins.py`), beside the tests that hold it when rows are written.

Of webhooks, too, everything is proven that can still be known. An event within two minutes of a filter's beginning or
end may have a delivery or not: it may have been written by a transaction that saw the one or the other. And what is
past `webhook_retention_days` is forgotten, so an event must have its deliveries, and a delivery its attempts, only from
the oldest attempt on that is left, or from a day ago if that is earlier.

| | must be true | held by |
|--|--|--|
"""


class Held(NamedTuple):
    """An invariant, and the test that holds it when rows are written."""

    name: str
    says: str
    test: str


_POST: Final = "server/tests/ledger/test_post.py::"
_SEQUENCE: Final = "server/tests/ledger/test_any_sequence.py::test_whatever_happens_the_books_are_right"
_BOOKS: Final = "server/tests/core/test_ledger.py::test_whatever_happens_the_books_are_right"
_WEBHOOKS: Final = "server/tests/webhooks/"
_CLEAN: Final = "server/tests/diagnostics/test_clean.py::test_a_busy_database_is_clean_at_every_step"


def _is(invariant: Invariant, test: str) -> Held:
    return Held(invariant.value, invariant.says, test)


INVARIANTS: Final = (
    _is(Invariant.BALANCED, _POST + "test_what_is_not_balanced_is_not_written"),
    _is(Invariant.TRIAL_BALANCE, _BOOKS),
    _is(Invariant.STORED_BALANCE, _SEQUENCE),
    _is(Invariant.SEALED, "server/tests/ledger/test_seal.py::test_each_seal_stands_on_the_one_before"),
    _is(Invariant.CAPTURED, _BOOKS),
    _is(Invariant.REFUNDED, _BOOKS),
    Held("7", "refunded tax is within the tax, and so is the net: there is no tax yet", ""),
    _is(Invariant.ONCE, _POST + "test_the_same_entry_twice_is_a_bug_and_moves_nothing"),
    _is(
        Invariant.PAYOUT,
        "server/tests/payouts/test_payouts.py::test_invariant_9_a_payout_is_the_sum_of_its_balance_transactions",
    ),
    _is(Invariant.NET, _SEQUENCE),
    Held(
        "11",
        "`GET /v1/balance` shows the ledger's own accounts, always",
        "server/tests/ledger/test_balance.py::test_invariant_11_the_balance_is_the_ledgers_accounts",
    ),
    _is(Invariant.UNKNOWN, _CLEAN),
    Held(
        "13",
        "accounts are locked in one order: holds, then by name; and from one that has no row yet nothing can be taken",
        _POST + "test_invariant_13_accounts_are_moved_in_one_order",
    ),
    _is(Invariant.PARTS, "server/tests/core/test_money.py::test_a_split_sums_to_the_whole_and_is_fair"),
    _is(Invariant.NOT_NEGATIVE, _POST + "test_invariant_15_nothing_is_taken_from_what_is_not_there"),
    _is(Invariant.RELEASED, _BOOKS),
    _is(Invariant.FUNDS, _SEQUENCE),
    _is(Invariant.EVENTS, _CLEAN),
    _is(Invariant.CURRENCY, _CLEAN),
    _is(Invariant.DOC, _CLEAN),
    _is(Invariant.KEYS, _CLEAN),
    _is(Invariant.LATER, _CLEAN),
    _is(Invariant.WHOLE, _CLEAN),
    _is(
        Invariant.DELIVERIES,
        _WEBHOOKS + "test_log.py::test_an_event_has_one_delivery_for_each_endpoint_that_wants_it",
    ),
    _is(
        Invariant.STATE,
        _WEBHOOKS + "test_endpoint_states.py::test_disabled_what_waits_is_held_and_what_comes_too",
    ),
    _is(Invariant.ATTEMPTS, _WEBHOOKS + "test_sender.py::test_a_report_that_comes_too_late_changes_nothing"),
    _is(Invariant.SIGNED, _WEBHOOKS + "test_endpoint_secrets.py::test_at_most_three_sign"),
    _is(
        Invariant.REPLAYED,
        _WEBHOOKS + "test_replay_cancel.py::test_what_was_not_tried_goes_back_to_where_it_stood",
    ),
    _is(Invariant.ENGINE, "server/tests/diagnostics/test_verify.py::test_a_file_that_cannot_be_read"),
)
assert {row.name for row in INVARIANTS} == set(Invariant) | {"7", "11", "13"}


def text() -> str:
    """All of it."""
    return _accounts() + FUNDS + _payouts() + SEALS + _invariants()


def _accounts() -> str:
    rows = (
        f"| `{name.value}` | {what} | {'never' if name in NEVER_NEGATIVE else 'possible'} |\n"
        for name, what in ACCOUNTS.items()
    )
    return ACCOUNTS_HEAD + "".join(rows)


def _payouts() -> str:
    standard, instant = PACES[Method.STANDARD], PACES[Method.INSTANT]
    head = PAYOUTS_HEAD.format(sent=standard.sent, arrives=standard.arrives, fast=instant.arrives)
    rows = (
        f"| `{row.id}` | {row.last4} | {f'`{row.failure}`: {FAILURES[row.failure]}' if row.failure else '`paid`'} |\n"
        for row in DESTINATIONS
    )
    return head + "".join(rows)


def _invariants() -> str:
    return INVARIANTS_HEAD + "".join(f"| {row.name} | {row.says} | {_link(row.test)} |\n" for row in INVARIANTS)


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[`{name}`](../{file})" if test else "nothing yet"
