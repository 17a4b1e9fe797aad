"""A new charge, before anybody has answered."""

from __future__ import annotations

from typing import Any

from finsecure_server.core.env import Env
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payments.types import Charge, FraudDetails, PaymentIntent


def new_charge(env: Env, charge_id: str, intent: PaymentIntent, method: PaymentMethod) -> Charge:
    """One attempt at `intent` with `method`."""
    return Charge(
        id=charge_id,
        amount=intent.amount,
        amount_captured=0,
        amount_refunded=0,
        balance_transaction=None,
        billing_details=method.billing_details,
        calculated_statement_descriptor=intent.statement_descriptor or intent.statement_descriptor_suffix,
        captured=False,
        created=env.seconds,
        currency=intent.currency,
        customer=intent.customer,
        description=intent.description,
        dispute=None,
        disputed=False,
        failure_code=None,
        failure_message=None,
        fraud_details=FraudDetails(),
        livemode=env.livemode,
        metadata=intent.metadata,
        outcome=None,
        paid=False,
        payment_intent=intent.id,
        payment_method=method.id,
        payment_method_details={"type": method.type, method.type: _card(method)},
        receipt_email=intent.receipt_email,
        refunded=False,
        shipping=intent.shipping,
        statement_descriptor=intent.statement_descriptor,
        statement_descriptor_suffix=intent.statement_descriptor_suffix,
        status="pending",
        transfer_group=intent.transfer_group,
    )


def _card(method: PaymentMethod) -> dict[str, Any]:
    card = method.card
    assert card is not None, method.id
    return {
        "amount_authorized": None,
        "authorization_code": None,
        "brand": card.brand,
        "capture_before": None,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": card.country,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "last4": card.last4,
        "network": card.brand,
        "network_transaction_id": None,
        "three_d_secure": None,
        "wallet": None,
    }
