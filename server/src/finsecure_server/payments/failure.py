"""Why a confirmation failed: as the intent keeps it, as the reply says it, and what a payer's browser may see of it.

Whoever comes with a publishable key may be the thief: a masked reason reads there as a refusal without a reason.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from finsecure_server.core.attempt import Declined, Missing
from finsecure_server.core.declines import DECLINES, Decline, by_code, for_payer
from finsecure_server.core.env import Env
from finsecure_server.core.errors import RULES, Code, Refused, doc_path
from finsecure_server.payment_methods.types import PaymentMethod
from finsecure_server.payments.types import LastPaymentError

#: What a page in the payer's browser does not see of an intent.
NOT_FOR_PAYERS: Final = frozenset(
    {"application", "customer", "latest_attempt", "latest_charge", "metadata", "on_behalf_of", "transfer_group"}
)
_ERRORS: Final = ("last_payment_error", "last_setup_error")


def declined(
    env: Env, outcome: Declined | Missing, method: PaymentMethod | None, charge: str | None = None
) -> LastPaymentError:
    """The bank said no, or the question never reached it."""
    if isinstance(outcome, Missing):
        return _error(env, Code.PROCESSOR_UNREACHABLE, method, charge)
    return _decline(
        env,
        by_code(outcome.decline_code),
        method,
        charge,
        outcome.network_decline_code,
        outcome.network_advice_code,
    )


def _decline(
    env: Env,
    row: Decline,
    method: PaymentMethod | None,
    charge: str | None,
    network_decline_code: str | None = None,
    network_advice_code: str | None = None,
) -> LastPaymentError:
    return LastPaymentError(
        type=RULES[row.api_code].type,
        code=row.api_code.value,
        message=row.message,
        doc_url=env.public_url + doc_path(row.api_code.value, row.wire_code),
        decline_code=row.wire_code,
        advice_code=row.advice_code,
        network_decline_code=network_decline_code,
        network_advice_code=network_advice_code,
        charge=charge,
        payment_method=_shown(method),
    )


def uncharged(env: Env, code: Code, method: PaymentMethod) -> LastPaymentError:
    """The payer came back from authenticating, no bank was asked for money, and there is no charge. `code` says why."""
    return _error(env, code, method, None)


def _error(env: Env, code: Code, method: PaymentMethod | None, charge: str | None) -> LastPaymentError:
    """A failure that is no decline."""
    rule = RULES[code]
    return LastPaymentError(
        type=rule.type,
        code=code.value,
        message=rule.message,
        doc_url=env.public_url + doc_path(code.value),
        charge=charge,
        payment_method=_shown(method),
    )


def _shown(method: PaymentMethod | None) -> dict[str, Any] | None:
    return None if method is None else msgspec.to_builtins(method)


def refusal(env: Env, failure: LastPaymentError, doc: bytes, object_name: str = "payment_intent") -> Refused:
    """A failure as the error that says so, with the intent's JSON in it."""
    if env.publishable:
        failure = msgspec.convert(_masked(env, msgspec.to_builtins(failure)), LastPaymentError)
    row = DECLINES.get(failure.decline_code or failure.code)
    details: dict[str, object] = {object_name: reduced(env, doc)}
    if row is not None:
        details["next_steps"] = row.next_steps
    for name in ("charge", "payment_method", "network_decline_code", "network_advice_code"):
        value = getattr(failure, name)
        if value is not None:
            details[name] = value
    return Refused(
        Code(failure.code),
        failure.message,
        decline_code=failure.decline_code,
        advice_code=failure.advice_code,
        details=details,
    )


def reduced(env: Env, doc: bytes) -> bytes:
    """An intent as its caller may see it."""
    if not env.publishable:
        return doc
    shown = {name: value for name, value in msgspec.json.decode(doc).items() if name not in NOT_FOR_PAYERS}
    for name in _ERRORS:
        if shown.get(name) is not None:
            shown[name] = _masked(env, shown[name])
    return msgspec.json.encode(shown)


def _masked(env: Env, error: dict[str, Any]) -> dict[str, Any]:
    """An error as a payer may see it, and of the payment method what the payer has entered or the card itself shows."""
    method = error.get("payment_method")
    if method is not None:
        method = {name: value for name, value in method.items() if name not in ("customer", "metadata")}
        for kind in ("card", "us_bank_account"):
            if method.get(kind) is not None:
                method[kind] = method[kind] | {"fingerprint": None}
    row = DECLINES.get(error.get("decline_code") or error["code"])
    if row is not None and row.mask:
        shown = _decline(env, for_payer(row.code), None, None)
        general: dict[str, Any] = msgspec.to_builtins(shown)
        return general if method is None else general | {"payment_method": method}
    kept = {name: value for name, value in error.items() if name != "charge"}
    return kept if method is None else kept | {"payment_method": method}
