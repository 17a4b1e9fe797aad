"""What can be done to a payment intent: rules of a write. All that they need of the world is in `env`."""

from __future__ import annotations

import hmac
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from finsecure_server.core import ids, money
from finsecure_server.core import payment_intent as core
from finsecure_server.core.attempt import Approved, Attempt, Kind, Outcome
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.payment_intent import Status, Wish
from finsecure_server.customers import store as customers
from finsecure_server.payment_methods import decline_ops
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.method import Method
from finsecure_server.payments import given, settle, store
from finsecure_server.payments.charge import new_charge
from finsecure_server.payments.settle import Result
from finsecure_server.payments.store import Asked, ChargeRow, Intent
from finsecure_server.payments.types import (
    CancelPaymentIntent,
    CapturePaymentIntent,
    Charge,
    ConfirmPaymentIntent,
    CreatePaymentIntent,
    IncrementAuthorization,
    MethodOptions,
    PaymentIntent,
    UpdatePaymentIntent,
)
from finsecure_server.storage.database import Tx
from finsecure_server.storage.drive import Ask
from finsecure_server.webhooks import store as events

SECRET_BYTES: Final = 32
Answer = Result | Ask[Outcome, Result]

#: Fields that an update or a confirmation copies as they are.
_PLAIN: Final = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
#: What an update may change when the money has moved already.
_AT_ANY_TIME: Final = frozenset({"description", "metadata", "expand", "receipt_email", "shipping", "transfer_group"})
#: What the payer authenticates. If it changes they must do so again, and a link that is still open leads nowhere.
_WHAT_IS_AUTHENTICATED: Final = frozenset({"amount", "currency", "payment_method", "payment_method_data"})


def create(tx: Tx, env: Env, params: CreatePaymentIntent) -> Answer:
    """A new intent, and with `confirm` the first attempt to be paid."""
    currency = money.lookup(params.currency)
    money.check_charge_amount(params.amount, currency.code)
    if params.off_session and not params.confirm:
        raise Refused(Code.PARAMETERS_EXCLUSIVE, "off_session needs confirm=true.", param="off_session")
    return_url = given.return_url(params.return_url, confirm=params.confirm)
    customer = given.given(params.customer)
    if customer is not None:
        customers.require(tx, env, customer, "customer")
    method = given.method(tx, env, params.payment_method, params.payment_method_data, customer)
    intent_id = env.new_id("pi")
    types = given.types(params.payment_method_types)
    wire = PaymentIntent(
        id=intent_id,
        amount=params.amount,
        amount_capturable=0,
        amount_received=0,
        automatic_payment_methods=given.automatic(params.automatic_payment_methods, types),
        canceled_at=None,
        cancellation_reason=None,
        capture_method=given.given(params.capture_method) or "automatic_async",
        client_secret=f"{intent_id}_secret_{ids.letters(env.chance(SECRET_BYTES))}",
        confirmation_method=params.confirmation_method,
        created=env.seconds,
        currency=currency.code,
        customer=customer,
        description=given.given(params.description),
        last_payment_error=None,
        latest_charge=None,
        livemode=env.livemode,
        metadata=given.metadata(env, {}, params.metadata),
        next_action=None,
        payment_method=None if method is None else method.wire.id,
        payment_method_options=given.options({}, params.payment_method_options),
        payment_method_types=types or ["card"],
        receipt_email=given.given(params.receipt_email),
        setup_future_usage=given.given(params.setup_future_usage),
        shipping=given.given(params.shipping),
        statement_descriptor=given.given(params.statement_descriptor),
        statement_descriptor_suffix=given.given(params.statement_descriptor_suffix),
        status=core.open_status(has_method=method is not None).value,
        transfer_group=given.given(params.transfer_group),
    )
    _check_option_capture(wire, params.payment_method_options)
    intent = Intent(wire=wire, sequence=1)
    doc = msgspec.json.encode(wire).decode()
    events.emit(tx, env, "payment_intent.created", intent_id, 1, doc)
    if not params.confirm:
        store.save_intent(tx, env, intent, doc)
        return Result(intent, doc)
    return _attempt(
        tx,
        env,
        intent,
        method,
        off_session=bool(params.off_session),
        no_action=params.error_on_requires_action,
        return_url=return_url,
        cvc=given.cvc(params.payment_method_data, params.payment_method_options),
    )


def update(tx: Tx, env: Env, intent_id: str, params: UpdatePaymentIntent) -> Result:
    """Change an intent. What concerns the money only before it moves."""
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    named = {name for name in params.__struct_fields__ if getattr(params, name) is not UNSET}
    if named - _AT_ANY_TIME:
        core.check(intent.status, Wish.UPDATE)
    if isinstance(params.currency, str):
        wire.currency = money.lookup(params.currency).code
    if isinstance(params.amount, int):
        wire.amount = params.amount
    if named & {"amount", "currency"}:
        money.check_charge_amount(wire.amount, wire.currency)
    _apply(tx, env, wire, params)
    if named & {"payment_method", "payment_method_data"}:
        method = given.method(tx, env, params.payment_method, params.payment_method_data, wire.customer)
        wire.payment_method = None if method is None else method.wire.id
    if named & _WHAT_IS_AUTHENTICATED or ("customer" in named and not given.still_usable(tx, env, wire)):
        intent.authenticated = False
        wire.next_action = None
        wire.status = core.open_status(has_method=wire.payment_method is not None).value
    if not isinstance(params.capture_method, UnsetType):
        wire.capture_method = params.capture_method
    doc = msgspec.json.encode(wire).decode()
    store.save_intent(tx, env, intent, doc)
    return Result(intent, doc)


def confirm(tx: Tx, env: Env, intent_id: str, params: ConfirmPaymentIntent) -> Answer:
    """Try to be paid."""
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    check_secret(env, wire.client_secret, params.client_secret)
    core.check(intent.status, Wish.CONFIRM)
    _apply(tx, env, wire, params)
    if not isinstance(params.capture_method, UnsetType):
        wire.capture_method = params.capture_method
    _check_option_capture(wire, params.payment_method_options)
    method = given.method(tx, env, params.payment_method, params.payment_method_data, wire.customer)
    if method is not None:
        intent.authenticated = intent.authenticated and method.wire.id == wire.payment_method
    elif wire.payment_method is not None:
        method = given.usable(tx, env, wire.payment_method, wire.customer)
    wire.next_action = None
    return _attempt(
        tx,
        env,
        intent,
        method,
        off_session=bool(params.off_session),
        no_action=params.error_on_requires_action,
        return_url=given.return_url(params.return_url),
        cvc=given.cvc(params.payment_method_data, params.payment_method_options),
    )


def authenticated(tx: Tx, env: Env, intent_id: str, *, passed: bool) -> Answer:
    """The payer has come back from their bank. Who failed there is not asked for money: no charge comes of it."""
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    core.check(intent.status, Wish.AUTHENTICATE)
    assert wire.payment_method is not None, intent_id
    return_url = wire.next_action.redirect_to_url.return_url if wire.next_action is not None else None
    wire.next_action = None
    method = payment_methods.find(tx, env, wire.payment_method, "payment_method")
    if method.detached:  # taken from its customer meanwhile: nobody may pay with it any more, whatever the payer says
        return settle.unpaid(tx, env, intent, method.wire, Code.PAYMENT_METHOD_UNEXPECTED_STATE)
    if not passed:
        return settle.unpaid(tx, env, intent, method.wire, Code.PAYMENT_INTENT_AUTHENTICATION_FAILURE)
    intent.authenticated = True
    if wire.confirmation_method == "manual":
        wire.status = Status.REQUIRES_CONFIRMATION.value
        doc = msgspec.json.encode(wire).decode()
        store.save_intent(tx, env, intent, doc)
        return Result(intent, doc)
    return _attempt(tx, env, intent, method, off_session=False, no_action=False, return_url=return_url, cvc=False)


def capture(
    tx: Tx,
    env: Env,
    intent_id: str,
    params: CapturePaymentIntent,
    expired: Code = Code.CAPTURE_CHARGE_AUTHORIZATION_EXPIRED,
) -> Answer:
    """Take what is held, or part of it; unless told otherwise the rest is released.

    `expired` is the code for: too late.
    """
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    _check_hold(tx, env, intent, expired)
    core.check(intent.status, Wish.CAPTURE)
    charge = _held(tx, env, intent)
    amount = params.amount_to_capture if isinstance(params.amount_to_capture, int) else wire.amount_capturable
    core.check_capture(amount, capturable=charge.authorized - charge.wire.amount_captured)
    money.check_step(amount, wire.currency, "amount_to_capture")
    wire.metadata = given.metadata(env, wire.metadata, params.metadata)
    _rename(wire, charge.wire, params)
    last = params.final_capture or amount == wire.amount_capturable
    _question(charge, intent, Kind.CAPTURE, amount, final=last)
    return settle.ask(tx, env, intent, charge)


def increment(tx: Tx, env: Env, intent_id: str, params: IncrementAuthorization) -> Answer:
    """Hold more. A refused increment leaves what is held as it was."""
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    _check_hold(tx, env, intent, Code.CAPTURE_CHARGE_AUTHORIZATION_EXPIRED)
    core.check(intent.status, Wish.INCREMENT)
    core.check_increment(params.amount, current=wire.amount, increments=intent.increments)
    money.check_charge_amount(params.amount, wire.currency)
    charge = _held(tx, env, intent)
    wire.metadata = given.metadata(env, wire.metadata, params.metadata)
    if isinstance(params.description, str):
        wire.description = params.description
    _rename(wire, charge.wire, params)
    intent.increments += 1
    _question(charge, intent, Kind.INCREMENT, params.amount - wire.amount)
    return settle.ask(tx, env, intent, charge)


def cancel(tx: Tx, env: Env, intent_id: str, params: CancelPaymentIntent, *, reason: str | None = None) -> Answer:
    """Give up; what is held goes back to the payer."""
    intent = store.lock_intent(tx, env, intent_id)
    wire = intent.wire
    core.check(intent.status, Wish.CANCEL)
    wire.cancellation_reason = reason or given.given(params.cancellation_reason)
    if intent.status is Status.REQUIRES_CAPTURE:
        charge = _held(tx, env, intent)
        _question(charge, intent, Kind.VOID, charge.authorized - charge.wire.amount_captured)
        return settle.ask(tx, env, intent, charge)
    wire.status = Status.CANCELED.value
    wire.canceled_at = env.seconds
    wire.next_action = None
    intent.sequence += 1
    doc = msgspec.json.encode(wire).decode()
    store.save_intent(tx, env, intent, doc)
    events.emit(tx, env, "payment_intent.canceled", wire.id, intent.sequence, doc)
    return Result(intent, doc)


def check_secret(env: Env, secret: str, known: str | None | UnsetType) -> None:
    """Whoever comes with a publishable key must know the object's client secret."""
    if not isinstance(known, str):
        if env.publishable:
            raise Refused(Code.PARAMETER_MISSING, param="client_secret")
        return
    if not hmac.compare_digest(secret.encode(), known.encode()):
        raise Refused(Code.CLIENT_SECRET_INVALID, param="client_secret")


# -- one attempt -------------------------------------------------------------------------------------------------------


def _attempt(
    tx: Tx,
    env: Env,
    intent: Intent,
    method: Method | None,
    *,
    off_session: bool,
    no_action: bool,
    return_url: str | None,
    cvc: bool,
) -> Answer:
    wire = intent.wire
    core.check_method(has_method=method is not None, failed_before=wire.last_payment_error is not None)
    assert method is not None, wire.id
    given.check_type(method, wire.payment_method_types, wire.automatic_payment_methods)
    if intent.attempts >= core.ATTEMPTS_MAX:
        raise Refused(Code.PAYMENT_INTENT_RATE_LIMIT_EXCEEDED)
    decline_ops.check(tx, env, method)
    before = core.open_status(has_method=wire.payment_method is not None)
    wire.payment_method = method.wire.id
    intent.attempts += 1
    passed = True if intent.authenticated else None
    intent.authenticated = False
    address = method.wire.billing_details.address
    charge_id = env.new_id("ch")
    attempt = Attempt(
        id=charge_id,
        kind=Kind.AUTHORIZE,
        amount=wire.amount,
        currency=wire.currency,
        card=method.test_card or "",
        vault_id=method.vault_id,
        number=intent.attempts,
        off_session=off_session,
        set_up=method.set_up,
        authenticated=passed,
        cvc=cvc or method.cvc_given,
        postal_code=address is not None and bool(address.postal_code),
        line1=address is not None and bool(address.line1),
        script=None if env.livemode else wire.metadata.get(given.SIMULATE),
    )
    asked = Asked(attempt=attempt, before=before, no_action=no_action, return_url=return_url)
    charge = ChargeRow(wire=new_charge(env, charge_id, wire, method.wire), asked=asked)
    return settle.ask(tx, env, intent, charge)


def _held(tx: Tx, env: Env, intent: Intent) -> ChargeRow:
    assert intent.wire.latest_charge is not None, intent.wire.id
    charge = store.lock_charge(tx, env, intent.wire.latest_charge)
    assert isinstance(charge.asked.authorization, Approved), charge.wire.id
    return charge


def _check_hold(tx: Tx, env: Env, intent: Intent, expired: Code) -> None:
    """Refuse what comes after the bank has let the money go, with the code `expired`."""
    wire = intent.wire
    before = _held(tx, env, intent).capture_before_us if intent.status is Status.REQUIRES_CAPTURE else None
    by_time = wire.cancellation_reason == "automatic"
    if core.has_expired(intent.status, canceled_by_time=by_time, capture_before=before, now=env.now):
        raise Refused(expired)


def _question(charge: ChargeRow, intent: Intent, kind: Kind, amount: int, *, final: bool = True) -> None:
    """A later question about the same card: the first one's facts, another kind.

    Its id is its own even if it repeats one that was refused: to a processor the same id means the same answer.
    """
    asked = charge.asked
    number = asked.questions + 1
    attempt = msgspec.structs.replace(
        asked.attempt, id=f"{charge.wire.id}_{kind.value}_{number}", kind=kind, amount=amount
    )
    charge.asked = Asked(
        attempt=attempt, questions=number, before=intent.status, final=final, authorization=asked.authorization
    )


# -- parameters --------------------------------------------------------------------------------------------------------


def _apply(tx: Tx, env: Env, wire: PaymentIntent, params: UpdatePaymentIntent | ConfirmPaymentIntent) -> None:
    for name in _PLAIN:
        value = getattr(params, name, UNSET)
        if value is not UNSET:
            setattr(wire, name, given.given(value))
    if isinstance(params, UpdatePaymentIntent):
        wire.metadata = given.metadata(env, wire.metadata, params.metadata)
        if params.customer is not UNSET:
            customer = given.given(params.customer)
            if customer is not None:
                customers.require(tx, env, customer, "customer")
            wire.customer = customer
    if params.payment_method_types is not UNSET:
        wire.payment_method_types = given.types(params.payment_method_types) or wire.payment_method_types
    wire.payment_method_options = given.options(wire.payment_method_options, params.payment_method_options)


def _rename(intent: PaymentIntent, charge: Charge, params: CapturePaymentIntent | IncrementAuthorization) -> None:
    """What payers read on their statements, where the call that takes or holds the money says it anew."""
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        value = getattr(params, name, UNSET)
        if value is not UNSET:
            setattr(intent, name, given.given(value))
            setattr(charge, name, given.given(value))
    charge.calculated_statement_descriptor = charge.statement_descriptor or charge.statement_descriptor_suffix


def _check_option_capture(wire: PaymentIntent, options: MethodOptions | UnsetType) -> None:
    """`payment_method_options[card][capture_method]=manual` is the older spelling of the same wish."""
    card = UNSET if isinstance(options, UnsetType) else options.card
    if not isinstance(card, UnsetType) and card.capture_method == "manual":
        wire.capture_method = "manual"
