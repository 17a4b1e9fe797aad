"""Everything that can be wrong with the books: one sin for each, and the row that `verify` must name for it."""

# ruff: noqa: S608  the statements are made of the constants of this file

from __future__ import annotations

from typing import NamedTuple

from finsecure_server.core.invariants import Invariant


class Sin(NamedTuple):
    """One thing that is wrong. `which` finds the row that it is planted in; `:id` stands for its id in `plant`."""

    invariant: Invariant
    table: str  # that is named
    which: str
    plant: str  # statements, one a line
    named: str = ""  # how the finding calls the row, if not by that id; {id} stands for it
    only: str = ""  # an engine


SALE = "SELECT id FROM ledger_transactions WHERE kind = 'sale' ORDER BY id LIMIT 1"
CHARGE = "SELECT id FROM charges WHERE captures = 1 AND authorized = captured AND refunded = 0 ORDER BY id LIMIT 1"
HELD = """
SELECT c.id AS id FROM charges c JOIN payment_intents i ON i.id = c.payment_intent_id
WHERE i.status = 'requires_capture' ORDER BY c.id LIMIT 1"""
LOST = "SELECT id FROM charges WHERE status = 'pending' ORDER BY id LIMIT 1"
FAILED = "SELECT id FROM charges WHERE status = 'failed' ORDER BY id LIMIT 1"
REFUND = "SELECT id FROM refunds WHERE status = '{}' ORDER BY id LIMIT 1"
DISPUTE = "SELECT id FROM disputes WHERE status = '{}' ORDER BY id LIMIT 1"
PAYOUT = "SELECT id FROM payouts WHERE status = '{}' ORDER BY id LIMIT 1"
INTENT = "SELECT id FROM payment_intents WHERE status = '{}' ORDER BY id LIMIT 1"
BUCKET = """
SELECT currency || ':' || CAST(available_on AS TEXT) AS id FROM pending_funds WHERE {}
ORDER BY available_on LIMIT 1"""
AT_BUCKET = "WHERE currency || ':' || CAST(available_on AS TEXT) = :id"
EARNED = "SELECT id FROM balance_transactions WHERE type = 'charge' ORDER BY id LIMIT 1"
EVENT = "SELECT id FROM events WHERE type = 'charge.succeeded' ORDER BY id LIMIT 1"
CUSTOMER = "SELECT id FROM customers WHERE deleted = 0 ORDER BY id LIMIT 1"
METHOD = "SELECT id FROM payment_methods WHERE customer_id IS NOT NULL ORDER BY id LIMIT 1"
ACCOUNT = "SELECT id FROM accounts"
NO_SUCH = "SELECT 'nothing' AS id"

DOC = "UPDATE {} SET doc = replace(doc, '{}', '{}') WHERE id = :id"


_TRANSACTION = "(account_id, livemode, id, created_us, kind, source_id, ordinal, currency)"
_POSTING = "(account_id, livemode, transaction_id, position, currency, name, side, amount)"


def moved(kind: str, source: str, postings: str, *, transaction: str = "ltx_zz") -> str:
    """Statements that add a balanced ledger transaction about `source`, and move no stored balance."""
    columns = f"SELECT id, 0, '{transaction}', 1, '{kind}', {source}, 1, 'usd' FROM accounts"
    lines = [f"INSERT INTO ledger_transactions {_TRANSACTION} {columns}"]
    for position, posting in enumerate(postings.split(", ")):
        side, name, amount = posting.split()
        lines.append(
            f"INSERT INTO postings {_POSTING} "
            f"SELECT id, 0, '{transaction}', {position}, 'usd', '{name}', '{side}', {amount} FROM accounts"
        )
    return "\n".join(lines)


SINS: dict[str, Sin] = {
    # -- the ledger by itself
    "debits without credits": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET amount = amount + 1 WHERE transaction_id = :id AND position = 0",
    ),
    "one posting": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "DELETE FROM postings WHERE transaction_id = :id AND position > 0",
    ),
    "an amount of zero": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE, "UPDATE postings SET amount = 0 WHERE transaction_id = :id"
    ),
    "a fraction": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET amount = amount + 0.5 WHERE transaction_id = :id", only="sqlite",
    ),
    "two currencies": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET currency = 'eur' WHERE transaction_id = :id AND position = 1",
    ),
    "an account that is none": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET name = 'L:mine' WHERE transaction_id = :id AND position = 1",
    ),
    "a side that is none": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET side = 'X' WHERE transaction_id = :id AND position = 1",
    ),
    "a position left out": Sin(
        Invariant.BALANCED, "ledger_transactions", SALE,
        "UPDATE postings SET position = 9 WHERE transaction_id = :id AND position = 1",
    ),
    "postings of nothing": Sin(Invariant.WHOLE, "postings", SALE, "DELETE FROM ledger_transactions WHERE id = :id"),
    "a stored balance": Sin(
        Invariant.STORED_BALANCE, "ledger_accounts", NO_SUCH,
        "UPDATE ledger_accounts SET balance = balance + 1 WHERE currency = 'eur' AND name = 'I:fees'",
        named="eur I:fees",
    ),
    "a stored balance that is gone": Sin(
        Invariant.STORED_BALANCE, "ledger_accounts", NO_SUCH,
        "DELETE FROM ledger_accounts WHERE currency = 'eur' AND name = 'I:fees'", named="eur I:fees",
    ),
    "a trial balance": Sin(
        Invariant.TRIAL_BALANCE, "ledger_accounts", NO_SUCH,
        "UPDATE ledger_accounts SET balance = balance + 1 WHERE currency = 'eur' AND name = 'A:network_receivable'",
        named="eur",
    ),
    "a balance below zero": Sin(
        Invariant.NOT_NEGATIVE, "ledger_accounts", NO_SUCH,
        "UPDATE ledger_accounts SET balance = -1 WHERE currency = 'usd' AND name = 'L:merchant_available'",
        named="usd L:merchant_available",
    ),
    # -- seals
    "an altered transaction": Sin(
        Invariant.SEALED, "ledger_seals", SALE,
        "UPDATE ledger_transactions SET created_us = 1 WHERE id = :id", named="1",
    ),
    "an altered posting": Sin(
        Invariant.SEALED, "ledger_seals", SALE,
        "UPDATE postings SET name = 'I:dispute_fees' WHERE transaction_id = :id AND name = 'I:fees'", named="1",
    ),
    "a transaction behind a seal": Sin(
        Invariant.SEALED, "ledger_seals", NO_SUCH,
        moved("sale", "'ch_late'", "D A:network_receivable 5, C I:fees 5", transaction="ltx_0"), named="1",
    ),
    "a transaction that is gone": Sin(
        Invariant.SEALED, "ledger_seals", SALE,
        "DELETE FROM ledger_transactions WHERE id = :id\nDELETE FROM postings WHERE transaction_id = :id", named="1",
    ),
    "an altered seal": Sin(
        Invariant.SEALED, "ledger_seals", NO_SUCH, "UPDATE ledger_seals SET hash = 'x' WHERE number = 2", named="2"
    ),
    "a seal that is gone": Sin(
        Invariant.SEALED, "ledger_seals", NO_SUCH, "DELETE FROM ledger_seals WHERE number = 1", named="2"
    ),
    "a seal over nothing": Sin(
        Invariant.SEALED, "ledger_seals", NO_SUCH,
        "INSERT INTO ledger_seals (account_id, livemode, number, last_id, transactions, hash, sealed_us) "
        "SELECT account_id, livemode, 3, 'ltx_zz', 1, 'x', 1 FROM ledger_seals WHERE number = 1",
        named="3",
    ),
    # -- ledger transactions and objects
    "the same movement twice": Sin(
        Invariant.ONCE, "ledger_transactions", "SELECT 'ltx_zz' AS id",
        "DROP INDEX ledger_transactions_source\n"
        + moved("payout", f"({PAYOUT.format('paid')})", "D L:merchant_available 5, C L:payout_in_transit 5"),
    ),
    "a movement of nothing": Sin(
        Invariant.WHOLE, "ledger_transactions", "SELECT 'ltx_zz' AS id",
        moved("sale", "'ch_nobody'", "D A:network_receivable 5, C I:fees 5"),
    ),
    "a movement of a customer": Sin(
        Invariant.WHOLE, "customers", CUSTOMER, moved("sale", ":id", "D A:network_receivable 5, C I:fees 5")
    ),
    "a balance transaction of nothing": Sin(
        Invariant.WHOLE, "balance_transactions", EARNED,
        "UPDATE balance_transactions SET source_id = 'ch_nobody' WHERE id = :id",
    ),
    # -- charges
    "captured more than authorized": Sin(
        Invariant.CAPTURED, "charges", CHARGE, "UPDATE charges SET authorized = captured - 1 WHERE id = :id"
    ),
    "authorized more than the ledger": Sin(
        Invariant.CAPTURED, "charges", CHARGE, "UPDATE charges SET authorized = authorized + 1 WHERE id = :id"
    ),
    "captured less than the ledger": Sin(
        Invariant.CAPTURED, "charges", CHARGE, "UPDATE charges SET captured = captured - 1 WHERE id = :id"
    ),
    "captured below zero": Sin(
        Invariant.CAPTURED, "charges", FAILED,
        "UPDATE charges SET captured = -1 WHERE id = :id",
    ),
    "captured a fraction": Sin(
        Invariant.CAPTURED, "charges", CHARGE,
        "UPDATE charges SET captured = captured + 0.5 WHERE id = :id", only="sqlite",
    ),
    "captures that were not counted": Sin(
        Invariant.ONCE, "charges", CHARGE, "UPDATE charges SET captures = 2 WHERE id = :id"
    ),
    "refunded more than captured": Sin(
        Invariant.REFUNDED, "charges", CHARGE, "UPDATE charges SET refunded = captured + 1 WHERE id = :id"
    ),
    "refunded more than the refunds": Sin(
        Invariant.REFUNDED, "charges", CHARGE, "UPDATE charges SET refunded = 1 WHERE id = :id"
    ),
    "a refund that was not counted": Sin(
        Invariant.REFUNDED, "charges", "SELECT charge_id AS id FROM refunds WHERE status = 'failed'",
        "UPDATE refunds SET status = 'succeeded' WHERE charge_id = :id AND status = 'failed'",
    ),
    "a charge of nothing": Sin(
        Invariant.WHOLE, "charges", CHARGE, "UPDATE charges SET payment_intent_id = 'pi_nobody' WHERE id = :id"
    ),
    "a charge in another currency": Sin(
        Invariant.CURRENCY, "charges", CHARGE, "UPDATE charges SET currency = 'eur' WHERE id = :id"
    ),
    "disputed without a dispute": Sin(
        Invariant.WHOLE, "charges", CHARGE, "UPDATE charges SET disputed = 1 WHERE id = :id"
    ),
    "a hold that was not released": Sin(
        Invariant.RELEASED, "charges", HELD,
        "UPDATE payment_intents SET status = 'canceled' WHERE latest_charge_id = :id",
    ),
    "money for an open question": Sin(
        Invariant.UNKNOWN, "charges", LOST, moved("authorization", ":id", "D M:auth_hold 5, C M:auth_contra 5")
    ),
    "money released for an open question": Sin(
        Invariant.UNKNOWN, "charges",
        "SELECT c.id AS id FROM charges c JOIN payment_intents i ON i.id = c.payment_intent_id "
        "WHERE i.status = 'processing' AND c.authorized > 0",
        "UPDATE charges SET attempt = replace(attempt, '\"capture\"', '\"void\"') WHERE id = :id\n"
        + moved("release", ":id", "D M:auth_contra 5, C M:auth_hold 5"),
    ),
    "money of a failed charge": Sin(
        Invariant.UNKNOWN, "charges", FAILED, moved("sale", ":id", "D A:network_receivable 5, C I:fees 5")
    ),
    "pending without a question": Sin(
        Invariant.UNKNOWN, "charges", CHARGE, "UPDATE charges SET status = 'pending' WHERE id = :id"
    ),
    "a question that nobody looks up": Sin(
        Invariant.LATER, "due", LOST, "DELETE FROM due WHERE object_id = :id"
    ),
    "an attempt that is no JSON": Sin(
        Invariant.DOC, "charges", CHARGE,
        "UPDATE charges SET attempt = '{' WHERE id = :id",
    ),
    # -- intents
    "received more than captured": Sin(
        Invariant.CAPTURED, "payment_intents", INTENT.format("succeeded"),
        DOC.format("payment_intents", '"amount_received":', '"amount_received":1'),
    ),
    "capturable what is not held": Sin(
        Invariant.CAPTURED, "payment_intents", INTENT.format("requires_capture"),
        DOC.format("payment_intents", '"amount_capturable":', '"amount_capturable":1'),
    ),
    "succeeded with nothing": Sin(
        Invariant.RELEASED, "payment_intents", INTENT.format("requires_action"),
        "UPDATE payment_intents SET status = 'succeeded' WHERE id = :id",
    ),
    "canceled with something captured": Sin(
        Invariant.RELEASED, "payment_intents", INTENT.format("succeeded"),
        "UPDATE payment_intents SET status = 'canceled' WHERE id = :id",
    ),
    "to be captured with nothing held": Sin(
        Invariant.RELEASED, "payment_intents", INTENT.format("requires_action"),
        "UPDATE payment_intents SET status = 'requires_capture' WHERE id = :id",
    ),
    "held for ever": Sin(
        Invariant.LATER, "due", INTENT.format("requires_capture"), "DELETE FROM due WHERE object_id = :id"
    ),
    "a latest charge that is not there": Sin(
        Invariant.WHOLE, "payment_intents", INTENT.format("succeeded"),
        "UPDATE payment_intents SET latest_charge_id = 'ch_nobody' WHERE id = :id",
    ),
    "charges without attempts": Sin(
        Invariant.WHOLE, "payment_intents", INTENT.format("succeeded"),
        "UPDATE payment_intents SET attempts = 0 WHERE id = :id",
    ),
    "an intent that is gone": Sin(
        Invariant.WHOLE, "charges", CHARGE,
        "DELETE FROM payment_intents WHERE latest_charge_id = :id",
    ),
    # -- refunds
    "a refund done too early": Sin(
        Invariant.UNKNOWN, "refunds", REFUND.format("pending"),
        moved("refund_done", ":id", "D L:refund_in_transit 300, C A:network_receivable 300"),
    ),
    "a refund that moved nothing": Sin(
        Invariant.ONCE, "refunds", REFUND.format("succeeded"),
        "UPDATE ledger_transactions SET source_id = 're_nobody' WHERE source_id = :id AND kind = 'refund_done'",
    ),
    "a refund that came back and stayed": Sin(
        Invariant.ONCE, "refunds", REFUND.format("failed"),
        "UPDATE ledger_transactions SET source_id = 're_nobody' WHERE source_id = :id AND kind = 'refund_failed'",
    ),
    "a refund of another amount": Sin(
        Invariant.PARTS, "ledger_transactions",
        "SELECT id FROM ledger_transactions WHERE kind = 'refund_done' ORDER BY id LIMIT 1",
        "UPDATE postings SET amount = amount + 1 WHERE transaction_id = :id",
    ),
    "an answered refund with an open question": Sin(
        Invariant.UNKNOWN, "refunds", REFUND.format("pending"),
        "UPDATE refunds SET status = 'succeeded' WHERE id = :id",
    ),
    "a refund that nobody looks up": Sin(
        Invariant.LATER, "due", REFUND.format("pending"), "DELETE FROM due WHERE object_id = :id"
    ),
    "a refund that waits for ever": Sin(
        Invariant.LATER, "due", REFUND.format("pending"),
        DOC.format("refunds", '"pending_reason":"processing"', '"pending_reason":"insufficient_funds"'),
    ),
    "a refund with no question": Sin(
        Invariant.DOC, "refunds", REFUND.format("succeeded"), "UPDATE refunds SET attempt = '7' WHERE id = :id"
    ),
    "a refund of nothing": Sin(
        Invariant.WHOLE, "refunds", REFUND.format("failed"), "UPDATE refunds SET charge_id = 'ch_nobody' WHERE id = :id"
    ),
    "a refund in another currency": Sin(
        Invariant.CURRENCY, "refunds", REFUND.format("succeeded"), "UPDATE refunds SET currency = 'eur' WHERE id = :id"
    ),
    # -- disputes
    "a dispute that took nothing": Sin(
        Invariant.ONCE, "disputes", DISPUTE.format("lost"),
        "UPDATE ledger_transactions SET source_id = 'dp_nobody' WHERE source_id = :id",
    ),
    "a won dispute that gave nothing back": Sin(
        Invariant.ONCE, "disputes", DISPUTE.format("lost"), "UPDATE disputes SET status = 'won' WHERE id = :id"
    ),
    "an inquiry that took money": Sin(
        Invariant.ONCE, "disputes", DISPUTE.format("lost"),
        "UPDATE disputes SET status = 'warning_closed' WHERE id = :id",
    ),
    "a dispute of another amount": Sin(
        Invariant.PARTS, "ledger_transactions",
        "SELECT id FROM ledger_transactions WHERE kind = 'dispute' ORDER BY id LIMIT 1",
        "UPDATE postings SET amount = amount + 1 WHERE transaction_id = :id",
    ),
    "a dispute without a deadline": Sin(
        Invariant.LATER, "due", DISPUTE.format("needs_response"), "DELETE FROM due WHERE object_id = :id"
    ),
    "a dispute that nobody decides": Sin(
        Invariant.LATER, "due", DISPUTE.format("needs_response"),
        "UPDATE disputes SET status = 'under_review' WHERE id = :id",
    ),
    "a dispute of nothing": Sin(
        Invariant.WHOLE, "disputes", DISPUTE.format("lost"),
        "UPDATE disputes SET charge_id = 'ch_nobody' WHERE id = :id",
    ),
    # -- payouts and balance transactions
    "a payout that is more than its parts": Sin(
        Invariant.PAYOUT, "payouts", PAYOUT.format("paid"),
        "UPDATE balance_transactions SET payout_id = NULL WHERE payout_id = :id",
    ),
    "a balance transaction of another payout": Sin(
        Invariant.PAYOUT, "balance_transactions", EARNED,
        "UPDATE balance_transactions SET payout_id = 'po_1' WHERE id = :id",
    ),
    "a payout that was paid and did not leave": Sin(
        Invariant.ONCE, "payouts", PAYOUT.format("in_transit"), "UPDATE payouts SET status = 'paid' WHERE id = :id"
    ),
    "a payout that nobody sends": Sin(
        Invariant.LATER, "due", "SELECT id FROM payouts WHERE status IN ('pending', 'in_transit')",
        "DELETE FROM due WHERE object_id = :id",
    ),
    "a net that is not amount less fee": Sin(
        Invariant.NET, "balance_transactions", EARNED,
        "UPDATE balance_transactions SET net = net + 1, amount = amount + 2 WHERE id = :id",
    ),
    "nets that are not what the ledger moved": Sin(
        Invariant.NET, "charges",
        "SELECT source_id AS id FROM balance_transactions WHERE type = 'charge' ORDER BY id LIMIT 1",
        "DELETE FROM balance_transactions WHERE source_id = :id",
    ),
    "fees that are not the sum of their parts": Sin(
        Invariant.PARTS, "balance_transactions", EARNED,
        "UPDATE balance_transactions SET fee = fee + 1, net = net - 1 WHERE id = :id",
    ),
    "pending by another word": Sin(
        Invariant.DOC, "balance_transactions", EARNED,
        DOC.format("balance_transactions", '"status":"pending"', '"status":"available"'),
    ),
    # -- pending funds
    "a bucket with more than its parts": Sin(
        Invariant.FUNDS, "pending_funds", BUCKET.format("waiting = 1"),
        f"UPDATE pending_funds SET pending = pending + 1 {AT_BUCKET}",
    ),
    "a bucket that pays more than its charges": Sin(
        Invariant.FUNDS, "pending_funds", BUCKET.format("waiting = 1"),
        f"UPDATE pending_funds SET gross = gross + 1 {AT_BUCKET}",
    ),
    "a bucket that keeps something back": Sin(
        Invariant.FUNDS, "pending_funds", BUCKET.format("waiting = 0"),
        f"UPDATE pending_funds SET pending_released = pending_released - 1 {AT_BUCKET}",
    ),
    "a bucket that is gone": Sin(
        Invariant.FUNDS, "pending_funds", BUCKET.format("waiting = 1"), f"DELETE FROM pending_funds {AT_BUCKET}"
    ),
    "a bucket that nobody releases": Sin(
        Invariant.LATER, "due", BUCKET.format("waiting = 1"), "DELETE FROM due WHERE object_id = :id"
    ),
    "a bucket that says more than it released": Sin(
        Invariant.FUNDS, "pending_funds", BUCKET.format("sequence = 1"),
        f"UPDATE pending_funds SET sequence = 2 {AT_BUCKET}",
    ),
    "a bucket that was released more often": Sin(
        Invariant.ONCE, "pending_funds", BUCKET.format("sequence = 1"),
        f"UPDATE pending_funds SET releases = 0 {AT_BUCKET}",
    ),
    "a transaction that promises more": Sin(
        Invariant.FUNDS, "charges",
        "SELECT source_id AS id FROM balance_transactions WHERE type = 'charge' ORDER BY id LIMIT 1",
        "UPDATE balance_transactions SET pending = pending + 1 WHERE source_id = :id",
    ),
    "pending with nothing to wait for": Sin(
        Invariant.FUNDS, "ledger_accounts", NO_SUCH,
        "UPDATE pending_funds SET waiting = 0, pending_released = pending WHERE currency = 'eur'",
        named="eur L:merchant_pending",
    ),
    # -- events
    "an event that is gone": Sin(
        Invariant.EVENTS, "events", CHARGE, "DELETE FROM events WHERE object_id = :id AND sequence = 1"
    ),
    "an event in the middle that is gone": Sin(
        Invariant.EVENTS, "events",
        "SELECT object_id AS id FROM events WHERE sequence = 3 ORDER BY object_id LIMIT 1",
        "DELETE FROM events WHERE object_id = :id AND sequence = 2",
    ),
    "no event at all": Sin(Invariant.EVENTS, "events", CUSTOMER, "DELETE FROM events WHERE object_id = :id"),
    "an object that lost count": Sin(
        Invariant.EVENTS, "events", CHARGE, "UPDATE charges SET sequence = sequence + 1 WHERE id = :id"
    ),
    "an event about nothing": Sin(
        Invariant.EVENTS, "events", "SELECT 'ch_nobody' AS id",
        "INSERT INTO events (account_id, livemode, id, created_us, type, object_id, sequence, sample, doc) "
        f"SELECT account_id, livemode, 'evt_zz', 1, type, 'ch_nobody', 1, 0, doc FROM events WHERE id IN ({EVENT})",
    ),
    "a warning twice": Sin(
        Invariant.EVENTS, "events",
        "SELECT object_id AS id FROM events WHERE type = 'radar.early_fraud_warning.created'",
        "UPDATE events SET sequence = 2 WHERE object_id = :id",
    ),
    "an event of another type": Sin(Invariant.DOC, "events", EVENT, "UPDATE events SET type = 'x' WHERE id = :id"),
    "an event that shows another object": Sin(
        Invariant.DOC, "events", EVENT, DOC.format("events", '"object":{"id":"ch_', '"object":{"id":"ch_x')
    ),
    "an event that shows nothing": Sin(
        Invariant.DOC, "events", EVENT, DOC.format("events", '"data":', '"data":{},"was":')
    ),
    # -- idempotency keys
    "a finished key without a reply": Sin(
        Invariant.KEYS, "idempotency_keys", NO_SUCH,
        "UPDATE idempotency_keys SET response = NULL WHERE key = 'order-1'", named="'order-1'",
    ),
    "a reply that is no JSON": Sin(
        Invariant.KEYS, "idempotency_keys", NO_SUCH,
        "UPDATE idempotency_keys SET response = '{' WHERE key = 'order-1'", named="'order-1'",
    ),
    "a key in no state": Sin(
        Invariant.KEYS, "idempotency_keys", NO_SUCH,
        "UPDATE idempotency_keys SET state = 'begun' WHERE key = 'order-1'", named="'order-1'",
    ),
    "a key that never ends": Sin(
        Invariant.KEYS, "idempotency_keys", NO_SUCH,
        "UPDATE idempotency_keys SET state = 'started', lease_us = 0 WHERE key = 'order-1'", named="'order-1'",
    ),
    # -- what points to nothing
    "a card without a number": Sin(Invariant.WHOLE, "payment_methods", METHOD, "DELETE FROM vault"),
    "a card of nobody": Sin(
        Invariant.WHOLE, "payment_methods", METHOD, "UPDATE payment_methods SET customer_id = 'cus_1' WHERE id = :id"
    ),
    "a setup attempt of nothing": Sin(
        Invariant.WHOLE, "setup_attempts", "SELECT id FROM setup_attempts ORDER BY id LIMIT 1",
        "UPDATE setup_attempts SET setup_intent_id = 'seti_1' WHERE id = :id",
    ),
    "rows of an account that is not there": Sin(
        Invariant.WHOLE, "customers", CUSTOMER,
        "UPDATE customers SET account_id = 'acct_nobody' WHERE id = :id", named="of acct_nobody/test",
    ),
    "rows in a mode that is none": Sin(
        Invariant.WHOLE, "customers", CUSTOMER, "UPDATE customers SET livemode = 2 WHERE id = :id", named="of acct_",
    ),
    # -- documents and columns
    "a document that is no JSON": Sin(Invariant.DOC, "charges", CHARGE, "UPDATE charges SET doc = '{' WHERE id = :id"),
    "a document that lacks something": Sin(
        Invariant.DOC, "charges", CHARGE, DOC.format("charges", '"amount_captured"', '"amount_was"')
    ),
    "a deleted customer that shows": Sin(
        Invariant.DOC, "customers", CUSTOMER, "UPDATE customers SET deleted = 1 WHERE id = :id"
    ),
    "an endpoint that gets events and says it does not": Sin(
        Invariant.DOC, "webhook_endpoints", "SELECT id FROM webhook_endpoints WHERE status = 'disabled'",
        "UPDATE webhook_endpoints SET status = 'enabled' WHERE id = :id",
    ),
    "a customer that is gone and counts": Sin(
        Invariant.DOC, "customers", "SELECT id FROM customers WHERE deleted = 1",
        "UPDATE customers SET deleted = 0 WHERE id = :id",
    ),
}  # fmt: skip
