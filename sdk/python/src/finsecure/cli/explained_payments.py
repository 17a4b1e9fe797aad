"""Payments, refunds, disputes and payouts: where they stand, why, and what to do next."""

from __future__ import annotations

from typing import Any, Final

from finsecure.cli.data_tables import money
from finsecure.cli.explanation import Explanation
from finsecure.cli.output import moment
from finsecure.cli.session import Session

#: Status of an intent → what it means, whose turn it is, what to do.
_INTENT: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "requires_payment_method": (
        "It waits for a payment method.",
        "payer",
        ("Ask the payer for a payment method, and confirm this intent with it: a new intent is not needed.",),
    ),
    "requires_confirmation": ("It is set up and was not confirmed.", "developer", ("Confirm it.",)),
    "requires_action": (
        "The payer has to confirm the payment with their bank.",
        "payer",
        ("Send the payer to the page that next_action names; the webhook tells how it went.",),
    ),
    "processing": ("The bank has not answered yet.", "issuer", ("Wait for the webhook: it is looked up by itself.",)),
    "requires_capture": (
        "The amount is held and was not captured.",
        "merchant",
        ("Capture it before the hold expires, or cancel it.",),
    ),
    "canceled": ("It was canceled; nothing is held.", "nobody", ()),
    "succeeded": ("It is paid.", "nobody", ()),
}


def _amount(data: dict[str, Any], name: str = "amount") -> str:
    return money(data[name], data["currency"])


def intent(session: Session, data: dict[str, Any]) -> Explanation:
    """A payment intent, its attempts and its last error."""
    identifier = data["id"]
    charges = session.page("/v1/charges", payment_intent=identifier, limit=10)["data"]
    made = _begun(session, "Payment", data, data.get("last_payment_error"))
    for one in reversed(charges):
        made.happened.append(f"{moment(one['created'])}: {_attempt(one)}")
    if data["status"] == "requires_payment_method":
        made.commands.append(f"finsecure payments confirm {identifier} --payment-method pm_…")
    elif data["status"] == "requires_capture":
        made.happened.append(f"{_amount(data, 'amount_capturable')} can be captured.")
        made.commands += [f"finsecure payments capture {identifier}", f"finsecure payments cancel {identifier}"]
    elif data["status"] == "requires_confirmation":
        made.commands.append(f"finsecure payments confirm {identifier}")
    elif data["status"] == "succeeded":
        disputed = [one["dispute"] for one in charges if one.get("dispute")]
        for one in disputed:
            _contested(session, made, one)
        if not disputed:  # what is disputed cannot be refunded as well
            made.commands.append(f"finsecure refunds create --payment-intent {identifier}")
    made.commands.append(f"finsecure events list --related-object {identifier}")
    return made


def setup(session: Session, data: dict[str, Any]) -> Explanation:
    """A setup intent and its last error."""
    made = _begun(session, "Saving a payment method", data, data.get("last_setup_error"))
    if data["status"] == "succeeded":
        made.happened[0] = "The payment method is saved."
    elif data["status"] == "requires_payment_method":
        made.commands.append(f"finsecure setup-intents confirm {data['id']} --payment-method pm_…")
    return made


def _begun(session: Session, what: str, data: dict[str, Any], error: dict[str, Any] | None) -> Explanation:
    says, side, steps = _INTENT[data["status"]]
    sum_ = f", {_amount(data)}" if "amount" in data else ""
    made = Explanation(f"{what} {data['id']}{sum_}: {data['status']}", [says], side=side)
    made.happened.append(f"Begun {session.clocks.when(data['created'])}.")
    if data.get("cancellation_reason"):
        made.happened.append(f"The reason given was {data['cancellation_reason']}.")
    if error and data["status"] not in {"succeeded", "canceled", "requires_action"}:
        made.happened.append(f"The last attempt failed: {error.get('message')}")
        made.adopt(str(error.get("decline_code") or error.get("code")), session.base, error)
    action = (data.get("next_action") or {}).get("redirect_to_url") or {}
    if action.get("url"):
        made.happened.append(f"The payer's page is {action['url']}")
    made.next_steps = made.next_steps or list(steps)
    return made


def _attempt(charge: dict[str, Any]) -> str:
    outcome = charge.get("outcome") or {}
    reason = outcome.get("reason") or charge.get("failure_code")
    network = f", network code {outcome['network_decline_code']}" if outcome.get("network_decline_code") else ""
    return f"attempt {charge['id']} {charge['status']}{f' ({reason}{network})' if reason else ''}."


def charge(session: Session, data: dict[str, Any]) -> Explanation:
    """One attempt to be paid."""
    outcome = data.get("outcome") or {}
    made = Explanation(f"Charge {data['id']}, {_amount(data)}: {data['status']}")
    made.happened.append(
        f"{moment(data['created'])}: {outcome.get('seller_message') or data['status']}.".replace("..", ".")
    )
    if data["status"] == "failed":
        made.adopt(str(outcome.get("reason") or data["failure_code"]), session.base)
    if data["status"] == "pending":
        made.side = "issuer"
        made.next_steps.append("Wait for the webhook: the outcome is looked up by itself.")
    if data["amount_refunded"]:
        made.happened.append(f"{_amount(data, 'amount_refunded')} of it was refunded.")
    if data.get("dispute"):
        _contested(session, made, data["dispute"])
    if data.get("payment_intent"):
        made.commands.append(f"finsecure explain {data['payment_intent']}")
    return made


def _contested(session: Session, made: Explanation, identifier: str) -> None:
    """What the dispute of a payment says of it: whoever has to answer, its steps and its commands."""
    told = dispute(session, session.get(f"/v1/disputes/{identifier}"))
    made.happened.append(f"It is disputed: {identifier}.")
    made.happened += [line for line in told.happened if "due by" in line]
    made.side = told.side
    made.next_steps += told.next_steps
    made.commands.append(f"finsecure explain {identifier}")


def refund(_: Session, data: dict[str, Any]) -> Explanation:
    """Money given back."""
    made = Explanation(f"Refund {data['id']}, {_amount(data)}: {data['status']}")
    made.happened.append(f"Made {moment(data['created'])} of {data['payment_intent'] or data['charge']}.")
    if data["status"] == "succeeded":
        made.happened.append("The money is on its way to the payer; banks take 5 to 10 days to show it.")
    elif data["status"] == "pending":
        waits = (
            "your balance does not cover it"
            if data.get("pending_reason") == "insufficient_funds"
            else "the bank is at work"
        )
        made.why.append(f"It waits because {waits}.")
        made.side = "merchant" if data.get("pending_reason") == "insufficient_funds" else "issuer"
        made.next_steps.append("Wait for refund.updated or refund.failed.")
    elif data["status"] == "failed":
        made.why.append(f"The bank could not pay it out: {data.get('failure_reason')}.")
        made.side = "merchant"
        made.next_steps += ["The money is back in your balance: pay the customer back in another way.", "Tell them so."]
    made.commands.append(f"finsecure explain {data['charge']}")
    return made


def dispute(session: Session, data: dict[str, Any]) -> Explanation:
    """A payment that the payer's bank contests."""
    made = Explanation(f"Dispute {data['id']}, {_amount(data)}: {data['status']}")
    made.happened.append(f"The payer's bank contests {data['charge']}; its reason is {data['reason']}.")
    made.happened.append(f"Opened {moment(data['created'])}.")
    details = data["evidence_details"]
    waits = data["status"] in {"needs_response", "warning_needs_response"}
    made.side = "merchant" if waits else "issuer" if data["status"].endswith("under_review") else "nobody"
    if waits:
        made.happened.append(f"Your answer is due by {session.clocks.when(details['due_by'])}.")
        made.next_steps += [
            "Answer with evidence: what was bought, when it was delivered, what the payer agreed to.",
            "Or accept it by closing it; a refund is not possible any more.",
        ]
        made.commands += [
            f'finsecure disputes update {data["id"]} -d evidence[uncategorized_text]="…" -d submit=true',
            f"finsecure disputes close {data['id']}",
        ]
    elif data["status"] == "won":
        made.happened.append("You have won: the amount is back in your balance.")
    elif data["status"] == "lost":
        made.happened.append("The bank has decided for the payer: the amount stays with them.")
    else:
        made.next_steps.append("Wait: the bank decides, and charge.dispute.closed tells how.")
    return made


def payout(_: Session, data: dict[str, Any]) -> Explanation:
    """Money on its way to your bank."""
    made = Explanation(f"Payout {data['id']}, {_amount(data)}: {data['status']}")
    made.happened.append(
        f"Made {moment(data['created'])} to {data['destination']}, to arrive {moment(data['arrival_date'])}."
    )
    if data["status"] == "failed":
        made.side = "merchant"
        made.why.append(f"{data['failure_code']}: {data['failure_message']}")
        made.next_steps += ["Correct the bank account, and pay out again: the money is back in your balance."]
        made.commands.append("finsecure balance get")
    elif data["status"] == "canceled":
        made.happened.append("It was canceled: the money is back in your balance.")
    elif data["status"] in {"pending", "in_transit"}:
        made.next_steps.append("Wait for payout.paid.")
    return made
