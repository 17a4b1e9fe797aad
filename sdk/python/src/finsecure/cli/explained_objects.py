"""What became of one object, by its id: the API is asked for it and for what stands around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from finsecure.cli import explained_hooks, explained_payments
from finsecure.cli.explanation import Explanation
from finsecure.cli.failures import INVALID, NOT_FOUND, Stop
from finsecure.cli.output import moment
from finsecure.cli.session import Session
from finsecure.cli.show import summary

#: Prefix of an id → where such objects are read.
PATHS: Final = {
    "req": "/v1/request_logs",
    "evt": "/v1/events",
    "pi": "/v1/payment_intents",
    "ch": "/v1/charges",
    "re": "/v1/refunds",
    "dp": "/v1/disputes",
    "po": "/v1/payouts",
    "seti": "/v1/setup_intents",
    "cus": "/v1/customers",
    "pm": "/v1/payment_methods",
    "txn": "/v1/balance_transactions",
    "key": "/v1/api_keys",
    "we": "/v1/webhook_endpoints",
    "dlv": "/v1/webhook_deliveries",
    "wha": "/v1/webhook_attempts",
    "whr": "/v1/webhook_replays",
}


_FAILED: Final = "/help/troubleshooting/payment-issues"
#: Kind of object, or of an object in a state → what is written about it, where nothing that happened to it has a page
#: of its own.
_PAGES: Final = {
    "request_log": "/help/developer-support/debugging-tools",
    "payment_intent": _FAILED,
    "payment_intent requires_action": f"{_FAILED}#a-payment-is-stuck-in-requires_action",
    "payment_intent processing": f"{_FAILED}#processing-does-not-end-or-no-reply-came",
    "payment_intent requires_capture": f"{_FAILED}#an-authorized-payment-cannot-be-captured",
    "charge": _FAILED,
    "setup_intent": _FAILED,
    "refund": f"{_FAILED}#a-refund-fails-or-does-not-arrive",
    "dispute": f"{_FAILED}#the-payer-disputes-the-payment",
    "payout": "/help/platform-support/billing#payouts",
    "balance_transaction": "/help/platform-support/billing",
    "customer": "/docs/api/customers",
    "payment_method": "/docs/api/payment_methods",
    "api_key": "/help/troubleshooting/auth-errors",
    "webhook_endpoint": "/help/troubleshooting/webhook-issues",
    "webhook_delivery": "/help/troubleshooting/webhook-issues",
    "webhook_attempt": "/help/troubleshooting/webhook-issues",
    "webhook_replay": "/help/troubleshooting/webhook-issues",
}


def path_of(identifier: str) -> str:
    """Where an object is read. Stop for an id of no known kind."""
    prefix = identifier.partition("_")[0]
    if prefix not in PATHS:
        known = ", ".join(f"{one}_" for one in PATHS)
        raise Stop(f"No object has an id like {identifier}.", f"Ids begin with {known}.", code=NOT_FOUND)
    return f"{PATHS[prefix]}/{identifier}"


def explain(session: Session, identifier: str) -> Explanation:
    """What became of it. FinSecureError if the API will not say."""
    found = session.get(path_of(identifier))
    return of_data(session, {**found, "id": found["id"]})


def of_data(session: Session, data: dict[str, Any]) -> Explanation:
    """What became of an object that is at hand. Stop if it is not as the API shows it."""
    identifier, kind = str(data.get("id", "")), str(data.get("object"))
    page = _PAGES.get(f"{kind} {data.get('status')}") or _PAGES.get(kind) or path_of(identifier)
    try:
        found = _BY_OBJECT.get(kind, _plain)(session, data)
    except (AttributeError, LookupError, OverflowError, TypeError) as error:  # somebody else wrote it
        raise Stop(
            f"{kind} {identifier} is not as the API shows it: something is missing, or of another version.",
            f"finsecure explain {identifier}  # asks the server for it",
            code=INVALID,
        ) from error
    found.url = found.url or session.base + page
    return found


def _plain(_: Session, data: dict[str, Any]) -> Explanation:
    made = Explanation(f"{str(data.get('object')).replace('_', ' ')} {data.get('id')}", [summary(data) + "."])
    if isinstance(data.get("created"), int):
        made.happened.append(f"Made {moment(data['created'])}.")
    made.commands.append(f"finsecure events list --related-object {data.get('id')}")
    return made


def _request(session: Session, log: dict[str, Any]) -> Explanation:
    call = f"{log['method']} {log['path']}"
    made = Explanation(f"Request {log['id']}: {call}")
    made.happened.append(
        f"{moment(log['created'])}: {call} was answered with HTTP {log['status']} "
        f"after {log['duration_us'] / 1000:.1f} ms."
    )
    mode = "live" if log["livemode"] else "test"
    made.happened.append(
        f"It came from {log['ip']} ({log['user_agent']}) with key {log['api_key'] or 'none'}, {mode} mode."
    )
    if log["idempotency_key"]:
        made.happened.append(f"Its idempotency key was {log['idempotency_key']}.")
    error = (log["response"] or {}).get("error") or {}
    if error:
        made.happened.append(f"The reply said: {error.get('message')}")
        made.adopt(str(error.get("decline_code") or error.get("code") or log["error_code"]), session.base, error)
        given = error.get("next_steps")
        if isinstance(given, list) and given:
            made.next_steps = [str(one) for one in given]
        made.url = str(error.get("doc_url") or made.url)
    elif log["status"] < 400:
        made.why.append("Nothing went wrong with this call.")
    if log["object_id"]:
        made.commands.append(f"finsecure explain {log['object_id']}")
    made.commands.append(f"finsecure logs get {log['id']} --json  # what was sent and answered")
    return made


_BY_OBJECT: Final[dict[str, Callable[[Session, dict[str, Any]], Explanation]]] = {
    "request_log": _request,
    "payment_intent": explained_payments.intent,
    "setup_intent": explained_payments.setup,
    "charge": explained_payments.charge,
    "refund": explained_payments.refund,
    "dispute": explained_payments.dispute,
    "payout": explained_payments.payout,
    "event": explained_hooks.event,
    "webhook_delivery": explained_hooks.delivery,
    "webhook_attempt": explained_hooks.attempt,
    "webhook_endpoint": explained_hooks.endpoint,
    "webhook_replay": explained_hooks.replay,
}
