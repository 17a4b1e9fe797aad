"""What must be true of an object because of its kind and its status: where its money is, and what waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from finsecure_server.core.attempt import Kind
from finsecure_server.core.invariants import Finding, Invariant
from finsecure_server.core.payment_intent import Status as IntentStatus
from finsecure_server.diagnostics.dossier import Dossier
from finsecure_server.storage.database import Row

NEVER_MOVED: Final = ("failed", "canceled")  # statuses of refunds that do not count
_HOLDING: Final = (IntentStatus.REQUIRES_CAPTURE, IntentStatus.PROCESSING)


class _Attempt(Struct):
    kind: Kind


class _Asked(Struct):
    """As much as matters of what a processor was asked."""

    attempt: _Attempt
    open: bool = False


def check(dossier: Dossier) -> Iterator[Finding]:
    """What an object's kind and status demand."""
    rule = _RULES.get(str(dossier.table))
    if rule is not None and dossier.row is not None:
        yield from rule(dossier, dossier.row)


# -- payments ----------------------------------------------------------------------------------------------------------


def _charge(d: Dossier, row: Row) -> Iterator[Finding]:
    authorized, captured, refunded = row["authorized"], row["captured"], row["refunded"]
    if any(type(amount) is not int for amount in (authorized, captured, refunded)):
        yield d.finding(Invariant.CAPTURED, "integers", f"{authorized!r}, {captured!r}, {refunded!r}")
        return
    if not 0 <= captured <= authorized:
        yield d.finding(Invariant.CAPTURED, f"captured from 0 to {authorized}, what is authorized", captured)
    if not 0 <= refunded <= captured:
        yield d.finding(Invariant.REFUNDED, f"refunded from 0 to {captured}, what is captured", refunded)
    if row["intent_status"] is None:
        yield d.finding(Invariant.WHOLE, f"its intent {row['payment_intent_id']}", "no such intent")
        return
    if row["intent_currency"] != row["currency"]:
        yield d.finding(Invariant.CURRENCY, f"{row['intent_currency']}, as its intent", row["currency"])
    yield from _captures(d, row)
    yield from _refunds_and_disputes(d, row)
    held = authorized - captured if row["intent_status"] in _HOLDING else 0
    if d.moved("hold") != held:
        expected = f"a hold of {held} (its intent is {row['intent_status']})"
        yield d.finding(Invariant.RELEASED, expected, d.moved("hold"))
    yield from _open_question(d, row)


def _captures(d: Dossier, row: Row) -> Iterator[Finding]:
    """The ledger, the balance and the charge agree about what was authorized and captured."""
    authorized = d.moved("hold", "authorization", "increment") + d.moved("network", "sale")
    if authorized != row["authorized"]:
        yield d.finding(Invariant.CAPTURED, f"authorized {authorized}, as the ledger says", row["authorized"])
    captured = d.moved("network", "sale", "capture")
    if captured != row["captured"]:
        yield d.finding(Invariant.CAPTURED, f"captured {captured}, as the ledger says", row["captured"])
    earned = sum(transaction["amount"] for transaction in d.transactions if transaction["type"] == "charge")
    if earned != row["captured"]:
        yield d.finding(Invariant.CAPTURED, f"captured {earned}, as the balance transactions say", row["captured"])
    captures = [entry["ordinal"] for entry in d.entries if entry["kind"] in ("sale", "capture")]
    if sorted(captures) != list(range(1, row["captures"] + 1)):
        yield d.finding(Invariant.ONCE, f"captures 1 to {row['captures']} in the ledger", sorted(captures))


def _refunds_and_disputes(d: Dossier, row: Row) -> Iterator[Finding]:
    refunds = d.parts.get("refunds_of", ())
    refunded = sum(refund["amount"] for refund in refunds if refund["status"] not in NEVER_MOVED)
    if refunded != row["refunded"]:
        yield d.finding(Invariant.REFUNDED, f"refunded {refunded}, as its refunds say", row["refunded"])
    disputes = d.parts.get("disputes_of", ())
    if bool(disputes) != bool(row["disputed"]):
        yield d.finding(Invariant.WHOLE, f"disputed {bool(row['disputed'])}", f"{len(disputes)} disputes")
    for table, rows in (("refunds", refunds), ("disputes", disputes)):
        for other in rows:
            if other["currency"] != row["currency"]:
                name = f"{other['id']} {d.book}"
                yield Finding(Invariant.CURRENCY, table, name, f"{row['currency']}, as its charge", other["currency"])


def _open_question(d: Dossier, row: Row) -> Iterator[Finding]:
    """Nothing moves for a question that has no answer yet, nor for one that was refused."""
    asked = _asked(row)
    if asked is None:
        yield d.finding(Invariant.DOC, "what the processor was asked, as JSON", row["attempt"])
        return
    kinds = Counter(d.kinds())
    if row["status"] == "failed" and kinds:
        yield d.finding(Invariant.UNKNOWN, "no ledger transaction of a failed charge", d.kinds())
    if not asked.open:
        if row["status"] == "pending":
            yield d.finding(Invariant.UNKNOWN, "an open question, as the charge is pending", "an answered one")
        return
    if row["lookup_us"] is None:
        yield d.finding(Invariant.LATER, "a payment_lookup", "none scheduled", "due")
    moved = {
        Kind.AUTHORIZE: bool(kinds),
        Kind.VOID: bool(kinds["release"]),
        Kind.INCREMENT: any(e["kind"] == "increment" and e["ordinal"] >= row["increments"] for e in d.entries),
    }
    if moved.get(asked.attempt.kind, False):
        expected = f"no ledger transaction for an open {asked.attempt.kind.value}"
        yield d.finding(Invariant.UNKNOWN, expected, d.kinds())


def _intent(d: Dossier, row: Row) -> Iterator[Finding]:
    charges = d.parts.get("charges_of", ())
    captured = sum(charge["captured"] for charge in charges)
    held = sum(charge["authorized"] - charge["captured"] for charge in charges)
    status = row["status"]
    if d.shown("amount_received") != captured:
        yield d.finding(Invariant.CAPTURED, f"amount_received {captured}", d.shown("amount_received"))
    capturable = held if status in _HOLDING else 0
    if d.shown("amount_capturable") != capturable:
        yield d.finding(Invariant.CAPTURED, f"amount_capturable {capturable}", d.shown("amount_capturable"))
    if status == IntentStatus.SUCCEEDED and not captured:
        yield d.finding(Invariant.RELEASED, "something captured of a succeeded intent", 0)
    if status == IntentStatus.CANCELED and captured:
        yield d.finding(Invariant.RELEASED, "nothing captured of a canceled intent", captured)
    if status == IntentStatus.REQUIRES_CAPTURE and not held:
        yield d.finding(Invariant.RELEASED, "something held for an intent that can be captured", 0)
    if status == IntentStatus.REQUIRES_CAPTURE and row["expiry_us"] is None:
        yield d.finding(Invariant.LATER, "an authorization_expiry", "none scheduled", "due")
    latest = row["latest_charge_id"]
    if latest is not None and latest not in {charge["id"] for charge in charges}:
        yield d.finding(Invariant.WHOLE, f"its charge {latest}", "no such charge")
    if len(charges) > row["attempts"]:
        yield d.finding(Invariant.WHOLE, f"at most {row['attempts']} charges, one an attempt", len(charges))


def _setup_attempt(d: Dossier, row: Row) -> Iterator[Finding]:
    if row["intent_row"] is None:
        yield d.finding(Invariant.WHOLE, f"its intent {row['setup_intent_id']}", "no such setup intent")


def _payment_method(d: Dossier, row: Row) -> Iterator[Finding]:
    if row["vault_id"] is not None and row["vault_row"] is None:
        yield d.finding(Invariant.WHOLE, f"its number {row['vault_id']}", "no such row in vault")
    if row["customer_id"] is not None and row["customer_row"] is None:
        yield d.finding(Invariant.WHOLE, f"its customer {row['customer_id']}", "no such customer")


# -- money that goes back, and out -------------------------------------------------------------------------------------


def _refund(d: Dossier, row: Row) -> Iterator[Finding]:
    status, kinds = row["status"], d.kinds()
    waits = status == "pending" and d.shown("pending_reason") == "insufficient_funds"
    expected: tuple[list[str], ...]
    match status:
        case "succeeded":
            expected = (["refund", "refund_done"],)
        case "pending":
            expected = ([] if waits else ["refund"],)
        case _:
            expected = ([], ["refund", "refund_failed"])
    if kinds not in expected:
        yield d.finding(
            _moved_too_early(kinds, expected), f"the ledger transactions {_either(expected)} ({status})", kinds
        )
    yield from _amounts(d, row, "transit", {"refund": 1, "refund_done": -1, "refund_failed": -1})
    asked = _asked(row)
    if asked is None:
        yield d.finding(Invariant.DOC, "what the processor was asked, as JSON", row["attempt"])
    elif asked.open and status != "pending":
        yield d.finding(Invariant.UNKNOWN, "pending, for its question is open", status)
    elif asked.open and row["lookup_us"] is None:
        yield d.finding(Invariant.LATER, "a refund_lookup", "none scheduled", "due")
    if waits and row["retry_us"] is None:
        yield d.finding(Invariant.LATER, "a refund_retry", "none scheduled", "due")


def _dispute(d: Dossier, row: Row) -> Iterator[Finding]:
    status = row["status"]
    expected: list[str] = []
    if not status.startswith("warning_"):
        expected = ["dispute", "dispute_won"] if status == "won" else ["dispute"]
    if d.kinds() != expected:
        yield d.finding(Invariant.ONCE, f"the ledger transactions {expected} ({status})", d.kinds())
    yield from _amounts(d, row, "network", {"dispute": -1, "dispute_won": 1})
    if status.endswith("needs_response") and row["deadline_us"] is None:
        yield d.finding(Invariant.LATER, "a dispute_deadline", "none scheduled", "due")
    if status.endswith("under_review") and not d.book.livemode and row["decision_us"] is None:
        yield d.finding(Invariant.LATER, "a dispute_decision", "none scheduled", "due")


_PAYOUT: Final[dict[str, tuple[list[str], str | None]]] = {
    "pending": (["payout"], "send_us"),
    "in_transit": (["payout"], "arrive_us"),
    "paid": (["payout", "payout_paid"], None),
    "failed": (["payout", "payout_failed"], None),
    "canceled": (["payout", "payout_failed"], None),
}


def _payout(d: Dossier, row: Row) -> Iterator[Finding]:
    status = row["status"]
    expected, waits_for = _PAYOUT.get(status, ([], None))
    if d.kinds() != expected:
        yield d.finding(Invariant.ONCE, f"the ledger transactions {expected} ({status})", d.kinds())
    yield from _amounts(d, row, "transit", {"payout": 1, "payout_paid": -1, "payout_failed": -1})
    left = 0 if status in NEVER_MOVED else row["amount"]
    linked = -sum(transaction["net"] for transaction in d.transactions if transaction["payout_id"] == d.id)
    if linked != left:
        yield d.finding(Invariant.PAYOUT, f"{left} as the sum of its balance transactions", linked)
    if waits_for is not None and row[waits_for] is None:
        yield d.finding(Invariant.LATER, f"a payout_{waits_for.removesuffix('_us')}", "none scheduled", "due")


def _bucket(d: Dossier, row: Row) -> Iterator[Finding]:
    sums = d.parts.get("funds", ())
    for column in ("pending", "gross"):
        said = sums[0][column] if sums else 0
        if row[column] != said:
            yield d.finding(Invariant.FUNDS, f"{column} {said}, as its balance transactions say", row[column])
        if not row["waiting"] and row[f"{column}_released"] != row[column]:
            expected = f"all of {column} {row[column]} released, or a release to wait for"
            yield d.finding(Invariant.FUNDS, expected, row[f"{column}_released"])
    if row["waiting"] and row["release_us"] is None:
        yield d.finding(Invariant.LATER, "a funds_available", "none scheduled", "due")
    available = [entry["ordinal"] for entry in d.entries if entry["kind"] == "available"]
    if len(available) != row["sequence"]:
        yield d.finding(Invariant.FUNDS, f"{row['sequence']} times available, as it counts", len(available))
    released = max((entry["ordinal"] for entry in d.entries), default=0)
    if released > row["releases"] or set(d.kinds()) - {"available", "network_settled"}:
        yield d.finding(Invariant.ONCE, f"releases 1 to {row['releases']}", f"{d.kinds()} up to {released}")


# -- in common ---------------------------------------------------------------------------------------------------------


def _amounts(d: Dossier, row: Row, column: str, signs: dict[str, int]) -> Iterator[Finding]:
    """Each ledger transaction moves the whole amount of its object."""
    for entry in d.entries:
        expected = signs.get(entry["kind"], 0) * row["amount"]
        if (entry[column] or 0) != expected:
            what = f"{entry['id']} ({entry['kind']} of {d.id}) {d.book}"
            yield Finding(
                Invariant.PARTS, "ledger_transactions", what, f"{expected}, the amount of {d.id}", str(entry[column])
            )


def _moved_too_early(kinds: list[str], expected: tuple[list[str], ...]) -> Invariant:
    """More than there should be was moved before the outcome was known; else something is missing, or there twice."""
    return Invariant.UNKNOWN if expected == (["refund"],) and len(kinds) > 1 else Invariant.ONCE


def _either(choices: tuple[list[str], ...]) -> str:
    return " or ".join(map(str, choices))


def _asked(row: Row) -> _Asked | None:
    try:
        return msgspec.json.decode(row["attempt"], type=_Asked)
    except (msgspec.DecodeError, TypeError, UnicodeError):
        return None


_RULES: Final[dict[str, Callable[[Dossier, Any], Iterator[Finding]]]] = {
    "charges": _charge,
    "payment_intents": _intent,
    "setup_attempts": _setup_attempt,
    "payment_methods": _payment_method,
    "refunds": _refund,
    "disputes": _dispute,
    "payouts": _payout,
    "pending_funds": _bucket,
}
