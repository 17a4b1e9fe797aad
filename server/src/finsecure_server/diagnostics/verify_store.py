"""Everything that the database knows of one book's objects, for who proves it. These statements read everything.

Each stream is in the order of the id that its rows are about, so that what belongs together can be put together as it
comes by (storage/scan.py), in memory that does not grow with the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from finsecure_server.core.invariants import Book
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.scan import Start, scan

Tell = Callable[[int], None]

#: Tables of the merchants. Each leads with account and mode.
TABLES: Final = (
    "api_keys",
    "idempotency_keys",
    "request_log",
    "due",
    "events",
    "webhook_endpoints",
    "webhook_filters",
    "webhook_secrets",
    "webhook_lanes",
    "deliveries",
    "webhook_attempts",
    "webhook_replays",
    "ledger_accounts",
    "ledger_transactions",
    "postings",
    "ledger_seals",
    "balance_transactions",
    "pending_funds",
    "customers",
    "payment_methods",
    "vault",
    "card_declines",
    "payment_intents",
    "setup_intents",
    "setup_attempts",
    "charges",
    "challenges",
    "refunds",
    "disputes",
    "payouts",
)
VERIFY_NEXT_BOOK: Final = {
    table: f"""
SELECT account_id, livemode FROM {table} WHERE (account_id, livemode) > (:account, :livemode)
ORDER BY account_id, livemode LIMIT 1"""  # noqa: S608  our own names
    for table in TABLES
}
VERIFY_ACCOUNT: Final = "SELECT id FROM accounts WHERE id = :id"
VERIFY_ACCOUNTS: Final = "SELECT id FROM accounts WHERE id > :after_id ORDER BY id LIMIT :limit"
VERIFY_COUNT: Final = {
    table: f"SELECT COUNT(*) AS n FROM {table}"  # noqa: S608  our own names
    for table in TABLES
}

# -- objects, each by its id -------------------------------------------------------------------------------------------

VERIFY_OBJECTS: Final = {
    "webhook_endpoints": """
SELECT id, created_us, livemode, status, sequence, doc FROM webhook_endpoints
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit""",
    "customers": """
SELECT id, created_us, livemode, email, deleted, sequence, doc FROM customers
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit""",
    "payment_methods": """
SELECT p.id, p.created_us, p.livemode, p.type, p.customer_id, p.vault_id, p.sequence, p.doc, v.id AS vault_row,
c.id AS customer_row
FROM (SELECT * FROM payment_methods
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) p
LEFT JOIN vault v ON v.account_id = p.account_id AND v.livemode = p.livemode AND v.id = p.vault_id
LEFT JOIN customers c ON c.account_id = p.account_id AND c.livemode = p.livemode AND c.id = p.customer_id
ORDER BY p.id""",
    "payment_intents": """
SELECT i.id, i.created_us, i.livemode, i.status, i.amount, i.currency, i.customer_id, i.latest_charge_id, i.attempts,
i.sequence, i.doc, d.due_us AS expiry_us
FROM (SELECT * FROM payment_intents
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) i
LEFT JOIN due d ON d.account_id = i.account_id AND d.livemode = i.livemode AND d.kind = 'authorization_expiry'
AND d.object_id = i.id
ORDER BY i.id""",
    "setup_intents": """
SELECT id, created_us, livemode, status, customer_id, payment_method_id, sequence, doc FROM setup_intents
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit""",
    "setup_attempts": """
SELECT a.id, a.created_us, a.livemode, a.status, a.setup_intent_id, a.doc, s.id AS intent_row
FROM (SELECT * FROM setup_attempts
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) a
LEFT JOIN setup_intents s ON s.account_id = a.account_id AND s.livemode = a.livemode AND s.id = a.setup_intent_id
ORDER BY a.id""",
    "charges": """
SELECT c.id, c.created_us, c.livemode, c.status, c.attempt, c.payment_intent_id, c.customer_id, c.currency, c.amount,
c.authorized, c.captured, c.captures, c.refunded, c.disputed, c.sequence, c.doc,
i.status AS intent_status, i.currency AS intent_currency, i.increments, d.due_us AS lookup_us
FROM (SELECT * FROM charges
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) c
LEFT JOIN payment_intents i
ON i.account_id = c.account_id AND i.livemode = c.livemode AND i.id = c.payment_intent_id
LEFT JOIN due d ON d.account_id = c.account_id AND d.livemode = c.livemode AND d.kind = 'payment_lookup'
AND d.object_id = c.id
ORDER BY c.id""",
    "refunds": """
SELECT r.id, r.created_us, r.livemode, r.status, r.attempt, r.charge_id, r.payment_intent_id, r.currency, r.amount,
r.debt, r.sequence, r.doc, t.due_us AS retry_us, l.due_us AS lookup_us
FROM (SELECT * FROM refunds
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) r
LEFT JOIN due t ON t.account_id = r.account_id AND t.livemode = r.livemode AND t.kind = 'refund_retry'
AND t.object_id = r.id
LEFT JOIN due l ON l.account_id = r.account_id AND l.livemode = r.livemode AND l.kind = 'refund_lookup'
AND l.object_id = r.id
ORDER BY r.id""",
    "disputes": """
SELECT d.id, d.created_us, d.livemode, d.status, d.charge_id, d.payment_intent_id, d.currency, d.amount, d.sequence,
d.doc, w.due_us AS deadline_us, x.due_us AS decision_us
FROM (SELECT * FROM disputes
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) d
LEFT JOIN due w ON w.account_id = d.account_id AND w.livemode = d.livemode AND w.kind = 'dispute_deadline'
AND w.object_id = d.id
LEFT JOIN due x ON x.account_id = d.account_id AND x.livemode = d.livemode AND x.kind = 'dispute_decision'
AND x.object_id = d.id
ORDER BY d.id""",
    "payouts": """
SELECT p.id, p.created_us, p.livemode, p.status, p.currency, p.amount, p.sequence, p.doc, s.due_us AS send_us,
a.due_us AS arrive_us
FROM (SELECT * FROM payouts
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit) p
LEFT JOIN due s ON s.account_id = p.account_id AND s.livemode = p.livemode AND s.kind = 'payout_send'
AND s.object_id = p.id
LEFT JOIN due a ON a.account_id = p.account_id AND a.livemode = p.livemode AND a.kind = 'payout_arrive'
AND a.object_id = p.id
ORDER BY p.id""",
    "pending_funds": """
SELECT b.currency || ':' || CAST(b.available_on AS TEXT) AS id, b.currency, b.available_on, b.pending, b.gross,
b.pending_released, b.gross_released, b.releases, b.waiting, b.sequence, d.due_us AS release_us
FROM (SELECT * FROM pending_funds WHERE account_id = :account AND livemode = :livemode
AND (currency, available_on) > (:after_currency, :after_available_on)
ORDER BY currency, available_on LIMIT :limit) b
LEFT JOIN due d ON d.account_id = b.account_id AND d.livemode = b.livemode AND d.kind = 'funds_available'
AND d.object_id = b.currency || ':' || CAST(b.available_on AS TEXT)
ORDER BY b.currency, b.available_on""",
}
#: A bucket has no column of its own for its id. Moments have ten figures from 2001 to 2286: both orders are the same.
_BUCKETS: Final[Start] = {"currency": "", "available_on": -1}

# -- what else is known of an id ---------------------------------------------------------------------------------------

VERIFY_ENTRIES: Final = """
SELECT t.source_id, t.kind, t.ordinal, t.id, t.currency,
SUM(CASE WHEN p.name = 'M:auth_hold' THEN CASE p.side WHEN 'D' THEN p.amount ELSE -p.amount END ELSE 0 END) AS hold,
SUM(CASE WHEN p.name = 'L:merchant_pending' THEN CASE p.side WHEN 'C' THEN p.amount ELSE -p.amount END ELSE 0 END)
AS pending,
SUM(CASE WHEN p.name IN ('L:merchant_pending', 'L:merchant_available', 'L:merchant_reserved', 'A:merchant_debt')
THEN CASE p.side WHEN 'C' THEN p.amount ELSE -p.amount END ELSE 0 END) AS net,
SUM(CASE WHEN p.name = 'A:network_receivable' THEN CASE p.side WHEN 'D' THEN p.amount ELSE -p.amount END ELSE 0 END)
AS network,
SUM(CASE WHEN p.name IN ('L:refund_in_transit', 'L:payout_in_transit')
THEN CASE p.side WHEN 'C' THEN p.amount ELSE -p.amount END ELSE 0 END) AS transit
FROM (SELECT * FROM ledger_transactions WHERE account_id = :account AND livemode = :livemode
AND (source_id, kind, ordinal) > (:after_source_id, :after_kind, :after_ordinal)
ORDER BY source_id, kind, ordinal LIMIT :limit) t
LEFT JOIN postings p ON p.account_id = t.account_id AND p.livemode = t.livemode AND p.transaction_id = t.id
GROUP BY t.source_id, t.kind, t.ordinal, t.id, t.currency
ORDER BY t.source_id, t.kind, t.ordinal, t.id"""
VERIFY_BALANCE_TRANSACTIONS: Final = """
SELECT id, created_us, livemode, type, source_id, currency, amount, fee, net, available_on, pending, payout_id, doc
FROM balance_transactions WHERE account_id = :account AND livemode = :livemode
AND (source_id, id) > (:after_source_id, :after_id) ORDER BY source_id, id LIMIT :limit"""
VERIFY_EVENT_COUNTS: Final = """
SELECT object_id, COUNT(*) AS events, MIN(sequence) AS lowest, MAX(sequence) AS highest FROM events
WHERE account_id = :account AND livemode = :livemode AND object_id > :after_object_id AND sample = 0
GROUP BY object_id ORDER BY object_id LIMIT :limit"""
VERIFY_CHARGES_OF: Final = """
SELECT payment_intent_id, id, status, authorized, captured FROM charges
WHERE account_id = :account AND livemode = :livemode
AND (payment_intent_id, id) > (:after_payment_intent_id, :after_id) ORDER BY payment_intent_id, id LIMIT :limit"""
VERIFY_REFUNDS_OF: Final = """
SELECT charge_id, id, status, currency, amount FROM refunds WHERE account_id = :account AND livemode = :livemode
AND (charge_id, id) > (:after_charge_id, :after_id) ORDER BY charge_id, id LIMIT :limit"""
VERIFY_DISPUTES_OF: Final = """
SELECT charge_id, id, status, currency FROM disputes WHERE account_id = :account AND livemode = :livemode
AND (charge_id, id) > (:after_charge_id, :after_id) ORDER BY charge_id, id LIMIT :limit"""
VERIFY_FUNDS: Final = """
SELECT currency || ':' || CAST(available_on AS TEXT) AS id, currency, available_on, SUM(pending) AS pending,
SUM(CASE WHEN type = 'charge' THEN amount ELSE 0 END) AS gross
FROM balance_transactions WHERE account_id = :account AND livemode = :livemode
AND (currency, available_on) > (:after_currency, :after_available_on) AND (pending <> 0 OR type = 'charge')
GROUP BY currency, available_on ORDER BY currency, available_on LIMIT :limit"""

#: Stream -> its statement, the start of its key, and the column that says what its rows are about.
VERIFY_ABOUT: Final[dict[str, tuple[str, Start, str]]] = {
    "entries": (VERIFY_ENTRIES, {"source_id": "", "kind": "", "ordinal": 0}, "source_id"),
    "transactions": (VERIFY_BALANCE_TRANSACTIONS, {"source_id": "", "id": ""}, "source_id"),
    "events": (VERIFY_EVENT_COUNTS, {"object_id": ""}, "object_id"),
    "charges_of": (VERIFY_CHARGES_OF, {"payment_intent_id": "", "id": ""}, "payment_intent_id"),
    "refunds_of": (VERIFY_REFUNDS_OF, {"charge_id": "", "id": ""}, "charge_id"),
    "disputes_of": (VERIFY_DISPUTES_OF, {"charge_id": "", "id": ""}, "charge_id"),
    "funds": (VERIFY_FUNDS, _BUCKETS, "id"),
}

# -- by themselves -----------------------------------------------------------------------------------------------------

VERIFY_EVENTS: Final = """
SELECT id, created_us, livemode, type, object_id, sequence, sample, doc FROM events
WHERE account_id = :account AND livemode = :livemode AND id > :after_id ORDER BY id LIMIT :limit"""
VERIFY_KEYS: Final = """
SELECT k.key, k.state, k.lease_us, k.object_id, k.status, k.response, i.status AS intent_status,
s.status AS setup_status, r.status AS refund_status
FROM (SELECT * FROM idempotency_keys WHERE account_id = :account AND livemode = :livemode AND key > :after_key
ORDER BY key LIMIT :limit) k
LEFT JOIN payment_intents i ON i.account_id = k.account_id AND i.livemode = k.livemode AND i.id = k.object_id
LEFT JOIN setup_intents s ON s.account_id = k.account_id AND s.livemode = k.livemode AND s.id = k.object_id
LEFT JOIN refunds r ON r.account_id = k.account_id AND r.livemode = k.livemode AND r.id = k.object_id
ORDER BY k.key"""
VERIFY_TRANSACTIONS: Final = """
SELECT COUNT(*) AS n FROM ledger_transactions WHERE account_id = :account AND livemode = :livemode"""
VERIFY_PENDING: Final = """
SELECT currency, balance FROM ledger_accounts
WHERE account_id = :account AND livemode = :livemode AND name = 'L:merchant_pending' AND balance <> 0"""


def books(reader: Reader) -> Iterator[tuple[Book, str | None]]:
    """Every book; and where rows stand whose account does not exist, one of the tables that have them."""
    for row in scan(reader, VERIFY_ACCOUNTS, {"id": ""}):
        yield Book(row["id"], 0), None
        yield Book(row["id"], 1), None
    for table, sql in VERIFY_NEXT_BOOK.items():
        nobodys = table == "request_log"  # requests without a good key stand there under no account, in test mode
        at = reader.one(sql, account="", livemode=0 if nobodys else -1)
        while at is not None:
            book = Book(at["account_id"], at["livemode"])
            if reader.one(VERIFY_ACCOUNT, id=book.account) is None or book.livemode not in (0, 1):
                yield book, table
            at = reader.one(sql, **book._asdict())


def count(reader: Reader, table: str) -> int:
    """How many rows a table has."""
    row = reader.one(VERIFY_COUNT[table])
    assert row is not None
    n: int = row["n"]
    return n


def ledger_transactions(reader: Reader, book: Book) -> int:
    """How many ledger transactions a book has."""
    row = reader.one(VERIFY_TRANSACTIONS, **book._asdict())
    assert row is not None
    n: int = row["n"]
    return n


def objects(reader: Reader, book: Book, table: str, tell: Tell) -> Iterator[Row]:
    """The rows of one table of objects."""
    start: Start = _BUCKETS if table == "pending_funds" else {"id": ""}
    return scan(reader, VERIFY_OBJECTS[table], start, tell, **book._asdict())


def about(reader: Reader, book: Book, tell: Tell) -> dict[str, tuple[Iterator[Row], str]]:
    """What other tables say about an id: streams for `together`."""
    return {
        name: (scan(reader, sql, start, tell, **book._asdict()), column)
        for name, (sql, start, column) in VERIFY_ABOUT.items()
    }


def events(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """Events by their own ids."""
    return scan(reader, VERIFY_EVENTS, {"id": ""}, tell, **book._asdict())


def keys(reader: Reader, book: Book, tell: Tell) -> Iterator[Row]:
    """Idempotency keys, with the status of what they are about."""
    return scan(reader, VERIFY_KEYS, {"key": ""}, tell, **book._asdict())


def pending(reader: Reader, book: Book) -> dict[str, int]:
    """What is pending, by currency."""
    return {row["currency"]: row["balance"] for row in reader.all(VERIFY_PENDING, **book._asdict())}
