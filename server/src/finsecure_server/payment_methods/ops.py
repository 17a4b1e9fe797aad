"""Rules of payment methods: create, update, attach, detach.

Whoever changes whose a payment method is locks the customer first and the payment method second; so an attach cannot
slip past the deletion of its customer, and no two of them wait for each other.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UnsetType
from msgspec.structs import asdict, replace

from finsecure_server.core import changes
from finsecure_server.core.cards import check_expiry
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.test_card import TestCard
from finsecure_server.core.test_cards import by_name
from finsecure_server.customers import store as customers
from finsecure_server.customers.ops import check_address, check_email, forget_default
from finsecure_server.payment_methods import store, vault_ops
from finsecure_server.payment_methods.entry import EnteredCard, read_account, read_card
from finsecure_server.payment_methods.method import Method, checked, live_card_shown, test_card_shown
from finsecure_server.payment_methods.types import (
    Address,
    BillingDetails,
    Card,
    Checks,
    ExpiryUpdate,
    PaymentMethod,
    PaymentMethodData,
    UpdatePaymentMethod,
    UsBankAccount,
)
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged
from finsecure_server.webhooks import store as events


def create(tx: Tx, env: Env, data: PaymentMethodData) -> Method:
    """A new payment method, of nobody yet."""
    return create_inline(tx, env, data, "")


def create_inline(tx: Tx, env: Env, data: PaymentMethodData, prefix: str) -> Method:
    """As `create`; `prefix` is the parameter that the data came in, so that an error can name the right one.

    Raises what `entry.read_card` and `entry.read_account` do; parameters_exclusive, parameter_missing, email_invalid;
    processor_not_configured where it would be of no use.
    """
    other = "us_bank_account" if data.type == "card" else "card"
    if not isinstance(getattr(data, other), UnsetType):
        raise Refused(
            Code.PARAMETERS_EXCLUSIVE,
            f"{_at(prefix, other)} goes with type={other}; this is type={data.type}.",
            param=_at(prefix, other),
        )
    details = _billing(data, prefix)
    method = _card(tx, env, data, details, prefix) if data.type == "card" else _account(tx, env, data, details, prefix)
    store.add(tx, env, method, _json(method))
    return method


def update(tx: Tx, env: Env, method_id: str, params: UpdatePaymentMethod) -> Method:
    """Change what may change of an attached payment method. Says nothing when nothing changed.

    Raises resource_missing, payment_method_unexpected_state, invalid_expiry_month, invalid_expiry_year, email_invalid.
    """
    method = store.find(tx, env, method_id, "payment_method")
    if not method.shared:
        method = store.lock(tx, env, method_id, "payment_method")
    if method.wire.customer is None:
        raise Refused(
            Code.PAYMENT_METHOD_UNEXPECTED_STATE,
            "You must save this PaymentMethod to a customer before you can update it.",
            param="payment_method",
        )
    return _change(tx, env, method, "updated", _updated(env, method.wire, params))


def attach(tx: Tx, env: Env, method_id: str, customer_id: str) -> Method:
    """Save a payment method to a customer; of a shared one, a copy with an id of its own.

    Doing it twice changes nothing. Raises resource_missing, payment_method_unexpected_state,
    payment_method_already_attached, and a test card's decline.
    """
    customers.lock(tx, env, customer_id, "customer")
    method = store.find(tx, env, method_id, "payment_method")
    if method.wire.customer == customer_id:
        return method
    return put(tx, env, attachable(tx, env, method_id, "payment_method"), customer_id)


def attachable(tx: Tx, env: Env, method_id: str, param: str) -> Method:
    """A payment method that `put` may give to a customer, already under the id that it will have there.

    Raises as `attach` does.
    """
    method = store.find(tx, env, method_id, param)
    if not method.shared:
        method = store.lock(tx, env, method_id, param)
    if method.detached:
        raise _used_up(param)
    if method.wire.customer is not None:
        raise Refused(Code.PAYMENT_METHOD_ALREADY_ATTACHED, param=param)
    test_card = _test_card(method)
    if test_card is not None and test_card.declines_on_attach:
        raise _declined(test_card)
    return _copy(env, method, test_card) if method.shared and test_card is not None else method


def put(tx: Tx, env: Env, method: Method, customer_id: str) -> Method:
    """Give an attachable payment method to a locked customer."""
    test_card = _test_card(method)
    wire = replace(method.wire, customer=customer_id)
    if test_card is not None and wire.card is not None:
        wire = replace(wire, card=replace(wire.card, checks=checked(wire.card.checks, test_card)))
    if not method.shared:
        return _change(tx, env, method, "attached", wire)
    method = replace(method, wire=wire, shared=False, sequence=1)
    doc = _json(method)
    store.add(tx, env, method, doc)
    events.emit(tx, env, "payment_method.attached", wire.id, 1, doc)
    return method


def keep(tx: Tx, env: Env, method_id: str, customer_id: str | None, *, set_up: bool) -> str:
    """Save what somebody has just paid with or set up, for the next time. Returns its id, a new one for a shared one.

    `set_up` says that its owner, being there, agreed to payments without them: their bank will not ask for
    authentication then. Never refuses, for the payment has succeeded: what cannot be saved to the customer (they were
    deleted meanwhile, or the payment method is somebody's already) stays whose it is.
    """
    customer = None if customer_id is None else customers.lock_if_there(tx, env, customer_id)
    method = store.find(tx, env, method_id, "payment_method")
    if not method.shared:
        method = store.lock(tx, env, method_id, "payment_method")
    if method.detached:
        return method_id
    test_card = _test_card(method)
    if method.shared and test_card is not None:
        method = _copy(env, method, test_card)
    if customer is not None and method.wire.customer is None:
        method = put(tx, env, method, customer.wire.id)
    elif method.shared:
        method = replace(method, shared=False)
        store.add(tx, env, method, _json(method))
    if set_up and not method.set_up:
        store.mark_set_up(tx, env, method.wire.id)
    return method.wire.id


def detach(tx: Tx, env: Env, method_id: str) -> Method:
    """Take a payment method from its customer, for good. Raises resource_missing, payment_method_unexpected_state."""
    customer_id = store.find(tx, env, method_id, "payment_method").wire.customer
    customer = None if customer_id is None else customers.lock_if_there(tx, env, customer_id)
    method = None if customer is None else store.lock(tx, env, method_id, "payment_method")
    if customer is None or method is None or method.wire.customer != customer_id:
        raise Refused(
            Code.PAYMENT_METHOD_UNEXPECTED_STATE,
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            param="payment_method",
        )
    detached = take(tx, env, method)
    forget_default(tx, env, customer, method_id)
    return detached


def take(tx: Tx, env: Env, method: Method) -> Method:
    """Take a locked payment method from its locked customer.

    It may not be used again, so its number is purged with it. What tells which card it was stays: brand, last four
    digits, fingerprint.
    """
    if method.vault_id is not None:
        vault_ops.purge(tx, env, method.vault_id)
    return _change(
        tx, env, replace(method, detached=True, vault_id=None), "detached", replace(method.wire, customer=None)
    )


def check_usable(method: Method, customer_id: str | None, param: str) -> None:
    """Whether a customer, or nobody in particular, may pay with it.

    Raises payment_method_unexpected_state for one that was detached, payment_method_customer_mismatch.
    """
    if method.detached:
        raise _used_up(param)
    owner = method.wire.customer
    if owner is not None and owner != customer_id:
        raise Refused(
            Code.PAYMENT_METHOD_CUSTOMER_MISMATCH,
            f"The payment method belongs to the customer {owner}. Send that customer along."
            if customer_id is None
            else None,
            param="customer" if customer_id is None else param,
        )


# -- what a new one is made of ----------------------------------------------------------------------------------------


def _at(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _billing(data: PaymentMethodData, prefix: str) -> BillingDetails:
    if isinstance(data.billing_details, UnsetType):
        return BillingDetails()
    param = _at(prefix, "billing_details")
    check_email(data.billing_details.email, f"{param}[email]")
    check_address(data.billing_details.address, f"{param}[address]")
    return replace(data.billing_details, address=data.billing_details.address or Address())


def _card(tx: Tx, env: Env, data: PaymentMethodData, details: BillingDetails, prefix: str) -> Method:
    param = _at(prefix, "card")
    if isinstance(data.card, UnsetType):
        raise Refused(Code.PARAMETER_MISSING, param=param)
    entered = read_card(env, data.card, param)
    _check_needed(env)
    vault_id = None
    if entered.from_token:
        fingerprint = env.vault.fingerprint(env.account, entered.number)
    else:
        vault_id, fingerprint = vault_ops.keep(tx, env, entered.number)
    card = _shown(entered, fingerprint, _sent(details, cvc_given=entered.cvc_given))
    return Method(
        wire=_wire(env, data, details, card=card),
        test_card=None if entered.test_card is None else entered.test_card.name,
        vault_id=vault_id,
    )


def _shown(entered: EnteredCard, fingerprint: str, checks: Checks) -> Card:
    month, year = entered.exp_month, entered.exp_year
    if entered.test_card is None:
        return live_card_shown(entered.number, month, year, fingerprint, checks)
    return test_card_shown(entered.test_card, month, year, fingerprint, checks)


def _sent(details: BillingDetails, *, cvc_given: bool) -> Checks:
    """What there is to check and nobody has checked yet."""
    address = details.address or Address()
    return Checks(
        address_line1_check="unchecked" if address.line1 else None,
        address_postal_code_check="unchecked" if address.postal_code else None,
        cvc_check="unchecked" if cvc_given else None,
    )


def _account(tx: Tx, env: Env, data: PaymentMethodData, details: BillingDetails, prefix: str) -> Method:
    param = _at(prefix, "us_bank_account")
    given = data.us_bank_account
    if isinstance(given, UnsetType):
        raise Refused(Code.PARAMETER_MISSING, param=param)
    if not details.name:
        raise Refused(Code.PARAMETER_MISSING, param=f"{_at(prefix, 'billing_details')}[name]")
    entered = read_account(given, param)
    _check_needed(env)
    vault_id, fingerprint = vault_ops.keep(tx, env, entered.sealed_as)
    account = UsBankAccount(
        account_holder_type=given.account_holder_type,
        account_type=given.account_type,
        fingerprint=fingerprint,
        last4=entered.account_number[-4:],
        routing_number=entered.routing_number,
    )
    return Method(wire=_wire(env, data, details, account=account), vault_id=vault_id)


def _wire(
    env: Env,
    data: PaymentMethodData,
    details: BillingDetails,
    *,
    card: Card | None = None,
    account: UsBankAccount | None = None,
) -> PaymentMethod:
    return PaymentMethod(
        id=env.new_id("pm"),
        allow_redisplay=data.allow_redisplay,
        billing_details=details,
        card=card,
        created=env.seconds,
        livemode=env.livemode,
        metadata=merged({}, data.metadata),
        type=data.type,
        us_bank_account=account,
    )


def _copy(env: Env, method: Method, test_card: TestCard) -> Method:
    """A shared one under an id of its own, still to be put."""
    assert method.wire.card is not None
    card = replace(method.wire.card, fingerprint=env.vault.fingerprint(env.account, test_card.number))
    return replace(method, wire=replace(method.wire, id=env.new_id("pm"), card=card, created=env.seconds))


# -- what changes -----------------------------------------------------------------------------------------------------


def _updated(env: Env, wire: PaymentMethod, params: UpdatePaymentMethod) -> PaymentMethod:
    given: dict[str, Any] = {}
    if not isinstance(params.allow_redisplay, UnsetType):
        given["allow_redisplay"] = params.allow_redisplay
    if not isinstance(params.metadata, UnsetType):
        given["metadata"] = merged(wire.metadata, params.metadata)
    if not isinstance(params.billing_details, UnsetType):
        members = {name: v for name, v in asdict(params.billing_details).items() if not isinstance(v, UnsetType)}
        details = replace(wire.billing_details, **members)
        check_email(details.email, "billing_details[email]")
        check_address(details.address, "billing_details[address]")
        given["billing_details"] = replace(details, address=details.address or Address())
    if not isinstance(params.card, UnsetType):
        given["card"] = _renewed(env, wire, params.card)
    return _unchecked(wire, replace(wire, **given))


def _renewed(env: Env, wire: PaymentMethod, expiry: ExpiryUpdate) -> Card:
    """The same number with another date of expiry."""
    card = wire.card
    if card is None:
        raise Refused(
            Code.PAYMENT_METHOD_UNSUPPORTED_TYPE,
            f"Only a payment method of type card has an expiry date; this one is of type {wire.type}.",
            param="card",
        )
    month = card.exp_month if isinstance(expiry.exp_month, UnsetType) else expiry.exp_month
    year = card.exp_year if isinstance(expiry.exp_year, UnsetType) else expiry.exp_year
    return replace(card, exp_month=month, exp_year=check_expiry(month, year, env.now, "card"))


def _unchecked(old: PaymentMethod, new: PaymentMethod) -> PaymentMethod:
    """Another address is one that nobody has checked."""
    if new.card is None or old.billing_details.address == new.billing_details.address:
        return new
    sent = _sent(new.billing_details, cvc_given=False)
    return replace(new, card=replace(new.card, checks=replace(sent, cvc_check=new.card.checks.cvc_check)))


def _change(tx: Tx, env: Env, method: Method, what: str, wire: PaymentMethod) -> Method:
    """Write a locked payment method and say so; with what was before, unless it begins here to be anybody's."""
    previous = changes.previous(method.wire, wire)
    if not previous:
        return method
    was = method.sequence
    method = replace(method, wire=wire, sequence=was + 1)
    doc = _json(method)
    store.save(tx, env, method, was, doc)
    events.emit(
        tx, env, f"payment_method.{what}", wire.id, method.sequence, doc, None if what == "attached" else previous
    )
    return method


# -- what is refused --------------------------------------------------------------------------------------------------


def _check_needed(env: Env) -> None:
    """A real number that nobody can charge is not kept: it would be a risk to its owner, and of no use.

    Raises processor_not_configured.
    """
    if env.livemode and env.processor is None:
        raise Refused(
            Code.PROCESSOR_NOT_CONFIGURED,
            "No payment processor is configured, so no card or bank account "
            "can be saved in live mode. Nothing was stored.",
        )


def _test_card(method: Method) -> TestCard | None:
    return None if method.test_card is None else by_name(method.test_card)


def _declined(test_card: TestCard) -> Refused:
    """The bank's answer when a card is saved: as a payment's, but there is no payment to keep it with."""
    row = DECLINES[test_card.decline_code or "generic_decline"]
    return Refused(
        row.api_code,
        row.message,
        decline_code=row.wire_code,
        advice_code=row.advice_code,
        details={"next_steps": row.next_steps},
    )


def _used_up(param: str) -> Refused:
    return Refused(
        Code.PAYMENT_METHOD_UNEXPECTED_STATE,
        "The payment method was detached from its customer and may not be used again.",
        param=param,
    )


def _json(method: Method) -> str:
    return msgspec.json.encode(method.wire).decode()
