"""Rules of payouts. Test mode has a bank of its own (core/payout.py); live mode needs one that is not there yet."""

from __future__ import annotations

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from finsecure_server.core import changes, money
from finsecure_server.core import ledger as book
from finsecure_server.core import payout as core
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.ledger import Name
from finsecure_server.core.payout import MOVES, PACES, Method, Status
from finsecure_server.ledger import store as ledger
from finsecure_server.payouts import store
from finsecure_server.payouts.store import Stored
from finsecure_server.payouts.types import CreatePayout, Payout, UpdatePayout
from finsecure_server.refunds.settle import RETRY
from finsecure_server.storage import queue
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import store as events


def create(tx: Tx, env: Env, params: CreatePayout) -> Payout:
    """Send available funds to the bank. They leave the balance at once."""
    if env.livemode:
        raise Refused(
            Code.PROCESSOR_NOT_CONFIGURED,
            "No bank is connected, so there are no live payouts. No money moved.",
        )
    currency = money.lookup(params.currency).code
    money.check_payout_amount(params.amount, currency)
    destination = core.destination(_given(params.destination)).id
    metadata = merged({}, params.metadata)
    core.ending(destination, metadata.get("simulate"))
    debt = ledger.balance(tx, env, currency, Name.MERCHANT_DEBT)  # in the order of their names, as everybody locks them
    available = ledger.balance(tx, env, currency, Name.MERCHANT_AVAILABLE)
    core.check_funds(params.amount, currency, available=available, debt=debt)
    payout_id = env.new_id("po")
    pace = PACES[Method(params.method)]
    description = _given(params.description)
    ledger.post(tx, env, book.payout(currency, params.amount), payout_id)
    wire = Payout(
        id=payout_id,
        amount=params.amount,
        arrival_date=env.seconds + pace.arrives,
        balance_transaction=_record(tx, env, payout_id, "payout", -params.amount, currency, description),
        created=env.seconds,
        currency=currency,
        description=description,
        destination=destination,
        livemode=env.livemode,
        metadata=metadata,
        method=params.method,
        statement_descriptor=_given(params.statement_descriptor),
        status=Status.PENDING.value,
    )
    doc = _json(wire)
    store.add(tx, env, wire, doc)
    events.emit(tx, env, "payout.created", payout_id, 1, doc)
    queue.schedule(tx, env, "payout_send", payout_id, env.now + pace.sent * 1_000_000)
    return wire


def update(tx: Tx, env: Env, payout_id: str, params: UpdatePayout) -> Payout:
    """Change a payout's metadata. Says nothing when nothing changed."""
    stored = store.lock(tx, env, payout_id)
    metadata = merged(stored.wire.metadata, params.metadata)
    core.ending(stored.wire.destination, metadata.get("simulate"))
    return _change(tx, env, stored, "payout.updated", metadata=metadata)


def cancel(tx: Tx, env: Env, payout_id: str) -> Payout:
    """Call a payout back that is not under way yet."""
    stored = store.lock(tx, env, payout_id)
    core.check_cancel(stored.status)
    queue.cancel(tx, env, "payout_send", payout_id)
    returned = _return(tx, env, stored.wire, "payout_cancel")
    return _move(tx, env, stored, Status.CANCELED, "payout.canceled", failure_balance_transaction=returned)


def send(tx: Tx, env: Env, payout_id: str) -> None:
    """It goes out. Nothing happens if it was canceled meanwhile."""
    stored = store.lock(tx, env, payout_id)
    if stored.status is not Status.PENDING:
        return
    _move(tx, env, stored, Status.IN_TRANSIT, "payout.updated")
    queue.schedule(tx, env, "payout_arrive", payout_id, stored.wire.arrival_date * 1_000_000)


def arrive(tx: Tx, env: Env, payout_id: str) -> None:
    """The bank has it, or sends it back."""
    stored = store.lock(tx, env, payout_id)
    if stored.status is not Status.IN_TRANSIT:
        return
    wire = stored.wire
    failure = core.ending(wire.destination, wire.metadata.get("simulate"))
    if failure is None:
        ledger.post(tx, env, book.payout_paid(wire.currency, wire.amount), payout_id)
        _move(tx, env, stored, Status.PAID, "payout.paid")
        return
    returned = _return(tx, env, wire, "payout_failure")
    _move(
        tx,
        env,
        stored,
        Status.FAILED,
        "payout.failed",
        failure_balance_transaction=returned,
        failure_code=failure,
        failure_message=core.FAILURES[failure],
    )


def _return(tx: Tx, env: Env, wire: Payout, type_: str) -> str:
    """The money is back: debts are settled, and the rest is available; the id of the row that says so."""
    debt = ledger.balance(tx, env, wire.currency, Name.MERCHANT_DEBT)
    ledger.post(tx, env, book.payout_failed(wire.currency, wire.amount, debt), wire.id)
    queue.wake(tx, env, RETRY)
    return _record(tx, env, wire.id, type_, wire.amount, wire.currency, wire.description)


def _record(tx: Tx, env: Env, payout_id: str, type_: str, amount: int, currency: str, description: str | None) -> str:
    return ledger.record(
        tx,
        env,
        type_=type_,
        source_id=payout_id,
        currency=currency,
        amount=amount,
        description=description,
        category="payout" if type_ == "payout" else "payout_reversal",
        payout=payout_id,
    )


def _move(tx: Tx, env: Env, stored: Stored, status: Status, event: str, **fields: object) -> Payout:
    assert status in MOVES[stored.status], (stored.wire.id, stored.status, status)
    return _change(tx, env, stored, event, status=status.value, **fields)


def _change(tx: Tx, env: Env, stored: Stored, event: str, **fields: object) -> Payout:
    wire = replace(stored.wire, **fields)
    previous = changes.previous(stored.wire, wire)
    if previous:
        doc = _json(wire)
        store.save(tx, env, wire, doc, was=stored.sequence)
        events.emit(tx, env, event, wire.id, stored.sequence + 1, doc, previous if event == "payout.updated" else None)
    return wire


def _given(value: str | UnsetType | None) -> str | None:
    return value if isinstance(value, str) and value else None


def _json(wire: Payout) -> str:
    return msgspec.json.encode(wire).decode()
