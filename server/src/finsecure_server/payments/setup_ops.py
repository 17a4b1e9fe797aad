"""What can be done to a setup intent: rules of a write."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET

from finsecure_server.core import ids
from finsecure_server.core import setup_intent as core
from finsecure_server.core.attempt import Attempt, Kind, Outcome
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.setup_intent import Status, Wish
from finsecure_server.customers import store as customers
from finsecure_server.payment_methods import decline_ops
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.method import Method
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payments import given, setup_settle, setup_store
from finsecure_server.payments.ops import SECRET_BYTES, check_secret
from finsecure_server.payments.setup_settle import Result
from finsecure_server.payments.setup_store import AttemptRow, Setup, Verification
from finsecure_server.payments.setup_types import (
    CancelSetupIntent,
    ConfirmSetupIntent,
    CreateSetupIntent,
    SetupAttempt,
    SetupIntent,
    UpdateSetupIntent,
)
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import store as events

#: Networks verify a card with an amount of nothing, in some currency.
VERIFIED_IN: Final = "usd"

#: What an update may change when the card is saved already.
_AT_ANY_TIME: Final = frozenset({"description", "metadata", "expand"})
_METHOD: Final = frozenset({"payment_method", "payment_method_data"})

Answer = Result | Ask[Outcome, Result]


def create(tx: Tx, env: Env, params: CreateSetupIntent) -> Answer:
    """A new intent, and with `confirm` the first attempt."""
    return_url = given.return_url(params.return_url, confirm=params.confirm)
    customer = given.given(params.customer)
    if customer is not None:
        customers.require(tx, env, customer, "customer")
    method = given.method(tx, env, params.payment_method, params.payment_method_data, customer)
    intent_id = env.new_id("seti")
    types = given.types(params.payment_method_types)
    wire = SetupIntent(
        id=intent_id,
        automatic_payment_methods=given.automatic(params.automatic_payment_methods, types),
        cancellation_reason=None,
        client_secret=f"{intent_id}_secret_{ids.letters(env.chance(SECRET_BYTES))}",
        created=env.seconds,
        customer=customer,
        description=given.given(params.description),
        flow_directions=given.given(params.flow_directions),
        last_setup_error=None,
        latest_attempt=None,
        livemode=env.livemode,
        metadata=given.metadata(env, {}, params.metadata),
        next_action=None,
        payment_method=None if method is None else method.wire.id,
        payment_method_options=given.options({}, params.payment_method_options),
        payment_method_types=types or ["card"],
        status=core.open_status(has_method=method is not None).value,
        usage=params.usage,
    )
    intent = Setup(wire=wire, sequence=1)
    doc = msgspec.json.encode(wire).decode()
    events.emit(tx, env, "setup_intent.created", intent_id, 1, doc)
    if not params.confirm:
        setup_store.save(tx, env, intent, doc)
        return Result(intent, doc)
    cvc = given.cvc(params.payment_method_data, params.payment_method_options)
    return _attempt(tx, env, intent, method, return_url=return_url, cvc=cvc)


def update(tx: Tx, env: Env, intent_id: str, params: UpdateSetupIntent) -> Result:
    """Change an intent. What concerns the payment method only before it is saved."""
    intent = setup_store.lock(tx, env, intent_id)
    wire = intent.wire
    named = {name for name in params.__struct_fields__ if getattr(params, name) is not UNSET}
    if named - _AT_ANY_TIME:
        core.check(intent.status, Wish.UPDATE)
    for name in ("description", "flow_directions"):
        if name in named:
            setattr(wire, name, given.given(getattr(params, name)))
    wire.metadata = given.metadata(env, wire.metadata, params.metadata)
    if "customer" in named:
        wire.customer = given.given(params.customer)
        if wire.customer is not None:
            customers.require(tx, env, wire.customer, "customer")
    wire.payment_method_types = given.types(params.payment_method_types) or wire.payment_method_types
    wire.payment_method_options = given.options(wire.payment_method_options, params.payment_method_options)
    if named & _METHOD:
        method = given.method(tx, env, params.payment_method, params.payment_method_data, wire.customer)
        _abandon(tx, env, intent)
        wire.payment_method = None if method is None else method.wire.id
        wire.next_action = None
        wire.status = core.open_status(has_method=method is not None).value
    doc = msgspec.json.encode(wire).decode()
    setup_store.save(tx, env, intent, doc)
    return Result(intent, doc)


def confirm(tx: Tx, env: Env, intent_id: str, params: ConfirmSetupIntent) -> Answer:
    """Try to save the payment method."""
    return_url = given.return_url(params.return_url)
    intent = setup_store.lock(tx, env, intent_id)
    wire = intent.wire
    check_secret(env, wire.client_secret, params.client_secret)
    core.check(intent.status, Wish.CONFIRM)
    wire.payment_method_options = given.options(wire.payment_method_options, params.payment_method_options)
    method = given.method(tx, env, params.payment_method, params.payment_method_data, wire.customer)
    if method is None and wire.payment_method is not None:
        method = given.usable(tx, env, wire.payment_method, wire.customer)
    _abandon(tx, env, intent)
    wire.next_action = None
    cvc = given.cvc(params.payment_method_data, params.payment_method_options)
    return _attempt(tx, env, intent, method, return_url=return_url, cvc=cvc)


def authenticated(tx: Tx, env: Env, intent_id: str, *, passed: bool) -> Answer:
    """The payer has come back from their bank. Who failed there is not asked about any more."""
    intent = setup_store.lock(tx, env, intent_id)
    core.check(intent.status, Wish.AUTHENTICATE)
    attempt = _latest(tx, env, intent)
    intent.wire.next_action = None
    if not passed:
        method = payment_methods.find(tx, env, attempt.wire.payment_method, "payment_method")
        return setup_settle.unauthenticated(tx, env, intent, attempt, method.wire)
    intent.attempts += 1
    question = msgspec.structs.replace(
        attempt.asked.attempt, id=f"{attempt.wire.id}_authenticated", number=intent.attempts, authenticated=True
    )
    attempt.asked = Verification(attempt=question, return_url=attempt.asked.return_url)
    return setup_settle.ask(tx, env, intent, attempt)


def cancel(tx: Tx, env: Env, intent_id: str, params: CancelSetupIntent) -> Result:
    """Give up."""
    intent = setup_store.lock(tx, env, intent_id)
    wire = intent.wire
    core.check(intent.status, Wish.CANCEL)
    _abandon(tx, env, intent)
    wire.cancellation_reason = given.given(params.cancellation_reason)
    wire.status = Status.CANCELED.value
    wire.next_action = None
    intent.sequence += 1
    doc = msgspec.json.encode(wire).decode()
    setup_store.save(tx, env, intent, doc)
    events.emit(tx, env, "setup_intent.canceled", wire.id, intent.sequence, doc)
    return Result(intent, doc)


# -- one attempt -------------------------------------------------------------------------------------------------------


def _attempt(tx: Tx, env: Env, intent: Setup, method: Method | None, *, return_url: str | None, cvc: bool) -> Answer:
    wire = intent.wire
    if method is None:
        raise Refused(
            Code.SETUP_INTENT_UNEXPECTED_STATE,
            "You cannot confirm this SetupIntent because it's missing a payment method. Send payment_method with this "
            "call, or attach one by an update.",
            param="payment_method",
        )
    given.check_type(method, wire.payment_method_types, wire.automatic_payment_methods)
    core.check_attempts(intent.attempts)
    decline_ops.check(tx, env, method)
    wire.payment_method = method.wire.id
    intent.attempts += 1
    address = method.wire.billing_details.address
    attempt_id = env.new_id("setatt")
    question = Attempt(
        id=attempt_id,
        kind=Kind.VERIFY,
        amount=0,
        currency=VERIFIED_IN,
        card=method.test_card or "",
        vault_id=method.vault_id,
        number=intent.attempts,
        set_up=method.set_up,
        cvc=cvc or method.cvc_given,
        postal_code=address is not None and bool(address.postal_code),
        line1=address is not None and bool(address.line1),
        script=None if env.livemode else wire.metadata.get(given.SIMULATE),
    )
    row = AttemptRow(
        wire=SetupAttempt(
            id=attempt_id,
            created=env.seconds,
            customer=wire.customer,
            flow_directions=wire.flow_directions,
            livemode=env.livemode,
            payment_method=method.wire.id,
            payment_method_details={"type": "card", "card": _card(method.wire)},
            setup_error=None,
            setup_intent=wire.id,
            status="processing",
            usage=wire.usage,
        ),
        asked=Verification(attempt=question, return_url=return_url),
    )
    return setup_settle.ask(tx, env, intent, row)


def _card(method: PaymentMethod) -> dict[str, Any]:
    card = method.card
    assert card is not None, method.id
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": card.country,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "last4": card.last4,
        "network": card.brand,
        "three_d_secure": None,
        "wallet": None,
    }


def _latest(tx: Tx, env: Env, intent: Setup) -> AttemptRow:
    assert intent.wire.latest_attempt is not None, intent.wire.id
    return setup_store.lock_attempt(tx, env, intent.wire.latest_attempt)


def _abandon(tx: Tx, env: Env, intent: Setup) -> None:
    """The attempt that waited for the payer is given up."""
    if intent.status is Status.REQUIRES_ACTION:
        attempt = _latest(tx, env, intent)
        attempt.wire.status = "abandoned"
        setup_store.save_attempt(tx, env, attempt)
