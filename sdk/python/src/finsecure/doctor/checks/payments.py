"""A payment from its creation to its refund, in test mode, and the proof that a repeat takes effect once."""

from __future__ import annotations

import secrets
from typing import Final

from finsecure import errors
from finsecure.doctor.context import Context
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped

AMOUNT: Final = 100  # of the minor unit of CURRENCY
CURRENCY: Final = "usd"
_REPORT: Final = "finsecure doctor --bundle doctor.zip   (and send it to support; it holds no secret)"


def lifecycle(context: Context) -> Finding:
    """Create, confirm with a test card, refund: $1.00 that never was."""
    this = "payment.lifecycle"
    if "_test_" not in context.facts.key:
        return skipped(this, "doctor makes no payments with a live key; run it with a test key")
    client = context.client()
    key = f"doctor-{secrets.token_hex(12)}"
    step = "create"
    try:
        made = client.payment_intents.create(
            amount=AMOUNT,
            currency=CURRENCY,
            description="finsecure doctor",
            metadata={"made_by": "finsecure doctor"},
            idempotency_key=key,
        )
        context.facts.payment = {"id": made.id, "key": key}
        step = "confirm"
        paid = client.payment_intents.confirm(made.id, payment_method="pm_card_visa")
        if paid.status != "succeeded":
            return failed(
                this,
                Side.FINSECURE,
                f"a test payment ended as {paid.status}, not as succeeded",
                f"{made.id} was confirmed with a test card that always succeeds.",
                f"finsecure explain {made.id}",
            )
        step = "refund"
        refund = client.refunds.create(payment_intent=made.id)
    except errors.FinSecureError as error:
        return of_error(context, this, error, step)
    return passed(this, "created, confirmed, refunded", f"{made.id}, {refund.id}.")


def replay(context: Context) -> Finding:
    """The same creation once more, with the same idempotency key, must bring the same payment and say so."""
    this = "payment.idempotency"
    made = context.facts.payment
    if not made:
        return skipped(this, "no payment was made")
    try:
        again = context.client().payment_intents.create(
            amount=AMOUNT,
            currency=CURRENCY,
            description="finsecure doctor",
            metadata={"made_by": "finsecure doctor"},
            idempotency_key=made["key"],
        )
    except errors.FinSecureError as error:
        return of_error(context, this, error, "create again")
    reply = again.last_response
    if again.id != made["id"]:
        return failed(
            this,
            Side.FINSECURE,
            "a repeat with the same idempotency key made a second payment",
            f"{made['id']} and {again.id} came of one key. Calls that are sent again would charge twice.",
            _REPORT,
        )
    if reply is None or not reply.replayed:
        return failed(
            this,
            Side.NETWORK,
            "a repeat was answered without the header Idempotent-Replayed",
            "FinSecure sends it; something on the way keeps replies, or takes headers out.",
            "let the header Idempotent-Replayed through, and keep no replies of POST",
        )
    return passed(this, "a repeat brought the first reply, made nothing")


def of_error(context: Context, this: str, error: errors.FinSecureError, step: str) -> Finding:
    """What a call of the SDK has failed of."""
    if isinstance(error, errors.PermissionError):
        return skipped(this, f"the key may not do this: {error.message}")
    if isinstance(error, errors.RateLimitError):
        context.facts.limited.append(error.headers)
        return skipped(this, "too many calls at this moment (429); see api.rate_limit")
    if isinstance(error, errors.APIConnectionError):
        side = Side.NETWORK if context.facts.proxy is not None else Side.FINSECURE
        fix = f"export NO_PROXY={context.host}" if context.facts.proxy is not None else _REPORT
        return failed(this, side, f"{step}: no reply came ({error.kind})", error.message, fix)
    theirs = isinstance(error, errors.APIError)
    steps = error.next_steps
    named = error.request_id or ""
    return failed(
        this,
        Side.FINSECURE if theirs else Side.CONFIGURATION,
        f"{step}: {error.code or error.type or type(error).__name__} (HTTP {error.http_status})",
        f"{error.message} {steps[0] if steps and not theirs else ''}".strip(),
        f"finsecure explain {named}" if named and not theirs else _REPORT,
    )
